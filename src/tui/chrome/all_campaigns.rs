//! What all campaigns sum up to, and the newest failures of all of them: below the campaigns on a wide and high screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{classes, overview};
use crate::delivery::{Class, DeliveryError, Recipient, code_or_none, counted, grouped, percent};
use crate::store::Classes;
use crate::tui::shared::{Campaign, NewestFailure, Shared};
use crate::tui::text::{Align, cut_middle, fit, width};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::recipient;
use crate::tui::{Role, class_role, class_sign};

/// How many lines each failure has.
const LINES_EACH: u16 = 2;

/// How many lines the sums have at most, without their title.
const SUMS: u16 = 4;

/// How far the second of them is indented.
const INDENT: usize = 3;

/// How many rows all of it takes at least: the sums, and three failures.
pub(in crate::tui) const ROWS: u16 = 1 + SUMS + 1 + 3 * LINES_EACH;

/// Draws the sums and, below them, the newest failures.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let loaded = loaded(state);
    let (all, many) = (state.campaigns.len(), grouped(loaded.len()));
    let title =
        if loaded.len() == all { format!("all {}", counted(all, "campaign")) } else { format!("{many} of {}", counted(all, "campaign")) };
    overview::title(state, buffer, Rect { height: 1, ..area }, &title, &window(state).unwrap_or_default());
    let lines = sums(state, &loaded, usize::from(area.width).saturating_sub(2));
    for (y, line) in (area.y + 1..area.bottom()).zip(lines) {
        pieces::draw(buffer, Rect { y, height: 1, ..area }, line, Vec::new());
    }
    let below = failures_area(state, area);
    overview::title(state, buffer, Rect { y: below.y - 1, height: 1, ..area }, "newest failures", "");
    let failures = state.campaigns.newest_failures(fitting(below));
    if failures.is_empty() {
        buffer.set_stringn(below.x, below.y, " none of what is loaded", usize::from(below.width), state.look.style(Role::Muted));
    }
    for (y, failure) in (below.y..below.bottom()).step_by(usize::from(LINES_EACH)).zip(&failures) {
        draw_failure(state, buffer, Rect { y, height: LINES_EACH, ..below }, failure, &failures);
    }
}

/// The campaigns that have figures.
fn loaded(state: &Shared) -> Vec<&Campaign> {
    state.campaigns.iter().filter(|campaign| !campaign.is_unread()).collect()
}

/// The time window of all of them; `None` if they differ.
pub(in crate::tui) fn window(state: &Shared) -> Option<String> {
    let mut windows = loaded(state).into_iter().map(|campaign| state.window_label(campaign));
    let first = windows.next()?;
    windows.all(|window| window == first).then_some(first)
}

/// The figures in lines, each whole, and what must be known of them.
fn sums(state: &Shared, loaded: &[&Campaign], room: usize) -> Vec<Vec<Piece>> {
    let style = |role| state.look.style(role);
    if loaded.is_empty() {
        return vec![vec![Piece::new("not loaded yet", style(Role::Muted), 0)]];
    }
    let sum: Classes = loaded.iter().map(|campaign| campaign.classes).sum();
    let mut figures = Vec::new();
    for class in Class::ALL {
        let is_named = matches!(class, Class::Delivered | Class::Failed);
        if sum[class] == 0 && !is_named {
            continue;
        }
        let share = sum.failed_share().filter(|share| class == Class::Failed && classes::is_telling(&sum) && *share > 0.0);
        let share = share.map(|share| format!(" {}", percent(share))).unwrap_or_default();
        let words = match class {
            Class::Delivered => format!("{} {}", class_sign(class), class.word()),
            Class::Failed => class_sign(class).to_owned(),
            _ => class.word().to_owned(),
        };
        let role = if sum[class] > 0 { class_role(class) } else { Role::Text };
        figures.push((format!("{} {words}{share}", grouped(sum[class])), role));
    }
    let loading = loaded.iter().filter(|campaign| campaign.is_loading()).count();
    if loading > 0 {
        figures.push((format!("{} still loading", grouped(loading)), Role::Muted));
    }
    if window(state).is_none() {
        figures.push(("each in its time window".to_owned(), Role::Muted));
    }
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    for (text, role) in figures {
        let piece = Piece::new(text, style(role), 0);
        match lines.last_mut() {
            Some(line) if pieces::total(&*line) + piece.gap + width(&piece.text) <= room => line.push(piece),
            _ => lines.push(vec![piece]),
        }
    }
    lines.truncate(usize::from(SUMS));
    lines
}

/// Where the failures are.
fn failures_area(state: &Shared, area: Rect) -> Rect {
    let sums = sums(state, &loaded(state), usize::from(area.width).saturating_sub(2)).len() as u16;
    let taken = (1 + sums + 1).min(area.height);
    Rect { y: area.y + taken, height: area.height - taken, ..area }
}

/// How many failures fit.
fn fitting(area: Rect) -> usize {
    usize::from(area.height / LINES_EACH)
}

/// The failure there.
pub(in crate::tui) fn failure_at(state: &Shared, area: Rect, at: Position) -> Option<NewestFailure> {
    let below = failures_area(state, area);
    let line = usize::from(at.y.checked_sub(below.y)? / LINES_EACH);
    state.campaigns.newest_failures(fitting(below)).get(line).copied()
}

/// What is said of a failure.
struct Said {
    time: String,
    who: String,
    error: String,
    campaign: String,
}

impl Said {
    /// Masked like the campaign it is of.
    fn of(state: &Shared, failure: &NewestFailure) -> Option<Self> {
        let campaign = state.campaigns.get(failure.campaign)?;
        let cells = campaign.store.cells(failure.row);
        let known = cells.recipient.map(Recipient::new);
        let who = known.map(|known| recipient::shown(&known, campaign.is_masked(failure.row), campaign.open_digits()));
        Some(Self {
            time: state.look.time(failure.began, state.now),
            who: who.unwrap_or_else(|| "not given".to_owned()),
            error: code_or_none(cells.error.map_or("", DeliveryError::shown)).to_owned(),
            campaign: campaign.settings.name.clone(),
        })
    }
}

/// How wide the times are: all of a day, or one with its date.
fn time_width(state: &Shared, failures: &[NewestFailure]) -> usize {
    failures.iter().map(|failure| width(&state.look.time(failure.began, state.now))).max().unwrap_or(0)
}

/// When and why, and below that to whom and of which campaign.
fn draw_failure(state: &Shared, buffer: &mut Buffer, area: Rect, failure: &NewestFailure, all: &[NewestFailure]) {
    let Some(said) = Said::of(state, failure) else { return };
    let style = |role| state.look.style(role);
    let time = time_width(state, all);
    let room = usize::from(area.width).saturating_sub(1 + time + 1 + 1);
    let first = Line::from(vec![
        Span::styled(format!(" {} ", fit(&said.time, time, Align::Left)), style(Role::Text)),
        Span::styled(fit(&said.error, room, Align::Left), style(Role::Text)),
    ]);
    let who = format!("{:INDENT$}{}  ", "", said.who);
    let name_room = usize::from(area.width).saturating_sub(width(&who) + 1);
    let second = Line::from(vec![
        Span::styled(who, style(Role::Muted)),
        Span::styled(cut_middle(&said.campaign, name_room).into_owned(), style(Role::Muted)),
    ]);
    buffer.set_line(area.x, area.y, &first, area.width);
    buffer.set_line(area.x, area.y + 1, &second, area.width);
}

/// The same in one line of so many columns.
pub(in crate::tui) fn line(
    state: &Shared,
    failure: &NewestFailure,
    all: &[NewestFailure],
    room: usize,
    selected: Option<Style>,
) -> Line<'static> {
    let style = |role| selected.unwrap_or_else(|| state.look.style(role));
    let Some(said) = Said::of(state, failure) else { return Line::default() };
    let time = time_width(state, all);
    let of_all = |part: fn(Said) -> String| all.iter().filter_map(|failure| Said::of(state, failure)).map(|said| width(&part(said))).max();
    let (who, error) = (of_all(|said| said.who).unwrap_or(0), of_all(|said| said.error).unwrap_or(0));
    let name_room = room.saturating_sub(time + 2 + who + 2 + error + 2);
    Line::from(vec![
        Span::styled(format!("{}  {}  ", fit(&said.time, time, Align::Left), fit(&said.who, who, Align::Left)), style(Role::Text)),
        Span::styled(format!("{}  ", fit(&said.error, error, Align::Left)), style(Role::Text)),
        Span::styled(cut_middle(&said.campaign, name_room).into_owned(), style(Role::Muted)),
    ])
}
