//! `:send-batch`: a line for the path of a file. From here it goes on by itself: the file is read and checked, and its
//! mistakes are shown, or what would be sent. Nothing of that sends: the only way is the question's yes.

mod checking; // while the file is read
mod facts; // what both pages say of a file
mod mistakes; // what keeps it from being sent
mod path; // what was typed or dropped
mod plan; // what would be sent
mod question; // before anything is sent

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use self::checking::Checking;
use self::path::meant_path;
use super::{Can, Changed, Dialog, Next, Press};
use crate::delivery::{clean_line, counted};
use crate::tui::chrome::keys;
use crate::tui::shared::Shared;
use crate::tui::text::cut_middle;
use crate::tui::widgets::frame;
use crate::tui::widgets::line_box::{self, LineBox};
use crate::tui::widgets::sentences::{self, Sentence};
use crate::tui::{Action, Context, FileAnswer, FileRequest, FileStep, Role};

/// How many names are listed that a path could be completed to.
const LISTED: usize = 6;

pub(in crate::tui) struct SendFile {
    line: LineBox,
    /// The completion that was asked for, and of which text.
    completing: Option<(FileRequest, String)>,
    /// The names that begin like the text.
    names: Vec<String>,
}

impl SendFile {
    /// Asks for a file; with one given, it is checked at once.
    pub fn open(shared: &mut Shared, argument: &str) {
        let path = meant_path(argument);
        let before = shared.campaign().and_then(|campaign| campaign.uploads.path()).unwrap_or_default();
        let line = if path.is_empty() { LineBox::proposed(before) } else { LineBox::new(&path, String::new()) };
        shared.open(Self { line, completing: None, names: Vec::new() });
        if !path.is_empty() {
            Checking::begin(shared, path);
        }
    }

    /// Enter: checks the file.
    fn check(&mut self, shared: &mut Shared) {
        let path = meant_path(self.line.typed());
        if path.is_empty() {
            return self.line.refuse("type the path of a file, or Esc".to_owned());
        }
        self.line = LineBox::new(&path, String::new());
        Checking::begin(shared, path);
    }

    /// Tab: completes the path as a shell does.
    fn complete(&mut self, shared: &mut Shared) {
        let typed = meant_path(self.line.typed());
        self.completing = Some((shared.ask_file(FileStep::Complete { typed: typed.clone() }), self.line.typed().to_owned()));
    }

    /// What it could be completed to. The user may have gone on typing.
    fn completed(&mut self, request: FileRequest, path: &str, names: &[String]) {
        let Some((_, typed)) = self.completing.take_if(|(asked, _)| *asked == request) else { return };
        if typed != self.line.typed() {
            return;
        }
        let problem = if names.is_empty() { "no file or folder begins like this".to_owned() } else { String::new() };
        self.line = LineBox::new(path, problem);
        // One alone is in the line.
        self.names = if names.len() > 1 { names.to_vec() } else { Vec::new() };
    }

    /// The names to choose from.
    fn names_lines(&self, shared: &Shared, columns: usize) -> Vec<Line<'static>> {
        let styled = |text: String, role| Line::from(Span::styled(text, shared.look.style(role)));
        let shown = if self.names.len() > LISTED + 1 { LISTED } else { self.names.len() };
        let line = |name: &String| styled(format!("  {}", cut_middle(&clean_line(name), columns.saturating_sub(2))), Role::Text);
        let more = self.names.len() - shown;
        let more = (more > 0).then(|| styled(format!("  and {} more", counted(more, "name")), Role::Muted));
        self.names.iter().take(shown).map(line).chain(more).collect()
    }

    fn edited(&mut self) {
        self.names.clear();
        self.completing = None;
    }
}

impl Dialog for SendFile {
    fn context(&self) -> Context {
        line_box::CONTEXT
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        match action {
            Action::Enter => Can::Do("check it"),
            Action::NextPane => Can::Do("complete"),
            Action::Back => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        match press.action {
            Some(Action::Back) => return Next::Back,
            Some(Action::Enter) => self.check(shared),
            Some(Action::NextPane) => self.complete(shared),
            Some(Action::HalfPageUp | Action::First | Action::Last) if self.line.is_empty() => {}
            _ => {
                if self.line.edit(press.key) {
                    self.edited();
                }
            }
        }
        Next::Stay
    }

    /// A file that is dropped onto a terminal arrives as its path, quoted as a shell needs it.
    fn paste(&mut self, text: &str, _shared: &mut Shared) {
        self.line.paste(&meant_path(text));
        self.edited();
    }

    fn refresh(&mut self, changed: &Changed, _shared: &mut Shared) -> Next {
        if let Some((request, FileAnswer::Completed { path, names })) = &changed.file {
            self.completed(*request, path, names);
        }
        Next::Stay
    }

    /// The cursor is where the user types.
    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let campaign = shared.campaign()?;
        let room = frame::width(area, frame::WIDEST);
        let (title, name) = super::super::widgets::question::title(shared, campaign, "Send a file of messages", area);
        let mut said = Vec::from_iter(name);
        said.push(Sentence::new("Its path. It is read and checked here first, row by row; nothing is sent yet.", Role::Text, 1));
        said.push(Sentence::new(
            "A file can be dropped onto the terminal. The first line of a CSV names recipient, language and the variables.",
            Role::Muted,
            3,
        ));
        let names = self.names_lines(shared, room);
        let problem = self.line.problem_lines(shared, room);
        let mut lines = sentences::lines(shared, said, room, usize::from(area.height).saturating_sub(4 + names.len() + problem.len()));
        let at = lines.len();
        let (line, column) = self.line.line(shared, "", room);
        lines.push(line);
        lines.extend(problem);
        lines.extend(names);
        let mut named = line_box::keys(self, shared);
        named.extend(keys::of_dialog(self, shared, [Action::NextPane]));
        lines.push(keys::line(shared, &named, room));
        Some(frame::draw(shared, buffer, area, &title, frame::WIDEST, &lines, (column, at)))
    }
}
