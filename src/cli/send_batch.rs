//! `postwatch send-batch`: checks a file of messages whole, and uploads it, with the same journal and the same worker as
//! the dashboard.

mod check_text;
mod plan_text;
mod prepare;

use std::path::PathBuf;

use clap::Args;

use self::prepare::Prepared;
use super::action::{self, Before, CountRule, OutcomeReport, Permission};
use super::context::{CommandContext, counted};
use super::file::{GivenFile, ReadFile};
use super::open_journal::OpenJournal;
use super::signals::Signals;
use super::watch::until_batch_ends;
use super::{Common, EarlyExit, Exit, Failure};
use crate::action::{Agreed, ConfirmedAction, UploadPlan};

/// What was not done.
const PAST: &str = "sent";

/// What `send-batch` takes.
#[derive(Debug, Clone, Args)]
#[command(after_help = "The whole file is checked first: one bad row makes Postman refuse all of it.
Every mistake is named with its row, as a spreadsheet counts, and its column.
With --check nothing is sent; a terminal shows the mistakes by kind, every
other format has a line for each; the exit code is 2 if there is any. What can
be corrected without a guess (encoding, separators, spaces, + in numbers) is
written to a new file with --correct.

Examples:
  postwatch send-batch \"Clinic reminders\" clinic-nov.csv --check
  postwatch send-batch \"Clinic reminders\" clinic-nov.csv --correct clinic-nov-corrected.csv
  postwatch send-batch \"Clinic reminders\" clinic-nov.csv --expect 20000 --wait

A file whose outcome is unknown is never sent again. Exit codes: 0 done, 1 no
network or a full disk, 2 wrong usage, mistakes in the file or no yes, 3 the
API refuses this caller, 4 it was refused or skipped, 5 its outcome is unknown,
130 interrupted: what was cut off is looked up by the next start.")]
pub struct SendBatchArguments {
    /// The campaign, by its name in the configuration or by its id
    pub campaign: String,
    /// The file, a CSV with the columns recipient, language and one for each variable; - reads standard input
    #[arg(value_name = "FILE.csv|-")]
    pub file: String,
    /// Only checks the file: a line for each mistake, then a summary; on a terminal the kinds, unless --format says else
    #[arg(long)]
    pub check: bool,
    /// Writes a corrected copy to this file, which must not exist yet, and lists what was corrected; sends nothing
    #[arg(long, value_name = "FILE.csv", conflicts_with = "check")]
    pub correct: Option<PathBuf>,
    /// Sends only if the file has exactly this many messages; needed with --yes in production for more than one
    #[arg(long, value_name = "N")]
    pub expect: Option<usize>,
    /// The file's name, to send it again within 24 hours after it was accepted
    #[arg(long, value_name = "NAME")]
    pub again: Option<String>,
    /// Unlocks a read-only campaign for this command; NAME is the campaign's exact name; noted in the journal
    #[arg(long, value_name = "NAME")]
    pub unlock: Option<String>,
    /// Sends without asking
    #[arg(long)]
    pub yes: bool,
    /// Waits until all of its messages have ended
    #[arg(long)]
    pub wait: bool,
}

impl SendBatchArguments {
    /// Whether nothing is to be sent.
    fn only_checks(&self) -> bool {
        self.check || self.correct.is_some()
    }

    fn permission(&self) -> Permission<'_> {
        Permission { unlock: self.unlock.as_deref(), dry_run: self.only_checks(), yes: self.yes, past: PAST, look: "--check" }
    }
}

/// Checks the file, asks, and uploads it.
///
/// # Errors
/// Wrong usage, read-only, a file that cannot be read or has mistakes, no yes, or something that could not be read.
pub(super) async fn run(arguments: &SendBatchArguments, common: &Common, signals: &mut Signals) -> Result<Exit, EarlyExit> {
    let context = CommandContext::load(common, std::slice::from_ref(&arguments.campaign))?;
    let campaign = context.campaign(&arguments.campaign)?;
    action::allowed(campaign, arguments.permission())?;
    let given = GivenFile::of(&arguments.file);
    if given == GivenFile::Input && !arguments.yes && !arguments.only_checks() {
        let why = "Standard input has the file, so nobody can be asked on it.";
        let next = "Look at it with `--check`, then run it with `--yes`; or name a file.";
        return Err(Failure::new(Exit::Usage, "Nothing was sent: it needs `--yes`.", why, next).into());
    }
    let mut open = None;
    if !arguments.only_checks() {
        match action::find_out(&context, campaign, NOTHING, signals).await? {
            Before::Ready(journal) => open = journal,
            Before::Interrupted(exit) => return Ok(exit),
        }
    }
    let prepared = tokio::select! {
        biased;
        exit = signals.next() => return Ok(exit),
        prepared = prepare::prepare(&context, campaign, given, arguments.only_checks()) => prepared?,
    };
    let Prepared { read: ReadFile { checked, .. }, .. } = &prepared;
    if let Some(to) = &arguments.correct {
        return check_text::correct(prepared, to, campaign, &context).await;
    }
    if arguments.check {
        check_text::write(checked, !prepared.rules.known.is_empty(), campaign, &context, &mut std::io::stdout().lock())?;
        return Ok(if checked.mistakes().is_empty() { Exit::Done } else { Exit::Usage });
    }
    if !checked.mistakes().is_empty() {
        context.notice(&check_text::by_kind(checked));
        return Err(check_text::mistakes(checked).into());
    }
    let announcement = plan_text::announcement(checked, campaign, &context);
    let Some(plan) = prepare::plan(&context, campaign, prepared).await? else { return Ok(Exit::Usage) };
    let mut report = OutcomeReport::of_file(std::io::stdout(), context.format(), plan.file().clone());
    if let Some(refusal) = plan.refusal() {
        report.leave_out(None, refusal, true)?;
        return reported(&mut report, &context);
    }
    may_be_again(&plan, arguments)?;
    let rows = plan.file().rows() as usize;
    let rule = CountRule::of(campaign, rows, arguments.expect, "The file", "`--check`", PAST);
    rule.expected(arguments.yes)?;
    // No question is asked if its yes could not be written to the journal.
    let open = match open {
        Some(open) => open,
        None => OpenJournal::begin(common, NOTHING)?,
    };
    if arguments.yes {
        context.notice(&announcement);
    } else {
        let question = format!("{announcement}\n{}", rule.prompt("Send it?", "to send them now"));
        let yes = tokio::select! {
            // Ctrl-C is not a yes, whatever else was typed.
            biased;
            exit = signals.next() => return Ok(exit),
            yes = action::asked(question, |line| rule.is_given(line), plan.planned_at(), &context, PAST) => yes?,
        };
        if !yes {
            context.notice("Nothing was sent.");
            open.end();
            return Ok(Exit::Usage);
        }
    }
    if campaign.settings.read_only {
        action::note_unlock(&open, campaign, &format!("sending a file of {}", counted(rows, "message")), PAST)?;
    }
    // One that cannot be agreed to was reported above.
    let Some(upload) = plan.confirm(context.clock.now(), arguments.again.as_deref()) else { return Ok(Exit::SomeRefused) };
    let agreed = Agreed::One(ConfirmedAction::Upload(upload));
    let end = action::carry_out(agreed, &context, campaign, open, &mut report, signals).await;
    // The output is finished even if the upload is not.
    let exit = reported(&mut report, &context)?;
    let exit = end?.and(exit);
    match report.batch().filter(|_| arguments.wait && exit == Exit::Done) {
        Some(batch) => until_batch_ends(&context, campaign, &batch, rows, signals).await,
        None => Ok(exit),
    }
}

/// Why nothing can be sent without a journal.
const NOTHING: &str = "Nothing can be sent";

/// Whether the same file may be sent again: within a day only by its name.
fn may_be_again(plan: &UploadPlan, arguments: &SendBatchArguments) -> Result<(), Failure> {
    let name = plan.file().name();
    match &arguments.again {
        Some(named) if named != name => {
            let what = format!("`--again {}` names another file: nothing was sent.", crate::delivery::clean_line(named));
            Err(Failure::usage(what, format!("The file's name is “{}”.", crate::delivery::clean_line(name))))
        }
        None if plan.must_be_named() => {
            let why = "Everyone in it would get a second message.";
            let next = format!("If that is what you want, add `--again {name}`.");
            Err(Failure::new(Exit::Usage, "Nothing was sent: the same file was accepted less than 24 hours ago.", why, next))
        }
        _ => Ok(()),
    }
}

/// Ends the report with a sentence for a person; gives the exit of its outcome.
fn reported(report: &mut OutcomeReport, context: &CommandContext) -> Result<Exit, EarlyExit> {
    report.finish()?;
    context.notice(&report.counts().sentence());
    Ok(report.exit())
}
