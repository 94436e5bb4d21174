//! The question before a file is sent: how many messages, at what cost, and whether the same file went before. Going back
//! leads to what would be sent.

use std::sync::Arc;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::facts;
use crate::action::{Agreed, CheckedFile, ConfirmedAction, UploadFile, UploadPlan, UploadReading};
use crate::delivery::{agreeing, clean_line, counted, full_stop};
use crate::monitor::{Command, Generation, PreparedState, ToPrepare};
use crate::tui::chrome::keys;
use crate::tui::dialogs::reread::Reread;
use crate::tui::dialogs::{Can, Changed, Dialog, Next, Press};
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::age;
use crate::tui::widgets::question::{self, Asked, Reply, Takes};
use crate::tui::widgets::sentences::Sentence;
use crate::tui::{Action, Context, Role};

pub(super) struct UploadQuestion {
    asked: Asked,
    checked: Arc<CheckedFile>,
    /// What would be sent. A yes takes it.
    plan: Option<UploadPlan>,
    /// What the campaign sent last.
    reread: Reread,
    is_production: bool,
}

impl UploadQuestion {
    pub fn open(shared: &mut Shared, checked: Arc<CheckedFile>, file: UploadFile, reading: UploadReading) {
        let asked = Asked::new(shared);
        let Some(campaign) = shared.campaign() else { return };
        let is_production = campaign.settings.host_kind.is_production();
        let mut asked = asked.with(shared.preview(campaign));
        let plan = UploadPlan::new(file, reading, shared.now);
        asked.ask_file(plan.must_be_named().then(|| plan.file().name().to_owned()));
        shared.open(Self { asked, checked, plan: Some(plan), reread: Reread::Known, is_production });
    }

    fn takes(&self) -> Takes {
        let is_ready = |plan: &&UploadPlan| self.reread.is_known() && plan.refusal().is_none();
        let Some(plan) = self.plan.as_ref().filter(is_ready) else { return Takes::Nothing };
        let rows = plan.file().rows() as usize;
        let yes = if self.is_production && rows > 1 { Takes::Count(rows) } else { Takes::Yes };
        // The campaign's name first, then the file's, and only then the yes.
        self.asked.preview_takes().or(self.asked.file_takes()).unwrap_or(yes)
    }

    /// Reads again what the campaign sent last, where the plan is too old to be agreed to.
    fn read_again(&mut self, shared: &mut Shared) {
        let Some(plan) = self.plan.as_ref().filter(|plan| self.reread.is_known() && plan.is_stale(shared.now)) else { return };
        self.reread.begin(shared, ToPrepare::Upload(plan.file().clone()));
        self.asked.again();
    }

    /// The worker's answer.
    fn answered(&mut self, answer: &(Generation, PreparedState), now: Timestamp) {
        let Some(PreparedState::Upload(reading)) = self.reread.answer(answer) else { return };
        let Some(before) = self.plan.take() else { return };
        let is_known = before.reading().accepted_at == reading.accepted_at;
        let plan = UploadPlan::new(before.file().clone(), reading, now);
        if !is_known {
            // It was accepted once more meanwhile: whoever typed its name did not know that.
            self.asked.ask_file(plan.must_be_named().then(|| plan.file().name().to_owned()));
        }
        self.plan = Some(plan);
        self.asked.again();
    }

    /// Keeps what it says true.
    fn follow(&mut self, changed: &Changed, shared: &mut Shared) -> Next {
        shared.lock_expired();
        let Some(campaign) = shared.campaign() else { return Next::Stay };
        self.asked.follow(changed, shared.preview(campaign));
        if let Some(answer) = &changed.prepared {
            self.answered(answer, shared.now);
        }
        self.read_again(shared);
        Next::Stay
    }

    fn confirm(&mut self, now: Timestamp) -> Option<Agreed> {
        let plan = self.plan.take()?;
        // Its name was typed, or the question would not have come to the yes.
        let named = self.asked.file_takes().is_none().then(|| plan.file().name().to_owned());
        let upload = plan.confirm(now, named.as_deref())?;
        Some(Agreed::One(ConfirmedAction::Upload(upload)))
    }

    /// What a person must know to decide.
    fn says(&self, shared: &Shared, campaign: &Campaign) -> Vec<Sentence> {
        let file = &self.checked;
        let dot = if shared.look.ascii { "," } else { " ·" };
        let mut said = vec![Sentence::new(format!("{}   {}", file.shown_name(), facts::size_words(file)), Role::Strong, 0)];
        said.extend(self.asked.refusal());
        if let Some(why) = self.plan.as_ref().and_then(UploadPlan::refusal) {
            said.push(Sentence::new(format!("It cannot be sent now: {why}."), Role::Warning, 0));
        }
        said.extend(self.reread.says(shared, campaign, "this campaign sent last", "Leave this"));
        let (cost, source) = facts::cost_words(campaign, file);
        said.push(Sentence::new(facts::languages_words(file, dot), Role::Text, 4));
        said.push(Sentence::new(format!("{} {cost}", facts::segments_words(file)), Role::Text, 1));
        let advice = file.advice().len();
        if advice <= FEW_REMARKS {
            said.extend(file.advice().iter().map(|advice| {
                let column = advice.column.as_ref().map(|column| format!("{}: ", clean_line(column))).unwrap_or_default();
                Sentence::new(format!("! {column}{}", full_stop(&advice.words)), Role::Warning, 3)
            }));
        } else {
            let (are, them) = (agreeing(advice, "is", "are"), agreeing(advice, "it", "them"));
            let words = format!("There {are} {} about this file: go back to read {them}.", counted(advice, "remark"));
            said.push(Sentence::new(words, Role::Warning, 3));
        }
        let stop = shared.keymap.command("stop");
        said.push(Sentence::new(
            format!("{stop} cuts the upload off until its last byte has left; after that nothing can be taken back."),
            Role::Text,
            5,
        ));
        said.push(Sentence::new(facts::QUEUE, Role::Muted, 7));
        said.extend(source.map(|words| Sentence::new(words, Role::Muted, 8)));
        if let Some(reading) = self.plan.as_ref().map(UploadPlan::reading) {
            let read = age(shared.now.duration_since(reading.asked_at));
            said.push(Sentence::new(format!("Checked against what this campaign sent up to {read} ago."), Role::Muted, 9));
        }
        said.extend(self.says_same(shared));
        said.extend(self.asked.asks_name(self.takes()));
        said
    }

    /// That the same file went before: everyone in it would get another message.
    fn says_same(&self, shared: &Shared) -> Option<Sentence> {
        let at = self.plan.as_ref()?.reading().accepted_at?;
        let ago = age(shared.time_of_day().duration_since(at));
        let at = shared.look.time(at, shared.now);
        let next = if self.takes() == Takes::FileName { " Type its name to send it again:" } else { "" };
        let words = format!("The same file was accepted at {at}, {ago} ago: everyone in it gets the message twice.{next}");
        Some(Sentence::new(words, Role::Warning, 0))
    }
}

/// So many remarks about a file have room in its question; more are read where it was checked.
const FEW_REMARKS: usize = 2;

impl Dialog for UploadQuestion {
    fn context(&self) -> Context {
        Asked::context(self.takes(), Context::Question)
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        match action {
            Action::Agree if self.takes() == Takes::Yes => Can::Do("send"),
            Action::Enter if self.takes() == Takes::Name => Can::Do("unlock it"),
            Action::Enter if self.takes() == Takes::FileName => Can::Do("go on"),
            Action::Back => Can::Do("back"),
            Action::Enter | Action::Help => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        match self.asked.reply(press, self.takes(), shared) {
            Reply::Yes => {
                let next = question::agree(self, shared, Self::follow, Self::confirm);
                if next == Next::Close {
                    shared.send(Command::LeavePrepared);
                }
                next
            }
            Reply::Cancel => {
                shared.send(Command::LeavePrepared);
                Next::Back
            }
            Reply::Done | Reply::Other(_) => Next::Stay,
        }
    }

    fn refresh(&mut self, changed: &Changed, shared: &mut Shared) -> Next {
        self.follow(changed, shared)
    }

    fn paste(&mut self, text: &str, _shared: &mut Shared) {
        self.asked.paste(text, self.takes());
    }

    fn asks(&self) -> Option<(&Asked, Takes)> {
        Some((&self.asked, self.takes()))
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let campaign = shared.campaign()?;
        let rows = self.checked.rows() as usize;
        let (title, name) = question::title(shared, campaign, &format!("Send {}", counted(rows, "message")), area);
        let mut said = Vec::from_iter(name);
        said.extend(self.says(shared, campaign));
        let lines = question::lines(shared, said, area);
        let named = match self.takes() {
            Takes::Name | Takes::FileName => question::name_keys(self, shared),
            _ => keys::of_dialog(self, shared, [Action::Agree, Action::Back]),
        };
        let answer = match self.takes() {
            Takes::Yes | Takes::Nothing => (Line::from(Span::styled(question::BACK, shared.look.style(Role::Focus))), 1),
            takes => self.asked.answer(shared, takes),
        };
        Some(question::draw(shared, buffer, area, &title, lines, answer, &named))
    }
}
