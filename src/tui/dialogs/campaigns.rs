//! All campaigns in full, at every size: how each is going, its last hour, how old the data is, and the figures.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Can, Click, Dialog, Next, Press};
use crate::delivery::{Class, MessageId, agreeing, grouped, percent};
use crate::store::Verdict;
use crate::tui::chrome::{all_campaigns, overview, recent};
use crate::tui::shared::{Campaign, NewestFailure, Shared};
use crate::tui::text::{Align, cut_middle, fit, width};
use crate::tui::theme::graph_style;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::sparkline::{self, Bin};
use crate::tui::widgets::table;
use crate::tui::widgets::words::{bytes, environment, figure, rate, until};
use crate::tui::{Action, Context, Role};

/// The list while it is open.
pub(in crate::tui) struct AllCampaigns {
    /// The campaign under the cursor, or that of the failure there: its index in the configuration.
    chosen: usize,
    /// The failure under the cursor.
    failure: Option<MessageId>,
}

/// A column: its head, its width, its alignment.
struct Column {
    head: &'static str,
    width: usize,
    align: Align,
    cell: fn(&Shared, &Campaign) -> String,
}

/// The columns after the age of the data, in the order in which they get room.
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
    Column {
        head: "loaded back to",
        width: 18,
        align: Align::Left,
        cell: |shared, campaign| shared.how_far(campaign).trim_start_matches("back to ").to_owned(),
    },
];

/// How wide the name is, at least and at most, and the sentence on how the campaign is going: `Failing since 02:41:
/// recipient_unavailable, 38 of 212`.
const NAME: (usize, usize) = (16, 32);
const VERDICT: (usize, usize) = (24, 56);

/// The last hour, in spans of six minutes.
const HOUR: (usize, i64) = (10, 6);

/// How wide the age of the data is, or why it is getting older: `8 s old`, and where there is room for the next attempt,
/// `NO ANSWER, again in 25 s`.
const FRESH: (usize, usize) = (9, 24);

impl AllCampaigns {
    /// The list on the campaign that is on the screen.
    pub fn new(shared: &Shared) -> Self {
        Self { chosen: shared.campaigns.current(), failure: None }
    }

    /// The line with the cursor: the campaigns', then the failures'.
    fn index(&self, shared: &Shared, failures: &[NewestFailure]) -> usize {
        let message = |failure: &NewestFailure| shared.campaigns.get(failure.campaign).map(|campaign| campaign.store.id(failure.row));
        let is_it = |failure: &NewestFailure| failure.campaign == self.chosen && message(failure) == self.failure;
        let at = self.failure.as_ref().and_then(|_| failures.iter().position(is_it));
        at.map_or(self.chosen, |at| shared.campaigns.len() + at)
    }

    /// Puts the cursor on a line.
    fn select(&mut self, index: usize, shared: &Shared, failures: &[NewestFailure]) {
        let failure = index.checked_sub(shared.campaigns.len()).and_then(|at| failures.get(at));
        self.chosen = failure.map_or(index.min(shared.campaigns.len().saturating_sub(1)), |failure| failure.campaign);
        self.failure = failure.and_then(|failure| Some(shared.campaigns.get(failure.campaign)?.store.id(failure.row)));
    }

    fn go(&mut self, steps: isize, shared: &mut Shared) {
        let failures = failures(shared, shared.layout().page());
        let last = (shared.campaigns.len() + failures.len()).saturating_sub(1);
        let index = self.index(shared, &failures).saturating_add_signed(steps).min(last);
        self.select(index, shared, &failures);
    }

    /// Shows the campaign under the cursor, and does there what a key means.
    fn show(&self, action: Action, shared: &mut Shared) -> Next {
        let was_opened = shared.opens(|shared| {
            if let Some(message) = self.failure.as_ref().filter(|_| action == Action::Enter) {
                return shared.open_failure(self.chosen, message);
            }
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
            Action::Copy => Can::Do("copy the verdict"),
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
            Some(Action::Copy) => {
                if let Some(campaign) = shared.campaigns.get(self.chosen) {
                    let text = format!("{}: {}", campaign.settings.name, verdict(shared, campaign).0);
                    shared.hand_out(Some(text), "the verdict", false);
                }
            }
            Some(Action::NextInNeed) => {
                let next = shared.campaigns.next_in_need_after(self.chosen);
                (self.chosen, self.failure) = (next.unwrap_or(self.chosen), self.failure.take().filter(|_| next.is_none()));
            }
            // A page is about all of them.
            Some(action @ (Action::Help | Action::Notices)) => shared.common_key(action),
            Some(action) => match shared.steps(action) {
                Some(steps) => self.go(steps, shared),
                None => return self.show(action, shared),
            },
        }
        Next::Stay
    }

    /// The line there.
    fn hit(&self, at: Position, shared: &Shared) -> Option<usize> {
        let area = shared.layout().page();
        let failures = failures(shared, area);
        let count = shared.campaigns.len();
        let line = usize::from(at.y.checked_sub(area.y + HEADS)?);
        if line > count && !failures.is_empty() {
            return Some(line - 1).filter(|index| *index < count + failures.len());
        }
        let top = table::top(self.chosen, usize::from(area.height.saturating_sub(HEADS)));
        Some(top + line).filter(|index| *index < count && area.contains(at))
    }

    fn click(&mut self, click: Click, shared: &mut Shared) -> Next {
        let failures = failures(shared, shared.layout().page());
        let is_chosen = self.index(shared, &failures) == click.hit;
        self.select(click.hit, shared, &failures);
        if click.is_double && is_chosen { self.show(Action::Enter, shared) } else { Next::Stay }
    }

    /// The sum, the heads and a line for each campaign; below them, where there is room, the newest failures of all.
    fn draw(&self, shared: &Shared, buffer: &mut Buffer, mut area: Rect) -> Option<Position> {
        draw_sum(shared, shared.campaigns.len(), buffer, Rect { height: 1, ..area });
        let longest_name = shared.campaigns.iter().map(|campaign| width(&campaign.settings.name)).max().unwrap_or(0);
        let widths = Widths::of(usize::from(area.width), longest_name);
        buffer.set_stringn(area.x, area.y + 1, heads(&widths), usize::from(area.width), shared.look.style(Role::Heading));
        let failures = failures(shared, area);
        let index = self.index(shared, &failures);
        area.y += HEADS;
        area.height = area.height.saturating_sub(HEADS);
        let count = shared.campaigns.len();
        // Where there is room for failures, there is for all campaigns.
        let top = if failures.is_empty() { table::top(index, usize::from(area.height)) } else { 0 };
        let cursor = table::draw_from(shared, buffer, area, top, count, index, |index, selected| {
            let campaign = shared.campaigns.get(index);
            campaign.map(|campaign| line(shared, campaign, &widths, selected)).unwrap_or_default()
        });
        if failures.is_empty() {
            return cursor;
        }
        let below = u16::try_from(count).unwrap_or(u16::MAX).min(area.height);
        let title = Rect { y: area.y + below, height: 1, ..area };
        overview::title(
            shared,
            buffer,
            title,
            "newest failures",
            &all_campaigns::window(shared).unwrap_or_else(|| "each in its window".to_owned()),
        );
        let area = Rect { y: title.y + 1, height: area.height.saturating_sub(below + 1), ..area };
        let room = usize::from(area.width).saturating_sub(table::MARGIN + 1);
        // The cursor is above.
        let selected = index.checked_sub(count).unwrap_or(usize::MAX);
        let line =
            |index: usize, selected| failures.get(index).map(|failure| all_campaigns::line(shared, failure, &failures, room, selected));
        table::draw_from(shared, buffer, area, 0, failures.len(), selected, |index, style| line(index, style).unwrap_or_default())
            .or(cursor)
    }
}

/// The first lines: the sum and the heads.
const HEADS: u16 = 2;

/// The newest failures that have room below the campaigns and a title.
fn failures(shared: &Shared, area: Rect) -> Vec<NewestFailure> {
    let room = usize::from(area.height).saturating_sub(usize::from(HEADS) + shared.campaigns.len() + 1);
    shared.campaigns.newest_failures(room)
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

/// How wide the columns are; 0 where there is no room.
struct Widths {
    name: usize,
    verdict: usize,
    hour: usize,
    fresh: usize,
    columns: Vec<&'static Column>,
}

/// The blanks between two columns.
const GAP: usize = 2;

impl Widths {
    fn of(room: usize, longest_name: usize) -> Self {
        // The mark of need and a blank come before the name.
        let mut rest = room.saturating_sub(table::MARGIN + 2 + NAME.0 + GAP + VERDICT.0 + GAP + FRESH.0 + 1);
        let take = |wanted: usize, rest: &mut usize| {
            let taken = wanted.min(*rest);
            *rest -= taken;
            taken
        };
        let fitting = |columns: &'static [Column], rest: &mut usize| {
            let fits = |column: &&Column| {
                let left = rest.checked_sub(column.width + GAP);
                *rest = left.unwrap_or(*rest);
                left.is_some()
            };
            columns.iter().take_while(fits).collect::<Vec<_>>()
        };
        let hour = if room >= HOUR_FROM { take(GAP + HOUR.0, &mut rest).saturating_sub(GAP) } else { 0 };
        // A sentence that says most of it comes before a whole name, and that and the first figures before the rest.
        let mut verdict = VERDICT.0 + take(VERDICT_FIRST - VERDICT.0, &mut rest);
        let mut name = NAME.0 + take(longest_name.clamp(NAME.0, NAME.1) - NAME.0, &mut rest);
        let (first, others) = COLUMNS.split_at(FIRST_COLUMNS);
        let mut columns = fitting(first, &mut rest);
        verdict += take(VERDICT.1 - verdict, &mut rest);
        let fresh = FRESH.0 + take(FRESH.1 - FRESH.0, &mut rest);
        if columns.len() == first.len() {
            columns.extend(fitting(others, &mut rest));
        }
        // What nothing else needs.
        name += take(longest_name.saturating_sub(name), &mut rest);
        Self { name, verdict, hour, fresh, columns }
    }
}

/// How many columns come before the whole sentence.
const FIRST_COLUMNS: usize = 3;

/// From how many columns on there is room for the last hour.
const HOUR_FROM: usize = 72;

/// `Nothing finished since 02:51, 162 on…`: a sentence cut there still says what is wrong.
const VERDICT_FIRST: usize = 32;

fn heads(widths: &Widths) -> String {
    let mut text = " ".repeat(table::MARGIN + 2);
    let mut add = |head: &str, width: usize, align: Align| {
        if width > 0 {
            text.push_str(&fit(head, width, align));
            text.push_str(&" ".repeat(GAP));
        }
    };
    add("campaign", widths.name, Align::Left);
    add("verdict", widths.verdict, Align::Left);
    add("last hour", widths.hour, Align::Left);
    add("fresh", widths.fresh, Align::Left);
    for column in &widths.columns {
        add(column.head, column.width, column.align);
    }
    text
}

fn line(shared: &Shared, campaign: &Campaign, widths: &Widths, selected: Option<Style>) -> Line<'static> {
    let style = |role| selected.unwrap_or_else(|| shared.look.style(role));
    let cell = |text: &str, width: usize, role| Span::styled(format!("{}{:GAP$}", fit(text, width, Align::Left), ""), style(role));
    let needs = campaign.needs_person();
    let mut spans = vec![
        Span::styled(if needs { "! " } else { "  " }, style(if needs { Role::Failed } else { Role::Text })),
        Span::styled(format!("{}{:GAP$}", cut_middle(&campaign.settings.name, widths.name), ""), style(Role::Text)),
    ];
    let missing = widths.name.saturating_sub(width(&cut_middle(&campaign.settings.name, widths.name)));
    spans.push(Span::styled(" ".repeat(missing), style(Role::Text)));
    let (sentence, role) = verdict(shared, campaign);
    spans.push(cell(&sentence, widths.verdict, role));
    if widths.hour > 0 {
        spans.extend(hour(shared, campaign, style));
        spans.push(Span::styled(" ".repeat(GAP), style(Role::Text)));
    }
    let (words, role) = condition(shared, campaign, widths.fresh);
    spans.push(cell(&words, widths.fresh, role));
    for column in &widths.columns {
        let role = if column.head == "failed now" && campaign.fails_too_often() { Role::Failed } else { Role::Text };
        let text = fit(&(column.cell)(shared, campaign), column.width, column.align);
        spans.push(Span::styled(format!("{text}{:GAP$}", ""), style(role)));
    }
    Line::from(spans)
}

/// How it is going, in a sentence.
fn verdict(shared: &Shared, campaign: &Campaign) -> (String, Role) {
    let verdict = campaign.verdict(shared.now, false);
    let sentence = verdict.sentence(|at| shared.look.minute(at, shared.now));
    let role = match verdict {
        Verdict::Failing { .. } => Role::Failed,
        Verdict::Stalled(_) | Verdict::Unknown(_) => Role::Warning,
        Verdict::Quiet => Role::Muted,
        Verdict::Well { .. } => Role::Text,
    };
    if campaign.actions.needs_person() && !verdict.needs_person() {
        return (format!("An outcome to decide. {sentence}"), Role::Failed);
    }
    (sentence, role)
}

/// What finished in the last hour; nothing where nothing is loaded.
fn hour(shared: &Shared, campaign: &Campaign, style: impl Fn(Role) -> Style) -> Vec<Span<'static>> {
    if campaign.is_unread() {
        return vec![Span::styled(" ".repeat(HOUR.0), style(Role::Muted))];
    }
    let bins = recent::history(shared, campaign, HOUR.0, HOUR.1);
    let most = bins.iter().filter_map(|bin| bin.value).max().unwrap_or(0);
    let signed = |bin: &Bin| {
        let sign = match (bin.sign, bin.value) {
            (_, None) => sparkline::UNKNOWN,
            (Some(sign), Some(_)) => sign,
            (None, Some(value)) => sparkline::sign(value, most),
        };
        // What is blank is not part of the graph, which keeps its colours in the selected row.
        let graph = graph_style(shared.look.style(if bin.is_loud { Role::Failed } else { Role::Moving }));
        Span::styled(sign, if sign == " " { style(Role::Text) } else { graph })
    };
    bins.iter().map(signed).collect()
}

/// How old the data is, or why it is getting older and when that is tried again.
fn condition(shared: &Shared, campaign: &Campaign, room: usize) -> (String, Role) {
    let is_shown = shared.campaign().is_some_and(|shown| std::ptr::eq(shown, campaign));
    let (words, role) = campaign.freshness(shared.now, is_shown);
    let again = campaign.next_try().map(|at| format!("{words}, again {}", until(at, shared.now)));
    (again.filter(|again| width(again) <= room).unwrap_or(words), role)
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
