//! What changed, what was done in this run of the program, and what the journal has open, as one
//! list.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{ActionKey, ActionRecord, Campaign, ChangeRecord, LeftToStart, State};
use crate::action::Subject;
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
        let open = self.actions.open();
        let is_open = self.open_subjects();
        let mut entries: Vec<Entry<'_>> = Vec::new();
        if !self.not_started.is_empty() {
            entries.push(Entry::NotStarted(&self.not_started));
        }
        entries.extend(open.iter().map(|open| Entry::Open(open, open.kind.message().and_then(|message| self.actions.of(message)))));
        entries.extend(self.actions.iter().filter(|record| !is_open.contains(&record.subject)).map(Entry::Action));
        entries.extend(self.changes.iter().map(Entry::Change));
        entries.sort_by_key(|entry| (!entry.needs_person(), std::cmp::Reverse(entry.at())));
        entries
    }

    /// The index of the cursor in the list.
    pub fn activity_index(&self, entries: &[Entry<'_>]) -> usize {
        self.activity_cursor.as_ref().and_then(|key| entries.iter().position(|entry| entry.is(key))).unwrap_or(0)
    }

    /// How many lines the list has.
    pub fn activity_len(&self) -> usize {
        let both = self.open_subjects().iter().filter(|subject| self.actions.on(subject).is_some()).count();
        let actions = usize::from(!self.not_started.is_empty()) + self.actions.open().len() + self.actions.len() - both;
        actions + self.changes.len()
    }

    /// What the actions are about that are open in the journal.
    fn open_subjects(&self) -> HashSet<Subject> {
        self.actions.open().iter().filter_map(|open| Subject::of(&open.kind)).collect()
    }
}

impl State {
    /// Where an outcome needs a person: in the campaign on the screen, otherwise in the next one
    /// shown.
    pub(in crate::tui) fn next_for_person(&self) -> Option<(usize, ActivityKey)> {
        let indices = std::iter::once(self.current).chain(self.order().iter().copied().filter(|index| *index != self.current));
        indices.filter_map(|index| Some((index, self.campaigns.get(index)?))).find_map(|(index, campaign)| {
            let entry = campaign.activity().into_iter().find(|entry| entry.is_action() && entry.needs_person())?;
            Some((index, entry.key()))
        })
    }
}
