//! The views of a campaign. Each is one file: what it remembers of a campaign, what is possible there, its keys, its
//! drawing, and what is exported and copied of it.

pub(super) mod activity;
pub(super) mod batches;
pub(super) mod empty; // what is shown where there are no rows
pub(super) mod failures;
pub(super) mod message;
pub(super) mod messages;
mod navigation; // from view to view, and back
pub(super) mod subject; // what is under the cursor

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Role;
use super::dialogs::Can;
use super::keys::{Action, Context};
use super::shared::{Campaign, FilterChoice, Shared};
use crate::delivery::MessageId;
use crate::tui::widgets::pieces::Piece;

/// What the body of the screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum ViewKind {
    /// The list of messages.
    Messages,
    Batches,
    /// The failures by error.
    Failures,
    /// Actions and their outcomes.
    Activity,
}

impl ViewKind {
    /// All of them, in their order on the screen.
    pub const ALL: [ViewKind; 4] = [ViewKind::Messages, ViewKind::Batches, ViewKind::Failures, ViewKind::Activity];

    /// Its name in the session file, which stays the same whatever the screen says.
    pub fn saved_name(self) -> &'static str {
        match self {
            ViewKind::Messages => "messages",
            ViewKind::Batches => "batches",
            ViewKind::Failures => "failures",
            ViewKind::Activity => "activity",
        }
    }

    pub fn of_saved_name(name: &str) -> Option<ViewKind> {
        ViewKind::ALL.into_iter().find(|view| view.saved_name() == name)
    }

    /// The action that shows it, and its name.
    pub fn tab(self) -> (Action, &'static str) {
        match self {
            ViewKind::Messages => (Action::ShowMessages, "Messages"),
            ViewKind::Batches => (Action::ShowBatches, "Batches"),
            ViewKind::Failures => (Action::ShowFailures, "Failures"),
            ViewKind::Activity => (Action::ShowActivity, "Activity"),
        }
    }
}

/// What an action would do in the view on the screen: the line of keys, the menus, the commands and the help ask
/// this and nothing else.
pub(in crate::tui) fn can(action: Action, shared: &Shared) -> Can {
    match action {
        Action::Quit | Action::Help | Action::Notices | Action::Interrupt | Action::Suspend | Action::Redraw => return Can::Yes,
        _ => {}
    }
    let Some(campaign) = shared.campaign() else { return Can::not("no campaign can be shown") };
    match shared.pane() {
        Context::Batches => batches::can(action, shared, campaign),
        Context::Failures => failures::can(action, shared, campaign),
        Context::Activity => activity::can(action, shared, campaign),
        Context::Detail => message::can(action, shared, campaign),
        _ => messages::can(action, shared, campaign),
    }
}

/// What every view has. A view's own `can` ends with it.
fn in_every_view(action: Action, shared: &Shared, campaign: &Campaign) -> Can {
    match action {
        Action::PreviousCampaign | Action::NextCampaign => Can::unless(shared.campaigns.len() < 2, "there is no other campaign"),
        Action::ShowMessages => show(ViewKind::Messages, shared, campaign),
        Action::ShowBatches => show(ViewKind::Batches, shared, campaign),
        Action::ShowFailures => show(ViewKind::Failures, shared, campaign),
        Action::ShowActivity => show(ViewKind::Activity, shared, campaign),
        Action::NextHit | Action::PreviousHit => Can::unless(!campaign.find.is_on(), "nothing is searched for"),
        Action::Unmark => Can::unless(campaign.marked.is_empty(), "nothing is marked"),
        Action::ShowCampaigns
        | Action::Find
        | Action::Filter
        | Action::TimeWindow
        | Action::Order
        | Action::Mask
        | Action::Pause
        | Action::ReadNow
        | Action::Actions
        | Action::CommandLine
        | Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::HalfPageUp
        | Action::HalfPageDown
        | Action::First
        | Action::Last
        | Action::Back => Can::Yes,
        _ => Can::NotHere,
    }
}

fn show(view: ViewKind, shared: &Shared, campaign: &Campaign) -> Can {
    Can::unless(shared.view == view && campaign.drilled.is_none(), "it is already shown")
}

/// A key in the view on the screen.
pub(in crate::tui) fn key(action: Action, shared: &mut Shared) {
    // What is refused does nothing. These say why in a sentence of their own, with what to do next.
    let says_why = matches!(action, Action::PlanRetry | Action::RevealRow | Action::NextHit | Action::PreviousHit);
    if !says_why && matches!(can(action, shared), Can::Not(_)) && shared.campaign().is_some() {
        return;
    }
    match shared.pane() {
        Context::Detail => message::key(action, shared),
        Context::Batches => batches::key(action, shared),
        Context::Failures => failures::key(action, shared),
        Context::Activity => activity::key(action, shared),
        _ => messages::key(action, shared),
    }
}

/// The index of the cursor in a view of few lines, and how many it has.
pub(in crate::tui) fn cursor(view: ViewKind, campaign: &Campaign) -> (usize, usize) {
    match view {
        ViewKind::Messages => (campaign.list.index(&campaign.store), campaign.list.len()),
        ViewKind::Batches => batches::cursor(campaign),
        ViewKind::Failures => (campaign.failures.index(), campaign.failures.groups().len()),
        ViewKind::Activity => activity::cursor(campaign),
    }
}

/// Moves the cursor in a view of few lines.
pub(in crate::tui) fn go(steps: isize, shared: &mut Shared) {
    match shared.view {
        ViewKind::Messages => {}
        ViewKind::Batches => batches::go(steps, shared),
        ViewKind::Failures => failures::go(steps, shared),
        ViewKind::Activity => activity::go(steps, shared),
    }
}

/// Draws a view of few lines: its sum, its heads, its lines. Returns where the selected one is.
pub(in crate::tui) fn draw(shared: &Shared, buffer: &mut Buffer, [sum, heads, lines]: [Rect; 3]) -> Option<Position> {
    match shared.view {
        ViewKind::Messages => None,
        ViewKind::Batches => batches::draw(shared, buffer, sum, heads, lines),
        ViewKind::Failures => failures::draw(shared, buffer, sum, heads, lines),
        ViewKind::Activity => activity::draw(shared, buffer, sum, heads, lines),
    }
}

/// The time window, where there is one.
fn window_words(shared: &Shared, campaign: &Campaign) -> Option<Piece> {
    let words = campaign.choice.window.words(&shared.look.zone, shared.now);
    (!words.is_empty()).then(|| Piece::new(format!("· {words}"), shared.look.style(Role::Accent), 0).gap(1))
}

/// How far it is loaded, and the key that shows all times again.
fn how_far(shared: &Shared, campaign: &Campaign) -> Vec<Piece> {
    if campaign.store.is_empty() {
        return Vec::new();
    }
    let (how_far, role) = shared.how_far_shown(campaign);
    let rank = if role == Role::Muted { 2 } else { 1 };
    let mut right = vec![Piece::new(how_far, shared.look.style(role), rank)];
    if !campaign.choice.window.is_all() {
        right.push(Piece::new(format!("{} clear", shared.key_for(Action::Clear)), shared.look.style(Role::Muted), 5));
    }
    right
}

impl Shared {
    /// Why an action would do nothing in the view on the screen; `None` where it would do something.
    pub(in crate::tui) fn why_not(&self, action: Action) -> Option<String> {
        match can(action, self) {
            Can::Not(why) => Some(why.into_owned()),
            _ => None,
        }
    }
}

/// Where something was opened from: Esc goes back to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum OpenedFrom {
    Pane(ViewKind),
    /// The detail of a message.
    Message(MessageId),
}

/// Messages that were opened from elsewhere and replace what the list showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Drilled {
    /// Where they were opened.
    pub from: OpenedFrom,
    /// What the list showed before.
    pub before: FilterChoice,
}

impl OpenedFrom {
    /// The view that it belongs to.
    pub fn view(&self) -> ViewKind {
        match self {
            OpenedFrom::Pane(view) => *view,
            OpenedFrom::Message(_) => ViewKind::Messages,
        }
    }
}
