//! The second line: the messages of the time window by class, as a bar and as figures that add up to the list's total.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{label_width, recent};
use crate::delivery::{Class, grouped, percent};
use crate::store::{Classes, Recent};
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, fit};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::stacked;
use crate::tui::{Role, class_role, class_sign};

/// The narrowest and the widest bar.
const BAR: (usize, usize) = (8, 60);

/// The line as it is drawn at its place.
pub(super) struct ClassLine {
    area: Rect,
    label: String,
    /// The stacked bar, where there is room for it.
    bar: Option<Rect>,
    /// The columns of the figures.
    rest: Rect,
    figures: Vec<Figure>,
}

impl ClassLine {
    /// `None` where it has no place, or there is no campaign.
    pub fn of(state: &Shared, area: Rect) -> Option<Self> {
        let campaign = state.campaign()?;
        if area.height == 0 || area.width < 20 {
            return None;
        }
        let label = label(state, campaign);
        let columns = label_width(&label, &recent::label(state, campaign, area.width), area.width);
        let label = fit(&label, columns, Align::Left);
        // With a blank before and behind the label.
        let rest = after(area, columns + 2);
        if campaign.is_unread() {
            let piece = Piece::new("not loaded yet", state.look.style(Role::Muted), 0);
            return Some(Self { area, label, bar: None, rest, figures: vec![Figure { piece, classes: Vec::new() }] });
        }
        let figures = figures(state, campaign, usize::from(rest.width).saturating_sub(BAR.0 + 3));
        // The margin, and the gap between bar and figures.
        let taken = total(&figures) + 3;
        let bar = usize::from(rest.width).saturating_sub(taken).min(BAR.1);
        if bar < BAR.0 {
            return Some(Self { area, label, bar: None, rest, figures });
        }
        let width = u16::try_from(bar).unwrap_or(0);
        Some(Self { area, label, bar: Some(Rect { width, height: 1, ..rest }), rest: after(rest, bar + 1), figures })
    }

    /// Whether it says how old the status of what is on the way may be.
    pub fn says_checked(&self) -> bool {
        self.figures.iter().any(|figure| figure.piece.text.contains(CHECKED))
    }

    /// Draws it.
    pub fn draw(self, state: &Shared, buffer: &mut Buffer) {
        let Self { area, label, bar, rest, figures } = self;
        buffer.set_stringn(area.x + 1, area.y, &label, usize::from(area.width) - 1, state.look.style(Role::Heading));
        if let (Some(bar), Some(campaign)) = (bar, state.campaign()) {
            stacked::draw(buffer, bar, &stacked::of_classes(&state.look, &campaign.classes, true));
        }
        pieces::draw(buffer, rest, figures.into_iter().map(|figure| figure.piece).collect(), Vec::new());
    }
}

/// What is right of so many columns.
fn after(area: Rect, columns: usize) -> Rect {
    let columns = u16::try_from(columns).unwrap_or(u16::MAX).min(area.width);
    Rect { x: area.x + columns, width: area.width - columns, ..area }
}

/// The time window, and how much of it is loaded.
pub(in crate::tui) fn label(state: &Shared, campaign: &Campaign) -> String {
    let window = state.window_label(campaign);
    match state.loaded_of_window(campaign) {
        Some(loaded) => format!("{loaded} of {window}"),
        None => window,
    }
}

/// How much of the figures is written out, from all to the least.
#[derive(Clone, Copy)]
struct Detail {
    /// `delivered` behind its sign.
    words: bool,
    /// The gap between two figures.
    gap: usize,
    /// How many of the classes after delivered and failed have a figure of their own; the others are summed.
    others: usize,
    /// How old the status of what is on the way may be.
    checked: bool,
    /// That more is being loaded, and how far it has come.
    loading: bool,
}

/// What that begins with.
const CHECKED: &str = "checked ";

/// A figure, or words beside one.
struct Figure {
    piece: Piece,
    /// What it counts; nothing where it is only words.
    classes: Vec<Class>,
}

fn total(figures: &[Figure]) -> usize {
    pieces::total(figures.iter().map(|figure| &figure.piece))
}

/// The figures in as much detail as has room.
fn figures(state: &Shared, campaign: &Campaign, room: usize) -> Vec<Figure> {
    let all = Class::ALL.len();
    let full =
        |checked, loading| [(true, 3), (false, 3), (false, 2)].map(|(words, gap)| Detail { words, gap, others: all, checked, loading });
    let summed = (0..all).rev().map(|others| Detail { words: false, gap: 2, others, checked: false, loading: false });
    let mut last = Vec::new();
    // That more is being loaded is in the first line, too; a figure of its own is nowhere else.
    for detail in full(true, true).into_iter().chain(full(true, false)).chain(full(false, false)).chain(summed) {
        last = line(state, campaign, detail);
        if total(&last) <= room {
            return last;
        }
    }
    last
}

fn line(state: &Shared, campaign: &Campaign, detail: Detail) -> Vec<Figure> {
    let classes = &campaign.classes;
    let style = |role| state.look.style(role);
    let figure = |class: Class| {
        let role = if classes[class] > 0 { class_role(class) } else { Role::Text };
        let words = match class {
            Class::Delivered if detail.words => format!("{} {}", class_sign(class), class.word()),
            Class::Delivered | Class::Failed => class_sign(class).to_owned(),
            _ => class.word().to_owned(),
        };
        let piece = Piece::new(format!("{} {words}", grouped(classes[class])), style(role), 0).gap(detail.gap);
        Figure { piece, classes: vec![class] }
    };
    let words = |piece: Piece| Figure { piece, classes: Vec::new() };
    let mut line = vec![figure(Class::Delivered), figure(Class::Failed)];
    if let Some(share) = classes.failed_share().filter(|share| is_telling(classes) && *share > 0.0) {
        let piece = Piece::new(percent(share), style(class_role(Class::Failed)), 0).gap(1);
        line.push(Figure { piece, classes: vec![Class::Failed] });
    }
    let others: Vec<Class> = shown(classes).filter(|class| !matches!(class, Class::Delivered | Class::Failed)).collect();
    let (single, summed) = others.split_at(detail.others.min(others.len()));
    let waiting = single.iter().rposition(|class| Class::WAITING.contains(class)).filter(|_| detail.checked);
    for (index, class) in single.iter().enumerate() {
        line.push(figure(*class));
        if waiting == Some(index)
            && let Some((old, role)) = campaign.checked_words(state.now)
        {
            let comma = Piece::new(",", style(Role::Muted), 0).gap(0);
            line.extend([comma, Piece::new(format!("{CHECKED}{old} ago"), style(role), 0).gap(1)].map(words));
        }
    }
    if !summed.is_empty() {
        // Whoever is overdue must not vanish in a sum.
        let is_overdue = summed.iter().any(|class| Class::NOT_DELIVERED.contains(class));
        let role = if is_overdue { Role::Warning } else { Role::Muted };
        let piece = Piece::new(format!("{} more", grouped(classes.of(summed))), style(role), 0).gap(detail.gap);
        line.push(Figure { piece, classes: summed.to_vec() });
    }
    if detail.loading && campaign.is_loading() {
        line.push(words(Piece::new(state.loading_words(campaign), style(Role::Muted), 1).gap(detail.gap)));
    }
    line
}

/// The classes with a figure: the first two always, the others where there is a message in them.
pub(in crate::tui) fn shown(classes: &Classes) -> impl Iterator<Item = Class> {
    Class::ALL.into_iter().filter(|class| matches!(class, Class::Delivered | Class::Failed) || classes[*class] > 0)
}

/// Whether the share of failures says something: enough has finished, and most of what should have, has.
pub(super) fn is_telling(classes: &Classes) -> bool {
    let overdue = classes.of(&[Class::Stuck, Class::Unconfirmed]);
    classes.finished() >= Recent::ENOUGH && classes.finished() > overdue
}

/// A figure of the line that leads to its messages.
pub(in crate::tui) struct ClassFigure {
    /// What it counts: several classes where figures are summed.
    pub classes: Vec<Class>,
    /// The columns of the screen that it takes.
    pub columns: Range<u16>,
}

/// The figures that lead to their messages, from left to right; none where the line has no room or nothing is loaded.
pub(in crate::tui) fn targets(state: &Shared, area: Rect) -> Vec<ClassFigure> {
    let Some(ClassLine { rest, figures, .. }) = ClassLine::of(state, area) else { return Vec::new() };
    let placed = pieces::placed(rest, figures.iter().map(|figure| figure.piece.clone()).collect(), Vec::new());
    let mut targets: Vec<ClassFigure> = Vec::new();
    // Only the last piece is ever left out.
    for (Figure { classes, .. }, (from, to, _)) in figures.into_iter().zip(placed) {
        match targets.last_mut() {
            // The share belongs to the figure before it.
            Some(before) if before.classes == classes => before.columns.end = to,
            _ if classes.is_empty() => {}
            _ => targets.push(ClassFigure { classes, columns: from..to }),
        }
    }
    targets
}
