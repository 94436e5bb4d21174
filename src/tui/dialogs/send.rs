//! The form of `:send`: a number, a language and values, and below them the message as it will arrive. Nothing here sends:
//! "Review" has the worker read what went to the number, and then opens the question, whose yes is the only one.

mod draw; // how the form looks
mod fields; // what is typed
mod preview; // the text as it will arrive
mod question; // before anything is sent

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use zeroize::Zeroize as _;

pub(in crate::tui) use self::fields::SendDraft;
use self::fields::SendField;
use self::preview::TextPreview;
use self::question::{Reviewed, SendQuestion};
use super::{Can, Changed, Click, Dialog, Next, Press};
use crate::action::{Draft, DraftCheck, RemarkWeight, SendReading, TypedDraft};
use crate::delivery::{KnownTexts, Recipient, counted};
use crate::monitor::{Command, Generation, NoticeWeight, PreparedState, ToPrepare};
use crate::postman::Explanation;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::{Action, Context};

/// How long after the templates were looked for they are looked for again, where none was found and messages came in.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// How far a message is on its way to the question.
enum Phase {
    /// Being filled in.
    Filling,
    /// The worker reads what went to the number of this message.
    Reading { generation: Generation, draft: Draft, failed: Option<Explanation> },
    /// It did; the question comes when the form can be seen.
    Read(Draft, SendReading),
    /// It could not.
    Failed(Explanation),
}

pub(in crate::tui) struct SendForm {
    draft: SendDraft,
    /// What is known of the campaign's texts, as of `known_at`.
    known: KnownTexts,
    known_at: Timestamp,
    /// What is right and wrong with what was typed.
    check: DraftCheck,
    phase: Phase,
    /// The first line of the text that is shown, once it was scrolled; before that its body is.
    scroll: Option<usize>,
    /// Why not everything that was pasted is there.
    cut_off: Option<String>,
    /// One-time passwords: the values are hidden, and nothing is kept.
    is_secret: bool,
    /// Esc was pressed where it loses what was typed.
    is_leaving: bool,
}

impl Drop for SendForm {
    fn drop(&mut self) {
        wipe(&mut self.check);
    }
}

impl SendForm {
    /// Opens the form, with what was typed before and not sent.
    pub fn open(shared: &mut Shared) {
        let now = shared.now;
        let Some(campaign) = shared.campaign_mut() else { return };
        let known = campaign.store.known_texts();
        let is_secret = campaign.settings.one_time_password;
        let mut draft = campaign.draft.take().unwrap_or_else(|| SendDraft::new(&known));
        campaign.sent.forget_text();
        draft.arrange(&known);
        let check = checked(&draft, &known);
        let phase = Phase::Filling;
        shared.open(Self { draft, known, known_at: now, check, phase, scroll: None, cut_off: None, is_secret, is_leaving: false });
    }

    /// Something was typed or chosen.
    fn changed(&mut self) {
        wipe(&mut self.check);
        self.check = checked(&self.draft, &self.known);
        self.cut_off = None;
        if matches!(self.phase, Phase::Failed(_)) {
            self.phase = Phase::Filling;
        }
    }

    /// Whether a usual value may be offered: it is another person's.
    fn offers_usual(&self, campaign: &Campaign) -> bool {
        !self.is_secret && !campaign.masked
    }

    /// What the value with the focus could be, from what is usual, where the cursor is behind its text: what begins with
    /// it, or the one after it.
    fn offer(&self, campaign: &Campaign) -> Option<&str> {
        let row = self.draft.value().filter(|row| row.value.is_at_end() && self.offers_usual(campaign))?;
        let (typed, name) = (row.value.value(), row.name.value().trim());
        let (_, usual) = self.known.of(&self.draft.language)?.usual.iter().find(|(known, _)| known == name)?;
        if let Some(at) = usual.iter().position(|value| value == typed) {
            return usual.get((at + 1) % usual.len()).map(String::as_str).filter(|next| *next != typed);
        }
        usual.iter().map(String::as_str).find(|value| value.starts_with(typed))
    }

    /// The number with its country code, where the one that was typed has none and the cursor is behind it.
    fn completion(&self) -> Option<String> {
        let is_there = self.draft.focus == SendField::To && self.draft.to.is_at_end();
        let digits = self.check.completed.as_ref().filter(|_| is_there)?;
        Some(shown_number(digits))
    }

    /// Right, at the end of a field: takes what is offered there. Whether something was.
    fn take_offer(&mut self, shared: &Shared) -> bool {
        if let Some(number) = self.completion() {
            self.draft.to.replace(&number);
        } else {
            let offer = shared.campaign().and_then(|campaign| self.offer(campaign)).map(str::to_owned);
            let (Some(offer), Some(row)) = (offer, self.draft.value_mut()) else { return false };
            row.value.replace(&offer);
        }
        self.changed();
        true
    }

    /// A key that is text, or that moves within it.
    fn edit(&mut self, press: Press) {
        let edited = match self.draft.focus {
            SendField::Value(_) => self.draft.value_mut().is_some_and(|row| row.value.key(press.key)),
            _ => self.draft.line_mut().is_some_and(|line| line.key(press.key)),
        };
        if edited {
            self.changed();
        }
    }

    /// Up and down: within a value of several lines, otherwise from field to field.
    fn step_line(&mut self, down: bool, shared: &Shared) {
        let room = draw::value_room(self, shared.layout().body);
        let has_moved = self.draft.value_mut().is_some_and(|row| row.value.step(down, room));
        if !has_moved {
            self.draft.step(if down { 1 } else { -1 });
        }
    }

    fn turn_language(&mut self, steps: isize) {
        self.draft.turn_language(steps, &self.known);
        self.changed();
        self.scroll = None;
    }

    fn enter(&mut self, shared: &mut Shared) {
        match self.draft.focus {
            SendField::Review => self.review(shared),
            SendField::Add => self.draft.add(),
            _ if self.draft.value().is_some_and(fields::ValueRow::has_lines) => self.break_line(),
            _ => self.draft.step(1),
        }
    }

    fn break_line(&mut self) {
        if self.draft.value_mut().is_some_and(|row| row.value.break_line()) {
            self.changed();
        }
    }

    /// Has the worker read what went to the number; with a mistake, goes to it.
    fn review(&mut self, shared: &mut Shared) {
        let Some(draft) = self.check.draft.clone() else {
            self.draft.judge();
            let mistake = self.check.remarks.iter().find(|remark| remark.weight == RemarkWeight::Mistake);
            if let Some(spot) = mistake.and_then(|remark| self.draft.spot_of(&remark.field)) {
                self.draft.go(spot);
            }
            return;
        };
        let generation = shared.next_generation();
        shared.send(Command::Prepare { generation, what: ToPrepare::Send(draft.clone()) });
        self.phase = Phase::Reading { generation, draft, failed: None };
    }

    /// Esc: what was typed is kept until it is sent, but for one-time passwords.
    fn leave(&mut self, shared: &mut Shared) -> Next {
        if self.stop_reading(shared) {
            return Next::Stay;
        }
        if self.is_secret {
            let is_sure = std::mem::replace(&mut self.is_leaving, true);
            return if is_sure || !self.draft.has_values() { Next::Back } else { Next::Stay };
        }
        self.keep(shared);
        if !self.draft.is_empty() {
            let next = format!("{} brings it back", shared.keymap.command("send"));
            shared.tell(
                NoticeWeight::Info,
                "what you typed is kept until it is sent; a reload or the end of the program forgets it",
                "",
                &next,
            );
        }
        Next::Back
    }

    /// Keeps what was typed with its campaign, until it is sent.
    fn keep(&self, shared: &mut Shared) {
        let kept = (!self.is_secret && !self.draft.is_empty()).then(|| self.draft.copy());
        if let Some(campaign) = shared.campaign_mut() {
            campaign.draft = kept;
        }
    }

    /// Back to filling in, where the worker was asked. Whether it was.
    fn stop_reading(&mut self, shared: &mut Shared) -> bool {
        let was_reading = self.is_busy();
        if was_reading {
            self.phase = Phase::Filling;
            shared.send(Command::LeavePrepared);
        }
        was_reading
    }

    /// The worker's answer. One to an older request is dropped.
    fn answered(&mut self, answer: &(Generation, PreparedState)) {
        let (generation, draft) = match &self.phase {
            Phase::Reading { generation, draft, .. } if *generation == answer.0 => (*generation, draft.clone()),
            _ => return,
        };
        self.phase = match answer.1.clone() {
            PreparedState::Send(reading) => Phase::Read(draft, reading),
            // The answer to another question, of another generation.
            PreparedState::Upload(_) => return,
            PreparedState::Failed { why, again: true } => Phase::Reading { generation, draft, failed: Some(why) },
            PreparedState::Failed { why, again: false } => Phase::Failed(why),
        };
    }

    /// Opens the question once the form can be seen.
    fn ask(&mut self, shared: &mut Shared) {
        let is_on_top = shared.context() == Context::Form;
        if !matches!(self.phase, Phase::Read(..)) || !is_on_top {
            return;
        }
        let Phase::Read(draft, reading) = std::mem::replace(&mut self.phase, Phase::Filling) else { return };
        // The yes closes the form, and can still be taken back.
        self.keep(shared);
        let advice = self.check.remarks.iter().map(|remark| remark.words.clone()).collect();
        let reviewed = Reviewed {
            number: self.check.number.clone(),
            text: TextPreview::of(&self.known, &self.check, &self.draft.language, self.is_secret),
            is_whole: self.check.is_whole,
            size: self.check.size,
            segments: self.check.segments,
            advice,
            is_secret: self.is_secret,
        };
        SendQuestion::open(shared, reviewed, draft, reading);
    }

    /// Looks for the templates again, where none was known and messages came in. What was asked about stays as it is.
    fn look_again(&mut self, changed: &Changed, shared: &Shared) {
        let is_due =
            !self.is_busy() && self.known.is_empty() && !changed.rows.is_empty() && shared.now.duration_since(self.known_at) >= LOOK_AGAIN;
        let Some(campaign) = shared.campaign().filter(|_| is_due) else { return };
        (self.known, self.known_at) = (campaign.store.known_texts(), shared.now);
        if !self.known.is_empty() {
            self.draft.arrange(&self.known);
            self.check = checked(&self.draft, &self.known);
        }
    }

    /// Scrolls the text.
    fn scroll(&mut self, lines: isize, shared: &Shared) {
        if let Some(layout) = draw::layout(self, shared, shared.layout().body) {
            self.scroll = Some(layout.scroll.saturating_add_signed(lines).min(layout.last_scroll));
        }
    }

    /// Whether not all of the text has room.
    fn can_scroll(&self, shared: &Shared) -> bool {
        draw::layout(self, shared, shared.layout().body).is_some_and(|layout| layout.last_scroll > 0)
    }

    fn is_busy(&self) -> bool {
        matches!(self.phase, Phase::Reading { .. } | Phase::Read(..))
    }
}

impl Dialog for SendForm {
    fn context(&self) -> Context {
        Context::Form
    }

    fn can(&self, action: Action, shared: &Shared) -> Can {
        let offer = || shared.campaign().and_then(|campaign| self.offer(campaign)).is_some();
        match action {
            Action::Back | Action::Help => Can::Yes,
            _ if self.is_busy() => Can::NotHere,
            Action::NextPane | Action::PreviousPane | Action::Up | Action::Down => Can::Yes,
            Action::PageUp | Action::PageDown if self.can_scroll(shared) => Can::Do("scroll the text"),
            Action::Enter => match self.draft.focus {
                SendField::Review if self.check.draft.is_none() => Can::Do("to the mistake"),
                SendField::Review => Can::Do("review"),
                SendField::Add => Can::Do("one more value"),
                _ if self.draft.value().is_some_and(fields::ValueRow::has_lines) => Can::Do("new line"),
                _ => Can::Do("next field"),
            },
            Action::Left | Action::Right if self.draft.focus == SendField::Language => Can::Do("choose"),
            Action::Right if self.completion().is_some() => Can::Do("complete it"),
            Action::Right if offer() => Can::Do("usual value"),
            Action::LineBreak if self.draft.value().is_some_and(|row| !row.has_lines()) => Can::Yes,
            Action::Delete if self.draft.is_free && matches!(self.draft.focus, SendField::Name(_) | SendField::Value(_)) => {
                Can::Do("remove it")
            }
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        if press.action == Some(Action::Back) {
            return self.leave(shared);
        }
        if self.is_busy() {
            return Next::Stay;
        }
        self.is_leaving = false;
        match press.action {
            Some(Action::Enter) => self.enter(shared),
            Some(Action::NextPane) => self.draft.step(1),
            Some(Action::PreviousPane) => self.draft.step(-1),
            Some(Action::Up) => self.step_line(false, shared),
            Some(Action::Down) => self.step_line(true, shared),
            Some(Action::PageUp) => self.scroll(-draw::PAGE, shared),
            Some(Action::PageDown) => self.scroll(draw::PAGE, shared),
            Some(Action::Left) if self.draft.focus == SendField::Language => self.turn_language(-1),
            Some(Action::Right) if self.draft.focus == SendField::Language => self.turn_language(1),
            Some(Action::Right) if self.take_offer(shared) => {}
            Some(Action::LineBreak) => self.break_line(),
            Some(Action::Delete) => {
                if self.draft.remove() {
                    self.changed();
                }
            }
            _ => self.edit(press),
        }
        Next::Stay
    }

    fn paste(&mut self, text: &str, _shared: &mut Shared) {
        if self.is_busy() {
            return;
        }
        self.is_leaving = false;
        let before = text.trim().chars().count();
        let fits = match self.draft.focus {
            SendField::Value(_) => self.draft.value_mut().map(|row| row.value.paste(text)),
            // A number or a name has one line.
            _ => self.draft.line_mut().map(|line| line.paste(text)),
        };
        let Some(fits) = fits else { return };
        self.changed();
        if !fits {
            self.cut_off = Some(format!("Only part of the {} that were pasted had room here.", counted(before, "character")));
        }
    }

    fn hit(&self, at: Position, shared: &Shared) -> Option<usize> {
        let spot = draw::layout(self, shared, shared.layout().body)?.spot_at(at)?;
        self.draft.spots().iter().position(|known| *known == spot)
    }

    /// A click puts the focus on a field; what is behind it needs a key.
    fn click(&mut self, click: Click, _shared: &mut Shared) -> Next {
        if let Some(spot) = self.draft.spots().get(click.hit).filter(|_| !self.is_busy()) {
            self.draft.go(*spot);
        }
        Next::Stay
    }

    fn refresh(&mut self, changed: &Changed, shared: &mut Shared) -> Next {
        if let Some(answer) = &changed.prepared {
            self.answered(answer);
        }
        self.look_again(changed, shared);
        self.ask(shared);
        Next::Stay
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        Some(draw::layout(self, shared, area)?.draw(shared, buffer))
    }
}

/// What is right and wrong with what was typed. The copy that is checked is wiped.
fn checked(draft: &SendDraft, known: &KnownTexts) -> DraftCheck {
    let mut typed = draft.typed();
    let check = typed.check(known);
    let TypedDraft { to, values, .. } = &mut typed;
    to.zeroize();
    values.iter_mut().for_each(|(_, value)| value.zeroize());
    check
}

/// Overwrites what a check says in memory.
fn wipe(check: &mut DraftCheck) {
    check.text.zeroize();
    if let Some(draft) = &mut check.draft {
        draft.recipient.zeroize();
        draft.values.iter_mut().for_each(|(_, value)| value.zeroize());
    }
}

/// A number as people read it.
fn shown_number(digits: &str) -> String {
    Recipient::new(digits).shown(crate::delivery::Mask::Off)
}
