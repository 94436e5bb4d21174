//! Whether a retry is confirmed: counts, and the question on a terminal.

use jiff::Timestamp;

use super::super::Failure;
use super::super::action::{self, CountRule};
use super::super::campaigns::ConfiguredCampaign;
use super::super::context::CommandContext;
use super::choose::Chosen;
use super::plan_text::announcement;
use super::{PAST, RetryArguments};

/// The rule about its count.
fn rule(chosen: &Chosen, campaign: &ConfiguredCampaign, arguments: &RetryArguments) -> CountRule {
    CountRule::of(campaign, chosen.count(), arguments.expect, "The plan", "`--dry-run`", PAST)
}

/// Whether the plan has the expected number of messages, and whether a number was given in
/// production.
///
/// # Errors
/// A different number, or none where one is needed.
pub(super) fn expected(chosen: &Chosen, campaign: &ConfiguredCampaign, arguments: &RetryArguments) -> Result<(), Failure> {
    rule(chosen, campaign, arguments).expected(arguments.yes && !arguments.dry_run)
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
    let rule = rule(chosen, campaign, arguments);
    let prompt = rule.prompt("Retry now?", "to retry them now");
    let question = format!("{}\n{prompt}", announcement(chosen, campaign, context.zone(), Timestamp::now()));
    action::asked(question, |line| rule.is_given(line), chosen.planned_at(), context, PAST).await
}

#[cfg(test)]
mod tests {
    use super::super::super::Exit;
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
}
