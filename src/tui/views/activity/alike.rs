//! What ended alike, retries and changes of messages: one line for all of them, which opens.

use std::collections::HashMap;

use super::Entry;
use crate::monitor::ActionStage;
use crate::tui::shared::{ActionRecord, ChangeRecord, Retried};

/// From so many on they have one line.
const SEVERAL: usize = 3;

/// What the lines that share one have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct End<'a> {
    /// Whether the messages that changed were retried; `None` for retries themselves.
    change: Option<Retried>,
    /// How they ended, in a word, and why.
    word: &'a str,
    why: &'a str,
}

/// Which of these lines: what is common to what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct AlikeKey {
    change: Option<Retried>,
    word: String,
    why: String,
}

/// Several that ended alike.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Alike<'a> {
    pub(super) end: End<'a>,
    pub of: AlikeOf<'a>,
    pub count: usize,
    /// Whether each has its line below it.
    pub is_open: bool,
}

/// What ended alike.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) enum AlikeOf<'a> {
    /// Retries: the one with the newest news.
    Retries(&'a ActionRecord),
    /// Messages that changed: the one that did so last, and the one that did first.
    Changes(&'a ChangeRecord, &'a ChangeRecord),
}

impl Alike<'_> {
    pub fn key(&self) -> AlikeKey {
        self.end.key()
    }
}

impl End<'_> {
    pub fn key(self) -> AlikeKey {
        AlikeKey { change: self.change, word: self.word.to_owned(), why: self.why.to_owned() }
    }
}

impl AlikeKey {
    /// Whether it is the line of what ended like this.
    pub(super) fn is(&self, end: End<'_>) -> bool {
        (self.change, self.word.as_str(), self.why.as_str()) == (end.change, end.word, end.why)
    }

    /// Whether it is a line of changes.
    pub(super) fn is_of_changes(&self) -> bool {
        self.change.is_some()
    }
}

/// How it ended, where it can share its line with others: nothing is under way, and nobody must decide.
pub(super) fn end_of<'a>(entry: &Entry<'a>) -> Option<End<'a>> {
    match entry {
        Entry::Action(record) => {
            record.subject.message()?;
            let stage = record.stage.as_ref()?;
            let is_one_of_many =
                !matches!(stage, ActionStage::UnderWay { .. } | ActionStage::GoesAgain { .. } | ActionStage::Unknown { .. });
            is_one_of_many.then(|| End { change: None, word: stage.word(), why: stage.why().map_or("", |why| &why.what) })
        }
        Entry::Change(record) => Some(end_of_change(record)),
        Entry::Alike(alike) => Some(alike.end),
        Entry::NotStarted(_) | Entry::Open(..) => None,
    }
}

/// How a message that changed ended.
pub(super) fn end_of_change(record: &ChangeRecord) -> End<'_> {
    let why = record.error.as_ref().map_or("", |error| &error.code);
    End { change: Some(record.retried()), word: record.to.word(), why }
}

/// The same lines, with one for all that ended alike, where the newest of them was; below it each, if it is opened.
pub(super) fn gathered<'a>(entries: Vec<Entry<'a>>, opened: Option<&AlikeKey>) -> Vec<Entry<'a>> {
    let mut ends: HashMap<End<'a>, Vec<Entry<'a>>> = HashMap::new();
    for entry in &entries {
        if let Some(end) = end_of(entry) {
            ends.entry(end).or_default().push(*entry);
        }
    }
    ends.retain(|_, members| members.len() >= SEVERAL);
    let mut lines = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some((end, members)) = end_of(&entry).and_then(|end| Some((end, ends.get_mut(&end)?))) else {
            lines.push(entry);
            continue;
        };
        // All of them come with the first.
        let members = std::mem::take(members);
        if let Some(of) = what(&members) {
            let is_open = opened.is_some_and(|opened| opened.is(end));
            lines.push(Entry::Alike(Alike { end, of, count: members.len(), is_open }));
            lines.extend(members.into_iter().filter(|_| is_open));
        }
    }
    lines
}

/// What lines that share one are.
fn what<'a>(members: &[Entry<'a>]) -> Option<AlikeOf<'a>> {
    if let Some(Entry::Action(newest)) = members.first() {
        return Some(AlikeOf::Retries(newest));
    }
    let changes = || members.iter().filter_map(|entry| if let Entry::Change(record) = entry { Some(*record) } else { None });
    let when = |record: &&ChangeRecord| record.ended_at.unwrap_or(record.at);
    Some(AlikeOf::Changes(changes().max_by_key(when)?, changes().min_by_key(when)?))
}
