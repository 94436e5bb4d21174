//! What changed, what was done in this run of the program, and what the journal has open, as one
//! list.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::{ActionKey, ActionRecord, Campaign, ChangeRecord, LeftToStart, Shared};
use crate::delivery::MessageId;
use crate::monitor::OpenActionNews;
use crate::state::ActionId;

/// The key of a line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum ActivityKey {
    /// What was agreed to but not started.
    NotStarted,
    /// An action that is open in the journal.
    Open(ActionId),
    /// An action that was agreed to in this run of the program.
    Action(ActionKey),
    /// A message that changed.
    Change(MessageId),
}

/// A line of the list.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) enum Entry<'a> {
    /// What was agreed to but not started.
    NotStarted(&'a LeftToStart),
    /// An action that is open in the journal, with what this run of the program knows of it.
    Open(&'a OpenActionNews, Option<&'a ActionRecord>),
    /// An action that was agreed to in this run of the program.
    Action(&'a ActionRecord),
    /// A message that changed.
    Change(&'a ChangeRecord),
}

impl Entry<'_> {
    /// The key of the line.
    pub fn key(&self) -> ActivityKey {
        match self {
            Entry::NotStarted(_) => ActivityKey::NotStarted,
            Entry::Open(open, _) => ActivityKey::Open(open.action),
            Entry::Action(record) => ActivityKey::Action(record.key().clone()),
            Entry::Change(record) => ActivityKey::Change(record.message.clone()),
        }
    }

    /// Whether it is the line with this key.
    fn is(&self, key: &ActivityKey) -> bool {
        match (self, key) {
            (Entry::NotStarted(_), ActivityKey::NotStarted) => true,
            (Entry::Open(open, _), ActivityKey::Open(action)) => open.action == *action,
            (Entry::Action(record), ActivityKey::Action(action)) => record.key() == action,
            (Entry::Change(record), ActivityKey::Change(message)) => record.message == *message,
            _ => false,
        }
    }

    /// When the newest report about it came.
    pub fn at(&self) -> Timestamp {
        match self {
            // It comes before everything else until it is dealt with.
            Entry::NotStarted(_) => Timestamp::MAX,
            Entry::Open(open, record) => record.map_or(open.planned_at, |record| record.at),
            Entry::Action(record) => record.at,
            Entry::Change(record) => record.at,
        }
    }

    /// Whether a person must decide about it.
    pub fn needs_person(&self) -> bool {
        match self {
            Entry::NotStarted(_) => true,
            Entry::Open(open, _) => open.look_up_at.is_none() && !open.elsewhere,
            Entry::Action(record) => record.needs_person(),
            Entry::Change(_) => false,
        }
    }

    /// Whether it is an action, and not just a change that was seen.
    pub fn is_action(&self) -> bool {
        !matches!(self, Entry::Change(_))
    }
}

impl Campaign {
    /// The list: what needs a person, then everything else, newest first. An action that the
    /// journal has open appears once.
    pub fn activity(&self) -> Vec<Entry<'_>> {
        let mut entries: Vec<Entry<'_>> = self.actions_of(self.actions.iter()).chain(self.changes.iter().map(Entry::Change)).collect();
        entries.sort_by_key(|entry| (!entry.needs_person(), Reverse(entry.at())));
        entries
    }

    /// What was not started, what the journal has open, and of these actions the others.
    fn actions_of<'a>(&'a self, records: impl Iterator<Item = &'a ActionRecord>) -> impl Iterator<Item = Entry<'a>> {
        let not_started = Some(&self.not_started).filter(|rest| !rest.is_empty()).map(Entry::NotStarted);
        let known = |open: &OpenActionNews| open.kind.message().and_then(|message| self.actions.of(message));
        let open = self.actions.open().iter().map(move |open| Entry::Open(open, known(open)));
        let others = records.filter(|record| !self.actions.is_open(&record.subject)).map(Entry::Action);
        not_started.into_iter().chain(open).chain(others)
    }

    /// The first line of the list, where that needs a person. It is asked while the user types a command, so the
    /// list is not made for it.
    fn first_for_person(&self) -> Option<Entry<'_>> {
        self.actions_of(self.actions.for_person()).filter(Entry::needs_person).min_by_key(|entry| Reverse(entry.at()))
    }

    /// The index of the cursor in the list.
    pub fn activity_index(&self, entries: &[Entry<'_>]) -> usize {
        self.activity_cursor.as_ref().and_then(|key| entries.iter().position(|entry| entry.is(key))).unwrap_or(0)
    }

    /// How many lines the list has.
    pub fn activity_len(&self) -> usize {
        let actions = usize::from(!self.not_started.is_empty()) + self.actions.open().len() + self.actions.len();
        actions - self.actions.open_here() + self.changes.len()
    }
}

impl Shared {
    /// Where an outcome needs a person: in the campaign on the screen, otherwise in the next one
    /// shown.
    pub(in crate::tui) fn next_for_person(&self) -> Option<(usize, ActivityKey)> {
        let indices = std::iter::once(self.current).chain(self.order().iter().copied().filter(|index| *index != self.current));
        indices.into_iter().find_map(|index| Some((index, self.campaigns.get(index)?.first_for_person()?.key())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{ActionNumber, Subject};
    use crate::monitor::{ActionNews, ActionStage};
    use crate::postman::Explanation;
    use crate::tui::state::campaign::tests::campaign;

    #[test]
    fn what_needs_a_person_first_is_the_first_line_of_the_list() {
        let why = || Explanation::new("w", "", "");
        let unknown = || ActionStage::Unknown { why: why(), look_up_at: None };
        let subject = |name: &str| Subject::Message(MessageId::new(name));
        let mut campaign = campaign();
        let steps = [("a", ActionStage::Accepted), ("b", unknown()), ("c", unknown()), ("d", ActionStage::Accepted), ("c", unknown())];
        let mut firsts = Vec::new();
        for (number, (name, stage)) in (0_u32..).zip(steps) {
            let at = Timestamp::from_second(1_900_000_000 + i64::from(number)).unwrap();
            let number = Some(ActionNumber(u64::from(number)));
            campaign.actions.note(ActionNews { number, action: None, subject: subject(name), stage, at });
            let first = campaign.first_for_person().map(|entry| entry.key());
            assert_eq!(first, campaign.activity().first().filter(|entry| entry.needs_person()).map(Entry::key));
            firsts.push(first);
        }
        assert!(firsts[0].is_none() && firsts[1] != firsts[2] && firsts[2] == firsts[3] && firsts[3] != firsts[4], "{firsts:?}");
        campaign.note_rest([subject("e")]);
        campaign.actions.note(ActionNews {
            number: None,
            action: None,
            subject: subject("c"),
            stage: ActionStage::Accepted,
            at: campaign.now,
        });
        assert_eq!(campaign.first_for_person().map(|entry| entry.key()), campaign.activity().first().map(Entry::key));
    }
}
