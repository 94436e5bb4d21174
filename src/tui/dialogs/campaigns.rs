//! All campaigns in full, at every size: what is wrong, how old the data is, and the figures.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Can, Click, Dialog, Next, Press};
use crate::delivery::{Class, agreeing, grouped};
use crate::monitor::Connection;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, age, fit, width};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::table;
use crate::tui::widgets::words::{bytes, environment, figure, percent, rate, until};
use crate::tui::{Action, Context, Role};

/// The list while it is open.
pub(in crate::tui) struct AllCampaigns {
    /// The campaign under the cursor: its index in the configuration.
    chosen: usize,
}

/// A column: its head, its width, its alignment.
struct Column {
    head: &'static str,
    width: usize,
    align: Align,
    cell: fn(&Shared, &Campaign) -> String,
}

/// The columns after name and state, in the order in which they get room.
const COLUMNS: [Column; 9] = [
    Column { head: "failed now", width: 11, align: Align::Right, cell: |_, campaign| share(campaign) },
    Column {
        head: "on way",
        width: 7,
        align: Align::Right,
        cell: |_, campaign| figure(campaign.classes[Class::OnTheWay], !campaign.is_loading()),
    },
    Column {
        head: "stuck",
        width: 6,
        align: Align::Right,
        cell: |_, campaign| figure(campaign.classes.of(&[Class::Stuck, Class::Unconfirmed]), !campaign.is_loading()),
    },
    Column { head: "env", width: 10, align: Align::Left, cell: |shared, campaign| environment(&shared.look, campaign) },
    Column { head: "usually", width: 11, align: Align::Right, cell: |_, campaign| usually(campaign) },
    Column { head: "calls/s", width: 10, align: Align::Right, cell: |_, campaign| calls(campaign) },
    Column { head: "loaded", width: 10, align: Align::Right, cell: |_, campaign| loaded(campaign) },
    Column { head: "bytes", width: 9, align: Align::Right, cell: |_, campaign| read(campaign) },
    Column { head: "back to", width: 18, align: Align::Left, cell: |shared, campaign| shared.how_far(campaign) },
];

/// How wide the state is: `REFUSED, again in 25 s`.
const STATE: usize = 22;

/// The narrowest and the widest name.
const NAME: (usize, usize) = (16, 32);

impl AllCampaigns {
    /// The list on the campaign that is on the screen.
    pub fn new(shared: &Shared) -> Self {
        Self { chosen: shared.campaigns.current() }
    }

    fn go(&mut self, steps: isize, shared: &mut Shared) {
        self.chosen = self.chosen.saturating_add_signed(steps).min(shared.campaigns.len().saturating_sub(1));
    }

    /// Shows the campaign under the cursor, and does there what a key means.
    fn show(&self, action: Action, shared: &mut Shared) -> Next {
        let was_opened = shared.opens(|shared| {
            if self.chosen != shared.campaigns.current() && self.chosen < shared.campaigns.len() {
                shared.show_campaign(self.chosen);
            }
            if action != Action::Enter {
                shared.common_key(action);
            }
        });
        // Esc in what was opened comes back.
        if was_opened { Next::Stay } else { Next::Close }
    }
}

impl Dialog for AllCampaigns {
    fn context(&self) -> Context {
        Context::Campaigns
    }

    fn covers(&self) -> bool {
        true
    }

    fn can(&self, action: Action, shared: &Shared) -> Can {
        match action {
            Action::Enter | Action::Back | Action::Quit | Action::Help | Action::Notices => Can::Yes,
            Action::PreviousCampaign | Action::NextCampaign | Action::NextPane | Action::PreviousPane => Can::Yes,
            Action::NextInNeed => {
                Can::unless(shared.campaigns.next_in_need_after(self.chosen).is_none(), "no other campaign needs a person")
            }
            // The campaign under the cursor is shown, and does it there.
            Action::Show(_) | Action::Find | Action::Filter | Action::Clear | Action::Unmark | Action::Mask => Can::Yes,
            Action::Pause | Action::ReadNow | Action::Actions | Action::CommandLine => Can::Yes,
            _ if shared.steps(action).is_some() => Can::Yes,
            _ => Can::NotHere,
        }
    }

    /// What is easier to see once the campaign is shown is not offered before.
    fn is_offered(&self, action: Action) -> bool {
        !matches!(action, Action::Find | Action::Filter | Action::Clear | Action::Unmark | Action::NextPane)
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        match press.action {
            None => {}
            Some(Action::Back | Action::Quit | Action::NextPane | Action::PreviousPane) => return Next::Close,
            Some(Action::PreviousCampaign) => self.go(-1, shared),
            Some(Action::NextCampaign) => self.go(1, shared),
            Some(Action::NextInNeed) => self.chosen = shared.campaigns.next_in_need_after(self.chosen).unwrap_or(self.chosen),
            // A page is about all of them.
            Some(action @ (Action::Help | Action::Notices)) => shared.common_key(action),
            Some(action) => match shared.steps(action) {
                Some(steps) => self.go(steps, shared),
                None => return self.show(action, shared),
            },
        }
        Next::Stay
    }

    /// The campaign there.
    fn hit(&self, at: Position, shared: &Shared) -> Option<usize> {
        let area = shared.layout().page();
        let line = usize::from(at.y.checked_sub(area.y + 2)?);
        let top = table::top(self.chosen, usize::from(area.height.saturating_sub(2)));
        Some(top + line).filter(|index| *index < shared.campaigns.len() && area.contains(at))
    }

    fn click(&mut self, click: Click, shared: &mut Shared) -> Next {
        let is_chosen = std::mem::replace(&mut self.chosen, click.hit) == click.hit;
        if click.is_double && is_chosen { self.show(Action::Enter, shared) } else { Next::Stay }
    }

    /// The sum, the heads and a line for each campaign.
    fn draw(&self, shared: &Shared, buffer: &mut Buffer, mut area: Rect) -> Option<Position> {
        draw_sum(shared, shared.campaigns.len(), buffer, Rect { height: 1, ..area });
        let longest_name = shared.campaigns.iter().map(|campaign| width(&campaign.settings.name)).max().unwrap_or(0);
        let widths = Widths::of(usize::from(area.width), longest_name);
        buffer.set_stringn(area.x, area.y + 1, heads(&widths), usize::from(area.width), shared.look.style(Role::Heading));
        area.y += 2;
        area.height = area.height.saturating_sub(2);
        table::draw(shared, buffer, area, shared.campaigns.len(), self.chosen, |index, selected| {
            let campaign = shared.campaigns.get(index);
            campaign.map(|campaign| line(shared, campaign, &widths, selected)).unwrap_or_default()
        })
    }
}

/// How many there are, how many need a person, and what they cost.
fn draw_sum(shared: &Shared, count: usize, buffer: &mut Buffer, area: Rect) {
    let style = |role| shared.look.style(role);
    let in_need = shared.campaigns.iter().filter(|campaign| campaign.needs_person()).count();
    let mut left = vec![Piece::new(format!("{} campaigns", grouped(count)), style(Role::Strong), 0)];
    if in_need > 0 {
        let needs = agreeing(in_need, "needs", "need");
        left.push(Piece::new(format!("· {} {needs} a person", grouped(in_need)), style(Role::Failed), 0).gap(1));
    }
    let in_all: u64 = shared.campaigns.iter().filter_map(|campaign| campaign.meter.as_ref()).map(|meter| meter.bytes).sum();
    let right = vec![Piece::new(format!("{} received in all", bytes(in_all)), style(Role::Muted), 1)];
    pieces::draw(buffer, area, left, right);
}

/// What has room.
struct Widths {
    name: usize,
    columns: Vec<&'static Column>,
}

impl Widths {
    fn of(room: usize, longest_name: usize) -> Self {
        // The mark of need and a blank come before the name, two blanks between columns.
        let mut rest = room.saturating_sub(table::MARGIN + 2 + NAME.0 + 2 + STATE + 1);
        // A whole name comes before all but the first two columns.
        let for_name = longest_name.clamp(NAME.0, NAME.1) - NAME.0;
        let mut columns = Vec::new();
        for (index, column) in COLUMNS.iter().enumerate() {
            if column.width + 2 + if index < 2 { 0 } else { for_name } > rest {
                break;
            }
            rest -= column.width + 2;
            columns.push(column);
        }
        Self { name: (NAME.0 + rest).min(NAME.1), columns }
    }
}

fn heads(widths: &Widths) -> String {
    let mut text = " ".repeat(table::MARGIN + 2);
    text.push_str(&fit("campaign", widths.name + 2, Align::Left));
    text.push_str(&fit("as of", STATE, Align::Left));
    for column in &widths.columns {
        text.push_str("  ");
        text.push_str(&fit(column.head, column.width, column.align));
    }
    text
}

fn line(shared: &Shared, campaign: &Campaign, widths: &Widths, selected: Option<Style>) -> Line<'static> {
    let style = |role| selected.unwrap_or_else(|| shared.look.style(role));
    let mark = if campaign.needs_person() { "! " } else { "  " };
    let (words, role) = condition(shared, campaign);
    let mut spans = vec![
        Span::styled(mark, style(Role::Failed)),
        Span::styled(fit(&campaign.settings.name, widths.name, Align::Left), style(Role::Text)),
        Span::styled("  ", style(Role::Text)),
        Span::styled(fit(&words, STATE, Align::Left), style(role)),
    ];
    for column in &widths.columns {
        let role = if column.head == "failed now" && campaign.fails_too_often() { Role::Failed } else { Role::Text };
        let cell = format!("  {}", fit(&(column.cell)(shared, campaign), column.width, column.align));
        spans.push(Span::styled(cell, style(role)));
    }
    Line::from(spans)
}

/// How old the data is, or why it is getting older.
fn condition(shared: &Shared, campaign: &Campaign) -> (String, Role) {
    let old = campaign.age(shared.now).map(age);
    let is_shown = shared.campaign().is_some_and(|shown| std::ptr::eq(shown, campaign));
    match &campaign.connection {
        _ if campaign.settings.broken.is_some() => ("NOT LOADED".to_owned(), Role::Failed),
        Connection::Refused { until: at, met, .. } => {
            (format!("{}, again {}", met.to_string().to_uppercase(), until(*at, shared.now)), Role::Failed)
        }
        Connection::Paused => (format!("paused, {}", old.unwrap_or_else(|| "never loaded".to_owned())), Role::Warning),
        Connection::Waiting { until: at, met, .. } => (format!("{met}, again {}", until(*at, shared.now)), Role::Warning),
        Connection::Connecting | Connection::Live => match old {
            Some(old) if campaign.is_stale(shared.now, is_shown) => (format!("STALE {old}"), Role::Warning),
            Some(old) => (format!("{old} ago"), Role::Muted),
            None => ("connecting".to_owned(), Role::Muted),
        },
    }
}

/// How many are loaded, where anything is.
fn loaded(campaign: &Campaign) -> String {
    if campaign.is_unread() { "–".to_owned() } else { grouped(campaign.store.coverage().loaded) }
}

/// The share of failures in the last minutes; how many failed where too few finished for a share.
fn share(campaign: &Campaign) -> String {
    match campaign.recent.share() {
        _ if campaign.is_unread() || campaign.recent.failed == 0 && campaign.is_loading() => "–".to_owned(),
        Some(share) => percent(share),
        None => format!("{} of {}", grouped(campaign.recent.failed), grouped(campaign.recent.finished)),
    }
}

fn usually(campaign: &Campaign) -> String {
    campaign.recent.usual_share.map_or_else(|| "–".to_owned(), percent)
}

/// What it uses of its own budget.
fn calls(campaign: &Campaign) -> String {
    campaign.meter.as_ref().map_or_else(|| "–".to_owned(), |meter| format!("{:.1} of {}", meter.used, rate(meter.rate)))
}

fn read(campaign: &Campaign) -> String {
    campaign.meter.as_ref().map_or_else(|| "–".to_owned(), |meter| bytes(meter.bytes))
}
