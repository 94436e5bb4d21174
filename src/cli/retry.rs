//! `postwatch retry`: tries failed messages again, with the same plan, the same journal and the
//! same worker as the dashboard.

mod choose;
mod plan_text;
mod report;
mod work;

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use clap::Args;
use jiff::Timestamp;

use self::choose::{Chosen, choose};
use self::report::{Outcome, Report};
use self::work::Work;
use super::campaigns::Campaign;
use super::context::Context;
use super::journal::OpenJournal;
use super::signals::Signals;
use super::{Common, End, Exit, Failure};

/// What `retry` takes.
#[derive(Debug, Clone, Args)]
pub struct RetryArguments {
    /// The campaign, by its name in the configuration or by its id
    pub campaign: String,
    /// The message to try again; may be given again
    #[arg(long, value_name = "ID", required = true)]
    pub message: Vec<String>,
    /// Also messages for which the API's table says that a retry cannot help
    #[arg(long)]
    pub include_useless: bool,
    /// Only tells the plan
    #[arg(long)]
    pub dry_run: bool,
    /// Does not ask
    #[arg(long)]
    pub yes: bool,
}

/// Makes the plan, asks, and carries it out.
///
/// # Errors
/// Wrong usage, read-only, no yes, a message or the journal that could not be read.
pub(super) async fn run(arguments: &RetryArguments, common: &Common, signals: &mut Signals) -> Result<Exit, End> {
    let context = Context::load(common)?;
    let campaign = context.campaign(&arguments.campaign)?;
    if !arguments.dry_run {
        allowed(campaign, arguments)?;
    }
    let chosen = tokio::select! {
        chosen = choose(&context, campaign, arguments) => chosen?,
        exit = signals.next() => return Ok(exit),
    };
    if arguments.dry_run {
        let mut out = std::io::stdout().lock();
        plan_text::write(&chosen, campaign, &context, &mut out)?;
        return Ok(Exit::Done);
    }
    if chosen.plan.items.is_empty() {
        let mut report = report_of(&chosen, &context)?;
        report.finish()?;
        context.notice("Nothing is retried.");
        return Ok(report.exit());
    }
    if arguments.yes {
        context.notice(&plan_text::announcement(&chosen, campaign, Timestamp::now()));
    } else {
        let question = plan_text::question(&chosen, campaign, Timestamp::now());
        let yes = tokio::select! {
            // Whoever presses Ctrl-C has not agreed, whatever else was typed.
            biased;
            exit = signals.next() => return Ok(exit),
            yes = asked(question) => yes?,
        };
        if !yes {
            context.notice("Nothing was retried.");
            return Ok(Exit::Done);
        }
    }
    let open = OpenJournal::begin(common, "Nothing can be retried")?;
    let work = Work::start(&context, campaign, open)?;
    let mut report = report_of(&chosen, &context)?;
    let end = work.carry_out(chosen.plan, &mut report, signals).await;
    // The output is ended even where the run was not.
    report.finish()?;
    Ok(end?.and(report.exit()))
}

/// A report that begins with what is left out.
fn report_of(chosen: &Chosen, context: &Context) -> Result<Report, End> {
    let mut report = Report::begin(context.format());
    for left_out in &chosen.left_out {
        report.tell(&Outcome::skipped(&left_out.message, left_out.reason.clone()))?;
    }
    Ok(report)
}

/// Whether the campaign, and this way of starting, allow it at all.
fn allowed(campaign: &Campaign, arguments: &RetryArguments) -> Result<(), Failure> {
    let name = &campaign.config.name;
    if campaign.is_read_only() {
        let why = match campaign.config.read_only {
            Some(_) => "Its configuration says `read_only = true`.".to_owned(),
            None => format!("{} counts as production, and production is read-only where nothing else is said.", campaign.base.host()),
        };
        let next = "`read_only = false` under the campaign in the configuration allows it. `--dry-run` shows the plan all the same.";
        return Err(Failure::new(Exit::Usage, format!("“{name}” is read-only: nothing was retried."), why, next));
    }
    let mut ids = arguments.message.clone();
    ids.sort_unstable();
    ids.dedup();
    if campaign.is_production() && ids.len() > 1 {
        let why = "More than one at a time in production needs its number typed by a person, which this command cannot ask for.";
        let what = format!("In production one message is retried at a time, and {} were named: nothing was retried.", ids.len());
        return Err(Failure::new(Exit::Usage, what, why, "Run it for each message, or with `--dry-run` to see the plan."));
    }
    if !arguments.yes && !can_ask() {
        let why = "A retry sends a message to a person, so somebody must agree, and there is no terminal to ask on.";
        let next = "Look at the plan with `--dry-run`, then run it with `--yes`.";
        return Err(Failure::new(Exit::Usage, "Nothing was retried without a yes.", why, next));
    }
    Ok(())
}

fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks on the terminal. Only `y` or `yes` is a yes: Enter, the end of the input and anything else
/// leave everything as it is.
async fn asked(question: String) -> Result<bool, Failure> {
    let answer = tokio::task::spawn_blocking(move || -> std::io::Result<String> {
        let mut err = std::io::stderr();
        write!(err, "{question}")?;
        err.flush()?;
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        Ok(line)
    });
    match answer.await {
        Ok(Ok(line)) => Ok(is_yes(&line)),
        Ok(Err(_)) | Err(_) => Err(Failure::usage("The answer could not be read: nothing was retried.", "Run it again, or with `--yes`.")),
    }
}

fn is_yes(line: &str) -> bool {
    matches!(line.trim(), "y" | "Y" | "yes" | "Yes" | "YES")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        for yes in ["y\n", "yes\r\n", " Y "] {
            assert!(is_yes(yes), "{yes:?}");
        }
        for no in ["", "\n", "n\n", "yy\n", "ye\n", "ok\n", "y n\n"] {
            assert!(!is_yes(no), "{no:?}");
        }
    }
}
