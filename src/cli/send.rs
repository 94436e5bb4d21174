//! `postwatch send`: sends one message, with its preview, with the same journal and the same worker as the dashboard.

mod plan_text;
mod prepare;
mod values;

use std::fmt;

use clap::Args;

use self::plan_text::Shown;
use self::prepare::Prepared;
use super::action::{self, Before, OutcomeReport, Permission};
use super::context::{CommandContext, tell};
use super::open_journal::{OpenJournal, is_masked};
use super::signals::Signals;
use super::{Common, EarlyExit, Exit, Failure};
use crate::action::{Agreed, ConfirmedAction};

/// What was not done.
const PAST: &str = "sent";

/// What `send` takes.
#[derive(Clone, Args)]
#[command(after_help = "The text as it will arrive, its segments and its cost are shown first, as far
as the newest messages of the campaign tell: there is no call that reads a
template. Where the template is not known, the API decides about names and
values.

Examples:
  postwatch send \"Clinic reminders\" --language english --value name=\"Tan Wei Ming\" --dry-run
  postwatch send \"Clinic reminders\" --to 6580001234 --language english --values - --yes < values.json

Open outcomes of earlier runs are looked up first, and never sent again
automatically. Exit codes: 0 done, 1 no network or a full disk, 2 wrong usage,
a mistake in the message or no yes, 3 the API refuses this caller, 4 it was
refused or skipped, 5 its outcome is unknown, 130 interrupted.")]
pub struct SendArguments {
    /// The campaign, by its name in the configuration or by its id
    pub campaign: String,
    /// The recipient's number with its country code. Without it the program asks, to keep it out of the shell's history
    #[arg(long, value_name = "NUMBER")]
    pub to: Option<String>,
    /// The language: english, chinese, malay or tamil, as the campaign has it. Without it a terminal proposes the one
    /// that is used most
    #[arg(long, value_name = "L")]
    pub language: Option<String>,
    /// A variable of the template and its value; may be repeated. `ps` and the shell's history show it, so a secret
    /// belongs in --values
    #[arg(long, value_name = "NAME=TEXT")]
    pub value: Vec<String>,
    /// A JSON object of names and values, in a file or, with -, on standard input; --value wins over it
    #[arg(long, value_name = "FILE|-")]
    pub values: Option<String>,
    /// Only shows what would be sent; sends nothing and needs no --unlock
    #[arg(long)]
    pub dry_run: bool,
    /// Unlocks a read-only campaign for this command; NAME is the campaign's exact name; noted in the journal
    #[arg(long, value_name = "NAME")]
    pub unlock: Option<String>,
    /// Sends without asking
    #[arg(long)]
    pub yes: bool,
}

impl SendArguments {
    fn permission(&self) -> Permission<'_> {
        Permission { unlock: self.unlock.as_deref(), dry_run: self.dry_run, yes: self.yes, past: PAST, look: "--dry-run" }
    }

    /// Whether standard input has the values, so that nobody can be asked.
    fn reads_values_from_input(&self) -> bool {
        self.values.as_deref() == Some("-")
    }
}

impl fmt::Debug for SendArguments {
    /// Without number and values.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SendArguments({}, {} values)", self.campaign, self.value.len())
    }
}

/// Shows what would be sent, asks, and sends it.
///
/// # Errors
/// Wrong usage, read-only, a mistake in the message, no yes, or something that could not be read.
pub(super) async fn run(arguments: &SendArguments, common: &Common, signals: &mut Signals) -> Result<Exit, EarlyExit> {
    let context = CommandContext::load(common, std::slice::from_ref(&arguments.campaign))?;
    let campaign = context.campaign(&arguments.campaign)?;
    action::allowed(campaign, arguments.permission())?;
    if arguments.reads_values_from_input() && !arguments.yes && !arguments.dry_run {
        let why = "Standard input has the values, so nobody can be asked on it.";
        let next = "Look at the plan with `--dry-run`, then run it with `--yes`; or give the values in a file.";
        return Err(Failure::new(Exit::Usage, "Nothing was sent: it needs `--yes`.", why, next).into());
    }
    if campaign.settings.one_time_password && !arguments.value.is_empty() {
        let why = "This campaign sends one-time passwords. `ps` shows arguments to others, and the shell keeps them in its history.";
        let next = "Give the values on standard input with `--values -`, or in a file with `--values FILE`.";
        return Err(Failure::new(Exit::Usage, "Nothing was sent: `--value` cannot be used here.", why, next).into());
    }
    let masked = is_masked(common, campaign, "what is sent")?;
    let typed = tokio::select! {
        biased;
        exit = signals.next() => return Ok(exit),
        typed = prepare::typed(arguments) => typed?,
    };
    let mut open = None;
    if !arguments.dry_run {
        match action::find_out(&context, campaign, NOTHING, signals).await? {
            Before::Ready(journal) => open = journal,
            Before::Interrupted(exit) => return Ok(exit),
        }
    }
    let prepared = tokio::select! {
        biased;
        exit = signals.next() => return Ok(exit),
        prepared = prepare::prepare(&context, campaign, arguments, typed) => prepared?,
    };
    let shown = Shown::new(&prepared, campaign, &context, masked);
    if arguments.dry_run {
        shown.write(&mut std::io::stdout().lock())?;
    }
    let Prepared { check, plan, .. } = &prepared;
    let Some(plan) = plan else { return Err(prepare::mistakes(check).into()) };
    if arguments.dry_run {
        return Ok(Exit::Done);
    }
    let mut report = OutcomeReport::into(std::io::stdout(), context.format());
    if let Some(refusal) = plan.refusal() {
        report.leave_out(None, refusal, true)?;
        return reported(&mut report, &context);
    }
    // No question is asked if its yes could not be written to the journal.
    let open = match open {
        Some(open) => open,
        None => OpenJournal::begin(common, NOTHING)?,
    };
    if arguments.yes {
        context.notice(&shown.announcement());
        // Where nobody reads the plan, a script that runs twice would send the same again without a word.
        if common.quiet {
            shown.same_lines().iter().for_each(|line| tell(line));
        }
    } else {
        // What a person agrees to is shown whole: a mask hides a digit too many.
        let question = format!("{}\nSend it? [y/N] ", shown.unmasked().announcement());
        let yes = tokio::select! {
            // Ctrl-C is not a yes, whatever else was typed.
            biased;
            exit = signals.next() => return Ok(exit),
            yes = action::asked(question, action::is_yes, plan.planned_at(), &context, PAST) => yes?,
        };
        if !yes {
            context.notice("Nothing was sent.");
            open.end();
            return Ok(Exit::Usage);
        }
    }
    if campaign.settings.read_only {
        action::note_unlock(&open, campaign, "sending 1 message", PAST)?;
    }
    // One that cannot be agreed to was reported above.
    let Some(send) = plan.clone().confirm(context.clock.now()) else { return Ok(Exit::SomeRefused) };
    let agreed = Agreed::One(ConfirmedAction::Send(send));
    let end = action::carry_out(agreed, &context, campaign, open, &mut report, signals).await;
    // The output is finished even if the sending is not.
    let exit = reported(&mut report, &context)?;
    Ok(end?.and(exit))
}

/// Why nothing can be sent without a journal.
const NOTHING: &str = "Nothing can be sent";

/// Ends the report with a sentence for a person; gives the exit of its outcome.
fn reported(report: &mut OutcomeReport, context: &CommandContext) -> Result<Exit, EarlyExit> {
    report.finish()?;
    context.notice(&report.counts().sentence());
    Ok(report.exit())
}
