//! Whether an action is allowed and agreed to: locks, and the question on a terminal.

use std::io::{IsTerminal as _, Write as _};

use jiff::Timestamp;
use rustix::io::Errno;
use rustix::termios::{QueueSelector, tcflush};

use super::super::campaigns::ConfiguredCampaign;
use super::super::context::{CommandContext, counted, grouped};
use super::super::open_journal::{OpenJournal, failure};
use super::super::{Exit, Failure};
use crate::action::PLAN_LIFE;
use crate::state::NoteKind;

/// What the options of a command say about whether it may act.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Permission<'a> {
    /// The name that unlocks a read-only campaign.
    pub unlock: Option<&'a str>,
    /// Whether only the plan is wanted.
    pub dry_run: bool,
    /// Whether it acts without asking.
    pub yes: bool,
    /// What it does, as in `nothing was retried`.
    pub past: &'static str,
    /// What shows the plan without acting: `--dry-run`.
    pub look: &'static str,
}

/// Whether the campaign and the options allow it at all.
///
/// # Errors
/// A wrong name, a read-only campaign, or no one who could say yes.
pub(in crate::cli) fn allowed(campaign: &ConfiguredCampaign, permission: Permission<'_>) -> Result<(), Failure> {
    let (name, past) = (&campaign.settings.name, permission.past);
    if let Some(named) = permission.unlock.filter(|named| named != name) {
        let what = format!("`--unlock {}` names another campaign: nothing was {past}.", crate::delivery::clean_line(named));
        return Err(Failure::usage(what, format!("The campaign's exact name is “{name}”.")));
    }
    if permission.dry_run {
        return Ok(());
    }
    if campaign.settings.read_only && permission.unlock.is_none() {
        let why = match campaign.config.read_only {
            Some(_) => "Its configuration says `read_only = true`.".to_owned(),
            None => format!(
                "{} counts as production, and production is read-only unless the configuration says otherwise.",
                campaign.base.host()
            ),
        };
        let next = format!(
            "`--unlock \"{name}\"` unlocks it for this command, `read_only = false` in the configuration permanently. `{}` works anyway.",
            permission.look
        );
        return Err(Failure::new(Exit::Usage, format!("“{name}” is read-only: nothing was {past}."), why, next));
    }
    if !permission.yes && !can_ask() {
        let why = "A message to a person is sent, so someone must agree, and there is no terminal to ask on.";
        let next = format!("Look at it with `{}`, then run it with `--yes`.", permission.look);
        return Err(Failure::new(Exit::Usage, format!("Nothing was {past}: it needs `--yes`."), why, next));
    }
    Ok(())
}

/// Whether there is a person at a terminal.
pub(in crate::cli) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Whether an answer is a clear yes.
pub(in crate::cli) fn is_yes(line: &str) -> bool {
    matches!(line.trim(), "y" | "Y" | "yes" | "Yes" | "YES")
}

/// What a command says about how many messages it is about.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct CountRule {
    count: usize,
    expect: Option<usize>,
    /// Several messages in production.
    needs_count: bool,
    /// What has the count: `The plan`, `The file`.
    what: &'static str,
    /// What shows it: `--dry-run`, `--check`.
    look: &'static str,
    /// What is not done otherwise.
    past: &'static str,
}

impl CountRule {
    /// The rule for so many messages, with the number that `--expect` gave.
    pub fn of(
        campaign: &ConfiguredCampaign,
        count: usize,
        expect: Option<usize>,
        what: &'static str,
        look: &'static str,
        past: &'static str,
    ) -> Self {
        let needs_count = campaign.settings.host_kind.is_production() && count > 1;
        Self { count, expect, needs_count, what, look, past }
    }

    /// Whether it is the expected number, and whether a number was given where the command acts by itself in production.
    ///
    /// # Errors
    /// A different number, or none where one is needed.
    pub fn expected(&self, acts_by_itself: bool) -> Result<(), Failure> {
        let Self { count, what, look, past, .. } = *self;
        let next = format!("Look at it with {look}; if it is what you want, add `--expect {count}`.");
        match self.expect {
            Some(expected) if expected != count => {
                let what =
                    format!("{what} has {}, but `--expect` says {}: nothing was {past}.", counted(count, "message"), grouped(expected));
                let why = format!("What is to be {past} has changed, or another number was meant.");
                Err(Failure::new(Exit::Usage, what, why, next))
            }
            None if self.needs_count && acts_by_itself => {
                let what =
                    format!("{what} has {} in production, and `--expect` is missing: nothing was {past}.", counted(count, "message"));
                let why = "In production, several messages need their count, so that none is sent by accident.";
                Err(Failure::new(Exit::Usage, what, why, next))
            }
            _ => Ok(()),
        }
    }

    /// Whether the count must be typed.
    fn is_typed(&self) -> bool {
        self.needs_count && self.expect.is_none()
    }

    /// Whether this line is the yes.
    pub fn is_given(&self, line: &str) -> bool {
        if self.is_typed() { line.trim() == self.count.to_string() } else { is_yes(line) }
    }

    /// What asks for it, on a line of its own. Enter gives the safe answer.
    pub fn prompt(&self, question: &str, to: &str) -> String {
        match self.is_typed() {
            true => format!("Type {} and Enter {to}, Enter alone to cancel: ", self.count),
            false => format!("{question} [y/N] "),
        }
    }
}

/// A line that is typed on the terminal after a prompt; empty at the end of the input.
///
/// # Errors
/// It cannot be read.
pub(in crate::cli) async fn typed_line(prompt: String) -> std::io::Result<String> {
    // A thread of its own, so that a signal ends the wait.
    let typed = tokio::task::spawn_blocking(move || {
        let mut err = std::io::stderr();
        write!(err, "{prompt}")?;
        err.flush()?;
        terminal_line()
    });
    match typed.await {
        Ok(read) => read,
        Err(broken) => std::panic::resume_unwind(broken.into_panic()),
    }
}

/// A line from the terminal and nothing behind it: lines typed ahead stay with the terminal, where they can be discarded.
///
/// # Errors
/// It cannot be read.
pub(in crate::cli) fn terminal_line() -> std::io::Result<String> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    while byte != *b"\n" {
        match rustix::io::read(std::io::stdin(), &mut byte) {
            Ok(0) => break,
            Ok(_) => line.extend(byte),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    String::from_utf8(line).map_err(|_| std::io::ErrorKind::InvalidData.into())
}

/// Asks on the terminal about a plan that was made at `planned_at`. What was typed before the question shows is no answer
/// to it. Enter, the end of the input and any other answer than the one asked for cancel.
///
/// # Errors
/// The answer cannot be read, or the plan became too old while the question waited.
pub(in crate::cli) async fn asked(
    question: String,
    is_given: impl Fn(&str) -> bool,
    planned_at: Timestamp,
    context: &CommandContext,
    past: &str,
) -> Result<bool, Failure> {
    let asked_at = context.clock.moment();
    let typed = match tcflush(std::io::stdin(), QueueSelector::IFlush) {
        Ok(()) => typed_line(question).await,
        Err(error) => Err(error.into()),
    };
    let Ok(line) = typed else {
        return Err(Failure::usage(format!("The answer could not be read: nothing was {past}."), "Run it again, or with `--yes`."));
    };
    let yes = is_given(&line);
    // A plan's age is the larger of the two clocks' answers.
    let now = context.clock.moment();
    let age = now.steady.duration_since(planned_at).max(asked_at.age(now));
    if yes && age.unsigned_abs() > PLAN_LIFE {
        let what = format!("The plan is more than five minutes old: nothing was {past}.");
        return Err(Failure::new(Exit::Usage, what, "What it says may no longer be true.", "Run the command again."));
    }
    Ok(yes)
}

/// Writes the unlock of a read-only campaign to the journal, before anything is sent.
///
/// # Errors
/// It cannot be written, so the campaign stays locked.
pub(in crate::cli) fn note_unlock(open: &OpenJournal, campaign: &ConfiguredCampaign, what_for: &str, past: &str) -> Result<(), Failure> {
    open.note(NoteKind::Unlock, campaign, format!("for one command: {what_for}")).map_err(|error| {
        let what = format!("Nothing was {past}: the unlock could not be written to the journal.");
        failure(&error, what, "Fix the state folder, or name another one with `--state FOLDER`.")
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::retry::production;
    use super::*;

    const YES: Permission<'_> = Permission { unlock: None, dry_run: false, yes: true, past: "retried", look: "--dry-run" };

    #[test]
    fn a_plan_alone_needs_no_unlocking_but_a_wrong_name_is_reported() {
        let dry_run = Permission { dry_run: true, yes: false, ..YES };
        assert_eq!(allowed(&production(), dry_run), Ok(()));
        assert!(allowed(&production(), Permission { unlock: Some("Another"), ..dry_run }).is_err());
    }

    #[test]
    fn production_is_read_only_until_it_is_unlocked_by_its_name() {
        let with = |unlock| allowed(&production(), Permission { unlock, ..YES });
        let failure = with(None).unwrap_err();
        assert!(failure.text.why.contains("gateway.example counts as production"), "{failure}");
        assert!(failure.text.next.contains("`--unlock \"Clinic\"`"), "{failure}");
        assert!(with(Some("clinic")).is_err());
        assert_eq!(with(Some("Clinic")), Ok(()));
    }

    #[test]
    fn only_a_clear_yes_is_one() {
        for yes in ["y\n", "yes\r\n", " Y "] {
            assert!(is_yes(yes), "{yes:?}");
        }
        for no in ["", "\n", "n\n", "yy\n", "ye\n", "ok\n", "y n\n", "41\n"] {
            assert!(!is_yes(no), "{no:?}");
        }
    }

    #[test]
    fn a_count_must_be_typed_to_the_digit() {
        let rule = CountRule::of(&production(), 41, None, "The plan", "`--dry-run`", "retried");
        assert!(rule.is_given("41\n") && rule.is_given(" 41 "));
        for no in ["", "\n", "y\n", "4\n", "411\n", "041\n", "4 1\n"] {
            assert!(!rule.is_given(no), "{no:?}");
        }
        assert!(CountRule { expect: Some(41), ..rule }.is_given("y"), "a number that was given is not asked for again");
    }
}
