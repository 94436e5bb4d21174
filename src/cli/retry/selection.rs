//! Which messages to retry: named ones, failures by their properties, or a batch as a whole.

use std::collections::HashSet;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::super::Failure;
use super::super::context::counted;
use super::super::messages::{MessageFilter, StatusArgument, looked_for};
use super::super::moment::shown;
use super::super::window::{AttemptWindow, WindowOptions};
use super::RetryArguments;
use crate::delivery::{BatchId, MessageId, RecipientQuery, Status, clean_line};

/// The oldest last attempt of a failure that is selected by default: older texts may be out of date.
const USUAL_HOURS: i64 = 24;

/// The selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Selection {
    /// These messages, each once.
    Named(Vec<MessageId>),
    /// The matching failures.
    Failures(FailureSelection),
    /// All failures of a batch, with one call.
    WholeBatch(BatchId),
}

/// Failures by their properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FailureSelection {
    /// Only of this batch.
    pub batch: Option<BatchId>,
    /// Only recipients that contain this.
    pub search: Option<RecipientQuery>,
    /// Only failed messages, with these codes and times.
    pub wanted: MessageFilter,
    /// Whether the default of the last 24 hours applies.
    pub is_usual: bool,
}

impl Selection {
    /// The selection that the arguments mean.
    ///
    /// # Errors
    /// Nothing is selected, or the options contradict each other.
    pub fn of(arguments: &RetryArguments, history: Duration, zone: &TimeZone, now: Timestamp) -> Result<Self, Failure> {
        let failures = arguments.failed || !arguments.error.is_empty();
        if !arguments.message.is_empty() {
            return named(arguments, failures);
        }
        if failures {
            return Ok(Selection::Failures(failures_of(arguments, history, zone, now)?));
        }
        let narrowing = narrowed_by(arguments);
        match (&arguments.batch, narrowing) {
            (Some(_), Some(option)) => {
                let what = format!("`--batch` with `{option}` is ambiguous.");
                let next = "Add `--failed` or `--error CODE` to retry single messages of the batch, or give `--batch ID` alone to retry it as a whole.";
                Err(Failure::usage(what, next))
            }
            (Some(batch), None) => Ok(Selection::WholeBatch(BatchId::new(id("--batch", batch)?))),
            (None, Some(option)) => {
                let next = "Add `--failed`, or `--error CODE`, to say which of them.";
                Err(Failure::usage(format!("`{option}` alone chooses nothing."), next))
            }
            (None, None) => {
                let next =
                    "Say what is to be retried: `--message ID`, `--failed`, `--error CODE`, or `--batch ID`. `--dry-run` shows the plan.";
                Err(Failure::usage("Nothing is selected.", next))
            }
        }
    }

    /// The selection in words.
    pub fn words(&self, zone: &TimeZone) -> String {
        match self {
            Selection::Named(messages) => counted(messages.len(), "named message"),
            Selection::WholeBatch(batch) => format!("all failures of batch {batch}"),
            Selection::Failures(failures) => failures.words(zone),
        }
    }
}

impl FailureSelection {
    fn words(&self, zone: &TimeZone) -> String {
        let mut words = "failures".to_owned();
        if !self.wanted.errors.is_empty() {
            let codes: Vec<String> = self.wanted.errors.iter().map(|code| clean_line(code).into_owned()).collect();
            words.push_str(&format!(" with {}", codes.join(" or ")));
        }
        if let Some(batch) = &self.batch {
            words.push_str(&format!(" of batch {batch}"));
        }
        if self.search.is_some() {
            words.push_str(" of the recipients searched for");
        }
        if let Some(since) = self.wanted.window.since {
            words.push_str(&format!(" since {}", shown(since, zone)));
        }
        if let Some(until) = self.wanted.window.until {
            words.push_str(&format!(" until {}", shown(until, zone)));
        }
        words
    }
}

/// Named messages allow no other selection.
fn named(arguments: &RetryArguments, failures: bool) -> Result<Selection, Failure> {
    let by_state = arguments.failed.then_some("--failed").or(failures.then_some("--error"));
    let other = by_state.or(arguments.batch.is_some().then_some("--batch")).or(narrowed_by(arguments));
    if let Some(option) = other {
        let what = format!("`--message` names what is retried; `{option}` would choose something else.");
        return Err(Failure::usage(what, "Give one or the other."));
    }
    let mut known = HashSet::new();
    let named = arguments.message.iter().map(|message| id("--message", message).map(MessageId::new));
    let messages: Vec<MessageId> = named.collect::<Result<_, _>>()?;
    Ok(Selection::Named(messages.into_iter().filter(|message| known.insert(message.clone())).collect()))
}

/// The first option that only narrows a selection.
fn narrowed_by(arguments: &RetryArguments) -> Option<&'static str> {
    let since = arguments.since.is_some().then_some("--since");
    since.or(arguments.until.is_some().then_some("--until")).or(arguments.search.is_some().then_some("--search"))
}

fn failures_of(arguments: &RetryArguments, history: Duration, zone: &TimeZone, now: Timestamp) -> Result<FailureSelection, Failure> {
    let usual = Some(SignedDuration::from_hours(USUAL_HOURS));
    let asked = WindowOptions { since: arguments.since.as_deref(), until: arguments.until.as_deref(), usual };
    let window = AttemptWindow::asked(asked, history, zone, now)?;
    let batch = arguments.batch.as_deref().map(|batch| id("--batch", batch).map(BatchId::new)).transpose()?;
    let window = if batch.is_some() { window.whole() } else { window };
    let typed = arguments.search.as_deref().map(RecipientQuery::parse_open);
    Ok(FailureSelection {
        batch,
        search: typed.map(|typed| looked_for(Some("--search"), typed)).transpose()?,
        wanted: MessageFilter {
            statuses: vec![StatusArgument::Known(Status::Failure)],
            errors: arguments.error.clone(),
            window,
            ..MessageFilter::default()
        },
        is_usual: arguments.since.is_none(),
    })
}

/// An id that is not empty.
fn id<'a>(option: &str, text: &'a str) -> Result<&'a str, Failure> {
    let id = text.trim();
    if id.is_empty() {
        return Err(Failure::usage(format!("`{option}` needs an id."), "`postwatch messages` lists them."));
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::super::super::Exit;
    use super::*;
    use clap::Parser as _;
    use rstest::rstest;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        retry: RetryArguments,
    }

    fn now() -> Timestamp {
        "2026-11-24T04:00:00Z".parse().unwrap()
    }

    fn selected(options: &[&str]) -> Result<Selection, Failure> {
        let line = Line::try_parse_from(["retry", "Clinic"].iter().chain(options)).unwrap();
        Selection::of(&line.retry, Duration::from_secs(72 * 3600), &TimeZone::UTC, now())
    }

    #[rstest]
    #[case::nothing(&[], "Nothing is selected")]
    #[case::useless_alone(&["--include-useless"], "Nothing is selected")]
    #[case::since_alone(&["--since", "2h"], "`--since` alone chooses nothing")]
    #[case::search_alone(&["--search", "6580"], "`--search` alone chooses nothing")]
    #[case::part_of_a_batch(&["--batch", "b", "--until", "2h"], "`--batch` with `--until` is ambiguous")]
    #[case::named_and_failed(&["--message", "m", "--failed"], "`--message` names what is retried; `--failed` would choose something else")]
    #[case::named_and_batch(&["--message", "m", "--batch", "b"], "`--message` names what is retried; `--batch` would choose something else")]
    #[case::named_and_since(&["--message", "m", "--since", "2h"], "`--message` names what is retried; `--since` would choose something else")]
    #[case::no_id(&["--message", " "], "`--message` needs an id")]
    #[case::no_time(&["--failed", "--until", "2d"], "There is no time between `--since` and `--until`")]
    #[case::no_number(&["--failed", "--search", "6.58E+09"], "`--search` cannot look for this: rounded by a spreadsheet: the last digits are lost")]
    #[case::hidden_search(&["--failed", "--search", "65∙∙∙∙1234"], "`--search` cannot look for this: partly hidden: give the whole number, or only its visible digits")]
    #[case::short_search(&["--failed", "--search", "6"], "`--search` needs at least 3 digits or letters")]
    fn what_makes_no_sense(#[case] options: &[&str], #[case] what: &str) {
        let failure = selected(options).unwrap_err();
        assert_eq!((failure.text.what.as_str(), failure.exit), (what, Exit::Usage));
        assert!(!failure.text.next.is_empty());
    }

    #[rstest]
    #[case(&["--message", "m", "--message", "n", "--message", " m "], "2 named messages")]
    #[case(&["--batch", "b"], "all failures of batch b")]
    #[case(&["--failed"], "failures since 23 Nov 2026 04:00:00")]
    #[case(&["--failed", "--since", "2020-01-01", "--until", "2020-01-01"], "failures since 1 Jan 2020 00:00:00 until 2 Jan 2020 00:00:00")]
    #[case(&["--error", "x", "--failed", "--error", "y", "--batch", "b"], "failures with x or y of batch b since 23 Nov 2026 04:00:00")]
    #[case(&["--failed", "--search", "6580001234"], "failures of the recipients searched for since 23 Nov 2026 04:00:00")]
    fn what_is_meant(#[case] options: &[&str], #[case] words: &str) {
        assert_eq!(selected(options).unwrap().words(&TimeZone::UTC), words);
    }
}
