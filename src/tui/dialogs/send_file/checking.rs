//! While a file is read and checked, or its corrected copy is written: how far it is, and why it could not be done. Esc
//! ends it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::facts::rules;
use super::mistakes::FileMistakes;
use super::plan::FilePlan;
use crate::action::CheckedFile;
use crate::delivery::clean_line;
use crate::postman::Explanation;
use crate::tui::chrome::keys;
use crate::tui::dialogs::{Can, Changed, Dialog, Next, Press};
use crate::tui::shared::Shared;
use crate::tui::text::{Align, cut_middle, fit};
use crate::tui::widgets::bar::bar;
use crate::tui::widgets::frame;
use crate::tui::widgets::question;
use crate::tui::widgets::sentences::{self, Sentence};
use crate::tui::widgets::words::{bytes, bytes_of};
use crate::tui::{Action, Context, FileAnswer, FileRequest, FileStep, FoundFile, Role};

/// How wide the bar is.
const BAR: usize = 24;

/// After how long without a byte it is said that it waits for them: a pipe may have no other end yet.
const SILENT: SignedDuration = SignedDuration::from_secs(2);

/// What is under way.
enum Progress {
    Reading {
        bytes: u64,
        of: Option<u64>,
        since: Timestamp,
    },
    /// It is there: its page comes once this is on top.
    Found(FoundFile),
    Failed(Explanation),
}

pub(super) struct Checking {
    request: FileRequest,
    path: String,
    /// The file that is corrected, where this is its copy.
    corrects: Option<Arc<CheckedFile>>,
    progress: Progress,
}

impl Checking {
    /// Has a file read and checked.
    pub fn begin(shared: &mut Shared, path: String) {
        if let Some(campaign) = shared.campaign_mut() {
            campaign.uploads.note_path(&path);
        }
        let Some(rules) = shared.campaign().map(|campaign| rules(shared, campaign)) else { return };
        let request = shared.ask_file(FileStep::Check { path: path.clone(), rules: Box::new(rules) });
        Self::open(shared, request, path, None);
    }

    /// Has a corrected copy written and checked.
    pub fn correct(shared: &mut Shared, file: FoundFile) {
        let Some(rules) = shared.campaign().map(|campaign| rules(shared, campaign)) else { return };
        let (path, checked) = (file.path.clone(), Arc::clone(&file.checked));
        let request = shared.ask_file(FileStep::Correct { file, rules: Box::new(rules) });
        Self::open(shared, request, path, Some(checked));
    }

    fn open(shared: &mut Shared, request: FileRequest, path: String, corrects: Option<Arc<CheckedFile>>) {
        let progress = Progress::Reading { bytes: 0, of: None, since: shared.now };
        shared.open(Self { request, path, corrects, progress });
    }

    /// The answer; one to an older request is dropped.
    fn answered(&mut self, request: FileRequest, answer: &FileAnswer, now: Timestamp) {
        if request != self.request {
            return;
        }
        self.progress = match answer {
            FileAnswer::Read { bytes, of } => Progress::Reading { bytes: *bytes, of: *of, since: now },
            FileAnswer::Checked(found) | FileAnswer::Corrected(found) => Progress::Found(found.clone()),
            FileAnswer::Failed(why) => Progress::Failed(why.clone()),
            FileAnswer::Completed { .. } => return,
        };
    }

    /// Shows what was found, once nothing is in front of this.
    fn show(&mut self, shared: &mut Shared) -> Next {
        let is_on_top = shared.context() == self.context();
        let Progress::Found(found) = &self.progress else { return Next::Stay };
        if !is_on_top {
            return Next::Stay;
        }
        let (found, corrects) = (found.clone(), self.corrects.take());
        match found.checked.upload(found.source.clone()) {
            Some(file) => FilePlan::open(shared, found, file, corrects),
            None => FileMistakes::open(shared, found, corrects),
        }
        Next::Close
    }

    fn says(&self, shared: &Shared) -> Vec<Sentence> {
        match &self.progress {
            Progress::Failed(why) => {
                let said = [(&why.what, Role::Failed, 0), (&why.why, Role::Text, 1), (&why.next, Role::Text, 2)];
                said.into_iter().filter(|(text, ..)| !text.is_empty()).map(|(text, role, rank)| Sentence::new(text, role, rank)).collect()
            }
            Progress::Reading { since, bytes, .. } if shared.now.duration_since(*since) >= SILENT => {
                let words = if *bytes == 0 { "Nothing has come from it yet." } else { "Nothing more has come from it for a while." };
                vec![Sentence::new(words, Role::Warning, 1)]
            }
            Progress::Reading { .. } | Progress::Found(_) => Vec::new(),
        }
    }

    /// How much was read.
    fn progress_line(&self, shared: &Shared) -> Option<Line<'static>> {
        let Progress::Reading { bytes: read, of, .. } = &self.progress else { return None };
        let style = |role| shared.look.style(role);
        let Some(of) = of else {
            return Some(Line::from(Span::styled(format!("{} read", bytes(*read)), style(Role::Text))));
        };
        let drawn = fit(&bar(*read as f64 / (*of).max(1) as f64, BAR), BAR, Align::Left);
        let words = format!("   {}", bytes_of(*read, *of));
        Some(Line::from(vec![Span::styled(drawn, style(Role::Moving)), Span::styled(words, style(Role::Text))]))
    }
}

impl Dialog for Checking {
    fn context(&self) -> Context {
        Context::Question
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        match (action, &self.progress) {
            (Action::Back | Action::Enter, Progress::Failed(_)) => Can::Do("back"),
            (Action::Back, _) => Can::Do("cancel"),
            (Action::Help, _) => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        match (press.action, &self.progress) {
            (Some(Action::Back | Action::Quit), _) | (Some(Action::Enter), Progress::Failed(_)) => {
                shared.ask_file(FileStep::Leave);
                Next::Back
            }
            _ => Next::Stay,
        }
    }

    fn refresh(&mut self, changed: &Changed, shared: &mut Shared) -> Next {
        if let Some((request, answer)) = &changed.file {
            self.answered(*request, answer, shared.now);
        }
        self.show(shared)
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let campaign = shared.campaign()?;
        let what = match (&self.progress, &self.corrects) {
            (Progress::Failed(_), None) => "The file was not checked",
            (Progress::Failed(_), Some(_)) => "No corrected copy",
            (_, None) => "Checking a file",
            (_, Some(_)) => "Writing a corrected copy",
        };
        let (title, name) = question::title(shared, campaign, what, area);
        let columns = frame::width(area, frame::WIDEST);
        let mut said = Vec::from_iter(name);
        said.push(Sentence::new(cut_middle(&clean_line(&self.path), columns), Role::Strong, 0));
        said.extend(self.says(shared));
        let mut lines = sentences::lines(shared, said, columns, question::room(area).saturating_sub(1));
        lines.extend(self.progress_line(shared));
        let named = keys::of_dialog(self, shared, [Action::Back]);
        let answer = (Line::from(Span::styled(question::BACK, shared.look.style(Role::Focus))), 1);
        Some(question::draw(shared, buffer, area, &title, lines, answer, &named))
    }
}
