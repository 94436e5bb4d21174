//! `postwatch retry`: retries failed messages, with the same plan, the same journal and the same
//! worker as the dashboard.

mod agree;
mod choose;
mod plan_text;
mod selection;

use clap::Args;
use jiff::Timestamp;

use self::choose::{Agenda, Chosen};
use self::selection::Selection;
use super::action::{self, Before, OutcomeReport, Permission};
use super::context::{CommandContext, counted};
use super::open_journal::OpenJournal;
use super::signals::Signals;
use super::{Common, EarlyExit, Exit, Format};
use crate::action::{Agreed, ConfirmedAction};

#[cfg(test)]
pub(super) use self::plan_text::tests::campaign as production;

/// Why nothing can be retried without a journal.
const NOTHING: &str = "Nothing can be retried";

/// What was not done.
const PAST: &str = "retried";

/// What `retry` takes.
#[derive(Debug, Clone, Args)]
#[command(after_help = "What is retried:
  --message ID…                     these messages, and nothing else
  --failed, --error CODE…           failures last attempted in the last 24 hours, or within --since,
                                    --until, --search
  --batch ID --failed (or --error)  the same, within one batch: one call per message
  --batch ID                        the batch as a whole: one call for ALL its failures, even those
                                    not worth a retry

Open outcomes of earlier runs are looked up first, and never sent again
automatically. In production, more than one message needs --expect N. Exit
codes: 0 done, 1 no network or a full disk, 2 wrong usage or no yes, 3 the API
refuses this caller, 4 some were refused or skipped, 5 some outcomes are
unknown, 130 interrupted.")]
pub struct RetryArguments {
    /// The campaign, by its name in the configuration or by its id
    pub campaign: String,
    /// The message to retry; may be repeated
    #[arg(long, value_name = "ID")]
    pub message: Vec<String>,
    /// This batch, as a whole; with --failed or --error, its single messages
    #[arg(long, value_name = "ID")]
    pub batch: Option<String>,
    /// All failures whose newest attempt was in the last 24 hours, or since --since
    #[arg(long)]
    pub failed: bool,
    /// The same, but only failures with this error code; may be repeated
    #[arg(long, value_name = "CODE", value_parser = super::messages::code)]
    pub error: Vec<String>,
    /// Only failures created or last attempted at this time or later: a time, a date, today, 2h, 3d [default: 24h]. An
    /// older one attempted since then is found if it was created within the configured history
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Only failures created or last attempted before this time; a date includes its whole day
    #[arg(long, value_name = "T")]
    pub until: Option<String>,
    /// Only failures of recipients that contain these digits or letters
    #[arg(long, value_name = "DIGITS")]
    pub search: Option<String>,
    /// Also messages that are not worth a retry by the API's table
    #[arg(long)]
    pub include_useless: bool,
    /// Only shows the plan; sends nothing and needs no --unlock
    #[arg(long)]
    pub dry_run: bool,
    /// Runs only if the plan has exactly this many messages; needed with --yes in production for more than one
    #[arg(long, value_name = "N")]
    pub expect: Option<usize>,
    /// Unlocks a read-only campaign for this command; NAME is the campaign's exact name; noted in the journal
    #[arg(long, value_name = "NAME")]
    pub unlock: Option<String>,
    /// Runs without asking
    #[arg(long)]
    pub yes: bool,
}

impl RetryArguments {
    fn permission(&self) -> Permission<'_> {
        Permission { unlock: self.unlock.as_deref(), dry_run: self.dry_run, yes: self.yes, past: PAST, look: "--dry-run" }
    }
}

/// Makes the plan, asks, and carries it out.
///
/// # Errors
/// Wrong usage, read-only, no yes, a message or the journal that could not be read.
pub(super) async fn run(arguments: &RetryArguments, common: &Common, signals: &mut Signals) -> Result<Exit, EarlyExit> {
    let context = CommandContext::load(common, std::slice::from_ref(&arguments.campaign))?;
    let campaign = context.campaign(&arguments.campaign)?;
    let selection = Selection::of(arguments, campaign.settings.history, context.zone(), Timestamp::now())?;
    action::allowed(campaign, arguments.permission())?;
    let mut open = None;
    if !arguments.dry_run {
        match action::find_out(&context, campaign, NOTHING, signals).await? {
            Before::Ready(journal) => open = journal,
            Before::Interrupted(exit) => return Ok(exit),
        }
    }
    let chosen = tokio::select! {
        chosen = choose::choose(&context, campaign, &selection, arguments) => chosen?,
        exit = signals.next() => return Ok(exit),
    };
    if arguments.dry_run {
        let mut out = std::io::stdout().lock();
        plan_text::write(&chosen, campaign, &context, &mut out)?;
        if let Some(back) = chosen.loaded.as_ref().filter(|_| context.format() != Format::Table) {
            context.notice(back);
        }
    }
    agree::expected(&chosen, campaign, arguments)?;
    if arguments.dry_run {
        return Ok(Exit::Done);
    }
    let announcement = || plan_text::announcement(&chosen, campaign, context.zone(), Timestamp::now());
    if chosen.count() == 0 {
        context.notice(&announcement());
        let mut report = report_of(&chosen, &context)?;
        return reported(&mut report, &context);
    }
    // No question is asked if its yes could not be written to the journal.
    let open = match open {
        Some(open) => open,
        None => OpenJournal::begin(common, NOTHING)?,
    };
    if arguments.yes {
        context.notice(&announcement());
    } else {
        let yes = tokio::select! {
            // Ctrl-C is not a yes, whatever else was typed.
            biased;
            exit = signals.next() => return Ok(exit),
            yes = agree::asked(&chosen, campaign, &context, arguments) => yes?,
        };
        if !yes {
            context.notice("Nothing was retried.");
            open.end();
            return Ok(Exit::Usage);
        }
    }
    if campaign.settings.read_only {
        let what_for = format!("retry of {}", counted(chosen.count(), "message"));
        action::note_unlock(&open, campaign, &what_for, PAST)?;
    }
    let mut report = report_of(&chosen, &context)?;
    let agreed = match chosen.agenda {
        Agenda::Messages(plan) => Agreed::Run(plan.confirm(context.clock.now())),
        Agenda::Batch { plan, .. } => match plan.confirm(context.clock.now()) {
            Some(retry) => Agreed::One(ConfirmedAction::RetryBatch(retry)),
            // One that cannot be retried counts no messages and never comes here.
            None => Agreed::Run(Vec::new()),
        },
    };
    let end = action::carry_out(agreed, &context, campaign, open, &mut report, signals).await;
    // The output is finished even if the run is not.
    let exit = reported(&mut report, &context)?;
    Ok(end?.and(exit))
}

/// A report that starts with the messages left out.
fn report_of(chosen: &Chosen, context: &CommandContext) -> Result<OutcomeReport, EarlyExit> {
    let mut report = OutcomeReport::into(std::io::stdout(), context.format());
    for left_out in &chosen.left_out {
        report.leave_out(Some(&left_out.id), &left_out.reason, chosen.by_name)?;
    }
    Ok(report)
}

/// Ends the report with a sentence for a person; gives the exit of its outcomes.
fn reported(report: &mut OutcomeReport, context: &CommandContext) -> Result<Exit, EarlyExit> {
    report.finish()?;
    context.notice(&report.counts().sentence());
    Ok(report.exit())
}
