//! The calls that write, from a person's yes to the outcome, and taking back what was agreed to. The only place that
//! makes a POST.

use super::super::active_action::{ActionPhase, ActionRef, ActiveAction, Check};
use super::super::active_run::{ActiveRun, not_started_because, not_started_reported};
use super::super::call_slots::DiskTime;
use super::super::call_slots::blocking;
use super::super::scheduler::Job;
use super::super::{ActionNews, ActionStage, News, NoteLost, NoticeWeight, TakenBack};
use super::Worker;
use super::in_the_way::{already_under_way, journal_broken, taken_since, under_way_elsewhere};
use crate::action::{ActionNumber, Agreed, Created, Intended, RunEnd, RunEvent, RunState, StopCause, Subject};
use crate::delivery::MessageId;
use crate::postman::{Explanation, Refusal, UploadMeter, WriteOutcome};
use crate::state::{ActionId, Intention, Journal, JournalHandle, NoteKind, Outcome, StateError};
use crate::store::AnswerKind;

/// The journal's reason for an action that a person took back.
const TAKEN_BACK: &str = "taken back before it was sent";
/// The journal's reason for a try that was about to be sent when calls were paused or the program ended.
const HELD_BACK: &str = "held back before it was sent";

impl Worker {
    /// A person's yes.
    pub(super) async fn act(&mut self, number: ActionNumber, agreed: Agreed) {
        let action = match agreed {
            Agreed::Run(retries) => return self.request_run(number, retries).await,
            Agreed::One(action) => action,
        };
        let agreed_at = self.clock.moment_of(action.confirmed_at());
        let active = ActiveAction::new(number, action, agreed_at);
        let is_same = |open: &ActiveAction| {
            open.which.subject == active.which.subject || (active.draft().is_some() && open.draft() == active.draft())
        };
        if self.scheduler.actions.iter().any(|open| open.is_open() && is_same(open)) {
            self.stage(&active.which, ActionStage::NotTaken(already_under_way(&active.which.subject))).await;
        } else {
            self.scheduler.actions.push(active);
        }
    }

    /// Records an intention. Without that nothing is sent.
    pub(super) async fn intend(&mut self, index: usize) {
        let Some(active) = self.scheduler.actions.get(index) else { return };
        let ActionPhase::ToIntend(action) = &active.phase else { return };
        let which = active.which.clone();
        let intended = action.intention();
        let written = match self.intentions([intended]) {
            Ok((journal, mut intentions)) => {
                let Some(intention) = intentions.pop() else { return };
                blocking(move || journal.intend(&intention)).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = &written {
            self.tell_if_broken(error).await;
        }
        let now = self.now();
        let open_elsewhere = written.as_ref().is_err_and(StateError::is_already_open);
        if let (Err(error), Subject::Message(message)) = (&written, &which.subject)
            && error.is_taken_elsewhere()
        {
            // What the person saw of it is out of date.
            self.scheduler.read_again(message.clone());
        }
        let not_taken = written.as_ref().err().map(|error| self.not_taken_because(error, &which.subject));
        let Some(active) = self.scheduler.actions.get_mut(index) else { return };
        let stage = match (written, not_taken) {
            (Ok(action), _) => active.intended(action, now),
            (Err(_), Some(why)) => active.not_taken(why),
            (Err(_), None) => return,
        };
        self.stage(&which, stage).await;
        if open_elsewhere {
            self.tell_open().await;
        }
    }

    /// These actions as intentions of this run of the program, and the journal for them.
    pub(super) fn intentions(&self, actions: impl IntoIterator<Item = Intended>) -> Result<(Journal, Vec<Intention>), StateError> {
        let journal = self.journal.writable()?.clone();
        let Some(run) = &self.run else {
            return Err(StateError::ReadOnly { why: "this program has not started a run in it".to_owned() });
        };
        let intention = |Intended { action, plan, planned_at, read_at }| Intention {
            run: run.id().clone(),
            base_url: self.api.base().as_str().to_owned(),
            server: self.server.clone(),
            campaign: self.api.campaign().clone(),
            action,
            plan,
            planned_at: self.clock.wall_of(planned_at),
            read_at: read_at.map(|at| self.clock.wall_of(at)),
        };
        Ok((journal, actions.into_iter().map(intention).collect()))
    }

    /// Sends the request of an action, once, and records the outcome.
    pub(super) async fn post(&mut self, index: usize) {
        let Some((which, action)) = self.scheduler.actions.get(index).and_then(|active| Some((active.which.clone(), active.which.id?)))
        else {
            return;
        };
        let now = self.clock.moment();
        if self.scheduler.actions.get(index).is_some_and(|active| active.has_expired(now)) {
            return self.expire(index, &which, action).await;
        }
        let started = self.journalled(move |journal| journal.started(action, now.wall)).await;
        if started.is_ok() && !self.may_leave(index, &which, action).await {
            return;
        }
        let leaves_at = self.clock.moment();
        let took = leaves_at.steady.duration_since(now.steady).try_into().unwrap_or_default();
        let missed = self.scheduler.slots.is_missed(leaves_at.steady) && DiskTime::fits(took);
        self.scheduler.disk.took(took, missed);
        let Some(active) = self.scheduler.actions.get_mut(index) else { return };
        if let Err(error) = started {
            let why = journal_broken(&error);
            let stage = active.not_taken(why.clone());
            self.stage(&which, stage).await;
            self.stop_run(StopCause::Journal, Some(why)).await;
            self.run_ended(&which, RunEnd::NotSent).await;
            return;
        }
        let is_read_first = matches!(which.subject, Subject::Send(_) | Subject::Upload(_));
        if missed || active.check(leaves_at.steady) != Check::Passed || (is_read_first && active.must_read(leaves_at.steady)) {
            return self.take_line_back(index, &which, action).await;
        }
        // Between the last check of the yes and the request nothing may block: a screen that takes no news, such as
        // one stopped with Ctrl-s, could hold the request back for any time.
        let Some(call) = active.request.clone() else { return };
        let meter = active.meter().cloned();
        let stage = active.leaves();
        self.scheduler.call(&Job::Post(index), leaves_at.steady);
        self.sharing.used();
        let api = self.api.clone();
        let asked = self.now();
        let task = tokio::spawn(async move { api.write(call).await });
        self.stage(&which, stage).await;
        let mut outcome = match self.written(&which, meter, task).await {
            Ok(outcome) => outcome,
            // A panic in the transport: what it did is unknown.
            Err(_) => WriteOutcome::Unknown { reason: "the call broke off".to_owned(), status: None, trace_id: None, retry_after: None },
        };
        if let WriteOutcome::Accepted { asked_at, .. } = &mut outcome {
            *asked_at = asked;
        }
        self.posted(index, &which, action, outcome).await;
    }

    /// The disk took so long with the line of a try that its slot has passed: the line is closed, and another one is
    /// written when there is a slot again. No line stays open meanwhile: after a crash it would turn a retry that was
    /// never sent into an unknown outcome.
    async fn take_line_back(&mut self, index: usize, which: &ActionRef, action: ActionId) {
        let line = not_sent("its turn had passed when the line was on disk");
        let Some(why) = self.close_line(action, line, true).await else {
            // A request to stop may have come in between.
            return self.give_up_waiting(index).await;
        };
        let Some(active) = self.scheduler.actions.get_mut(index) else { return };
        let stage = active.give_up(why.clone());
        self.stop_run(StopCause::Journal, Some(why)).await;
        self.stage(which, stage).await;
        self.run_ended(which, RunEnd::NotSent).await;
    }

    /// A retry whose yes is too old is not sent, and neither is the rest of its run.
    pub(super) async fn expire(&mut self, index: usize, which: &ActionRef, action: ActionId) {
        let now = self.wall();
        let Some(active) = self.scheduler.actions.get_mut(index) else { return };
        let (outcome, stage) = active.expire();
        let in_run = active.in_run;
        self.record(move |journal| journal.outcome(action, &outcome, now)).await;
        if in_run {
            self.stop_run(StopCause::Expired, stage.why().cloned()).await;
        }
        self.stage(which, stage).await;
        self.run_ended(which, RunEnd::NotSent).await;
    }

    async fn posted(&mut self, index: usize, which: &ActionRef, action: ActionId, outcome: WriteOutcome) {
        let now = self.now();
        let outcome = match self.scheduler.actions.get(index) {
            Some(active) => active.as_seen(outcome),
            None => outcome,
        };
        if let WriteOutcome::Refused { rate_limited: true, retry_after, .. } = &outcome {
            self.scheduler.budget.too_many(now, *retry_after);
        }
        let Some(active) = self.scheduler.actions.get_mut(index) else { return };
        let answered = active.answered(&outcome, now);
        let (line, goes_again, mut stage) = (answered.outcome.clone(), answered.goes_again, answered.stage);
        match (&which.subject, &outcome) {
            (Subject::Send(_), WriteOutcome::Accepted { rows: Some(rows), .. }) => {
                active.which.created = rows.get(0).map(|row| Created::Message(MessageId::new(row.id())));
            }
            (Subject::Upload(_), WriteOutcome::Accepted { batch, .. }) => active.which.created = batch.clone().map(Created::Batch),
            _ => {}
        }
        let which = &active.which.clone();
        let broken = self.close_line(action, line, goes_again).await;
        if let Some(created) = which.created.clone() {
            self.note_created(action, created).await;
        }
        if let Some(why) = &broken {
            // The outcome itself is true and is shown; the next start finds the action open and looks it up. It must
            // not be sent again from here, because its tries cannot be counted.
            if goes_again && let Some(active) = self.scheduler.actions.get_mut(index) {
                stage = active.give_up(why.clone());
            }
            self.stop_run(StopCause::Journal, Some(why.clone())).await;
        }
        let refusal = match &stage {
            ActionStage::Refused(refusal) => Some(refusal),
            _ => None,
        };
        let access_refused = refusal.is_some_and(Refusal::keeps_out);
        let used_up = refusal.is_some_and(Refusal::is_out_of_attempts);
        if let WriteOutcome::Accepted { rows: Some(rows), asked_at, .. } = outcome {
            self.note(&rows, asked_at);
            self.learn(&rows, &AnswerKind::Action, asked_at);
            let asked_at = self.stamp(asked_at);
            self.tell(News::Rows { rows, from: AnswerKind::Action, asked_at, reach: None, head: false }).await;
        }
        let why = stage.why().cloned();
        self.stage(which, stage).await;
        if let (true, Subject::Message(message)) = (used_up, &which.subject) {
            self.tell(News::OutOfAttempts(vec![message.clone()])).await;
        }
        let end = match answered.outcome {
            _ if goes_again && broken.is_none() => None,
            _ if goes_again => Some(RunEnd::NotSent),
            Outcome::Accepted => Some(RunEnd::Accepted),
            Outcome::Refused { .. } if access_refused => Some(RunEnd::AccessRefused),
            Outcome::Refused { .. } => Some(RunEnd::Refused),
            Outcome::NotSent { .. } => Some(RunEnd::NotSent),
            Outcome::Unknown { .. } => Some(RunEnd::Unknown),
        };
        if let Some(end) = end {
            if let (Some(run), Some(why), true) = (&mut self.scheduler.run, why, end == RunEnd::AccessRefused) {
                run.access_refused(why);
            }
            self.run_ended(which, end).await;
            if end == RunEnd::Unknown {
                self.unknown.insert(action, which.number);
                if let Some(evidence) = self.scheduler.actions.get(index).and_then(ActiveAction::send_evidence).cloned() {
                    self.unknown_sends.insert(action, evidence);
                }
                self.tell_open().await;
            }
        } else {
            self.give_up_waiting(index).await;
        }
    }

    /// A try that was to be repeated is given up if its run was stopped meanwhile, or a person took it back.
    pub(super) async fn give_up_waiting(&mut self, index: usize) {
        let Some(active) = self.scheduler.actions.get_mut(index).filter(|active| active.may_be_given_up()) else { return };
        let stopped = self.scheduler.run.as_ref().map(ActiveRun::state).filter(|state| matches!(state, RunState::Stopped(_)));
        let (reason, reported) = match stopped {
            Some(state) if active.in_run => (not_started_because(state), not_started_reported(state)),
            _ if active.called_off => (TAKEN_BACK, taken_back_reported(&active.which.subject)),
            _ => return,
        };
        let which = active.which.clone();
        active.phase = ActionPhase::Over;
        let now = self.wall();
        if let Some(action) = which.id {
            self.record(move |journal| journal.give_up(&[action], reason, now)).await;
        }
        self.stage(&which, ActionStage::NotSent(reported)).await;
        self.run_ended(&which, RunEnd::NotSent).await;
    }

    /// The run's message under way has finished.
    pub(super) async fn run_ended(&mut self, which: &ActionRef, end: RunEnd) {
        if let Subject::Message(message) = &which.subject {
            self.run_takes(RunEvent::Ended { message: message.clone(), end }).await;
        }
    }

    /// Reports the progress of an action.
    pub(super) async fn stage(&self, which: &ActionRef, stage: ActionStage) {
        let ActionRef { number, id: action, subject, created } = which.clone();
        self.tell(News::Action(ActionNews { number, action, subject, created, stage, at: self.now() })).await;
    }

    /// Why an action is not taken: someone else is doing it, or has since it was read.
    pub(super) fn not_taken_because(&self, error: &StateError, subject: &Subject) -> Explanation {
        let own = self.run.as_ref().map(|run| run.id());
        match error {
            StateError::AlreadyOpen { run, since, state, .. } if Some(run) != own => under_way_elsewhere(subject, run, *since, *state),
            StateError::AlreadyOpen { .. } => already_under_way(subject),
            StateError::TakenSince { run, at, .. } => taken_since(subject, Some(run) == own, run, *at),
            _ => journal_broken(error),
        }
    }

    /// Writes to the journal. Where that fails, it is reported as a problem, and why is returned.
    pub(super) async fn record(&self, write: impl FnOnce(&Journal) -> Result<(), StateError> + Send + 'static) -> Option<Explanation> {
        let why = journal_broken(&self.journalled(write).await.err()?);
        self.notice(NoticeWeight::Problem, why.clone()).await;
        Some(why)
    }

    pub(super) async fn journalled<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Journal) -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        let journal = self.journal.writable().cloned()?;
        #[cfg(test)]
        tokio::time::sleep(journal.slowness()).await;
        let written = blocking(move || write(&journal)).await;
        if let Err(error) = &written {
            self.tell_if_broken(error).await;
        }
        written
    }

    /// Writes down what is no action.
    pub(super) async fn write_note(&mut self, kind: NoteKind, detail: String) {
        let handle = JournalHandle { access: self.journal.clone(), run: self.run.clone() };
        let (base, campaign, at) = (self.api.base().as_str().to_owned(), self.api.campaign().clone(), self.wall());
        if let Err(error) = blocking(move || handle.note(kind, detail, base, campaign, at)).await {
            self.tell_if_broken(&error).await;
            self.tell(News::NoteLost(NoteLost { kind, why: error.explained() })).await;
        }
    }

    /// Reports that actions cannot be recorded, if that is what the error means.
    pub(super) async fn tell_if_broken(&self, error: &StateError) {
        if error.is_of_the_journal() {
            self.tell(News::Journal(Some(journal_broken(error)))).await;
        }
    }
}

/// Taking back: possible until the request is sent.
impl Worker {
    /// Takes back whatever was not sent: what waits for the connection, for its turn, for a paused run or after a
    /// 429. A request under way is reported, and not repeated automatically.
    pub(super) async fn take_back(&mut self) {
        let cut = self.cut_uploads();
        let leaving = self.scheduler.actions.iter().filter(|active| matches!(active.phase, ActionPhase::UnderWay)).count() - cut;
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
        if !actions.is_empty() {
            self.record(move |journal| journal.give_up(&actions, TAKEN_BACK, at)).await;
        }
        let taken_back = back.len() + to_go;
        for which in back {
            let reported = taken_back_reported(&which.subject);
            self.stage(&which, ActionStage::NotSent(reported)).await;
        }
        self.tell(News::TakenBack(TakenBack { taken_back, leaving, cut })).await;
    }

    /// Cuts off the uploads whose last byte has not left; gives how many.
    pub(super) fn cut_uploads(&self) -> usize {
        let under_way = self.scheduler.actions.iter().filter(|active| matches!(active.phase, ActionPhase::UnderWay));
        under_way.filter(|active| active.meter().is_some_and(UploadMeter::cut)).count()
    }

    /// Handles the commands that came while the disk was busy with the line of a try, and returns whether its request
    /// may still be sent. If not, the line is closed again.
    pub(super) async fn may_leave(&mut self, index: usize, which: &ActionRef, action: ActionId) -> bool {
        self.take_waiting_commands().await;
        let now = self.clock.moment();
        let Some(active) = self.scheduler.actions.get(index) else { return false };
        if matches!(active.phase, ActionPhase::Over) {
            self.close_line(action, not_sent(TAKEN_BACK), false).await;
        } else if self.ending || self.scheduler.paused {
            // It stays intended: a later turn, or the next start, finds it as it was.
            self.close_line(action, not_sent(HELD_BACK), true).await;
        } else if active.has_expired(now) {
            self.expire(index, which, action).await;
        } else {
            return true;
        }
        false
    }

    /// Closes the line of a try, and returns why that cannot be recorded.
    async fn close_line(&self, action: ActionId, outcome: Outcome, goes_again: bool) -> Option<Explanation> {
        let at = self.wall();
        self.record(
            move |journal| if goes_again { journal.goes_again(action, &outcome, at) } else { journal.outcome(action, &outcome, at) },
        )
        .await
    }
}

fn not_sent(reason: &str) -> Outcome {
    Outcome::NotSent { reason: reason.to_owned() }
}

/// The text for an action that a person took back.
fn taken_back_reported(subject: &Subject) -> Explanation {
    Explanation::new("It was taken back: nothing was sent.", "", subject.words().again)
}
