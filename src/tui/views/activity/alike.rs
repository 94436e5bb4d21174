//! Retries that ended alike: one line for all of them, which opens.

use std::collections::HashMap;

use super::Entry;
use crate::monitor::ActionStage;
use crate::tui::shared::ActionRecord;

/// From so many on they have one line.
const SEVERAL: usize = 3;

/// How retries ended: in a word, and why.
type EndWords<'a> = (&'a str, &'a str);

/// Which of these lines: what its retries have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct AlikeKey {
    word: String,
    why: String,
}

/// Retries that ended alike.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Alike<'a> {
    /// The one with the newest news.
    pub newest: &'a ActionRecord,
    pub count: usize,
    /// Whether each has its line below it.
    pub is_open: bool,
}

impl Alike<'_> {
    pub fn key(&self) -> AlikeKey {
        let (word, why) = end_of(self.newest).unwrap_or_default();
        AlikeKey { word: word.to_owned(), why: why.to_owned() }
    }
}

impl AlikeKey {
    /// Whether it is the line of those that ended like this.
    pub fn is(&self, (word, why): EndWords<'_>) -> bool {
        self.word == word && self.why == why
    }
}

/// How a message's retry ended, where it can share its line with others: nothing is under way, and nobody must decide.
pub(super) fn end_of(record: &ActionRecord) -> Option<EndWords<'_>> {
    record.subject.message()?;
    let stage = record.stage.as_ref()?;
    let is_one_of_many = !matches!(stage, ActionStage::UnderWay { .. } | ActionStage::GoesAgain { .. } | ActionStage::Unknown { .. });
    is_one_of_many.then(|| (stage.word(), stage.why().map_or("", |why| &why.what)))
}

/// The same lines, with one for all retries that ended alike, where the newest of them was; below it each, if it is
/// opened.
pub(super) fn gathered<'a>(entries: Vec<Entry<'a>>, opened: Option<&AlikeKey>) -> Vec<Entry<'a>> {
    let end = |entry: &Entry<'a>| if let Entry::Action(record) = *entry { Some((end_of(record)?, record)) } else { None };
    let mut ends: HashMap<EndWords<'a>, Vec<&'a ActionRecord>> = HashMap::new();
    for (end, record) in entries.iter().filter_map(end) {
        ends.entry(end).or_default().push(record);
    }
    ends.retain(|_, records| records.len() >= SEVERAL);
    let mut lines = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some((records, end)) = end(&entry).and_then(|(end, _)| Some((ends.get_mut(&end)?, end))) else {
            lines.push(entry);
            continue;
        };
        // All of them come with the first.
        let records = std::mem::take(records);
        if let Some(newest) = records.first() {
            let is_open = opened.is_some_and(|opened| opened.is(end));
            lines.push(Entry::Alike(Alike { newest, count: records.len(), is_open }));
            lines.extend(records.iter().filter(|_| is_open).map(|record| Entry::Action(record)));
        }
    }
    lines
}
