//! The second line: the messages of the time window by class, as a bar and as figures that add up to the list's total.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::label_width;
use crate::delivery::{Class, grouped};
use crate::store::{Classes, Recent};
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, fit, width};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::stacked;
use crate::tui::widgets::words::percent;
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
    let label_columns = u16::try_from(width(&label) + 2).unwrap_or(u16::MAX);
    buffer.set_stringn(area.x + 1, area.y, &label, usize::from(area.width) - 1, look.style(Role::Heading));
    let mut rest = Rect { x: area.x + label_columns, width: area.width.saturating_sub(label_columns), ..area };
    if campaign.is_unread() {
        let words = Piece::new("not loaded yet", look.style(Role::Muted), 0);
        return pieces::draw(buffer, rest, vec![words], Vec::new());
    }
    let room = usize::from(rest.width).saturating_sub(BAR.0 + 3);
    let figures = figures(state, campaign, room);
    // The margin, and the gap between bar and figures.
    let taken = pieces::total(&figures) + 3;
    let bar = usize::from(rest.width).saturating_sub(taken).min(BAR.1);
    if bar >= BAR.0 {
        let columns = u16::try_from(bar).unwrap_or(0);
        stacked::draw(buffer, Rect { width: columns, height: 1, ..rest }, &stacked::of_classes(look, &campaign.classes, true));
        rest.x += columns + 1;
        rest.width -= columns + 1;
    }
    pieces::draw(buffer, rest, figures, Vec::new());
}

/// Whether the line says how old the status of what is on the way may be.
pub(super) fn says_checked(state: &Shared, area: Rect) -> bool {
    let Some(campaign) = state.campaign().filter(|campaign| !campaign.is_unread()) else { return false };
    let room = usize::from(area.width).saturating_sub(label_columns(state, campaign, area) + BAR.0 + 3);
    area.height > 0 && figures(state, campaign, room).iter().any(|piece| piece.text.contains(CHECKED))
}

/// How many columns the label takes, with a blank before and behind it.
fn label_columns(state: &Shared, campaign: &Campaign, area: Rect) -> usize {
    label_width(state, campaign, &label(state, campaign), area.width) + 2
}

/// The time window, and how much of it is loaded.
pub(super) fn label(state: &Shared, campaign: &Campaign) -> String {
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

/// The figures in as much detail as has room.
fn figures(state: &Shared, campaign: &Campaign, room: usize) -> Vec<Piece> {
    let all = Class::ALL.len();
    let full =
        |checked, loading| [(true, 3), (false, 3), (false, 2)].map(|(words, gap)| Detail { words, gap, others: all, checked, loading });
    let summed = (0..all).rev().map(|others| Detail { words: false, gap: 2, others, checked: false, loading: false });
    let mut last = Vec::new();
    // That more is being loaded is in the first line, too; a figure of its own is nowhere else.
    for detail in full(true, true).into_iter().chain(full(true, false)).chain(full(false, false)).chain(summed) {
        last = line(state, campaign, detail);
        if pieces::total(&last) <= room {
            return last;
        }
    }
    last
}

fn line(state: &Shared, campaign: &Campaign, detail: Detail) -> Vec<Piece> {
    let classes = &campaign.classes;
    let style = |role| state.look.style(role);
    let figure = |class: Class| {
        let role = if classes[class] > 0 { class_role(class) } else { Role::Text };
        let words = match class {
            Class::Delivered if detail.words => format!("{} {}", class_sign(class), class.word()),
            Class::Delivered | Class::Failed => class_sign(class).to_owned(),
            _ => class.word().to_owned(),
        };
        Piece::new(format!("{} {words}", grouped(classes[class])), style(role), 0).gap(detail.gap)
    };
    let mut line = vec![figure(Class::Delivered), figure(Class::Failed)];
    if let Some(share) = classes.failed_share().filter(|share| is_telling(classes) && *share > 0.0) {
        line.push(Piece::new(percent(share), style(class_role(Class::Failed)), 0).gap(1));
    }
    let others: Vec<Class> = [Class::OnTheWay, Class::Stuck, Class::Unconfirmed, Class::SentAbroad, Class::HandedOver, Class::Other]
        .into_iter()
        .filter(|class| classes[*class] > 0)
        .collect();
    let (shown, summed) = others.split_at(detail.others.min(others.len()));
    let waiting = shown.iter().rposition(|class| Class::WAITING.contains(class)).filter(|_| detail.checked);
    for (index, class) in shown.iter().enumerate() {
        line.push(figure(*class));
        if waiting == Some(index)
            && let Some((old, role)) = campaign.checked_words(state.now)
        {
            let comma = Piece::new(",", style(Role::Muted), 0).gap(0);
            line.extend([comma, Piece::new(format!("{CHECKED}{old} ago"), style(role), 0).gap(1)]);
        }
    }
    if !summed.is_empty() {
        // Whoever is overdue must not vanish in a sum.
        let is_overdue = summed.iter().any(|class| Class::NOT_DELIVERED.contains(class));
        let role = if is_overdue { Role::Warning } else { Role::Muted };
        line.push(Piece::new(format!("{} more", grouped(classes.of(summed))), style(role), 0).gap(detail.gap));
    }
    if detail.loading && campaign.is_loading() {
        line.push(Piece::new(state.loading_words(campaign), style(Role::Muted), 1).gap(detail.gap));
    }
    line
}

/// Whether the share of failures says something: enough has finished, and most of what should have, has.
fn is_telling(classes: &Classes) -> bool {
    let overdue = classes.of(&[Class::Stuck, Class::Unconfirmed]);
    classes.finished() >= Recent::ENOUGH && classes.finished() > overdue
}

/// The class of the figure at a column of the line; `None` elsewhere, and where figures are summed.
pub(in crate::tui) fn class_at(state: &Shared, area: Rect, column: u16) -> Option<Class> {
    let campaign = state.campaign().filter(|campaign| !campaign.is_unread())?;
    let label = label_columns(state, campaign, area);
    let width = usize::from(area.width).saturating_sub(label);
    let figures = figures(state, campaign, width.saturating_sub(BAR.0 + 3));
    let bar = width.saturating_sub(pieces::total(&figures) + 3).min(BAR.1);
    let bar = if bar >= BAR.0 { bar + 1 } else { 0 };
    let from = area.x + u16::try_from(label + bar).ok()?;
    let rest = Rect { x: from, width: area.right().saturating_sub(from), ..area };
    let placed = pieces::placed(rest, figures, Vec::new());
    let text = placed.into_iter().find(|(from, to, _)| (*from..*to).contains(&column))?.2;
    let is_it = |class: &Class| text.ends_with(class.word()) || text.ends_with(&format!(" {}", class_sign(*class)));
    Class::ALL.into_iter().find(is_it)
}
