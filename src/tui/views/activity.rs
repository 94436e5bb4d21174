//! The view of changes and actions: what changed since the user last looked, what was requested, its
//! outcome, and what a person must decide.

mod alike; // what ended alike, in one line
mod draw; // how it looks
mod rows; // for files and the clipboard

use std::cmp::Reverse;

use alike::{Alike, AlikeKey, AlikeOf, end_of, end_of_change};
pub(super) use draw::draw;
pub(in crate::tui) use draw::followed_words;
use jiff::Timestamp;
pub(super) use rows::copied;
use rows::export;

use crate::action::{Created, Subject};
use crate::delivery::{BatchId, MessageId, agreeing, counted};
use crate::monitor::{ActionStage, NotStarted, NoticeWeight, OpenActionNews};
use crate::state::{ActionId, ActionState};
use crate::tui::dialogs::{Can, RefusedFile, Resolve, RowAction, SendFile};
use crate::tui::keys::Chord;
use crate::tui::shared::{
    ActionKey, ActionRecord, Campaign, ChangeRecord, CopyWhat, Drilled, LeftToStart, NOTHING_LEFT, OpenedFrom, Shared,
};
use crate::tui::views::{About, RowSubject, ViewKind};
use crate::tui::widgets::words::in_a_line;
use crate::tui::{Action, Role};

pub(super) const ABOUT: About = About {
    name: "activity",
    label: "Activity",
    keys: &[Chord::char('5')],
    help: "what changed since you last looked, the actions taken, and what became of them",
    actions: &[
        RowAction::Key(Action::Enter),
        RowAction::Key(Action::PlanRetry),
        RowAction::Key(Action::Copy),
        RowAction::Copy(CopyWhat::MessageId),
        RowAction::Copy(CopyWhat::BatchId),
        RowAction::Copy(CopyWhat::TraceId),
        RowAction::CopyMenu,
        RowAction::Key(Action::Export),
    ],
};

/// The key of a line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum ActivityKey {
    /// What was agreed to but not started.
    NotStarted,
    /// An action that is open in the journal.
    Open(ActionId),
    /// An action that was agreed to in this run of the program.
    Action(ActionKey),
    /// Several that ended alike.
    Alike(AlikeKey),
    /// A message that changed.
    Change(MessageId),
}

/// A line of the list.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) enum Entry<'a> {
    /// What was agreed to but not started.
    NotStarted(&'a LeftToStart),
    /// An action that is open in the journal, with what this run of the program knows of it.
    Open(&'a OpenActionNews, Option<&'a ActionRecord>),
    /// An action that was agreed to in this run of the program.
    Action(&'a ActionRecord),
    /// Several that ended alike.
    Alike(Alike<'a>),
    /// A message that changed.
    Change(&'a ChangeRecord),
}

impl Entry<'_> {
    /// The key of the line.
    pub fn key(&self) -> ActivityKey {
        match self {
            Entry::NotStarted(_) => ActivityKey::NotStarted,
            Entry::Open(open, _) => ActivityKey::Open(open.action),
            Entry::Action(record) => ActivityKey::Action(record.key().clone()),
            Entry::Alike(alike) => ActivityKey::Alike(alike.key()),
            Entry::Change(record) => ActivityKey::Change(record.message.clone()),
        }
    }

    /// Whether it is the line with this key.
    fn is(&self, key: &ActivityKey) -> bool {
        match (self, key) {
            (Entry::NotStarted(_), ActivityKey::NotStarted) => true,
            (Entry::Open(open, _), ActivityKey::Open(action)) => open.action == *action,
            (Entry::Action(record), ActivityKey::Action(action)) => record.key() == action,
            (Entry::Alike(alike), ActivityKey::Alike(key)) => key.is(alike.end),
            (Entry::Change(record), ActivityKey::Change(message)) => record.message == *message,
            _ => false,
        }
    }

    /// When the newest report about it came.
    pub fn at(&self) -> Timestamp {
        match self {
            // It comes before everything else until it is dealt with.
            Entry::NotStarted(_) => Timestamp::MAX,
            Entry::Open(open, record) => record.map_or(open.planned_at, |record| record.at),
            Entry::Action(record) => record.at,
            Entry::Alike(Alike { of: AlikeOf::Retries(newest), .. }) => newest.at,
            Entry::Alike(Alike { of: AlikeOf::Changes(newest, _), .. }) => newest.at,
            Entry::Change(record) => record.at,
        }
    }

    /// Whether a person must decide about it.
    pub fn needs_person(&self) -> bool {
        match self {
            Entry::NotStarted(_) => true,
            Entry::Open(open, _) => open.look_up_at.is_none() && !open.elsewhere,
            Entry::Action(record) => record.needs_person(),
            Entry::Alike(_) | Entry::Change(_) => false,
        }
    }

    /// Whether it is an action, and not just a change that was seen.
    pub fn is_action(&self) -> bool {
        !matches!(self, Entry::Change(_) | Entry::Alike(Alike { of: AlikeOf::Changes(..), .. }))
    }

    /// Whether it is the sending of a message or a file.
    fn is_send(&self) -> bool {
        match self {
            Entry::Action(record) => matches!(record.subject, Subject::Send(_) | Subject::Upload(_)),
            Entry::Open(open, _) => matches!(Subject::of(&open.kind), Some(Subject::Send(_) | Subject::Upload(_))),
            _ => false,
        }
    }

    /// Whether it is the sending of a file.
    fn is_upload(&self) -> bool {
        match self {
            Entry::Action(record) => matches!(record.subject, Subject::Upload(_)),
            Entry::Open(open, _) => matches!(Subject::of(&open.kind), Some(Subject::Upload(_))),
            _ => false,
        }
    }

    /// How many actions it stands for. Those under an opened line are counted there.
    pub fn actions(&self) -> usize {
        match self {
            Entry::Alike(alike) if !alike.is_open && self.is_action() => alike.count,
            Entry::Alike(_) | Entry::Change(_) => 0,
            _ => 1,
        }
    }
}

/// What the view remembers of a campaign.
#[derive(Debug, Default)]
pub(in crate::tui) struct Activity {
    /// The line with the cursor.
    cursor: Option<ActivityKey>,
    /// Which of the lines that stand for several is opened.
    opened: Option<AlikeKey>,
}

impl Activity {
    /// What changed was seen: what changes next is one line again.
    pub fn close_changes(&mut self) {
        self.opened = self.opened.take().filter(|opened| !opened.is_of_changes());
    }
}

/// The list, with one line for what ended alike.
pub(in crate::tui) fn lines(campaign: &Campaign) -> Vec<Entry<'_>> {
    alike::gathered(every_line(campaign), campaign.activity_view.opened.as_ref())
}

/// Whether a line is one of those under an opened line.
fn is_opened(campaign: &Campaign, entry: &Entry<'_>) -> bool {
    campaign.activity_view.opened.as_ref().zip(end_of(entry)).is_some_and(|(opened, end)| opened.is(end))
}

/// What needs a person, then everything else, newest first. An action that the journal has open appears once.
fn every_line(campaign: &Campaign) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> =
        actions_of(campaign, campaign.actions.iter()).chain(campaign.changes.iter().map(Entry::Change)).collect();
    // What one answer showed is in the order in which it ended, below what goes on.
    let ended_at =
        |entry: &Entry<'_>| if let Entry::Change(ChangeRecord { ended_at: Some(at), .. }) = entry { *at } else { Timestamp::MAX };
    entries.sort_by_key(|entry| (!entry.needs_person(), Reverse(entry.at()), Reverse(ended_at(entry))));
    entries
}

/// What was not started, what the journal has open, and of these actions the others.
fn actions_of<'a>(campaign: &'a Campaign, records: impl Iterator<Item = &'a ActionRecord>) -> impl Iterator<Item = Entry<'a>> {
    let not_started = Some(&campaign.not_started).filter(|rest| !rest.is_empty()).map(Entry::NotStarted);
    let known = |open: &OpenActionNews| Subject::of(&open.kind).and_then(|subject| campaign.actions.on(&subject));
    let open = campaign.actions.open().iter().map(move |open| Entry::Open(open, known(open)));
    let others = records.filter(|record| !campaign.actions.is_open(&record.subject)).map(Entry::Action);
    not_started.into_iter().chain(open).chain(others)
}

/// The first line of the list, where that needs a person. It is asked while the user types a command, so the list is
/// not made for it.
fn first_for_person(campaign: &Campaign) -> Option<Entry<'_>> {
    actions_of(campaign, campaign.actions.for_person()).filter(Entry::needs_person).min_by_key(|entry| Reverse(entry.at()))
}

/// The line under the cursor.
fn selected(campaign: &Campaign) -> Option<Entry<'_>> {
    let entries = lines(campaign);
    entries.get(index(campaign, &entries)).copied()
}

pub(super) fn count(campaign: &Campaign) -> (usize, Role) {
    // One's own actions are answered where they are asked for: here only what a person must decide is news of them.
    let news = campaign.changes.news() + campaign.actions.to_decide();
    (news, if campaign.actions.needs_person() { Role::Failed } else { Role::Text })
}

pub(super) fn subject(campaign: &Campaign) -> RowSubject {
    let (message, batch) = match selected(campaign) {
        Some(Entry::Action(record)) => {
            (record.message(), record.subject.batch().or_else(|| record.created.as_ref().and_then(Created::batch)))
        }
        Some(Entry::Open(open, record)) => (open.kind.message().or(record.and_then(ActionRecord::message)), open.kind.batch()),
        Some(Entry::Change(record)) => (Some(&record.message), None),
        Some(Entry::NotStarted(_) | Entry::Alike(_)) | None => (None, None),
    };
    RowSubject { message: message.cloned(), batch: batch.cloned(), error: None }
}

/// How far the action is whose line has the cursor.
pub(in crate::tui) fn stage_of_line(campaign: &Campaign) -> Option<&ActionStage> {
    match selected(campaign)? {
        Entry::Action(record) | Entry::Open(_, Some(record)) => record.stage.as_ref(),
        _ => None,
    }
}

pub(super) fn title(campaign: &Campaign) -> Option<String> {
    let entry = selected(campaign)?;
    let subject = subject(campaign);
    match (subject.message, subject.batch) {
        (Some(message), _) if entry.is_send() => Some(format!("The sending of {}", message.short(true))),
        (Some(message), _) if entry.is_action() => Some(format!("The retry of {}", message.short(true))),
        (Some(message), _) => Some(format!("Message {}", message.short(true))),
        (None, _) if entry.is_upload() => Some("The sending of a file".to_owned()),
        (None, Some(batch)) => Some(format!("The retry of batch {}", batch.short(false))),
        (None, None) if entry.is_send() => Some("The sending of a message".to_owned()),
        (None, None) => None,
    }
}

pub(super) fn label(action: Action) -> Option<&'static str> {
    (action == Action::PlanRetry).then_some("plan what was not started")
}

/// The index of the cursor, and how many lines there are.
pub(super) fn cursor(campaign: &Campaign) -> (usize, usize) {
    let entries = lines(campaign);
    (index(campaign, &entries), entries.len())
}

fn index(campaign: &Campaign, entries: &[Entry<'_>]) -> usize {
    let Some(key) = campaign.activity_view.cursor.as_ref() else { return 0 };
    let position = entries.iter().position(|entry| entry.is(key));
    position.or_else(|| moved(campaign, entries, key)).unwrap_or(0)
}

/// Where a line went that has joined others, or of which too few are left to share a line.
fn moved(campaign: &Campaign, entries: &[Entry<'_>], key: &ActivityKey) -> Option<usize> {
    let end = match key {
        ActivityKey::Alike(key) => return entries.iter().position(|entry| end_of(entry).is_some_and(|end| key.is(end))),
        ActivityKey::Change(message) => end_of_change(campaign.changes.of(message)?),
        ActivityKey::Action(action) => end_of(&Entry::Action(campaign.actions.iter().find(|record| record.key() == action)?))?,
        ActivityKey::NotStarted | ActivityKey::Open(_) => return None,
    };
    entries.iter().position(|entry| matches!(entry, Entry::Alike(alike) if alike.end == end))
}

/// How many lines the list has.
pub(in crate::tui) fn len(campaign: &Campaign) -> usize {
    let actions = usize::from(!campaign.not_started.is_empty()) + campaign.actions.open().len() + campaign.actions.len();
    actions - campaign.actions.open_here() + campaign.changes.len()
}

/// Where an outcome needs a person: in the campaign on the screen, otherwise in the next one shown.
pub(in crate::tui) fn next_for_person(shared: &Shared) -> Option<(usize, ActivityKey)> {
    let others = (0..shared.campaigns.len()).filter(|index| *index != shared.campaigns.current());
    std::iter::once(shared.campaigns.current())
        .chain(others)
        .find_map(|index| Some((index, first_for_person(shared.campaigns.get(index)?)?.key())))
}

pub(super) fn can(action: Action, shared: &Shared, campaign: &Campaign) -> Can {
    let needs_line = || Can::unless(len(campaign) == 0, "nothing has been done yet");
    match action {
        Action::Enter | Action::Copy => needs_line(),
        Action::PlanRetry => Can::unless(campaign.not_started.is_empty(), NOTHING_LEFT),
        Action::Clear => Can::unless(campaign.changes.len() == 0, "no change is listed"),
        Action::Export | Action::Back => Can::Yes,
        _ => super::in_every_view(action, shared, campaign),
    }
}

pub(super) fn key(action: Action, shared: &mut Shared) {
    match action {
        Action::Enter => open_entry(shared),
        Action::Clear => shared.leave_activity(),
        Action::PlanRetry => shared.plan_not_started(),
        Action::Export => export(shared),
        _ => super::line_key(action, shared),
    }
}

/// `:resolve`: to the first outcome that needs a person, wherever that is.
pub(in crate::tui) fn go_to_open(shared: &mut Shared) {
    let Some((index, key)) = next_for_person(shared) else { return };
    let from = Some(shared.origin()).filter(|from| *from != OpenedFrom::Pane(ViewKind::Activity) && index == shared.campaigns.current());
    if index != shared.campaigns.current() {
        shared.show_campaign(index);
    }
    shared.show_view(ViewKind::Activity);
    shared.came_from = from;
    if let Some(campaign) = shared.campaign_mut() {
        campaign.activity_view.cursor = Some(key);
    }
}

pub(super) fn go(steps: isize, shared: &mut Shared) {
    let Some(campaign) = shared.campaign_mut() else { return };
    let entries = lines(campaign);
    let index = index(campaign, &entries).saturating_add_signed(steps).min(entries.len().saturating_sub(1));
    // At the top it follows the newest.
    campaign.activity_view.cursor = entries.get(index).map(Entry::key).filter(|_| index > 0);
}

/// Enter: opens the message of a line, or shows its batch; plans what was not started, and asks about an unknown outcome.
fn open_entry(shared: &mut Shared) {
    let Some(entry) = shared.campaign().and_then(selected) else { return };
    match entry {
        Entry::NotStarted(_) => shared.plan_not_started(),
        Entry::Open(open, _) if open.elsewhere => shared.tell(NoticeWeight::Info, "another process is following it", "", ""),
        Entry::Open(open, _) if open.state == ActionState::Unknown => {
            let menu = Resolve::new(open, shared);
            shared.open(menu);
        }
        Entry::Open(open, _) => match Subject::of(&open.kind) {
            Some(subject) => open_subject(&subject, shared),
            None => shared.tell(NoticeWeight::Info, "there is nothing more to see of it", "", ""),
        },
        Entry::Action(record) => {
            let subject = record.subject.clone();
            let is_left = matches!(record.stage, Some(ActionStage::NotSent(_) | ActionStage::NotTaken(_) | ActionStage::Skipped(_)));
            match &subject {
                Subject::Upload(sha256) if RefusedFile::open_of(shared, sha256) => {}
                // It can be checked again, and sent after all.
                Subject::Upload(_) if is_left => SendFile::open(shared, ""),
                _ => open_subject(&subject, shared),
            }
        }
        Entry::Alike(alike) => {
            let (key, is_open) = (alike.key(), alike.is_open);
            if let Some(campaign) = shared.campaign_mut() {
                campaign.activity_view.opened = Some(key.clone()).filter(|_| !is_open);
                campaign.activity_view.cursor = Some(ActivityKey::Alike(key));
            }
        }
        Entry::Change(record) => open_subject(&Subject::Message(record.message.clone()), shared),
    }
}

fn open_subject(subject: &Subject, shared: &mut Shared) {
    match subject {
        Subject::Message(message) => open_message(message, shared),
        Subject::Batch(batch) => open_batch(batch, shared),
        Subject::Send(_) | Subject::Upload(_) => match shared.campaign().and_then(|campaign| campaign.actions.on(subject)?.created.clone())
        {
            Some(Created::Message(message)) => open_message(&message, shared),
            Some(Created::Batch(batch)) => open_batch(&batch, shared),
            None if why_not(subject, shared).is_some() => {
                let why = why_not(subject, shared).unwrap_or_default();
                shared.tell(NoticeWeight::Warning, "nothing was sent", &why, "");
            }
            None => {
                let what = if matches!(subject, Subject::Upload(_)) {
                    "the new batch is not known yet"
                } else {
                    "the new message is not known yet"
                };
                shared.tell(NoticeWeight::Info, what, "", "");
            }
        },
    }
}

/// Why nothing came of an action that is over; `None` where something may still come of it.
fn why_not(subject: &Subject, shared: &Shared) -> Option<String> {
    let stage = shared.campaign()?.actions.on(subject)?.stage.as_ref()?;
    let is_no = matches!(stage, ActionStage::Refused(_) | ActionStage::NotSent(_) | ActionStage::NotTaken(_) | ActionStage::Skipped(_));
    stage.why().filter(|_| is_no).map(in_a_line)
}

/// Shows a batch among the others.
fn open_batch(batch: &BatchId, shared: &mut Shared) {
    if let Some(campaign) = shared.campaign_mut() {
        campaign.batch_view.select(batch.clone());
    }
    shared.show_view(ViewKind::Batches);
    shared.came_from = Some(OpenedFrom::Pane(ViewKind::Activity));
}

/// Shows a message in the list and opens it.
fn open_message(message: &MessageId, shared: &mut Shared) {
    let Some(campaign) = shared.campaign() else { return };
    let Some(row) = campaign.store.row(message) else {
        // What was seen to change was loaded then.
        if campaign.changes.iter().any(|change| change.message == *message) {
            let next = "`max_messages` in the configuration allows more";
            shared.tell(NoticeWeight::Info, "this message is no longer loaded", "the oldest ones were dropped", next);
        } else {
            shared.tell(NoticeWeight::Info, "this message is not loaded yet", "", "");
        }
        return;
    };
    let before = shared.uncover(row);
    shared.show_view(ViewKind::Messages);
    if shared.select_row_of_list(row)
        && let Some(campaign) = shared.campaign_mut()
    {
        campaign.drilled = Some(Drilled { from: OpenedFrom::Pane(ViewKind::Activity), before });
    }
    shared.open_detail();
    if let Some(opened) = shared.campaign_mut().and_then(|campaign| campaign.opened.as_mut()) {
        opened.is_of_a_line = true;
    }
}

/// What an earlier run of the program did not start: kept until it is planned again, with the
/// cursor of the activity on it.
pub(in crate::tui) fn note_not_started(index: usize, left: NotStarted, shared: &mut Shared) {
    let Some(campaign) = shared.campaigns.get_mut(index) else { return };
    if left.sends > 0 {
        let (count, were) = (counted(left.sends, "message"), agreeing(left.sends, "was", "were"));
        let (its, it) = (agreeing(left.sends, "Its text is", "Their texts are"), agreeing(left.sends, "it", "them"));
        let name = campaign.settings.name.clone();
        let (what, next) = (format!("{count} {were} not sent: the program ended first"), format!("{its} not kept: write {it} again."));
        shared.tell(NoticeWeight::Warning, &what, &name, &next);
    }
    if !left.uploads.is_empty() {
        let (count, were) = (counted(left.uploads.len(), "file"), agreeing(left.uploads.len(), "was", "were"));
        let name = campaign_name(shared, index);
        let files = left.uploads.join(", ");
        let what = format!("{count} {were} not sent, the program ended first: {files}");
        let next = format!("{} checks a file again and asks.", shared.keymap.command("send-batch"));
        if let Some(campaign) = shared.campaigns.get_mut(index) {
            campaign.uploads.note_names(&left.uploads);
        }
        shared.tell(NoticeWeight::Warning, &what, &name, &next);
    }
    let Some(campaign) = shared.campaigns.get_mut(index).filter(|_| !(left.messages.is_empty() && left.batches.is_empty())) else { return };
    campaign.note_rest(left.messages.into_iter().map(Subject::Message).chain(left.batches.into_iter().map(Subject::Batch)));
    campaign.activity_view.cursor = Some(ActivityKey::NotStarted);
    let (count, name) = (campaign.not_started.len(), campaign.settings.name.clone());
    let (retries, them) = (counted(count, "retry"), agreeing(count, "it", "them"));
    let what = format!("{retries} not started by an earlier run: {} plans {them}", shared.keymap.command("rest"));
    shared.tell(NoticeWeight::Warning, &what, &format!("{name}, nothing was sent for {them}"), "");
}

fn campaign_name(shared: &Shared, index: usize) -> String {
    shared.campaigns.get(index).map(|campaign| campaign.settings.name.clone()).unwrap_or_default()
}

/// Shown beside a message that was dropped since: nothing but its id is known any more.
pub(in crate::tui) const NO_LONGER_LOADED: &str = "no longer loaded";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{ActionNumber, Subject};
    use crate::monitor::{ActionNews, ActionStage};
    use crate::postman::Explanation;
    use crate::tui::campaign::tests::campaign;

    #[test]
    fn what_needs_a_person_first_is_the_first_line_of_the_list() {
        let why = || Explanation::new("w", "", "");
        let unknown = || ActionStage::Unknown { why: why(), look_up_at: None };
        let subject = |name: &str| Subject::Message(MessageId::new(name));
        let mut campaign = campaign();
        let steps = [("a", ActionStage::Accepted), ("b", unknown()), ("c", unknown()), ("d", ActionStage::Accepted), ("c", unknown())];
        let mut firsts = Vec::new();
        for (number, (name, stage)) in (0_u32..).zip(steps) {
            let at = Timestamp::from_second(1_900_000_000 + i64::from(number)).unwrap();
            let number = Some(ActionNumber(u64::from(number)));
            campaign.actions.note(ActionNews { number, action: None, subject: subject(name), created: None, stage, at });
            let first = first_for_person(&campaign).map(|entry| entry.key());
            assert_eq!(first, lines(&campaign).first().filter(|entry| entry.needs_person()).map(Entry::key));
            firsts.push(first);
        }
        assert!(firsts[0].is_none() && firsts[1] != firsts[2] && firsts[2] == firsts[3] && firsts[3] != firsts[4], "{firsts:?}");
        campaign.note_rest([subject("e")]);
        campaign.actions.note(ActionNews {
            number: None,
            action: None,
            subject: subject("c"),
            created: None,
            stage: ActionStage::Accepted,
            at: campaign.now,
        });
        assert_eq!(first_for_person(&campaign).map(|entry| entry.key()), lines(&campaign).first().map(Entry::key));
    }
}
