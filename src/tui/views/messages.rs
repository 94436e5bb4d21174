//! The list of messages. Only the rows in the window are turned into cells.

pub(in crate::tui) mod cells;
pub(in crate::tui) mod columns; // which are shown
mod end; // the line below the last message
pub(in crate::tui) mod list; // which rows it shows, and where the cursor is
mod result; // what came of a message
pub(in crate::tui) mod sum; // its first line
mod table; // how it looks
pub(in crate::tui) mod widths; // of its columns

pub(super) use table::draw;
pub(in crate::tui) use table::head_at;

use crate::action::LeftOutReason;
use crate::delivery::{BatchId, Status};
use crate::monitor::{Command, NoticeWeight};
use crate::store::RowNumber;
use crate::tui::Action;
use crate::tui::dialogs::{Can, HeaderFigures, HelpPage, NoticesPage, RetryQuestion, RowAction};
use crate::tui::keys::Chord;
use crate::tui::shared::export_job::Content;
use crate::tui::shared::{
    Campaign, CopyFormat, CopyWhat, ListCursor, ServerAnswer, Shared, TimeWindow, marked_rows, messages_text, plan_one,
};
use crate::tui::views::{About, RowSubject, message};

/// How many pages of older history are loaded automatically to fill the window of a filter that
/// matches little; then the list asks.
pub(in crate::tui) const PAGES_TO_FILL: u8 = 10;

pub(super) const ABOUT: About = About {
    name: "messages",
    label: "Messages",
    keys: &[Chord::char('1')],
    help: "the list of messages",
    actions: &[
        RowAction::Key(Action::Enter),
        RowAction::Key(Action::PlanRetry),
        RowAction::Key(Action::RevealRow),
        RowAction::Key(Action::Toggle),
        RowAction::OnlyError,
        RowAction::OnlyBatch,
        RowAction::ShowBatch,
        RowAction::SameNumber,
        RowAction::Follow,
        RowAction::Key(Action::Copy),
        RowAction::Copy(CopyWhat::Number),
        RowAction::Copy(CopyWhat::MessageId),
        RowAction::Copy(CopyWhat::BatchId),
        RowAction::Copy(CopyWhat::ErrorCode),
        RowAction::CopyMenu,
        RowAction::Key(Action::Export),
        RowAction::Key(Action::Order),
        RowAction::Key(Action::Clear),
    ],
};

pub(super) fn can(action: Action, shared: &Shared, campaign: &Campaign) -> Can {
    if campaign.opened.is_some() {
        return message::can(action, shared, campaign);
    }
    match action {
        // On the last line it reads further back.
        Action::Enter if is_at_end(campaign) => Can::unless(!goes_further(campaign), "there is no more to read"),
        Action::MarkRange => Can::unless(campaign.marked.last().is_none(), "no row was marked before"),
        Action::MarkAll | Action::InvertMarks => nothing_kept(campaign),
        Action::PlanRetry | Action::Export if !campaign.marked.is_empty() => Can::Yes,
        Action::Export => nothing_kept(campaign),
        Action::NextPane if campaign.subject().is_none() => HeaderFigures::can(shared),
        Action::Enter | Action::NextPane | Action::Toggle => needs_message(campaign),
        Action::Left | Action::Right => Can::Yes,
        _ => of_message(action, shared, campaign),
    }
}

/// What the list and an open message have in common.
pub(super) fn of_message(action: Action, shared: &Shared, campaign: &Campaign) -> Can {
    match action {
        Action::Clear => Can::unless(campaign.list.filter().is_only_times(), "no filter is on"),
        Action::RevealRow if shared.is_presenting() => Can::not("presenting is on"),
        Action::RevealRow if !campaign.masked => Can::not("nothing is masked"),
        Action::RevealRow | Action::Copy => needs_message(campaign),
        Action::PlanRetry => {
            let Some(row) = campaign.subject() else { return needs_message(campaign) };
            let plan = plan_one(campaign, &campaign.store.id(row), false, shared.now);
            match plan.left_out.first().filter(|_| plan.items.is_empty()) {
                // The question says that it is not worth a retry, and still allows including it.
                Some(left) if left.reason != LeftOutReason::Useless => Can::Not(left.reason.to_string().into()),
                _ => Can::Yes,
            }
        }
        _ => super::in_every_view(action, shared, campaign),
    }
}

/// Whether the cursor is below the last message.
fn is_at_end(campaign: &Campaign) -> bool {
    campaign.list.cursor() == ListCursor::End || campaign.list.len() == 0
}

/// Whether there is more to read where the list ends.
fn goes_further(campaign: &Campaign) -> bool {
    if campaign.find.is_on() {
        return matches!(campaign.find.server(), ServerAnswer::Answered { more: true, .. }) && !campaign.find.is_reading_further();
    }
    if wider_window(campaign).is_some() {
        return true;
    }
    if let Some(summary) = campaign.listed_batch() {
        return !summary.is_whole && !campaign.is_loading_batch(&summary.batch.id);
    }
    !campaign.store.is_empty() && !campaign.store.coverage().ends_here() && !campaign.is_window_whole()
}

fn needs_message(campaign: &Campaign) -> Can {
    Can::unless(campaign.subject().is_none(), "no message is selected")
}

/// Why nothing can be done with all rows of the filter: what only the find shows is not among them.
pub(super) fn nothing_kept(campaign: &Campaign) -> Can {
    match (campaign.list.matching(&campaign.store), campaign.list.below()) {
        (0, 0) => Can::not("the list is empty"),
        (0, _) => Can::not("the filter hides all of these messages"),
        _ => Can::Yes,
    }
}

/// A key in the list, or in the message that is open.
pub(in crate::tui) fn key(action: Action, shared: &mut Shared) {
    if shared.campaign().is_some_and(|campaign| campaign.opened.is_some()) {
        return message::key(action, shared);
    }
    let Some(campaign) = shared.campaigns.shown() else {
        bare_key(action, shared);
        return;
    };
    let index = campaign.list.index(&campaign.store);
    match action {
        // At the top already: from there on the list follows the newest again.
        Action::Up if index == 0 => follow(shared),
        Action::First => follow(shared),
        Action::Last => shared.go(campaign.list.len().saturating_sub(1)),
        Action::Left => scroll_columns(-1, shared),
        Action::Right => scroll_columns(1, shared),
        Action::NextHit => shared.next_hit(true),
        Action::PreviousHit => shared.next_hit(false),
        Action::Enter | Action::NextPane => enter(action, shared),
        Action::Back => {
            if !shared.step_back() {
                shared.tour.end();
            }
        }
        Action::Quit => {
            if !shared.step_back() {
                shared.quit();
            }
        }
        _ => match shared.steps(action) {
            Some(steps) => shared.go(index.saturating_add_signed(steps)),
            None if mark_key(action, shared) => {}
            None => message_key(action, shared),
        },
    }
}

/// What the list and an open message have in common.
pub(super) fn message_key(action: Action, shared: &mut Shared) {
    match action {
        Action::PlanRetry => plan_retry(shared),
        Action::Export => export(shared),
        _ => shared.common_key(action),
    }
}

/// A plan for what is marked, otherwise for the open message or the one under the cursor.
fn plan_retry(shared: &mut Shared) {
    let Some(campaign) = shared.campaign_mut() else { return };
    if campaign.opened.is_none() && !campaign.marked.is_empty() {
        return shared.plan_marked();
    }
    let Some(row) = campaign.subject() else {
        let next = format!("move to a failed one, then press {}", shared.key_for(Action::PlanRetry));
        shared.tell(NoticeWeight::Info, "no message is selected", "", &next);
        return;
    };
    campaign.list.hold(&campaign.store);
    let message = campaign.store.id(row);
    RetryQuestion::open(shared, message);
}

/// Asks where to write the marked messages, or all that the list shows.
fn export(shared: &mut Shared) {
    let Some(campaign) = shared.campaign() else { return };
    let (what, rows): (_, Vec<RowNumber>) = match campaign.marked.is_empty() {
        true => ("messages", campaign.list.rows(&campaign.store).collect()),
        false => ("marked messages", marked_rows(campaign)),
    };
    let number = rows.len();
    shared.ask_where_of(what, number, Content::Messages(rows.into()));
}

pub(super) fn cursor(campaign: &Campaign) -> (usize, usize) {
    (campaign.list.index(&campaign.store), campaign.list.len())
}

pub(super) fn go(steps: isize, shared: &mut Shared) {
    shared.close_detail();
    if let Some(index) = shared.campaign().map(|campaign| cursor(campaign).0) {
        shared.go(index.saturating_add_signed(steps));
    }
}

pub(super) fn subject(campaign: &Campaign) -> RowSubject {
    let Some(row) = campaign.subject() else { return RowSubject::default() };
    let cells = campaign.store.cells(row);
    let has_failed = cells.status == Some(&Status::Failure);
    RowSubject {
        message: Some(campaign.store.id(row)),
        batch: cells.batch.map(BatchId::new),
        error: has_failed.then(|| cells.error.map(|error| error.code.to_string()).unwrap_or_default()),
    }
}

pub(super) fn title(shared: &Shared) -> Option<String> {
    shared.campaign()?.subject()?;
    Some(format!("Message to {}", cells::number(shared).unwrap_or_else(|| "an unknown number".to_owned())))
}

pub(super) fn label(action: Action, campaign: &Campaign) -> Option<&'static str> {
    let row = campaign.subject();
    match action {
        Action::PlanRetry if campaign.opened.is_none() && !campaign.marked.is_empty() => Some("plan a retry of the marked messages"),
        Action::RevealRow if row.is_some_and(|row| campaign.marks.is_revealed(row)) => Some("mask it again"),
        Action::Toggle if row.is_some_and(|row| campaign.marked.holds(row)) => Some("unmark it"),
        Action::Order => Some("order and columns of the list"),
        _ => None,
    }
}

pub(super) fn copied(shared: &Shared, campaign: &Campaign, format: CopyFormat) -> Result<String, &'static str> {
    let row = campaign.subject().ok_or("no message is selected")?;
    Ok(messages_text(shared, campaign, &[row], format))
}

/// Keys where no campaign is configured: only help, notices and the way out.
fn bare_key(action: Action, shared: &mut Shared) {
    match action {
        Action::Quit => shared.quit(),
        Action::Help => shared.open(HelpPage::new(shared.context())),
        Action::Notices => NoticesPage::open(shared),
        _ => {}
    }
}

fn enter(action: Action, shared: &mut Shared) {
    let Some(campaign) = shared.campaign() else { return };
    match (is_at_end(campaign), action) {
        (true, Action::Enter) => match wider_window(campaign) {
            Some(window) => widen(window, shared),
            None => read_further(shared),
        },
        (true, _) => HeaderFigures::open(shared),
        (false, _) => shared.open_detail(),
    }
}

/// The next wider time window, where the list ends because all of the one that it shows is loaded, and more may be in it.
pub(super) fn wider_window(campaign: &Campaign) -> Option<TimeWindow> {
    let ends = !campaign.find.is_on() && !campaign.store.is_empty() && campaign.is_window_whole();
    campaign.choice.window.wider(&campaign.zone, campaign.now).filter(|_| ends && !campaign.is_all_in_window())
}

/// Shows a wider time window. The cursor goes on to what comes below the messages listed before.
fn widen(window: TimeWindow, shared: &mut Shared) {
    let Some(last) = shared.campaign().map(|campaign| campaign.list.len()).and_then(|listed| listed.checked_sub(1)) else {
        shared.set_window(window);
        return;
    };
    shared.go(last);
    shared.set_window(window);
    key(Action::Down, shared);
}

fn scroll_columns(steps: isize, shared: &mut Shared) {
    let scrolls = shared.tables.columns.scrolls();
    if let Some(campaign) = shared.campaign_mut() {
        campaign.skipped_columns = campaign.skipped_columns.saturating_add_signed(steps).min(scrolls);
    }
}

fn follow(shared: &mut Shared) {
    if let Some(campaign) = shared.campaign_mut() {
        campaign.list.follow(&campaign.store);
        campaign.marks.hide(campaign.list.selected());
    }
}

/// Loads more where the list ends: more of the server's results, otherwise older history.
fn read_further(shared: &mut Shared) {
    let Some(campaign) = shared.campaign_mut() else { return };
    if campaign.find.is_on() {
        if let Some(generation) = campaign.find.further() {
            shared.effects.push(shared.command(Command::SearchFurther(generation)));
        }
        return;
    }
    if campaign.listed_batch().is_some() {
        return shared.load_listed_batch();
    }
    campaign.pages_to_fill = PAGES_TO_FILL;
    shared.read_history();
}

/// Keys that mark in the list of messages. False for others.
fn mark_key(action: Action, shared: &mut Shared) -> bool {
    match action {
        Action::Toggle => mark_and_go_on(shared),
        Action::MarkRange => mark_range(shared),
        Action::MarkAll => {
            if let Some(campaign) = shared.campaign_mut() {
                let rows: Vec<RowNumber> = campaign.list.rows(&campaign.store).collect();
                campaign.marked.add(rows);
            }
        }
        Action::InvertMarks => {
            if let Some(campaign) = shared.campaign_mut() {
                let rows: Vec<RowNumber> = campaign.list.rows(&campaign.store).collect();
                campaign.marked.invert(rows);
            }
        }
        _ => return false,
    }
    true
}

fn mark_and_go_on(shared: &mut Shared) {
    let Some(campaign) = shared.campaign_mut() else { return };
    if campaign.list.cursor() == ListCursor::End {
        return;
    }
    let Some(row) = campaign.list.selected() else { return };
    campaign.list.hold(&campaign.store);
    campaign.marked.turn(row);
    // On the last row it stays: the line below is not a message.
    if campaign.list.index(&campaign.store) + 1 < campaign.list.len() {
        key(Action::Down, shared);
    }
}

/// From the last marked message to the one under the cursor, as listed.
fn mark_range(shared: &mut Shared) {
    let Some(campaign) = shared.campaign_mut() else { return };
    let Some(row) = campaign.list.selected() else { return };
    let from = campaign.marked.last().and_then(|last| campaign.list.position(&campaign.store, last));
    let to = campaign.list.index(&campaign.store);
    let from = from.unwrap_or(to);
    let rows: Vec<RowNumber> = campaign.list.listed().skip(from.min(to)).take(from.abs_diff(to) + 1).collect();
    campaign.list.hold(&campaign.store);
    campaign.marked.add(rows);
    campaign.marked.range_ended(row);
}

impl Shared {
    pub(in crate::tui) fn go(&mut self, index: usize) {
        let height = self.list_height();
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.list.go(&campaign.store, index, height);
        campaign.marks.hide(campaign.list.selected());
        // In another order new rows do not appear at the end: there they are loaded on request.
        if !campaign.list.is_newest_first() && !campaign.find.is_on() {
            return;
        }
        // The next page is requested a window ahead, once for each answer.
        if campaign.list.index(&campaign.store) + height >= campaign.list.len() && !campaign.find.is_on() {
            self.read_history();
        } else if campaign.list.index(&campaign.store) + 1 >= campaign.list.len() {
            read_further(self);
        }
    }

    /// Requests one more page of older history, once for each answer.
    fn read_history(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        if campaign.further_asked || campaign.store.is_empty() || campaign.store.coverage().ends_here() || campaign.is_window_whole() {
            return;
        }
        campaign.further_asked = true;
        self.effects.push(self.command(Command::ReadFurther));
    }

    /// Loads more automatically while a filter leaves the window empty, for some pages.
    pub(in crate::tui) fn fill_window(&mut self) {
        let height = self.list_height();
        let Some(campaign) = self.campaign_mut() else { return };
        // Of one batch its own pages are loaded, not the campaign's.
        let is_full = campaign.list.matching(&campaign.store) >= height || campaign.listed_batch().is_some();
        if is_full || campaign.find.is_on() || campaign.list.filter().is_empty() {
            campaign.pages_to_fill = 0;
        }
        if campaign.pages_to_fill > 0 && !campaign.further_asked {
            campaign.pages_to_fill -= 1;
            self.read_history();
        }
    }

    /// How many lines the list has on the screen.
    pub(in crate::tui) fn list_height(&self) -> usize {
        usize::from(self.layout().list.height).max(1)
    }

    /// Removes all marks of the campaign.
    pub(in crate::tui) fn unmark(&mut self) {
        if let Some(campaign) = self.campaign_mut() {
            campaign.marked.clear();
        }
    }
}
