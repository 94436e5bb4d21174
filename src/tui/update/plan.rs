//! Plans: what `r` opens, the keys of a plan of several messages or of a batch, and a person's yes.

use crate::tui::views::batches;
use crossterm::event::{KeyCode, KeyEvent};

use super::super::state::{BatchQuestion, Choice, GroupKey, NOTHING_LEFT, OldDialog, PlanQuestion, Shared, ViewKind};
use super::super::{Action, Effect, view};
use crate::action::{Agreed, ConfirmedAction};
use crate::delivery::{BatchId, MessageId, Status, grouped};
use crate::monitor::{BatchState, CampaignIndex, Command, Generation, NoticeWeight};
use crate::store::RowNumber;

/// How many messages a plan may have: several hours of retries, and as many as can be planned again
/// with every loaded page without a key waiting for it.
const LARGEST: usize = 20_000;

/// Up to how many rows of the list those that did not fail are named one by one as left out.
const LISTED_WHOLE: usize = 1_000;

impl Shared {
    /// `r`: a plan for what is marked, otherwise for what is selected. Writes nothing.
    pub(in crate::tui) fn plan_retry(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        match self.view {
            ViewKind::Batches => self.plan_batch(),
            ViewKind::Activity => self.plan_not_started(),
            ViewKind::Messages if campaign.opened.is_some() || campaign.marked.is_empty() => self.plan_one(),
            ViewKind::Failures if campaign.marked.is_empty() => self.plan_group(),
            ViewKind::Messages | ViewKind::Failures => self.plan_marked(),
        }
    }

    fn plan_marked(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        let number = campaign.marked.len();
        let mut rows: Vec<RowNumber> = campaign.marked.rows().collect();
        if number > LARGEST {
            // Of very many, only those that can be retried at all are considered.
            rows.retain(|row| campaign.store.status(*row) == Some(&Status::Failure));
        }
        // The order of the list: newest first.
        rows.sort_by_cached_key(|row| std::cmp::Reverse((campaign.store.cells(*row).created_at, *row)));
        self.ask_plan(format!("{number} marked"), &rows, false);
    }

    /// All that the list shows, whatever narrows it.
    pub(in crate::tui) fn plan_shown(&mut self) {
        self.sort_list();
        let Some(campaign) = self.campaign_mut() else { return };
        // As of now: what has left a time window since it was last shown is not retried.
        campaign.move_on();
        let shown = campaign.list.matching(&campaign.store);
        // Of many, only those that can be retried at all are considered.
        let failed = |row: &RowNumber| shown <= LISTED_WHOLE || campaign.store.status(*row) == Some(&Status::Failure);
        let rows: Vec<RowNumber> = campaign.list.rows(&campaign.store).filter(failed).collect();
        if shown == 0 {
            let what = if campaign.list.below() > 0 { "the filter hides all of these messages" } else { "the list is empty" };
            let next = format!("{} chooses another filter", self.key_for(Action::Filter));
            self.tell(NoticeWeight::Info, what, "", &next);
            return;
        }
        let which = if campaign.list.below() > 0 { "that the filter shows" } else { "shown" };
        let part = view::parts_of_batches(campaign).map(|words| format!("; {words}")).unwrap_or_default();
        self.ask_plan(format!("all {} {which}{part}", grouped(shown)), &rows, false);
    }

    fn plan_group(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.move_on();
        let Some(group) = campaign.failures.selected() else {
            self.tell(NoticeWeight::Info, "nothing has failed in the loaded range", "", "");
            return;
        };
        // Of all failures those worth a retry are ticked; the others can be included.
        let worth_retry_only = group.key == GroupKey::WorthRetry;
        let rows: Vec<RowNumber> = if worth_retry_only {
            campaign.failures.all_rows(&campaign.store).collect()
        } else {
            campaign.failures.rows_of(&campaign.store, &campaign.out_of_attempts, &group.key).collect()
        };
        let words = group.name().to_owned();
        self.ask_plan(words, &rows, worth_retry_only);
    }

    /// What was agreed to but not started, as one new plan, as far as it is loaded; where no message
    /// of it is, the next batch.
    pub(in crate::tui) fn plan_not_started(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        let rest = &campaign.not_started;
        let rows: Vec<RowNumber> = rest.messages().iter().filter_map(|message| campaign.store.row(message)).collect();
        let missing = rest.messages().len() - rows.len();
        if rest.is_empty() {
            let next = format!("{} shows the failures, {} plans them", self.key_for(Action::ShowFailures), self.key_for(Action::PlanRetry));
            self.tell(NoticeWeight::Info, NOTHING_LEFT, "", &next);
        } else if !rows.is_empty() {
            let more = if missing > 0 { format!(", {missing} not loaded yet") } else { String::new() };
            self.ask_plan(format!("not started before{more}"), &rows, false);
        } else if let Some(batch) = campaign.next_batch_left(self.now) {
            self.ask_batch(&batch);
        } else {
            self.tell(NoticeWeight::Info, "none of them is loaded yet", "", "they can be planned once they are loaded");
        }
    }

    /// Asks about these messages.
    fn ask_plan(&mut self, words: String, rows: &[RowNumber], worth_retry_only: bool) {
        if rows.len() > LARGEST {
            let what = format!("{} messages are too many for one plan", rows.len());
            self.tell(NoticeWeight::Info, &what, &format!("{LARGEST} at most"), "mark fewer, or plan by error");
            return;
        }
        let Some(campaign) = self.campaign() else { return };
        let messages: Vec<MessageId> = rows.iter().map(|row| campaign.store.id(*row)).collect();
        if let [message] = messages.as_slice() {
            self.plan_message(message.clone());
            return;
        }
        let choice = Choice { words, messages, worth_retry_only };
        let id = self.next_question();
        let Some(campaign) = self.campaign() else { return };
        let refusal = self.run_refusal(campaign);
        let question = PlanQuestion::new(id, campaign, choice, refusal, self.now);
        if question.lines.is_empty() {
            let why: Vec<String> =
                question.plan.others_left_out().iter().take(3).map(|(reason, count)| format!("{count}: {reason}")).collect();
            self.tell(NoticeWeight::Info, "there is nothing to retry", &why.join(", "), "");
            return;
        }
        self.dialog = OldDialog::Plan(Box::new(question));
    }

    fn plan_batch(&mut self) {
        match self.campaign().and_then(batches::selected) {
            Some(batch) => self.ask_batch(&batch),
            None => self.tell(NoticeWeight::Info, "no loaded message is in a batch", "", ""),
        }
    }

    /// Asks about a batch as a whole.
    fn ask_batch(&mut self, batch: &BatchId) {
        let id = self.next_question();
        let Some(campaign) = self.campaign() else { return };
        let question = BatchQuestion::new(id, campaign, batch, self.refusal(campaign), self.now);
        self.dialog = question.map_or(OldDialog::None, |question| OldDialog::Batch(Box::new(question)));
    }

    /// Keeps the batch of the open question loaded, and lets the worker stop when there is no question any
    /// more.
    pub(in crate::tui) fn keep_batch_read(&mut self) {
        let (now, id, index) = (self.now, self.next_question(), self.current);
        let OldDialog::Batch(question) = &mut self.dialog else {
            if let Some(index) = self.batch_asked.take() {
                self.effects.push(Effect::Command { campaign: CampaignIndex(index), command: Command::LeaveBatch });
            }
            return;
        };
        question.look_at(id, now);
        if !question.wants_reading(now) {
            return;
        }
        let batch = question.plan.batch.clone();
        let generation = self.next_generation();
        if let OldDialog::Batch(question) = &mut self.dialog {
            question.reading_begins(generation);
        }
        self.batch_asked = Some(index);
        self.effects.push(self.command(Command::ReadBatch { generation, batch }));
    }

    /// The progress of loading the batch of the open question.
    pub(in crate::tui) fn batch_read(&mut self, generation: Generation, state: BatchState) {
        let (now, id) = (self.now, self.next_question());
        let (OldDialog::Batch(question), Some(campaign)) = (&mut self.dialog, self.campaigns.get(self.current)) else { return };
        if !question.reading_reported(id, campaign, generation, state, now) {
            self.dialog = OldDialog::None;
        }
    }

    pub(in crate::tui) fn plan_key(&mut self, action: Action, key: KeyEvent) {
        if let OldDialog::Plan(question) = &self.dialog
            && question.list.is_some()
        {
            self.plan_list_key(action);
            return;
        }
        let typed = match &mut self.dialog {
            OldDialog::Plan(question) => &mut question.count,
            OldDialog::Batch(question) => &mut question.count,
            _ => return,
        };
        // One digit too many does not mean leaving.
        if key.code == KeyCode::Backspace && typed.rub_out() {
            return;
        }
        match action {
            Action::Back | Action::Quit => self.close_dialog(),
            Action::Help => self.open_help(),
            _ if self.asked_in_view().is_none() => {}
            Action::Agree => self.agree_to_plan(),
            Action::Enter => self.enter_plan(),
            Action::NextPane => {
                if let OldDialog::Plan(question) = &mut self.dialog {
                    question.list = Some(0);
                }
            }
            Action::Toggle => self.turn_plan_line(),
            Action::Copy => self.copy_plan(),
            Action::Export => self.export_plan(),
            _ => {
                if let (Some(steps), OldDialog::Plan(question)) = (self.steps(action), &mut self.dialog) {
                    question.go(steps);
                }
            }
        }
    }

    /// Keys while the whole list of a plan is shown: nothing is agreed to from there.
    fn plan_list_key(&mut self, action: Action) {
        let room = view::plan_list_room(self);
        let steps = self.steps(action);
        match action {
            Action::Help => return self.open_help(),
            Action::Export => return self.export_plan(),
            _ => {}
        }
        let OldDialog::Plan(question) = &mut self.dialog else { return };
        match (action, steps) {
            (Action::Back | Action::Quit | Action::NextPane | Action::Enter, _) => question.list = None,
            (_, Some(steps)) => {
                let last = question.list_len().saturating_sub(room);
                question.list = question.list.map(|scroll| scroll.min(last).saturating_add_signed(steps).min(last));
            }
            _ => {}
        }
    }

    fn turn_plan_line(&mut self) {
        let (now, id) = (self.now, self.next_question());
        let OldDialog::Plan(question) = &mut self.dialog else { return };
        if let Some(campaign) = self.campaigns.get(self.current) {
            question.turn_line(id, campaign, now);
        }
    }

    /// A key without a meaning in the table: a digit of the count.
    pub(in crate::tui) fn type_count(&mut self, key: KeyEvent) {
        let KeyCode::Char(digit) = key.code else { return };
        if self.asked_in_view().is_none() || !key.modifiers.is_empty() {
            return;
        }
        match &mut self.dialog {
            OldDialog::Plan(question) if question.list.is_none() && question.needs_count().is_some() => question.count.digit(digit),
            OldDialog::Batch(question) if question.needs_count().is_some() => question.count.digit(digit),
            _ => {}
        }
    }

    /// Whether `y` alone carries out the plan.
    pub(in crate::tui) fn plan_takes_yes(&self) -> bool {
        match &self.dialog {
            OldDialog::Plan(question) => question.list.is_none() && question.can_run() && question.needs_count().is_none(),
            OldDialog::Batch(question) => question.can_run() && question.needs_count().is_none(),
            _ => false,
        }
    }

    /// Whether typing a count carries out the plan.
    pub(in crate::tui) fn plan_takes_count(&self) -> bool {
        !self.is_plan_listed() && self.count_wanted().0.is_some()
    }

    /// Whether the typed count is right, where one is asked for.
    pub(in crate::tui) fn is_plan_agreed(&self) -> bool {
        self.count_wanted().1
    }

    /// Whether the whole list of a plan is shown.
    pub(in crate::tui) fn is_plan_listed(&self) -> bool {
        matches!(&self.dialog, OldDialog::Plan(question) if question.list.is_some())
    }

    /// What must be typed, and whether it was.
    fn count_wanted(&self) -> (Option<usize>, bool) {
        match &self.dialog {
            OldDialog::Plan(question) => (question.needs_count(), question.is_agreed()),
            OldDialog::Batch(question) => (question.needs_count(), question.is_agreed()),
            _ => (None, false),
        }
    }

    /// Enter: the count where one is asked for, otherwise the focused answer, which is "cancel".
    fn enter_plan(&mut self) {
        match self.count_wanted() {
            (None, _) => self.close_dialog(),
            (Some(_), true) => self.carry_out(),
            (Some(wanted), false) => self.say_count(wanted),
        }
    }

    /// `y`: enough where no count is asked for.
    fn agree_to_plan(&mut self) {
        match self.count_wanted() {
            (None, _) => self.carry_out(),
            (Some(wanted), _) => self.say_count(wanted),
        }
    }

    fn say_count(&mut self, wanted: usize) {
        // What was typed is not the number: it must be typed again.
        match &mut self.dialog {
            OldDialog::Plan(question) => question.count.clear(),
            OldDialog::Batch(question) => question.count.clear(),
            _ => {}
        }
        self.tell(NoticeWeight::Info, &format!("in production, type {wanted}, then Enter"), "", "");
    }

    /// A person said yes: exactly what the plan says, once.
    fn carry_out(&mut self) {
        // A plan that has become too old, or a campaign that was locked meanwhile, is asked again.
        self.refresh_question(None);
        let can_run = match &self.dialog {
            OldDialog::Plan(question) => question.can_run() && question.is_agreed(),
            OldDialog::Batch(question) => question.can_run() && question.is_agreed(),
            _ => false,
        };
        if !can_run || !self.is_agreed() {
            return;
        }
        let now = self.now;
        let agreed = match std::mem::replace(&mut self.dialog, OldDialog::None) {
            OldDialog::Plan(question) => Agreed::messages_of(question.confirm(now)),
            OldDialog::Batch(question) => question.confirm(now).map(|retry| Agreed::One(ConfirmedAction::RetryBatch(retry))),
            _ => None,
        };
        if let Some(agreed) = agreed {
            self.agreed(agreed);
        }
    }
}
