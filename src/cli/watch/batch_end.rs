//! Waiting until all messages of a batch have ended, after its file was sent.

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::super::campaigns::ConfiguredCampaign;
use super::super::context::{CommandContext, counted, grouped};
use super::super::messages::unread;
use super::super::progress::ProgressLine;
use super::super::signals::Signals;
use super::super::window::AttemptWindow;
use super::super::{EarlyExit, Exit, Failure};
use super::board::{Board, Figures, Scope};
use super::{CHANNEL, LOOK, read_only};
use crate::delivery::{BatchId, full_stop};
use crate::monitor::{Command, Connection, Monitor, MonitorOptions, News, ReadError};

/// Waits until every message of a batch has ended; progress and the figures at the end are for people.
///
/// # Errors
/// There is no usable key, or the API refuses to show the batch.
pub(in crate::cli) async fn until_batch_ends(
    context: &CommandContext,
    campaign: &ConfiguredCampaign,
    batch: &BatchId,
    rows: usize,
    signals: &mut Signals,
) -> Result<Exit, EarlyExit> {
    let window = AttemptWindow::default().whole();
    let scope = Scope { batch: Some(batch.clone()), window };
    let mut board = Board::new(scope.clone());
    let (sender, mut updates) = mpsc::channel(CHANNEL);
    let mut options = MonitorOptions { reads: true, ..context.monitor_options(campaign, read_only(context), None)? };
    options.settings.history = scope.history(Timestamp::now());
    let monitor = Monitor::spawn_for_batch(options, batch.clone(), sender);
    monitor.ask(Command::InView(true));
    let progress = ProgressLine::over(rows, context.common.quiet, false);
    let mut look = tokio::time::interval(LOOK);
    let exit = loop {
        tokio::select! {
            biased;
            exit = signals.next() => {
                let name = &campaign.settings.name;
                context.notice(&format!("The batch goes on. `postwatch watch \"{name}\" --batch {batch} --until-done` follows it again."));
                break exit;
            }
            update = updates.recv() => match update.map(|update| update.news) {
                Some(News::Rows { rows, from, asked_at, reach, .. }) => {
                    board.take(&rows, &from, asked_at, reach, Timestamp::now());
                }
                Some(News::StartedOver) => board.start_over(),
                Some(News::Refused(error)) => return Err(unread(ReadError::Call(error), Some(batch)).into()),
                Some(News::Connection(Connection::Waiting { why, .. })) => {
                    progress.tell(|| format!("{} Trying again.", full_stop(&why.what)));
                }
                Some(_) => {}
                None => {
                    return Err(Failure::new(Exit::Failed, "The worker failed.", "", "`postwatch watch` follows the batch.").into());
                }
            },
            _ = look.tick() => {}
        }
        let figures = board.figures(Timestamp::now());
        progress.reached(figures.finished);
        progress.tell(|| so_far(&figures));
        if board.are_there(rows) && board.is_done(Timestamp::now()) {
            break Exit::Done;
        }
    };
    let figures = board.figures(Timestamp::now());
    monitor.ask(Command::Stop);
    updates.close();
    drop(progress);
    context.notice(&at_the_end(rows, &figures));
    Ok(exit)
}

fn so_far(figures: &Figures) -> String {
    match figures.loaded {
        0 => "Postman is preparing it".to_owned(),
        _ => format!("{} failed, {} on the way", grouped(figures.failed), grouped(figures.open)),
    }
}

/// What became of the batch: every message of it is in one of the figures.
fn at_the_end(rows: usize, figures: &Figures) -> String {
    let delivered = figures.finished - figures.failed;
    let rest = rows.saturating_sub(figures.finished);
    let rest = if rest > 0 { format!(", {} without a report", grouped(rest)) } else { String::new() };
    format!("{}: {} delivered, {} failed{rest}.", counted(rows, "message"), grouped(delivered), grouped(figures.failed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_at_the_end_add_up_to_the_file() {
        let figures =
            Figures { changes: 0, appeared: 0, finished: 11_960, failed: 34, open: 40, waited_for: 0, loaded: 12_000, complete: true };
        assert_eq!(at_the_end(12_000, &figures), "12,000 messages: 11,926 delivered, 34 failed, 40 without a report.");
        assert_eq!(so_far(&Figures { loaded: 0, ..figures }), "Postman is preparing it");
    }
}
