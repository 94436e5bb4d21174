//! What can be copied of a row, and why something cannot be.

use crate::tui::views::activity;
use jiff::Timestamp;

use super::{DetailPhase, Shared, ViewKind};
use crate::action::Subject;
use crate::monitor::ActionStage;
use crate::tui::view;

/// How many marked messages are copied at most: more than that belongs in a file, not on a
/// clipboard.
pub(in crate::tui) const MOST_COPIED: usize = 5_000;

/// The format of something with several fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum CopyFormat {
    /// As on the screen, with a tab between two cells.
    Text,
    /// With the API's names, one object a line.
    Json,
    /// With headers.
    Csv,
}

impl CopyFormat {
    pub const ALL: [CopyFormat; 3] = [CopyFormat::Text, CopyFormat::Json, CopyFormat::Csv];

    pub fn word(self) -> &'static str {
        match self {
            CopyFormat::Text => "as text",
            CopyFormat::Json => "as JSON, with the API's names",
            CopyFormat::Csv => "as CSV, with headers",
        }
    }
}

/// What is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum CopyWhat {
    /// The row under the cursor.
    Row(CopyFormat),
    /// The marked messages.
    Marked(CopyFormat),
    /// The recipient's number.
    Number,
    /// The message's text.
    Text,
    MessageId,
    BatchId,
    CampaignId,
    TemplateId,
    ErrorCode,
    /// The server's trace id of what was refused, or is unknown.
    TraceId,
    Attempts,
    /// Nothing: the last copy is shown, for selection by hand.
    Shown,
}

impl CopyWhat {
    pub fn words(self) -> String {
        match self {
            CopyWhat::Row(form) => format!("the row {}", form.word()),
            CopyWhat::Marked(form) => format!("the marked messages {}", form.word()),
            CopyWhat::Number => "the number, as shown".to_owned(),
            CopyWhat::Text => "the text, as shown".to_owned(),
            CopyWhat::MessageId => "the message's id".to_owned(),
            CopyWhat::BatchId => "the batch's id".to_owned(),
            CopyWhat::CampaignId => "the campaign's id".to_owned(),
            CopyWhat::TemplateId => "the template's id".to_owned(),
            CopyWhat::ErrorCode => "the error's code".to_owned(),
            CopyWhat::TraceId => "the trace id".to_owned(),
            CopyWhat::Attempts => "all attempts".to_owned(),
            CopyWhat::Shown => "show the last copy".to_owned(),
        }
    }

    /// Whether it can hold something that a mask hides.
    pub fn is_personal(self) -> bool {
        matches!(self, CopyWhat::Row(_) | CopyWhat::Marked(_) | CopyWhat::Number | CopyWhat::Text)
    }
}

/// The last copy, while it may be shown.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::tui) struct LastCopy {
    pub text: String,
    /// Until when it may be shown, where it holds something that the screen now masks.
    pub until: Option<Timestamp>,
}

impl Shared {
    /// Why there is nothing to copy.
    pub(in crate::tui) fn why_no_copy(&self, what: CopyWhat) -> Option<&'static str> {
        let Some(campaign) = self.campaign() else { return Some("no campaign can be shown") };
        let subject = self.subject();
        let row = subject.message.as_ref().and_then(|message| campaign.store.row(message));
        match what {
            CopyWhat::Row(_) => match self.view {
                ViewKind::Messages => row.is_none().then_some("no message is selected"),
                ViewKind::Batches => subject.batch.is_none().then_some("no batch is selected"),
                ViewKind::Failures => campaign.failures.selected().is_none().then_some("nothing has failed"),
                ViewKind::Activity => (activity::len(campaign) == 0).then_some("nothing has been done yet"),
            },
            CopyWhat::Marked(_) if campaign.marked.is_empty() => Some("nothing is marked"),
            CopyWhat::Marked(_) => (campaign.marked.len() > MOST_COPIED).then_some("too many: export them"),
            CopyWhat::Number => match row.map(|row| campaign.store.cells(row).recipient) {
                None => Some("no message is selected"),
                Some(None) => Some("not given"),
                Some(Some(_)) => None,
            },
            CopyWhat::Text if campaign.settings.one_time_password => Some("a one-time password"),
            CopyWhat::Text => match row {
                None => Some("no message is selected"),
                Some(row) => campaign.store.text(row, campaign.is_masked(row)).is_none().then_some("not given"),
            },
            CopyWhat::MessageId => subject.message.is_none().then_some("not about a message"),
            CopyWhat::BatchId => subject.batch.is_none().then_some("not in a batch"),
            CopyWhat::CampaignId => None,
            CopyWhat::TemplateId => view::template_id(self).is_none().then_some("not given"),
            CopyWhat::ErrorCode => subject.error.is_none_or(|code| code.is_empty()).then_some("no error given"),
            CopyWhat::TraceId => self.trace_id().is_none().then_some("no answer gave one"),
            CopyWhat::Attempts => match row.map(|row| campaign.store.cells(row).tried) {
                Some(Some(tried)) if tried > 0 => None,
                _ => Some("none given"),
            },
            CopyWhat::Shown => self.copied.is_none().then_some("nothing has been copied yet"),
        }
    }

    /// The trace id of the last refused or unknown request about what is under the cursor.
    pub(in crate::tui) fn trace_id(&self) -> Option<String> {
        let campaign = self.campaign()?;
        let subject = self.subject();
        let of_stage = |stage: Option<&ActionStage>| stage.and_then(ActionStage::why).and_then(|why| why.trace_id.clone());
        let of_message = subject.message.as_ref().and_then(|message| campaign.actions.of(message));
        let of_batch = || {
            let batch = subject.batch.as_ref().filter(|_| subject.message.is_none());
            campaign.actions.on(&Subject::Batch(batch?.clone()))
        };
        of_message.and_then(|record| of_stage(record.stage.as_ref())).or_else(|| of_stage(of_batch()?.stage.as_ref())).or_else(|| {
            match campaign.opened.as_ref().map(|opened| &opened.phase) {
                Some(DetailPhase::Failed(why)) => why.trace_id.clone(),
                _ => None,
            }
        })
    }
}
