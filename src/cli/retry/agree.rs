//! Whether a retry is confirmed: counts, and the question on a terminal.

use jiff::Timestamp;

use super::super::action::{self, is_yes};
use super::super::campaigns::ConfiguredCampaign;
use super::super::context::{CommandContext, counted, grouped};
use super::super::{Exit, Failure};
use super::choose::Chosen;
use super::plan_text::announcement;
use super::{PAST, RetryArguments};

/// Whether the plan has the expected number of messages, and whether a number was given in
/// production.
///
/// # Errors
/// A different number, or none where one is needed.
pub(super) fn expected(chosen: &Chosen, campaign: &ConfiguredCampaign, arguments: &RetryArguments) -> Result<(), Failure> {
    let count = chosen.count();
    let next = format!("Look at the plan with `--dry-run`; if it is what you want, add `--expect {count}`.");
    match arguments.expect {
        Some(expected) if expected != count => {
            let what =
                format!("The plan has {}, but `--expect` says {}: nothing was retried.", counted(count, "message"), grouped(expected));
            Err(Failure::new(Exit::Usage, what, "What is to be retried has changed, or another number was meant.", next))
        }
        None if needs_count(chosen, campaign) && arguments.yes && !arguments.dry_run => {
            let what = format!("The plan has {} in production, and `--expect` is missing: nothing was retried.", grouped(count));
            Err(Failure::new(
                Exit::Usage,
                what,
                "In production, several messages need their count, so that none is sent by accident.",
                next,
            ))
        }
        _ => Ok(()),
    }
}

/// Several messages in production.
fn needs_count(chosen: &Chosen, campaign: &ConfiguredCampaign) -> bool {
    campaign.settings.host_kind.is_production() && chosen.count() > 1
}

/// What the user must type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// A clear yes.
    Yes,
    /// The number of messages.
    Count(usize),
}

impl Wanted {
    fn is_given(self, line: &str) -> bool {
        let typed = line.trim();
        match self {
            Wanted::Yes => is_yes(typed),
            Wanted::Count(count) => typed == count.to_string(),
        }
    }

    /// Enter gives the safe answer.
    fn prompt(self) -> String {
        match self {
            Wanted::Yes => "Retry now? [y/N] ".to_owned(),
            Wanted::Count(count) => format!("Type {count} and Enter to retry them now, Enter alone to cancel: "),
        }
    }
}

/// Asks on the terminal. Enter, the end of the input and any other answer than the one asked for
/// cancel.
///
/// # Errors
/// The answer cannot be read, or the plan became too old while the question waited.
pub(super) async fn asked(
    chosen: &Chosen,
    campaign: &ConfiguredCampaign,
    context: &CommandContext,
    arguments: &RetryArguments,
) -> Result<bool, Failure> {
    let counts = needs_count(chosen, campaign) && arguments.expect.is_none();
    let wanted = if counts { Wanted::Count(chosen.count()) } else { Wanted::Yes };
    let question = format!("{}\n{}", announcement(chosen, campaign, context.zone(), Timestamp::now()), wanted.prompt());
    action::asked(question, |line| wanted.is_given(line), chosen.planned_at(), context, PAST).await
}

#[cfg(test)]
mod tests {
    use super::super::plan_text::tests::{campaign, messages};
    use super::*;
    use rstest::rstest;

    const YES: RetryArguments = RetryArguments {
        campaign: String::new(),
        message: Vec::new(),
        batch: None,
        failed: true,
        error: Vec::new(),
        since: None,
        until: None,
        search: None,
        include_useless: false,
        dry_run: false,
        expect: None,
        unlock: None,
        yes: true,
    };

    #[rstest]
    #[case::several_need_their_number(2, None, true, Some("`--dry-run`; if it is what you want, add `--expect 2`"))]
    #[case::one_needs_none(1, None, true, None)]
    #[case::a_terminal_asks_for_it(2, None, false, None)]
    #[case::right(2, Some(2), true, None)]
    #[case::wrong(2, Some(3), true, Some("--expect 2"))]
    #[case::wrong_for_one(1, Some(2), true, Some("--expect 1"))]
    #[case::wrong_on_a_terminal(2, Some(1), false, Some("--expect 2"))]
    fn production_wants_the_number(#[case] count: usize, #[case] expect: Option<usize>, #[case] yes: bool, #[case] next: Option<&str>) {
        let chosen = messages(count == 2);
        assert_eq!(chosen.count(), count);
        let failure = expected(&chosen, &campaign(), &RetryArguments { expect, yes, ..YES }).err();
        assert_eq!(failure.is_some(), next.is_some(), "{failure:?}");
        assert!(failure.is_none_or(|failure| failure.exit == Exit::Usage && failure.text.next.contains(next.unwrap_or_default())));
    }

    #[test]
    fn a_plan_alone_needs_no_number_but_a_wrong_one_is_told() {
        let dry_run = RetryArguments { dry_run: true, yes: false, ..YES };
        assert_eq!(expected(&messages(true), &campaign(), &dry_run), Ok(()));
        assert!(expected(&messages(true), &campaign(), &RetryArguments { expect: Some(9), ..dry_run }).is_err());
    }

    #[test]
    fn a_count_must_be_typed_to_the_digit() {
        assert!(Wanted::Count(41).is_given("41\n") && Wanted::Count(41).is_given(" 41 "));
        for no in ["", "\n", "y\n", "4\n", "411\n", "041\n", "4 1\n"] {
            assert!(!Wanted::Count(41).is_given(no), "{no:?}");
        }
    }
}
