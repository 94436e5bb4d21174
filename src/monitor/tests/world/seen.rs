//! What a worker on the bench has reported.

use crate::action::{BatchReading, Created, Subject};
use crate::delivery::{BatchId, MessageId};
use crate::monitor::{
    ActionStage, BatchState, Connection, Generation, Meter, News, Notice, OpenActionNews, PreparedState, RunNews, RunPhase, SearchState,
    UploadedNews,
};
use crate::state::NoteKind;
use crate::store::Store;

/// All news, as the dashboard keeps it.
pub struct Seen {
    pub store: Store,
    pub connection: Connection,
    pub meter: Option<Meter>,
    pub search: Option<(Generation, SearchState)>,
    pub opened: Vec<(Generation, bool)>,
    pub stages: Vec<(MessageId, ActionStage)>,
    pub notices: Vec<Notice>,
    pub notes_lost: Vec<NoteKind>,
    pub actions_refused: Option<crate::postman::Explanation>,
    pub runs: Vec<RunNews>,
    pub batch_stages: Vec<ActionStage>,
    /// What became of messages that were sent, with their ids once known.
    pub sends: Vec<(Option<MessageId>, ActionStage)>,
    /// How files went, with their batches.
    pub uploads: Vec<(Option<BatchId>, ActionStage)>,
    pub recipient: Option<(Generation, PreparedState)>,
    pub batches: Vec<(Generation, BatchState)>,
    pub open: Option<Vec<OpenActionNews>>,
    pub uploaded_before: Vec<UploadedNews>,
    pub not_started: Vec<MessageId>,
    pub batches_not_started: Vec<BatchId>,
    pub sends_not_started: usize,
    pub uploads_not_started: Vec<String>,
    /// How many uploads were cut off.
    pub cut: usize,
    pub used_up: Vec<MessageId>,
    /// How many were taken back, and how many had been sent, each time.
    pub taken_back: Vec<(usize, usize)>,
    pub stopped: bool,
    /// How many news items came in all.
    pub reported: usize,
}

impl Seen {
    pub fn nothing() -> Self {
        Self {
            store: Store::new(),
            connection: Connection::Connecting,
            meter: None,
            search: None,
            opened: Vec::new(),
            stages: Vec::new(),
            notices: Vec::new(),
            notes_lost: Vec::new(),
            actions_refused: None,
            runs: Vec::new(),
            batch_stages: Vec::new(),
            sends: Vec::new(),
            uploads: Vec::new(),
            recipient: None,
            batches: Vec::new(),
            open: None,
            uploaded_before: Vec::new(),
            not_started: Vec::new(),
            batches_not_started: Vec::new(),
            sends_not_started: 0,
            uploads_not_started: Vec::new(),
            cut: 0,
            used_up: Vec::new(),
            taken_back: Vec::new(),
            stopped: false,
            reported: 0,
        }
    }

    pub fn take(&mut self, news: News) {
        self.reported += 1;
        match news {
            News::Rows { rows, from, asked_at, reach, .. } => {
                self.store.merge(&rows, &from, asked_at);
                if let Some(reach) = reach {
                    self.store.set_reach(reach);
                }
            }
            News::Connection(connection) => self.connection = connection,
            News::Search { generation, state } => self.search = Some((generation, state)),
            News::Batch { generation, state } => self.batches.push((generation, state)),
            News::Prepared { generation, state } => self.recipient = Some((generation, state)),
            News::Opened { generation, result } => self.opened.push((generation, result.is_ok())),
            News::Action(action) => match action.subject {
                Subject::Message(message) => self.stages.push((message, action.stage)),
                Subject::Batch(_) => self.batch_stages.push(action.stage),
                Subject::Send(_) => {
                    self.sends.push((action.created.as_ref().and_then(Created::message).cloned(), action.stage));
                }
                Subject::Upload(_) => {
                    self.uploads.push((action.created.as_ref().and_then(Created::batch).cloned(), action.stage));
                }
            },
            News::Notice(notice) => self.notices.push(notice),
            News::StartedOver => self.store = Store::new(),
            News::Stopped => self.stopped = true,
            News::Run(run) => self.runs.push(run),
            News::OpenActions(open) => self.open = Some(open),
            News::Uploaded(uploaded) => self.uploaded_before = uploaded,
            News::NotStarted(left) => {
                self.not_started.extend(left.messages);
                self.batches_not_started.extend(left.batches);
                self.sends_not_started += left.sends;
                self.uploads_not_started.extend(left.uploads);
            }
            News::OutOfAttempts(messages) => self.used_up.extend(messages),
            News::Meter(meter) => self.meter = Some(meter),
            News::Journal(refused) => self.actions_refused = refused,
            News::NoteLost(lost) => self.notes_lost.push(lost.kind),
            News::Refused(_) => {}
            News::TakenBack(taken) => {
                self.taken_back.push((taken.taken_back, taken.leaving));
                self.cut += taken.cut;
            }
        }
    }

    /// The newest complete reading of a requested batch.
    pub fn batch(&self) -> Option<&BatchReading> {
        self.batches.iter().rev().find_map(|(_, state)| match state {
            BatchState::Whole(reading) => Some(reading),
            _ => None,
        })
    }

    /// The progress of the run.
    pub fn run(&self) -> Option<&RunNews> {
        self.runs.last()
    }

    /// Whether the run is over.
    pub fn run_is_over(&self) -> bool {
        self.run().is_some_and(|run| run.to_go == 0 && matches!(run.phase, RunPhase::Done | RunPhase::Stopped(_)))
    }

    /// The newest stage of a message's retry.
    pub fn stage(&self, message: &MessageId) -> Option<&ActionStage> {
        self.stages.iter().rev().find(|(of, _)| of == message).map(|(_, stage)| stage)
    }
}
