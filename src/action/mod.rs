//! What can be done, without any IO: which messages would be retried and why the rest would not, what would be sent,
//! and how an outcome becomes known when its answer was lost. Other rooms carry the steps out.

mod agreed;
mod batch;
mod batch_reading;
mod charges;
mod draft; // of a message to be sent
mod file; // of messages to be sent
mod length;
mod lines;
mod meanwhile;
mod one_time;
mod plan;
mod resolution;
mod run;
mod send;
mod upload;
mod value;

pub use agreed::{ActionEvidence, ActionNumber, Agreed, ConfirmedAction, Created, Intended, Subject, SubjectWords};
pub use batch::{BatchPlan, ConfirmedBatchRetry, Unseen};
pub use batch_reading::{BatchEvidence, BatchFinding, BatchReading};
pub use charges::{Charges, SegmentSum};
pub use draft::{Draft, DraftCheck, DraftField, Remark, RemarkWeight, TypedDraft};
pub use file::{
    AdviceKind, CheckedFile, FileAdvice, FileChecker, FileCorrector, FileMistake, FileRules, FileSample, LARGEST_FILE, MistakeGroup,
    MistakeKind, Mistakes,
};
pub use lines::{LineInclusion, PlanLine};
pub use meanwhile::Recheck;
pub use one_time::one_time_hint;
pub use plan::{
    Billing, ConfirmedRetry, FRESH_ENOUGH, LastRead, LeftOut, LeftOutReason, OLD_MESSAGE, PLAN_LIFE, Plan, PlanItem, Planner,
    SHARE_OF_BUDGET,
};
pub use resolution::{Evidence, MessageFinding, NextLookUp, PATIENCE, READS_NEEDED, UPLOAD_PATIENCE, look_up_again};
pub use run::{RetryRun, RunCounts, RunEnd, RunEvent, RunState, RunStep, StopCause, UNKNOWN_IN_A_ROW};
pub use send::{ConfirmedSend, Fingerprint, FingerprintKey, SAME_WITHIN, SameMessage, SendEvidence, SendPlan, SendReading, SendRecheck};
pub use upload::{ConfirmedUpload, FileSource, Sha256, Sha256Hasher, UploadEvidence, UploadFile, UploadPlan, UploadReading};
