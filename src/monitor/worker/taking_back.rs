//! Taking back what a person agreed to: possible until the request is sent.

use super::super::active_action::{ActionPhase, ActionRef, ActiveAction};
use super::super::{ActionStage, News, NoticeWeight, TakenBack};
use super::Worker;
use super::in_the_way::journal_broken;
use crate::action::StopCause;
use crate::postman::Explanation;
use crate::state::{ActionId, Outcome};

/// The journal's reason for an action that a person took back.
pub(super) const TAKEN_BACK: &str = "taken back before it was sent";
/// The journal's reason for a try that was about to be sent when calls were paused or the program ended.
const HELD_BACK: &str = "held back before it was sent";

impl Worker {
    /// Takes back whatever was not sent: what waits for the connection, for its turn, for a paused run or after a
    /// 429. A request under way is reported, and not repeated automatically.
    pub(super) async fn take_back(&mut self) {
        let leaving = self.scheduler.actions.iter().filter(|active| matches!(active.phase, ActionPhase::UnderWay)).count();
        let is_leaving = |active: &&ActiveAction| active.in_run && matches!(active.phase, ActionPhase::UnderWay);
        let of_run = self.scheduler.actions.iter().filter(is_leaving).count();
        let to_go = self.scheduler.run.as_ref().filter(|run| !run.is_stopped()).map_or(0, |run| run.to_go().saturating_sub(of_run));
        self.stop_run(StopCause::Person, None).await;
        let mut back: Vec<ActionRef> = Vec::new();
        for active in &mut self.scheduler.actions {
            active.called_off |= matches!(active.phase, ActionPhase::UnderWay);
            if !active.in_run && active.may_be_taken_back() {
                active.phase = ActionPhase::Over;
                back.push(active.which.clone());
            }
        }
        let actions: Vec<ActionId> = back.iter().filter_map(|which| which.id).collect();
        let at = self.wall();
        if !actions.is_empty()
            && let Err(error) = self.journalled(move |journal| journal.give_up(&actions, TAKEN_BACK, at)).await
        {
            self.notice(NoticeWeight::Problem, journal_broken(&error)).await;
        }
        let taken_back = back.len() + to_go;
        for which in back {
            self.stage(&which, ActionStage::NotSent(taken_back_reported())).await;
        }
        self.tell(News::TakenBack(TakenBack { taken_back, leaving })).await;
    }

    /// Handles the commands that came while the disk was busy with the line of a try, and returns whether its request
    /// may still be sent. If not, the line is closed again.
    pub(super) async fn may_leave(&mut self, index: usize, which: &ActionRef, action: ActionId) -> bool {
        self.take_waiting_commands().await;
        let now = self.clock.moment();
        let Some(active) = self.scheduler.actions.get(index) else { return false };
        if matches!(active.phase, ActionPhase::Over) {
            self.close_line(action, TAKEN_BACK, false).await;
        } else if self.ending || self.scheduler.paused {
            // It stays intended: a later turn, or the next start, finds it as it was.
            self.close_line(action, HELD_BACK, true).await;
        } else if active.has_expired(now) {
            self.expire(index, which, action).await;
        } else {
            return true;
        }
        false
    }

    async fn close_line(&mut self, action: ActionId, reason: &str, goes_again: bool) {
        let (outcome, at) = (Outcome::NotSent { reason: reason.to_owned() }, self.wall());
        let written =
            self.journalled(
                move |journal| {
                    if goes_again { journal.goes_again(action, &outcome, at) } else { journal.outcome(action, &outcome, at) }
                },
            );
        if let Err(error) = written.await {
            self.notice(NoticeWeight::Problem, journal_broken(&error)).await;
        }
    }
}

/// The text for an action that a person took back.
pub(super) fn taken_back_reported() -> Explanation {
    Explanation::new("It was taken back: nothing was sent.", "", "Plan it again if it still needs a retry.")
}
