//! The views of a campaign. Each is one file: what it is called, what it remembers of a campaign, what is possible
//! there, its keys, its drawing, and what is exported and copied of it. Which view is on the screen is asked here and
//! nowhere else: one `match` for each question, and the view's own file answers.

pub(super) mod activity;
pub(super) mod batches;
pub(super) mod empty; // what is shown where there are no rows
pub(super) mod failures;
pub(super) mod message;
pub(super) mod messages;
pub(super) mod not_delivered;
pub(super) mod trends;
mod navigation; // from view to view, and back

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Role;
use super::dialogs::{Can, HeaderFigures, RowAction};
use super::keys::{Action, Chord};
use super::shared::{Campaign, CopyFormat, FilterChoice, Shared};
use crate::delivery::{BatchId, MessageId};
use crate::tui::widgets::pieces::Piece;

/// What the body of the screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ViewKind {
    /// The list of messages.
    Messages,
    /// The batches.
    Batches,
    /// The failures by error.
    Failures,
    /// The time window as charts.
    Trends,
    /// Actions and their outcomes.
    Activity,
    /// Who did not get it.
    NotDelivered,
}

/// What is the same of a view whatever it shows.
pub(in crate::tui) struct About {
    /// Its name in the session file, in the list of keys and, after `show_`, as a command: it stays the same whatever
    /// the screen says.
    pub name: &'static str,
    /// Its name on the screen.
    pub label: &'static str,
    /// The keys that show it.
    pub keys: &'static [Chord],
    /// What it shows, as half a sentence, for the help.
    pub help: &'static str,
    /// What can be done with its rows, in the order of the menu.
    pub actions: &'static [RowAction],
}

impl ViewKind {
    /// All of them, in their order on the screen.
    pub const ALL: [ViewKind; 6] =
        [ViewKind::Messages, ViewKind::Batches, ViewKind::Failures, ViewKind::Trends, ViewKind::Activity, ViewKind::NotDelivered];

    pub(in crate::tui) const fn about(self) -> &'static About {
        match self {
            ViewKind::Messages => &messages::ABOUT,
            ViewKind::Batches => &batches::ABOUT,
            ViewKind::Failures => &failures::ABOUT,
            ViewKind::Trends => &trends::ABOUT,
            ViewKind::Activity => &activity::ABOUT,
            ViewKind::NotDelivered => &not_delivered::ABOUT,
        }
    }

    /// The view with that name in a session.
    pub(in crate::tui) fn named(name: &str) -> Option<ViewKind> {
        ViewKind::ALL.into_iter().find(|view| view.about().name == name)
    }
}

/// What is known of the row under the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::tui) struct RowSubject {
    pub message: Option<MessageId>,
    /// Its batch, or the batch itself.
    pub batch: Option<BatchId>,
    /// The error's code; empty where the API gave none.
    pub error: Option<String>,
}

/// What an action would do in the view on the screen: the line of keys, the menus, the commands and the help ask
/// this and nothing else.
pub(in crate::tui) fn can(action: Action, shared: &Shared) -> Can {
    match action {
        Action::Quit | Action::Help | Action::Notices | Action::Interrupt | Action::Suspend | Action::Redraw => return Can::Yes,
        _ => {}
    }
    let Some(campaign) = shared.campaign() else { return Can::not("no campaign can be shown") };
    match shared.view {
        ViewKind::Messages => messages::can(action, shared, campaign),
        ViewKind::Batches => batches::can(action, shared, campaign),
        ViewKind::Failures => failures::can(action, shared, campaign),
        ViewKind::Trends => trends::can(action, shared, campaign),
        ViewKind::Activity => activity::can(action, shared, campaign),
        ViewKind::NotDelivered => not_delivered::can(action, shared, campaign),
    }
}

/// What every view has. A view's own `can` ends with it.
fn in_every_view(action: Action, shared: &Shared, campaign: &Campaign) -> Can {
    match action {
        Action::PreviousCampaign | Action::NextCampaign => Can::unless(shared.campaigns.len() < 2, "there is no other campaign"),
        Action::NextInNeed => Can::unless(shared.campaigns.next_in_need().is_none(), "no other campaign needs a person"),
        Action::Show(view) => Can::unless(shared.view == view && campaign.drilled.is_none(), "it is already shown"),
        Action::NextHit | Action::PreviousHit => Can::unless(!campaign.find.is_on(), "nothing is searched for"),
        Action::NextPane => HeaderFigures::can(shared),
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

/// A key in the view on the screen.
pub(in crate::tui) fn key(action: Action, shared: &mut Shared) {
    // What is refused does nothing. These say why in a sentence of their own, with what to do next.
    let says_why = matches!(action, Action::PlanRetry | Action::RevealRow | Action::NextHit | Action::PreviousHit | Action::NextInNeed);
    if !says_why && matches!(can(action, shared), Can::Not(_)) && shared.campaign().is_some() {
        return;
    }
    match shared.view {
        ViewKind::Messages => messages::key(action, shared),
        ViewKind::Batches => batches::key(action, shared),
        ViewKind::Failures => failures::key(action, shared),
        ViewKind::Trends => trends::key(action, shared),
        ViewKind::Activity => activity::key(action, shared),
        ViewKind::NotDelivered => not_delivered::key(action, shared),
    }
}

/// A key that every view of few lines has. The view's own `key` ends with it.
fn line_key(action: Action, shared: &mut Shared) {
    match (action, shared.steps(action)) {
        (Action::Back | Action::Quit, _) => {
            shared.step_back();
        }
        (_, Some(steps)) => go(steps, shared),
        _ => shared.common_key(action),
    }
}

/// Draws the sum of the view, its heads and its lines. Returns where the selected one is.
pub(in crate::tui) fn draw(shared: &Shared, buffer: &mut Buffer, [sum, heads, lines]: [Rect; 3]) -> Option<Position> {
    match shared.view {
        ViewKind::Messages => messages::draw(shared, buffer, sum, heads, lines),
        ViewKind::Batches => batches::draw(shared, buffer, sum, heads, lines),
        ViewKind::Failures => failures::draw(shared, buffer, sum, heads, lines),
        ViewKind::Trends => trends::draw(shared, buffer, sum, heads, lines),
        ViewKind::Activity => activity::draw(shared, buffer, sum, heads, lines),
        ViewKind::NotDelivered => not_delivered::draw(shared, buffer, sum, heads, lines),
    }
}

/// The index of the cursor, and how many lines there are.
pub(in crate::tui) fn cursor(view: ViewKind, campaign: &Campaign) -> (usize, usize) {
    match view {
        ViewKind::Messages => messages::cursor(campaign),
        ViewKind::Batches => batches::cursor(campaign),
        ViewKind::Failures => failures::cursor(campaign),
        ViewKind::Trends => trends::cursor(campaign),
        ViewKind::Activity => activity::cursor(campaign),
        ViewKind::NotDelivered => not_delivered::cursor(campaign),
    }
}

/// Moves the cursor.
pub(in crate::tui) fn go(steps: isize, shared: &mut Shared) {
    match shared.view {
        ViewKind::Messages => messages::go(steps, shared),
        ViewKind::Batches => batches::go(steps, shared),
        ViewKind::Failures => failures::go(steps, shared),
        ViewKind::Trends => trends::go(steps, shared),
        ViewKind::Activity => activity::go(steps, shared),
        ViewKind::NotDelivered => not_delivered::go(steps, shared),
    }
}

/// The number beside a view's name; 0 is not shown.
pub(in crate::tui) fn count(view: ViewKind, campaign: &Campaign) -> (usize, Role) {
    match view {
        ViewKind::Messages | ViewKind::Batches | ViewKind::Failures | ViewKind::Trends => (0, Role::Text),
        ViewKind::Activity => activity::count(campaign),
        ViewKind::NotDelivered => not_delivered::count(campaign),
    }
}

/// The row under the cursor.
pub(in crate::tui) fn subject(shared: &Shared) -> RowSubject {
    let Some(campaign) = shared.campaign() else { return RowSubject::default() };
    match shared.view {
        ViewKind::Messages => messages::subject(campaign),
        ViewKind::Batches => batches::subject(campaign),
        ViewKind::Failures => failures::subject(campaign),
        ViewKind::Trends => RowSubject::default(),
        ViewKind::Activity => activity::subject(campaign),
        ViewKind::NotDelivered => not_delivered::subject(campaign),
    }
}

/// The row under the cursor in words, as the title of its menu.
pub(in crate::tui) fn title(shared: &Shared) -> String {
    let title = shared.campaign().and_then(|campaign| match shared.view {
        ViewKind::Messages => messages::title(shared),
        ViewKind::Batches => batches::title(campaign),
        ViewKind::Failures => failures::title(campaign),
        ViewKind::Trends => trends::title(shared, campaign),
        ViewKind::Activity => activity::title(campaign),
        ViewKind::NotDelivered => not_delivered::title(campaign),
    });
    title.unwrap_or_else(|| "Actions".to_owned())
}

/// What a key does with the row, for its menu, where its label in the line of keys says too little.
pub(in crate::tui) fn label(action: Action, shared: &Shared) -> Option<&'static str> {
    let campaign = shared.campaign()?;
    match shared.view {
        ViewKind::Messages => messages::label(action, campaign),
        ViewKind::Batches => batches::label(action),
        ViewKind::Failures => failures::label(action, campaign),
        ViewKind::Trends => trends::label(action),
        ViewKind::Activity => activity::label(action),
        ViewKind::NotDelivered => not_delivered::label(action),
    }
}

/// The text of the row under the cursor, or why there is none.
pub(in crate::tui) fn copied(shared: &Shared, campaign: &Campaign, format: CopyFormat) -> Result<String, &'static str> {
    match shared.view {
        ViewKind::Messages => messages::copied(shared, campaign, format),
        ViewKind::Batches => batches::copied(shared, campaign, format),
        ViewKind::Failures => failures::copied(shared, campaign, format),
        ViewKind::Trends => trends::copied(shared, campaign, format),
        ViewKind::Activity => activity::copied(shared, campaign, format),
        ViewKind::NotDelivered => not_delivered::copied(shared, campaign, format),
    }
}

/// How many lines of a list of so many are those of the view, where other things are below them.
pub(in crate::tui) fn lines_in(view: ViewKind, campaign: &Campaign, height: u16) -> u16 {
    match view {
        ViewKind::Batches => batches::lines_in(campaign, height),
        ViewKind::Messages | ViewKind::Failures | ViewKind::Trends | ViewKind::Activity | ViewKind::NotDelivered => height,
    }
}

/// Counts what the view shows, where that is counted only while it is shown.
pub(in crate::tui) fn look(shared: &mut Shared) {
    match shared.view {
        ViewKind::Failures => failures::look(shared),
        ViewKind::Messages | ViewKind::Batches | ViewKind::Trends | ViewKind::Activity | ViewKind::NotDelivered => {}
    }
}

/// The time window, where there is one.
fn window_words(shared: &Shared, campaign: &Campaign) -> Option<Piece> {
    let words = campaign.choice.window.words(&shared.look.zone, shared.now);
    (!words.is_empty()).then(|| Piece::new(format!("· {words}"), shared.look.style(Role::Accent), 0).gap(1))
}

/// How far it is loaded.
fn how_far(shared: &Shared, campaign: &Campaign) -> Vec<Piece> {
    if campaign.store.is_empty() {
        return Vec::new();
    }
    let (how_far, role) = shared.how_far_shown(campaign, &shared.loaded_how_far(campaign));
    let rank = if role == Role::Muted { 2 } else { 1 };
    vec![Piece::new(how_far, shared.look.style(role), rank)]
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
