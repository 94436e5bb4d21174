//! Keys in the view of changes and actions, and in the menu for an unknown outcome.

use super::super::Action;
use super::super::state::{ActivityKey, Drilled, Entry, OldDialog, OpenQuestion, OpenedFrom, Resolve, ResolveLine, Shared, ViewKind};
use crate::action::Subject;
use crate::delivery::{BatchId, MessageId, agreeing, counted};
use crate::monitor::{Command, NotStarted, NoticeWeight};
use crate::state::ActionState;

/// What Enter does with a line.
enum Opening {
    /// Plans what was not started.
    Plan,
    /// Opens the menu of an unknown outcome.
    Menu(Resolve),
    /// Opens the message.
    Message(MessageId),
    /// Shows the batch.
    Batch(BatchId),
    /// Says why there is nothing to open.
    Nothing(&'static str),
}

impl Shared {
    pub(in crate::tui) fn activity_key(&mut self, action: Action) {
        match action {
            Action::Enter => self.open_entry(),
            Action::Clear => self.leave_activity(),
            Action::Back | Action::Quit => {
                self.step_back();
            }
            _ => match self.steps(action) {
                Some(steps) => self.go_activity(steps),
                None => {
                    self.common_key(action);
                }
            },
        }
    }

    /// `:resolve`: to the first outcome that needs a person, wherever that is.
    pub(in crate::tui) fn go_to_open(&mut self) {
        let Some((index, key)) = self.next_for_person() else { return };
        let from = Some(self.origin()).filter(|from| *from != OpenedFrom::Pane(ViewKind::Activity) && index == self.current);
        if index != self.current {
            self.show_campaign(index);
        }
        self.show_view(ViewKind::Activity);
        self.came_from = from;
        if let Some(campaign) = self.campaign_mut() {
            campaign.activity_cursor = Some(key);
        }
    }

    pub(in crate::tui) fn go_activity(&mut self, steps: isize) {
        let Some(campaign) = self.campaign_mut() else { return };
        let entries = campaign.activity();
        let index = campaign.activity_index(&entries).saturating_add_signed(steps).min(entries.len().saturating_sub(1));
        // At the top it follows the newest.
        campaign.activity_cursor = entries.get(index).map(Entry::key).filter(|_| index > 0);
    }

    fn open_entry(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        let entries = campaign.activity();
        let opening = match entries.get(campaign.activity_index(&entries)) {
            None => return,
            Some(Entry::NotStarted(_)) => Opening::Plan,
            Some(Entry::Open(open, _)) if open.elsewhere => Opening::Nothing("another process is following it"),
            Some(Entry::Open(open, _)) if open.state == ActionState::Unknown => Opening::Menu(Resolve::new(open.action, open.kind.about())),
            Some(Entry::Open(open, _)) => match (open.kind.message(), open.kind.batch()) {
                (Some(message), _) => Opening::Message(message.clone()),
                (_, Some(batch)) => Opening::Batch(batch.clone()),
                (None, None) => Opening::Nothing("there is nothing more to see of it"),
            },
            Some(Entry::Action(record)) => match &record.subject {
                Subject::Message(message) => Opening::Message(message.clone()),
                Subject::Batch(batch) => Opening::Batch(batch.clone()),
            },
            Some(Entry::Change(record)) => Opening::Message(record.message.clone()),
        };
        match opening {
            Opening::Plan => self.plan_not_started(),
            Opening::Menu(menu) => self.dialog = OldDialog::Resolve(Box::new(menu)),
            Opening::Message(message) => self.open_message(&message),
            Opening::Batch(batch) => {
                if let Some(campaign) = self.campaign_mut() {
                    campaign.batch_cursor = Some(batch);
                }
                self.show_view(ViewKind::Batches);
                self.came_from = Some(OpenedFrom::Pane(ViewKind::Activity));
            }
            Opening::Nothing(why) => self.tell(NoticeWeight::Info, why, "", ""),
        }
    }

    /// Shows a message in the list and opens it.
    fn open_message(&mut self, message: &MessageId) {
        let Some(campaign) = self.campaign() else { return };
        let Some(row) = campaign.store.row(message) else {
            // What was seen to change was loaded then.
            if campaign.changes.iter().any(|change| change.message == *message) {
                let next = "`max_messages` in the configuration allows more";
                self.tell(NoticeWeight::Info, "this message is no longer loaded", "the oldest ones were dropped", next);
            } else {
                self.tell(NoticeWeight::Info, "this message is not loaded yet", "", "");
            }
            return;
        };
        // Whatever the list is narrowed to, the message must be in it.
        let is_shown = self.campaign().is_some_and(|campaign| campaign.list.position(&campaign.store, row).is_some());
        if !is_shown {
            self.clear();
        }
        self.show_view(ViewKind::Messages);
        let height = self.list_height();
        if let Some(campaign) = self.campaign_mut()
            && let Some(index) = campaign.list.position(&campaign.store, row)
        {
            campaign.list.go(&campaign.store, index, height);
            campaign.drilled = Some(Drilled { from: OpenedFrom::Pane(ViewKind::Activity), before: campaign.choice.clone() });
        }
        self.open_detail();
        if let Some(opened) = self.campaign_mut().and_then(|campaign| campaign.opened.as_mut()) {
            opened.is_of_a_line = true;
        }
    }

    /// Keys in the menu of an unknown outcome, and in its question.
    pub(in crate::tui) fn resolve_key(&mut self, action: Action) {
        let id = self.next_question();
        let is_agreed = self.is_agreed();
        let steps = self.menu_steps(action);
        let OldDialog::Resolve(resolve) = &mut self.dialog else { return };
        match (action, &resolve.asking) {
            (Action::Help, _) => self.open_help(),
            // In the question every way out goes back to the menu, and only `y` gives the verdict.
            (Action::Back | Action::Quit | Action::Enter, Some(_)) => resolve.asking = None,
            (Action::Agree, Some((went, _))) if is_agreed => {
                let command = Command::Resolve { action: resolve.action, went: *went };
                self.dialog = OldDialog::None;
                self.effects.push(self.command(command));
            }
            (_, Some(_)) => {}
            (Action::Back | Action::Quit, None) => self.close_dialog(),
            (Action::Enter, None) => match resolve.line() {
                ResolveLine::LookUp => {
                    let command = Command::LookUp(resolve.action);
                    self.dialog = OldDialog::None;
                    self.effects.push(self.command(command));
                    self.tell(NoticeWeight::Info, "it is being looked up again", "", "");
                }
                ResolveLine::Went => resolve.asking = Some((true, OpenQuestion::new(id))),
                ResolveLine::DidNot => resolve.asking = Some((false, OpenQuestion::new(id))),
            },
            (_, None) => {
                if let Some(steps) = steps {
                    resolve.go(steps);
                }
            }
        }
    }

    /// Closes the menu of an action that has been resolved meanwhile.
    pub(in crate::tui) fn refresh_resolve(&mut self) {
        let OldDialog::Resolve(resolve) = &self.dialog else { return };
        let is_open = self.campaign().is_some_and(|campaign| campaign.actions.open().iter().any(|open| open.action == resolve.action));
        if !is_open {
            self.dialog = OldDialog::None;
            self.tell(NoticeWeight::Info, "its outcome is known by now", "", "");
        }
    }

    /// What an earlier run of the program did not start: kept until it is planned again, with the
    /// cursor of the activity on it.
    pub(in crate::tui) fn note_not_started(&mut self, index: usize, left: NotStarted) {
        let Some(campaign) = self.campaigns.get_mut(index) else { return };
        campaign.note_rest(left.messages.into_iter().map(Subject::Message).chain(left.batches.into_iter().map(Subject::Batch)));
        campaign.activity_cursor = Some(ActivityKey::NotStarted);
        let (count, name) = (campaign.not_started.len(), campaign.settings.name.clone());
        let (retries, them) = (counted(count, "retry"), agreeing(count, "it", "them"));
        let what = format!("{retries} not started by an earlier run: {} plans {them}", self.keymap.command("rest"));
        self.tell(NoticeWeight::Warning, &what, &format!("{name}, nothing was sent for {them}"), "");
    }
}
