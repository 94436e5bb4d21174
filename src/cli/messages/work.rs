//! Pages on their way to the output, and the summary at the end.

use std::collections::HashSet;
use std::io::{BufWriter, Stdout};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::context::{counted, grouped};
use super::super::moment::back_to;
use super::super::number::did_not_search;
use super::super::progress::ProgressLine;
use super::super::window::{NOT_GIVEN, loaded_back_to};
use super::super::{EarlyExit, Failure};
use super::criteria::{Fit, MessageFilter, SeenValues};
use super::output::{MessageWriter, value_names};
use super::unread;
use crate::delivery::{BatchId, Message, MessageId, agreeing};
use crate::monitor::Pages;
use crate::postman::PageAnswer;
use crate::postman::record::Field;
use crate::store::{AnswerKind, Store};

/// What has been loaded.
#[derive(Debug, Default)]
pub(super) struct LoadTotals {
    messages: usize,
    pub written: usize,
    bad: usize,
    /// Messages to other numbers that the server gave although one number was requested.
    others: usize,
    /// Those that would be listed if the deciding time were given.
    untimed: usize,
    oldest: Option<Timestamp>,
    pub seen: SeenValues,
    pub end: Option<ReadEnd>,
    /// Template values that were requested by name and that no message has had so far.
    pub missing: Vec<String>,
}

/// Why loading stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadEnd {
    /// There is nothing older.
    List,
    /// All older messages are outside the window.
    Window,
    /// The limit is reached, and there may be more.
    Limit,
}

impl LoadTotals {
    /// Nothing yet, for these fields.
    pub fn wanting(fields: &[Field]) -> Self {
        Self { missing: fields.iter().filter_map(Field::value).map(str::to_owned).collect(), ..Self::default() }
    }

    /// Whether none is listed while some, any of which might match, could not be read.
    pub fn is_nothing_known(&self) -> bool {
        self.written == 0 && self.bad > 0
    }

    /// The sentence at the end: how many of how many, and how far back.
    pub fn summary(&self, wanted: &MessageFilter, limit: usize, masked: bool, zone: &TimeZone) -> String {
        let of = if wanted.is_all() { String::new() } else { format!(" of {} loaded", grouped(self.messages)) };
        let mut line = counted(self.written, "message") + &of;
        match self.end {
            Some(ReadEnd::Limit) if limit == 0 => line.push_str(": --limit 0 asks for none."),
            Some(ReadEnd::Limit) if wanted.is_all() => line.push_str(&format!(", the newest; --limit {limit} leaves out the older ones.")),
            Some(ReadEnd::Limit) => {
                let back = back_to(self.oldest, zone);
                line.push_str(&format!("{back}; --limit {limit} stops there, and there may be more."));
            }
            Some(ReadEnd::Window) => {
                let back = loaded_back_to(&wanted.window, self.oldest, false, zone).unwrap_or_default();
                line.push_str(&format!(". {back}"));
            }
            Some(ReadEnd::List) | None => line.push('.'),
        }
        if self.untimed > 0 {
            line.push_str(&format!(" Left out, {NOT_GIVEN}: {}.", counted(self.untimed, "message")));
        }
        if self.bad > 0 {
            let are_not = agreeing(self.bad, "is not", "are not");
            line.push_str(&format!(" {} could not be read and {are_not} listed.", counted(self.bad, "row")));
        }
        if self.others > 0 {
            line.push(' ');
            line.push_str(&did_not_search(self.others));
        }
        if masked && self.written > 0 {
            line.push_str(" Recipients and texts are masked: --reveal shows them.");
        }
        line
    }
}

/// The pages on their way to the output.
pub(super) struct Work {
    /// The batch whose messages they are; `None` for the campaign's.
    pub batch: Option<BatchId>,
    pub wanted: MessageFilter,
    pub limit: usize,
    pub progress: ProgressLine,
    pub zone: TimeZone,
    pub loaded: LoadTotals,
}

impl Work {
    /// Writes messages as they come in, each once.
    pub async fn stream(&mut self, pages: &mut Pages<'_>, output: &mut MessageWriter<BufWriter<Stdout>>) -> Result<(), EarlyExit> {
        let mut seen: HashSet<MessageId> = HashSet::new();
        while let Some(answer) = self.next(pages).await? {
            let mut more = false;
            for message in answer.rows.iter().map(Message::from_row) {
                if seen.insert(message.id.clone()) && self.takes(&message) {
                    more |= output.written() >= self.limit;
                    if !more {
                        output.message(&message)?;
                    }
                }
            }
            self.note(&answer, seen.len());
            self.note_limit(output.written(), more, pages);
            output.flush()?;
        }
        output.finish()?;
        self.loaded.written = output.written();
        Ok(())
    }

    /// Loads all messages first.
    pub async fn collect(&mut self, pages: &mut Pages<'_>) -> Result<Store, EarlyExit> {
        let mut store = Store::new();
        let kind = self.batch.clone().map_or(AnswerKind::List, AnswerKind::Batch);
        let mut wanted = 0;
        while let Some(answer) = self.next(pages).await? {
            let merged = store.merge(&answer.rows, &kind, answer.asked_at);
            for row in merged.added {
                wanted += usize::from(self.takes(&store.message(row)));
            }
            self.note(&answer, store.len());
            self.note_limit(wanted, wanted > self.limit, pages);
        }
        Ok(store)
    }

    /// Whether a message that has just been loaded is selected.
    fn takes(&mut self, message: &Message) -> bool {
        self.loaded.seen.note(message);
        self.loaded.missing.retain(|wanted| !message.values.iter().flatten().any(|(name, _)| name == wanted));
        let fit = self.wanted.fit(message);
        self.loaded.untimed += usize::from(fit == Fit::NotGiven);
        fit == Fit::Yes
    }

    /// The names of all values, in order of appearance.
    pub fn value_names(&self, store: &Store) -> Vec<String> {
        value_names(self.chosen(store))
    }

    pub fn write(&mut self, store: &Store, output: &mut MessageWriter<BufWriter<Stdout>>) -> Result<(), EarlyExit> {
        for message in self.chosen(store) {
            output.message(&message)?;
        }
        output.finish()?;
        self.loaded.written = output.written();
        Ok(())
    }

    fn chosen<'a>(&'a self, store: &'a Store) -> impl Iterator<Item = Message> + 'a {
        store.rows().map(|row| store.message(row)).filter(|message| self.wanted.fit(message) == Fit::Yes).take(self.limit)
    }

    /// The next page, unless no more is needed.
    async fn next(&mut self, pages: &mut Pages<'_>) -> Result<Option<PageAnswer>, Failure> {
        if self.limit == 0 {
            self.loaded.end = Some(ReadEnd::Limit);
        }
        if self.loaded.end.is_some() {
            return Ok(None);
        }
        let answer = pages.next().await.map_err(|error| unread(error, self.batch.as_ref()))?;
        if answer.is_none() {
            self.loaded.end = Some(ReadEnd::List);
        }
        Ok(answer)
    }

    fn note(&mut self, answer: &PageAnswer, messages: usize) {
        let rows = &answer.rows;
        let created = || rows.iter().filter_map(|row| row.created_at().value());
        let last = created().next_back();
        self.loaded.oldest = created().chain(self.loaded.oldest).min();
        self.loaded.messages = messages;
        self.loaded.bad += answer.unreadable();
        self.loaded.others += answer.beside.others;
        if last.is_some_and(|last| self.wanted.window.is_past(last)) {
            self.loaded.end = Some(ReadEnd::Window);
        }
        self.progress.loaded(messages, self.loaded.oldest, &self.zone);
    }

    /// The limit is reached. `more` says that there are more among what was loaded.
    fn note_limit(&mut self, found: usize, more: bool, pages: &Pages<'_>) {
        if more || (found >= self.limit && self.loaded.end.is_none() && !pages.are_over()) {
            self.loaded.end = Some(ReadEnd::Limit);
        }
    }
}
