//! Whether a retry is allowed and confirmed: locks, counts, and the question on a terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use jiff::Timestamp;

use super::super::campaigns::ConfiguredCampaign;
use super::super::context::{CommandContext, counted, grouped};
use super::super::open_journal::{OpenJournal, failure};
use super::super::{Exit, Failure};
use super::RetryArguments;
use super::choose::Chosen;
use super::plan_text::announcement;
use crate::action::PLAN_LIFE;
use crate::state::NoteKind;

/// Whether the campaign and the options allow it at all.
///
/// # Errors
/// A wrong name, a read-only campaign, or no one who could say yes.
pub(super) fn allowed(campaign: &ConfiguredCampaign, arguments: &RetryArguments) -> Result<(), Failure> {
    let name = &campaign.settings.name;
    if let Some(named) = arguments.unlock.as_ref().filter(|named| *named != name) {
        let what = format!("`--unlock {}` names another campaign: nothing was retried.", crate::delivery::clean_line(named));
        return Err(Failure::usage(what, format!("The campaign's exact name is “{name}”.")));
    }
    if arguments.dry_run {
        return Ok(());
    }
    if campaign.settings.read_only && arguments.unlock.is_none() {
        let why = match campaign.config.read_only {
            Some(_) => "Its configuration says `read_only = true`.".to_owned(),
            None => format!(
                "{} counts as production, and production is read-only unless the configuration says otherwise.",
                campaign.base.host()
            ),
        };
        let next = format!(
            "`--unlock \"{name}\"` unlocks it for this command, `read_only = false` in the configuration permanently. `--dry-run` shows the plan anyway."
        );
        return Err(Failure::new(Exit::Usage, format!("“{name}” is read-only: nothing was retried."), why, next));
    }
    if !arguments.yes && !can_ask() {
        let why = "A retry sends a message to a person, so someone must agree, and there is no terminal to ask on.";
        let next = "Look at the plan with `--dry-run`, then run it with `--yes`.";
        return Err(Failure::new(Exit::Usage, "Nothing was retried: it needs `--yes`.", why, next));
    }
    Ok(())
}

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

fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
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
            Wanted::Yes => matches!(typed, "y" | "Y" | "yes" | "Yes" | "YES"),
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
    let asked_at = context.clock.moment();
    let answer = tokio::task::spawn_blocking(move || -> std::io::Result<String> {
        let mut err = std::io::stderr();
        write!(err, "{question}")?;
        err.flush()?;
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        Ok(line)
    });
    let Ok(Ok(line)) = answer.await else {
        return Err(Failure::usage("The answer could not be read: nothing was retried.", "Run it again, or with `--yes`."));
    };
    let yes = wanted.is_given(&line);
    // A plan's age is the larger of the two clocks' answers.
    let now = context.clock.moment();
    let age = now.steady.duration_since(chosen.planned_at()).max(asked_at.age(now));
    if yes && age.unsigned_abs() > PLAN_LIFE {
        let why = "What it says about the messages may no longer be true.";
        return Err(Failure::new(
            Exit::Usage,
            "The plan is more than five minutes old: nothing was retried.",
            why,
            "Run the command again.",
        ));
    }
    Ok(yes)
}

/// Writes the unlock of a read-only campaign to the journal, before anything is sent.
///
/// # Errors
/// It cannot be written, so the campaign stays locked.
pub(super) fn note_unlock(open: &OpenJournal, campaign: &ConfiguredCampaign, chosen: &Chosen) -> Result<(), Failure> {
    let detail = format!("for one command: retry of {}", counted(chosen.count(), "message"));
    open.note(NoteKind::Unlock, campaign, detail).map_err(|error| {
        let what = "Nothing was retried: the unlock could not be written to the journal.";
        failure(&error, what, "Fix the state folder, or name another one with `--state FOLDER`.")
    })
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
    fn a_plan_alone_needs_no_number_and_no_unlocking_but_a_wrong_one_is_told() {
        let dry_run = RetryArguments { dry_run: true, yes: false, ..YES };
        assert_eq!(allowed(&campaign(), &dry_run), Ok(()));
        assert_eq!(expected(&messages(true), &campaign(), &dry_run), Ok(()));
        assert!(expected(&messages(true), &campaign(), &RetryArguments { expect: Some(9), ..dry_run.clone() }).is_err());
        assert!(allowed(&campaign(), &RetryArguments { unlock: Some("Another".to_owned()), ..dry_run }).is_err());
    }

    #[test]
    fn production_is_read_only_until_it_is_unlocked_by_its_name() {
        let with = |unlock: Option<&str>| allowed(&campaign(), &RetryArguments { unlock: unlock.map(str::to_owned), ..YES });
        let failure = with(None).unwrap_err();
        assert!(failure.text.why.contains("gateway.example counts as production"), "{failure}");
        assert!(failure.text.next.contains("`--unlock \"Clinic\"`"), "{failure}");
        assert!(with(Some("clinic")).is_err());
        assert_eq!(with(Some("Clinic")), Ok(()));
    }

    #[test]
    fn only_a_clear_yes_is_one() {
        for yes in ["y\n", "yes\r\n", " Y "] {
            assert!(Wanted::Yes.is_given(yes), "{yes:?}");
        }
        for no in ["", "\n", "n\n", "yy\n", "ye\n", "ok\n", "y n\n", "41\n"] {
            assert!(!Wanted::Yes.is_given(no), "{no:?}");
        }
    }

    #[test]
    fn a_count_must_be_typed_to_the_digit() {
        assert!(Wanted::Count(41).is_given("41\n") && Wanted::Count(41).is_given(" 41 "));
        for no in ["", "\n", "y\n", "4\n", "411\n", "041\n", "4 1\n"] {
            assert!(!Wanted::Count(41).is_given(no), "{no:?}");
        }
    }
}
