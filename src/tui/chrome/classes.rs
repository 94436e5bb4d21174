//! The second line: the messages of the time window by class, as a bar and as figures that add up to the list's total.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::label_width;
use crate::delivery::{Class, grouped, percent};
use crate::store::{Classes, Recent};
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, fit};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::stacked;
use crate::tui::{Role, class_role, class_sign};

/// The narrowest and the widest bar.
const BAR: (usize, usize) = (8, 60);

/// Draws the line.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let Some(campaign) = state.campaign() else { return };
    if area.height == 0 || area.width < 20 {
        return;
    }
    let look = &state.look;
    let label = label(state, campaign);
    let label = fit(&label, label_width(state, campaign, &label, area.width), Align::Left);
    buffer.set_stringn(area.x + 1, area.y, &label, usize::from(area.width) - 1, look.style(Role::Heading));
    if campaign.is_unread() {
        let words = Piece::new("not loaded yet", look.style(Role::Muted), 0);
        return pieces::draw(buffer, after(area, label_columns(state, campaign, area)), vec![words], Vec::new());
    }
    let parts = Parts::of(state, campaign, area);
    if let Some(bar) = parts.bar {
        stacked::draw(buffer, bar, &stacked::of_classes(look, &campaign.classes, true));
    }
    pieces::draw(buffer, parts.rest, parts.figures.into_iter().map(|figure| figure.piece).collect(), Vec::new());
}

/// The parts of the line behind its label.
struct Parts {
    /// The stacked bar, where there is room for it.
    bar: Option<Rect>,
    /// The columns of the figures.
    rest: Rect,
    figures: Vec<Figure>,
}

impl Parts {
    fn of(state: &Shared, campaign: &Campaign, area: Rect) -> Self {
        let rest = after(area, label_columns(state, campaign, area));
        let figures = figures(state, campaign, usize::from(rest.width).saturating_sub(BAR.0 + 3));
        // The margin, and the gap between bar and figures.
        let taken = total(&figures) + 3;
        let bar = usize::from(rest.width).saturating_sub(taken).min(BAR.1);
        if bar < BAR.0 {
            return Self { bar: None, rest, figures };
        }
        let width = u16::try_from(bar).unwrap_or(0);
        Self { bar: Some(Rect { width, height: 1, ..rest }), rest: after(rest, bar + 1), figures }
    }
}

/// What is right of so many columns.
fn after(area: Rect, columns: usize) -> Rect {
    let columns = u16::try_from(columns).unwrap_or(u16::MAX).min(area.width);
    Rect { x: area.x + columns, width: area.width - columns, ..area }
}

/// Whether the line says how old the status of what is on the way may be.
pub(super) fn says_checked(state: &Shared, area: Rect) -> bool {
    let Some(campaign) = state.campaign().filter(|campaign| !campaign.is_unread()) else { return false };
    let is_it = |figure: &Figure| figure.piece.text.contains(CHECKED);
    area.height > 0 && Parts::of(state, campaign, area).figures.iter().any(is_it)
}

/// How many columns the label takes, with a blank before and behind it.
fn label_columns(state: &Shared, campaign: &Campaign, area: Rect) -> usize {
    label_width(state, campaign, &label(state, campaign), area.width) + 2
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
    pieces::total(&figures.iter().map(|figure| figure.piece.clone()).collect::<Vec<_>>())
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
    let Some(campaign) = state.campaign().filter(|campaign| !campaign.is_unread() && area.height > 0) else { return Vec::new() };
    let Parts { rest, figures, .. } = Parts::of(state, campaign, area);
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
