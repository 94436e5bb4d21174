//! What can be copied of a row, and why something cannot be.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::action::Subject;
use crate::delivery::{BatchId, Message, MessageId, Status, counted, grouped};
use crate::monitor::{ActionStage, NoticeWeight};
use crate::postman::record::{Field, RecordFormat};
use crate::state::NoteKind;
use crate::store::RowNumber;
use crate::tui::dialogs::{CopiedPage, RowMenu};
use crate::tui::shared::{Campaign, DetailPhase, REVEAL, Shared, ViewKind};
use crate::tui::text::csv::csv_lines;
use crate::tui::text::spoken;
use crate::tui::views;
use crate::tui::views::messages::cells::{message_cells, number};
use crate::tui::{Action, Context, Copied, Effect};

/// How many marked messages are copied at most: more than that belongs in a file, not on a
/// clipboard.
const MOST_COPIED: usize = 5_000;

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

    /// A row that the screen shows as `text`, and a file as `cells` under `heads`.
    pub fn row<const N: usize>(self, text: &[String], heads: [&str; N], cells: &[String]) -> String {
        match self {
            CopyFormat::Text => text.join("\t"),
            CopyFormat::Json => {
                let fields = heads.iter().zip(cells).map(|(head, cell)| ((*head).to_owned(), serde_json::Value::from(cell.as_str())));
                serde_json::Value::Object(fields.collect()).to_string()
            }
            CopyFormat::Csv => csv_lines(&[heads.map(str::to_owned).to_vec(), cells.to_vec()]),
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
    /// What became of it, to say on the telephone.
    Sentence,
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
            CopyWhat::Sentence => "the sentence to say".to_owned(),
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
struct LastCopy {
    text: String,
    /// Until when it may be shown, where it holds something that the screen now masks.
    until: Option<Timestamp>,
}

/// What was copied, and how much can be.
pub(in crate::tui) struct Copies {
    last: Option<LastCopy>,
    /// Whether it was copied by the newest key: the same key again shows it.
    is_newest_key: bool,
    /// How many bytes the terminal's clipboard takes, as far as is known.
    limit: Option<usize>,
}

impl Copies {
    pub fn new(limit: Option<usize>) -> Self {
        Self { last: None, is_newest_key: false, limit }
    }

    /// The last copy's text, while it may be shown.
    pub fn last(&self) -> Option<&str> {
        self.last.as_ref().map(|copied| copied.text.as_str())
    }

    /// The same key again copies, instead of showing the copy.
    pub fn end_repeat(&mut self) {
        self.is_newest_key = false;
    }

    /// When the last copy may no longer be shown.
    pub fn due(&self) -> Option<Timestamp> {
        self.last.as_ref()?.until
    }

    /// Forgets it where the screen masks it again.
    pub fn expire(&mut self, now: Timestamp) {
        self.last.take_if(|copied| copied.until.is_some_and(|until| until <= now));
    }

    /// The same at once: everything is masked.
    pub fn mask(&mut self) {
        self.last.take_if(|copied| copied.until.is_some());
    }

    /// Forgets it, masked or not.
    pub fn forget(&mut self) {
        self.last = None;
    }
}

impl Shared {
    /// Why there is nothing to copy.
    pub(in crate::tui) fn why_no_copy(&self, what: CopyWhat) -> Option<&'static str> {
        let Some(campaign) = self.campaign() else { return Some("no campaign can be shown") };
        let subject = views::subject(self);
        let row = subject.message.as_ref().and_then(|message| campaign.store.row(message));
        match what {
            CopyWhat::Row(format) => views::copied(self, campaign, format).err(),
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
            CopyWhat::Sentence => row.is_none().then_some("no message is selected"),
            CopyWhat::MessageId => subject.message.is_none().then_some("not about a message"),
            CopyWhat::BatchId => subject.batch.is_none().then_some("not in a batch"),
            CopyWhat::CampaignId => None,
            CopyWhat::TemplateId => template_id(self).is_none().then_some("not given"),
            CopyWhat::ErrorCode => subject.error.is_none_or(|code| code.is_empty()).then_some("no error given"),
            CopyWhat::TraceId => self.trace_id().is_none().then_some("no answer gave one"),
            CopyWhat::Attempts => match row.map(|row| campaign.store.cells(row).tried) {
                Some(Some(tried)) if tried > 0 => None,
                _ => Some("none given"),
            },
            CopyWhat::Shown => self.copies.last.is_none().then_some("nothing has been copied yet"),
        }
    }

    /// The trace id of the last refused or unknown request about what is under the cursor.
    pub(in crate::tui) fn trace_id(&self) -> Option<String> {
        let campaign = self.campaign()?;
        let subject = views::subject(self);
        let of_stage = |stage: Option<&ActionStage>| stage.and_then(ActionStage::why).and_then(|why| why.trace_id.clone());
        // A message that is sent has no id before Postman has it: its line says more than what it is about.
        let of_line = (self.view == ViewKind::Activity).then(|| views::activity::stage_of_line(campaign)).flatten();
        let of_message = subject.message.as_ref().and_then(|message| campaign.actions.of(message));
        let of_batch = || {
            let batch = subject.batch.as_ref().filter(|_| subject.message.is_none());
            campaign.actions.on(&Subject::Batch(batch?.clone()))
        };
        let of_message = of_stage(of_line).or_else(|| of_stage(of_message?.stage.as_ref()));
        of_message.or_else(|| of_stage(of_batch()?.stage.as_ref())).or_else(|| match campaign.opened.as_ref().map(|opened| &opened.phase) {
            Some(DetailPhase::Failed(why)) => why.trace_id.clone(),
            _ => None,
        })
    }
}

impl Shared {
    /// The key: copies the row under the cursor. In the detail, and where messages are marked, it asks
    /// what to copy; pressed again at once, it shows the copy.
    pub(super) fn copy_key(&mut self) {
        if std::mem::take(&mut self.copies.is_newest_key) && self.copies.last.is_some() {
            return CopiedPage::open(self);
        }
        let has_marks = self.view == ViewKind::Messages && self.campaign().is_some_and(|campaign| !campaign.marked.is_empty());
        if has_marks || self.pane() == Context::Detail {
            return self.open_copy_menu();
        }
        self.copy(CopyWhat::Row(CopyFormat::Text));
        self.copies.is_newest_key = true;
    }

    /// Asks what to do with the row under the cursor.
    pub(super) fn open_actions(&mut self) {
        if let Some(menu) = RowMenu::actions(self) {
            self.open(menu);
        }
    }

    /// Asks what to copy.
    pub(in crate::tui) fn open_copy_menu(&mut self) {
        if let Some(menu) = RowMenu::copy(self) {
            self.open(menu);
        }
    }

    /// Copies something of the row under the cursor, or of the marked ones.
    pub(in crate::tui) fn copy(&mut self, what: CopyWhat) {
        if what == CopyWhat::Shown {
            return CopiedPage::open(self);
        }
        if let Some(why) = self.why_no_copy(what) {
            self.tell(NoticeWeight::Info, "there is nothing to copy", why, "");
            return;
        }
        let words = match what {
            CopyWhat::Row(CopyFormat::Text) => "the row".to_owned(),
            CopyWhat::Number if !self.shows_openly(what) => "the masked number".to_owned(),
            what => what.words(),
        };
        let text = copied_text(self, what);
        self.hand_out(text, &words, self.shows_openly(what));
    }

    /// Whether the copy would hold something personal and unmasked.
    fn shows_openly(&self, what: CopyWhat) -> bool {
        let Some(campaign) = self.campaign().filter(|_| what.is_personal()) else { return false };
        match what {
            CopyWhat::Marked(_) => !campaign.masked || campaign.marked.rows().any(|row| !campaign.is_masked(row)),
            _ if self.view == ViewKind::Messages => campaign.subject().is_some_and(|row| !campaign.is_masked(row)),
            _ => !campaign.masked,
        }
    }

    /// Puts a text on the terminal's clipboard, and says so without showing it: it may be personal.
    /// An unmasked one is journalled.
    pub(in crate::tui) fn hand_out(&mut self, text: Option<String>, what: &str, is_open: bool) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            self.tell(NoticeWeight::Info, "there is nothing to copy", "", "");
            return;
        };
        if is_open && self.lacks_journal("nothing is copied unmasked") {
            return;
        }
        // A screen that masks again within seconds must not keep what it showed for longer.
        let until = self.campaign().filter(|_| is_open).and_then(|campaign| match campaign.masked {
            true => self.now.checked_add(REVEAL).ok(),
            false => campaign.revealed_until,
        });
        let length = text.len();
        self.copies.last = Some(LastCopy { text: text.clone(), until });
        if let Some(limit) = self.copies.limit.filter(|limit| length > *limit) {
            let sizes = format!("{} of {} KB", grouped(length.div_ceil(1_000)), grouped(limit / 1_000));
            let next = format!("{} writes it to a file", self.key_for(Action::Export));
            self.tell(NoticeWeight::Warning, &format!("{what} is too long for the clipboard ({sizes})"), "", &next);
            return;
        }
        self.effects.push(Effect::Copy(Copied(text)));
        if is_open {
            self.effects.push(Effect::note(self.index(), NoteKind::Export, format!("copied unmasked: {what}")));
        }
        // A terminal never reports whether it takes it.
        let next = format!("{} again shows it", self.key_for(Action::Copy));
        let next = if matches!(self.context(), Context::Pane(_)) { &next } else { "" };
        self.tell(NoticeWeight::Info, &format!("{what} was sent to the terminal's clipboard"), "", next);
    }

    /// Copies a list, masked as the screen shows it.
    pub(in crate::tui) fn hand_out_lines(&mut self, text: String) {
        let what = format!("a list of {}", counted(text.lines().count(), "line"));
        let is_open = self.campaign().is_some_and(|campaign| !campaign.masked);
        self.hand_out(Some(text), &what, is_open);
    }

    /// Says that the last copy is on no clipboard.
    pub(in crate::tui) fn copy_failed(&mut self, why: &str) {
        let next = format!("{} writes it to a file", self.key_for(Action::Export));
        self.tell(NoticeWeight::Warning, "the text did not reach the clipboard", why, &next);
    }
}

/// The text to copy; `None` where there is none.
fn copied_text(state: &Shared, what: CopyWhat) -> Option<String> {
    let campaign = state.campaign()?;
    let subject = views::subject(state);
    match what {
        CopyWhat::Row(format) => views::copied(state, campaign, format).ok(),
        CopyWhat::Marked(form) => Some(messages_text(state, campaign, &marked_rows(campaign), form)),
        CopyWhat::Number => number(state),
        CopyWhat::Text if campaign.settings.one_time_password => None,
        CopyWhat::Text => campaign.subject().and_then(|row| campaign.store.text(row, campaign.is_masked(row))),
        CopyWhat::Sentence => Some(sentence(state, &campaign.store.message(campaign.subject()?))),
        CopyWhat::MessageId => subject.message.as_ref().map(MessageId::as_str).map(str::to_owned),
        CopyWhat::BatchId => subject.batch.as_ref().map(BatchId::as_str).map(str::to_owned),
        CopyWhat::CampaignId => Some(campaign.settings.id.as_str().to_owned()),
        CopyWhat::TemplateId => template_id(state),
        CopyWhat::ErrorCode => subject.error,
        CopyWhat::TraceId => state.trace_id(),
        CopyWhat::Attempts => campaign.subject().map(|row| attempts(state, &campaign.store.message(row))),
        CopyWhat::Shown => None,
    }
}

/// What became of a message, to say on the telephone: without the number, and without the text. Without an answer it says
/// of when that is.
pub(in crate::tui) fn sentence(state: &Shared, message: &Message) -> String {
    let course = spoken::course(message, &state.look.zone, state.time_of_day());
    let is_final = message.status.as_ref().is_some_and(Status::is_final);
    let old = state.campaign().filter(|campaign| !is_final && !campaign.is_live(state.now, true));
    let old = old.map(|campaign| format!(", as of {}", state.look.minute(campaign.recent_until, state.now))).unwrap_or_default();
    format!("This message {course}{old}.")
}

/// The template id of the message under the cursor.
fn template_id(state: &Shared) -> Option<String> {
    let campaign = state.campaign()?;
    let row = campaign.store.row(&views::subject(state).message?)?;
    let template = campaign.store.message(row).template?;
    template.template_id.or(template.id)
}

/// The marked messages, the newest first.
pub(in crate::tui) fn marked_rows(campaign: &Campaign) -> Vec<RowNumber> {
    let mut rows: Vec<RowNumber> = campaign.marked.rows().collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(campaign.store.cells(*row).created_at), campaign.store.id(*row)));
    rows
}

pub(in crate::tui) fn messages_text(state: &Shared, campaign: &Campaign, rows: &[RowNumber], form: CopyFormat) -> String {
    match form {
        CopyFormat::Text => {
            let line = |row: &RowNumber| message_cells(state, campaign, *row, campaign.is_masked(*row)).join("\t");
            rows.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        CopyFormat::Json => {
            let line = |row: &RowNumber| {
                let layout = layout(state, campaign, *row);
                // Texts and times always become JSON.
                serde_json::to_string(&layout.json(&campaign.store.message(*row))).unwrap_or_default()
            };
            rows.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        CopyFormat::Csv => {
            let messages: Vec<(RowNumber, Message)> = rows.iter().map(|row| (*row, campaign.store.message(*row))).collect();
            let names: BTreeSet<&str> =
                messages.iter().flat_map(|(_, message)| message.values.iter().flatten().map(|(name, _)| name.as_str())).collect();
            let mut fields = Field::all();
            if let Some(index) = fields.iter().position(|field| *field == Field::Values) {
                fields.splice(index..=index, names.into_iter().map(|name| Field::Value(name.to_owned())));
            }
            let mut lines = vec![fields.iter().map(Field::name).collect::<Vec<_>>()];
            for (row, message) in &messages {
                let layout = layout(state, campaign, *row);
                lines.push(fields.iter().map(|field| layout.cell(field, message)).collect());
            }
            csv_lines(&lines)
        }
    }
}

fn layout(state: &Shared, campaign: &Campaign, row: RowNumber) -> RecordFormat {
    RecordFormat {
        fields: Field::all(),
        masked: campaign.is_masked(row),
        one_time: campaign.settings.one_time_password,
        searched: Some(campaign.open_digits().clone()).filter(|query| !query.is_empty()),
        zone: state.look.zone.clone(),
        campaign: campaign.settings.id.clone(),
        batch: None,
    }
}

/// All attempts, newest first: a line for each, with the reported times.
fn attempts(state: &Shared, message: &Message) -> String {
    let attempts = message.attempts.as_deref().unwrap_or_default();
    let line = |(index, attempt): (usize, &crate::delivery::Attempt)| {
        let time = |at: Option<Timestamp>| at.map(|at| state.look.exact(at)).unwrap_or_default();
        let error = attempt.error.as_ref().map(|error| if error.code.is_empty() { &error.kind } else { &error.code });
        let reported = [
            ("", attempt.status.as_ref().map(|status: &Status| status.word().to_owned()).unwrap_or_default()),
            ("created ", time(attempt.created_at)),
            ("sent ", time(attempt.sent_at)),
            ("delivered ", time(attempt.delivered_at)),
            ("error ", error.map(ToString::to_string).unwrap_or_default()),
        ];
        let reported = reported.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{name}{text}"));
        let words: Vec<String> = std::iter::once(format!("attempt {}", attempts.len() - index)).chain(reported).collect();
        words.join("\t")
    };
    let lines: Vec<String> = attempts.iter().enumerate().map(line).collect();
    if lines.is_empty() {
        // Answers about batches only report how many there were.
        return message.attempt_count.map(|count| format!("{}, times not given", counted(count as usize, "attempt"))).unwrap_or_default();
    }
    lines.join("\n")
}
