//! A campaign: its messages, what the list shows of them, and what its worker reports.

mod absence; // what finished since a key was pressed
mod actions;
mod alarm; // what calls a person
mod batch_loads; // which batches are loaded to their end
mod changes;
mod checked; // how old what is on the way is
mod choice; // which messages the list shows
pub(super) mod find; // the recipient that is searched for
mod follows; // the messages that a person waits for
mod highlights;
mod marked;
mod outage; // a time without answers
mod rest; // what was agreed to but not started
mod run;
mod sent; // the messages that were sent from here
mod uploads; // and the files
mod standing; // how it is doing
mod window;

use absence::Absence;
pub(super) use actions::{ActionKey, ActionRecord, Actions};
use alarm::Alarm;
pub(super) use alarm::Alert;
use batch_loads::BatchLoads;
pub(super) use changes::{ChangeRecord, Changes, Retried};
use checked::Checked;
pub(super) use choice::FilterChoice;
pub(super) use follows::FollowedEnd;
use follows::Follows;
pub(super) use highlights::{Highlights, REVEAL};
pub(super) use marked::Marked;
use outage::Outage;
pub(super) use rest::{LeftToStart, NOTHING_LEFT};
pub(super) use run::RunRecord;
use sent::Sent;
pub(super) use uploads::{Leaving, Uploads, WaitingFile, WaitingState};
pub(super) use window::{TimeWindow, Times, WindowOrigin};

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::shared::{Drilled, Failures, Find, List, MessageDetail};
use crate::delivery::{Mask, MessageId, Recipient, RecipientQuery, Rows, Status};
use crate::monitor::{Connection, Meter};
use crate::postman::HostKind;
use crate::store::{AnswerKind, Classes, Latency, Merged, Recent, RowNumber, Store};
use crate::tui::CampaignSettings;
use crate::tui::dialogs::SendDraft;
use crate::tui::text::width;
use crate::tui::views::activity::Activity;
use crate::tui::views::batches::Batches;
use crate::tui::views::message::SameNumber;
use crate::tui::views::not_delivered::NotDelivered;
use crate::tui::views::trends::Trends;

/// How many minutes count as the last ones.
const RECENT_MINUTES: u32 = 15;

/// How many of the newest failures are kept: more than fit below the campaigns on the highest screens.
const NEWEST_FAILURES: usize = 40;

/// The longest interval between reads of the newest messages while the campaign is on the screen.
const IN_VIEW: SignedDuration = SignedDuration::from_secs(10);

/// The same while it is not.
const OUT_OF_VIEW: SignedDuration = SignedDuration::from_secs(30);

/// How long a read-only campaign stays unlocked without an action.
const UNLOCKED: SignedDuration = SignedDuration::from_mins(15);

/// How far back messages should be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum BackTo {
    /// To the campaign's first message.
    Start,
    Moment(Timestamp),
}

/// A configured campaign and all that is known of it.
pub(in crate::tui) struct Campaign {
    /// What the configuration says.
    pub settings: CampaignSettings,
    /// The zone whose days count.
    pub zone: TimeZone,
    /// The time of the newest event.
    pub now: Timestamp,
    /// Whether recipients and texts are masked now.
    pub masked: bool,
    /// Until when it is shown unmasked, at the user's request.
    pub revealed_until: Option<Timestamp>,
    /// While presenting: whether it was masked before.
    pub presenting: Option<bool>,
    /// How far back it should be loaded, until it is.
    pub history_to: Option<BackTo>,
    /// Its messages.
    pub store: Store,
    pub list: List,
    /// Which messages the list shows.
    pub choice: FilterChoice,
    /// How it got its time window.
    pub window_origin: WindowOrigin,
    /// How far back messages were asked for, beyond what the configuration says.
    pub asked_back: SignedDuration,
    /// The failures by error.
    pub failures: Failures,
    /// Where a list of messages was opened from, and what the list showed before.
    pub drilled: Option<Drilled>,
    /// The recipient that the list searches for.
    pub find: Find,
    /// The connection as the worker sees it.
    pub connection: Connection,
    /// The state of the budget.
    pub meter: Option<Meter>,
    /// When the newest messages were last loaded.
    pub head_at: Option<Timestamp>,
    pub opened: Option<MessageDetail>,
    /// How many other messages go to the number under the cursor.
    pub same_number: SameNumber,
    /// The retries.
    pub actions: Actions,
    /// The newest run of several retries.
    pub run: Option<RunRecord>,
    /// What changed since the user last looked.
    pub changes: Changes,
    /// What finished since a key was last pressed.
    pub absence: Absence,
    outage: Outage,
    /// The messages that a person waits for.
    pub follows: Follows,
    /// What was agreed to but not started.
    pub not_started: LeftToStart,
    /// A message that was typed and not sent.
    pub draft: Option<SendDraft>,
    pub sent: Sent,
    /// The files that were sent from here.
    pub uploads: Uploads,
    /// Whether a person wanted back what was waiting, since something was last agreed to.
    pub stop_asked: bool,
    /// All messages that the API has refused because their attempts are used up: none of them is
    /// planned.
    pub out_of_attempts: HashSet<MessageId>,
    pub activity_view: Activity,
    pub batch_view: Batches,
    pub batch_loads: BatchLoads,
    pub trends: Trends,
    pub not_delivered: NotDelivered,
    /// What a person marked.
    pub marked: Marked,
    /// Until when a read-only campaign is unlocked for actions.
    pub unlocked_until: Option<Timestamp>,
    /// What is highlighted for a while.
    pub marks: Highlights,
    /// What finished in the last minutes, as of the newest event.
    pub recent: Recent,
    /// Until when that is known, by the time of day: now, unless the newest messages are older than usual.
    pub recent_until: Timestamp,
    /// How long the deliveries of these minutes take.
    pub latency: Latency,
    /// The loaded messages of the time window by class, as of the newest event.
    pub classes: Classes,
    /// Those of them that failed last, the newest first.
    pub newest_failures: Vec<RowNumber>,
    /// When those of them that are on the way were last loaded.
    pub checked: Checked,
    /// How many more pages are loaded automatically to fill a window that a filter left empty.
    pub pages_to_fill: u8,
    /// Whether a page of older history was requested and has not come.
    pub further_asked: bool,
    alarm: Alarm,
    /// Whether a pause (or its end) was requested and has not started.
    pub pause_asked: Option<bool>,
    /// How many of the columns that can scroll are scrolled away.
    pub skipped_columns: usize,
    /// What a mask leaves visible while presenting.
    nothing_searched: RecipientQuery,
    /// Which kind of answer reported a message's attempts, where it was not the campaign's list.
    read_from: HashMap<MessageId, AnswerKind>,
}

impl Campaign {
    /// A campaign of which nothing is loaded yet.
    pub fn new(settings: CampaignSettings, zone: TimeZone, now: Timestamp) -> Self {
        Self {
            masked: settings.masked,
            store: new_store(&settings),
            settings,
            zone,
            now,
            revealed_until: None,
            presenting: None,
            history_to: None,
            nothing_searched: RecipientQuery::default(),
            list: List::new(),
            choice: FilterChoice { window: TimeWindow::at_first(), ..FilterChoice::default() },
            window_origin: WindowOrigin::default(),
            asked_back: SignedDuration::ZERO,
            failures: Failures::default(),
            drilled: None,
            find: Find::default(),
            connection: Connection::Connecting,
            meter: None,
            head_at: None,
            opened: None,
            same_number: SameNumber::default(),
            actions: Actions::default(),
            run: None,
            changes: Changes::default(),
            absence: Absence::default(),
            outage: Outage::default(),
            follows: Follows::default(),
            not_started: LeftToStart::default(),
            draft: None,
            sent: Sent::default(),
            uploads: Uploads::default(),
            stop_asked: false,
            out_of_attempts: HashSet::new(),
            activity_view: Activity::default(),
            batch_view: Batches::default(),
            batch_loads: BatchLoads::default(),
            trends: Trends::default(),
            not_delivered: NotDelivered::default(),
            marked: Marked::default(),
            unlocked_until: None,
            marks: Highlights::default(),
            recent: Recent { minutes: RECENT_MINUTES, ..Recent::default() },
            recent_until: now,
            latency: Latency::default(),
            classes: Classes::default(),
            newest_failures: Vec::new(),
            checked: Checked::default(),
            pages_to_fill: 0,
            further_asked: false,
            alarm: Alarm::default(),
            pause_asked: None,
            skipped_columns: 0,
            read_from: HashMap::new(),
        }
    }

    pub fn merge(&mut self, rows: &Rows, from: &AnswerKind, asked_at: Timestamp) -> Merged {
        match from {
            // The answer to a retry has no attempts: what is known of them came from before.
            AnswerKind::Action => {}
            AnswerKind::List | AnswerKind::Search if self.read_from.is_empty() => {}
            AnswerKind::List | AnswerKind::Search => {
                for row in rows.iter() {
                    self.read_from.remove(&MessageId::new(row.id()));
                }
            }
            AnswerKind::Single | AnswerKind::Batch(_) => {
                self.read_from.extend(rows.iter().map(|row| (MessageId::new(row.id()), from.clone())));
            }
        }
        self.trends.forget_bars();
        self.store.merge(rows, from, asked_at)
    }

    /// Keeps no more messages than allowed. What is marked, opened or under the cursor stays, and
    /// during a find everything does. Whether this was the first time.
    pub fn keep_within_limit(&mut self) -> bool {
        if self.store.len() <= self.settings.max_messages || self.find.is_on() {
            return false;
        }
        let is_first = self.store.coverage().dropped == 0;
        let opened = self.opened.as_ref().and_then(|opened| self.store.row(&opened.message));
        let (marked, selected) = (&self.marked, self.list.selected());
        let is_held = |row: RowNumber| marked.holds(row) || opened == Some(row) || selected == Some(row);
        let trimmed = self.store.trim(self.settings.max_messages, is_held);
        self.list.forget(&self.store, &trimmed);
        self.failures.forget(&trimmed);
        self.trends.forget_bars();
        self.marks.forget(&trimmed);
        self.marked.forget(&trimmed);
        self.newest_failures.retain(|row| !trimmed.contains(*row));
        let store = &self.store;
        self.read_from.retain(|message, _| store.row(message).is_some());
        is_first && !trimmed.is_empty()
    }

    /// Which kind of answer reported a message's attempts.
    pub fn read_from(&self, message: &MessageId) -> AnswerKind {
        self.read_from.get(message).cloned().unwrap_or(AnswerKind::List)
    }

    /// Whether the API has said of a message that it has no attempts left.
    pub fn is_used_up(&self, row: RowNumber) -> bool {
        !self.out_of_attempts.is_empty() && self.out_of_attempts.contains(&self.store.id(row))
    }

    /// How many failures of each batch have no attempts left, as the API has said.
    pub fn used_up_by_batch(&self) -> HashMap<&str, usize> {
        let mut counts = HashMap::new();
        for row in self.out_of_attempts.iter().filter_map(|message| self.store.row(message)) {
            let cells = self.store.cells(row);
            if let Some(batch) = cells.batch.filter(|_| cells.status == Some(&Status::Failure)) {
                *counts.entry(batch).or_insert(0) += 1;
            }
        }
        counts
    }

    /// Updates the counts that depend on the time, `of_day` and by this program's own clock.
    pub fn count(&mut self, of_day: Timestamp, own: Timestamp) {
        self.now = of_day;
        self.move_on();
        let now = self.known_until(of_day, own);
        self.recent = self.store.recent(now, RECENT_MINUTES, self.settings.failure_limit, self.store.coverage().known_from());
        self.recent_until = now;
        self.count_window();
        self.look_when_checked(own);
        let minutes = SignedDuration::from_mins(i64::from(RECENT_MINUTES) - 1);
        self.latency = self.store.latency_between(now.saturating_sub(minutes).ok(), None, now);
    }

    /// Counts what is in the time window.
    fn count_window(&mut self) {
        let (since, until) = self.times();
        self.classes = self.store.classes(since, until, self.recent_until);
        self.newest_failures = self.store.newest_failures(since, until, NEWEST_FAILURES);
        self.window_counted();
    }

    /// The message that keys are about: the open one, otherwise the one under the cursor.
    pub fn subject(&self) -> Option<RowNumber> {
        match &self.opened {
            Some(opened) => self.store.row(&opened.message),
            None => self.list.selected(),
        }
    }

    /// Whether a row is shown masked.
    pub fn is_masked(&self, row: RowNumber) -> bool {
        self.masked && !self.marks.is_revealed(row)
    }

    /// The digits that a mask leaves visible: those that were typed to find them, and none while presenting.
    pub fn open_digits(&self) -> &RecipientQuery {
        if self.presenting.is_some() || self.find.is_taken && self.masked { &self.nothing_searched } else { &self.find.query }
    }

    /// What is searched for, as it may be shown.
    pub fn shown_find(&self) -> Cow<'_, str> {
        if self.find.is_taken {
            let mask = if self.masked { Mask::On } else { Mask::Off };
            return Cow::Owned(Recipient::new(self.find.query.as_str()).shown(mask));
        }
        let is_refused = self.find.refusal.is_some();
        self.hidden_from_others(if is_refused { self.find.input.value() } else { self.find.query.as_str() })
    }

    /// Part of a person's number: while presenting, a dot for each letter, so that the user who types it sees their
    /// progress.
    pub fn hidden_from_others<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.presenting {
            Some(_) => Cow::Owned("∙".repeat(width(text))),
            None => Cow::Borrowed(text),
        }
    }

    /// The name of a file or a person, as it may be shown.
    pub fn shown_name<'a>(&self, name: &'a str) -> &'a str {
        if self.presenting.is_some() { "(hidden)" } else { name }
    }

    /// The server has other data now: forgets all messages. The retries stay, with their outcomes.
    pub fn start_over(&mut self, now: Timestamp) {
        self.store = new_store(&self.settings);
        self.list.start_over();
        self.failures = Failures::default();
        self.trends = Trends::default();
        self.marked.clear();
        self.end_detour();
        self.opened = None;
        self.marks = Highlights::default();
        self.changes = Changes::default();
        self.follows = Follows::default();
        self.sent.selected();
        self.outage = Outage::default();
        self.read_from.clear();
        self.head_at = None;
        self.further_asked = false;
        self.batch_loads = BatchLoads::default();
        self.alarm.start_over();
        self.reset_window();
        self.count(self.now, now);
    }
}

/// An empty store for a campaign.
fn new_store(settings: &CampaignSettings) -> Store {
    let store = if settings.host_kind == HostKind::Loadtest { Store::of_load_test() } else { Store::new() };
    if settings.one_time_password { store.of_one_time_passwords() } else { store }
}

impl Campaign {
    /// Whether more failed in the last minutes than is usual.
    pub fn fails_too_often(&self) -> bool {
        self.recent.is_failing(self.settings.failure_limit)
    }

    /// Whether actions are refused now.
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.settings.read_only && self.unlocked_until.is_none_or(|until| until <= now)
    }

    /// Unlocks it for actions.
    pub fn unlock(&mut self, now: Timestamp) {
        self.unlocked_until = Some(now + UNLOCKED);
    }

    /// An action was taken: an unlocked campaign stays unlocked for the full time again.
    pub fn acted(&mut self, now: Timestamp) {
        if self.unlocked_until.is_some() {
            self.unlock(now);
        }
    }

    /// Whether it needs a person: it cannot be read, an outcome must be decided, or too much fails.
    pub fn needs_person(&self) -> bool {
        self.settings.broken.is_some()
            || matches!(self.connection, Connection::Refused { .. })
            || self.actions.needs_person()
            || self.run.as_ref().is_some_and(RunRecord::is_paused)
            || self.fails_too_often()
            || self.recent.stall.is_some()
    }
}

impl Campaign {
    /// How old the newest messages on the screen are.
    pub fn age(&self, now: Timestamp) -> Option<SignedDuration> {
        self.head_at.map(|head| now.duration_since(head).max(SignedDuration::ZERO))
    }

    /// Whether its newest messages were never loaded: then it has no figures, not even zeros. What a search
    /// found meanwhile is listed, but counts in no figure.
    pub fn is_unread(&self) -> bool {
        self.head_at.is_none()
    }

    /// Whether more is still being loaded automatically: until then its figures cover a part.
    pub fn is_loading(&self) -> bool {
        let coverage = self.store.coverage();
        let reaches = |oldest: Timestamp| self.now.duration_since(oldest) >= self.loads_back();
        coverage.gap.is_some() || !coverage.ends_here() && !coverage.oldest.is_some_and(reaches)
    }

    /// Whether they are older than twice the interval in which they are read.
    pub fn is_stale(&self, now: Timestamp, in_view: bool) -> bool {
        let interval = match &self.meter {
            // With nobody there, all campaigns share one slow rate.
            Some(meter) if meter.away => OUT_OF_VIEW.max(SignedDuration::try_from_secs_f64(1.0 / meter.rate).unwrap_or(OUT_OF_VIEW)),
            _ if in_view => IN_VIEW,
            _ => OUT_OF_VIEW,
        };
        self.age(now).is_some_and(|age| age > interval * 2)
    }
}

#[cfg(test)]
pub(in crate::tui) mod tests {
    use super::*;
    use crate::delivery::{CampaignId, Reported, RowFields, RowsBuilder};
    use crate::postman::HostKind;

    /// A campaign of which nothing is loaded yet.
    pub fn campaign() -> Campaign {
        let settings = CampaignSettings {
            name: "Clinic reminders".to_owned(),
            id: CampaignId::new("campaign_1"),
            host_kind: HostKind::Test,
            host: "127.0.0.1".to_owned(),
            read_only: false,
            masked: true,
            one_time_password: false,
            calls_per_second: 2.0,
            history: std::time::Duration::from_secs(72 * 3600),
            max_messages: 1_000_000,
            valid_for: std::time::Duration::from_secs(300),
            failure_limit: 0.02,
            charges: None,
            broken: None,
        };
        Campaign::new(settings, TimeZone::UTC, "2026-11-24T06:03:07Z".parse().unwrap())
    }
    #[test]
    fn what_answered_for_a_message_is_remembered_no_longer_than_the_message() {
        const LIMIT: usize = 100;
        let begun: Timestamp = "2026-11-24T06:00:00Z".parse().unwrap();
        let id = |minute: i64| MessageId::new(format!("message_{minute}"));
        let mut campaign = campaign();
        campaign.settings.max_messages = LIMIT;
        // For a week the user opens a new message every minute.
        let minutes = 7 * 24 * 60;
        for minute in 0..minutes {
            let at = begun + SignedDuration::from_mins(minute);
            let mut rows = RowsBuilder::default();
            let (status, created_at) = (Reported::Value("success"), Reported::Value(at));
            rows.push(&RowFields { id: id(minute).as_str(), status, created_at, ..RowFields::default() });
            campaign.merge(&rows.finish(), &AnswerKind::Single, at);
            campaign.keep_within_limit();
        }
        assert!(campaign.store.len() <= LIMIT);
        assert!(campaign.read_from.len() <= LIMIT, "{} of {minutes} are remembered", campaign.read_from.len());
        assert_eq!(campaign.read_from(&id(minutes - 1)), AnswerKind::Single, "this one is still loaded");
    }
}
