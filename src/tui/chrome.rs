//! The whole screen, and what is around the view: the header, the campaigns, the views' names, a run's progress,
//! notices, and the keys. Drawing changes nothing and decides nothing.

pub(super) mod all_campaigns; // what they sum up to, below them
pub(super) mod campaigns;
pub(super) mod classes; // the time window by class
pub(super) mod header;
pub(super) mod keys;
pub(super) mod notice;
pub(super) mod overview; // what is below the message on a wide and high screen
pub(super) mod recent; // the last minutes
pub(super) mod run;
pub(super) mod tabs;
pub(super) mod title; // of the terminal's window

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::classes::ClassLine;
use super::dialogs::Dialog;
use super::layout::{Kind, SMALLEST};
use super::shared::Shared;
use super::widgets::ascii;
use super::{Role, text, views};

/// How wide the label of the second or third line is: both are, so that what is behind them lines up, unless that takes
/// too much of a narrow line.
fn label_width(label: &str, other: &str, columns: u16) -> usize {
    let own = text::width(label);
    let both = own.max(text::width(other));
    let is_affordable = columns >= ROOM_FOR_LABELS || both <= SHORT_LABEL;
    if is_affordable { both } else { own }.min(LONGEST_LABEL)
}

/// From this many columns on, labels of any length line up.
const ROOM_FOR_LABELS: u16 = 100;

/// Up to this width they always do.
const SHORT_LABEL: usize = 8;

/// A longer label, of a time window that was typed, is cut.
const LONGEST_LABEL: usize = 24;

impl Shared {
    /// Draws everything. The terminal's cursor is on the selected row, so that screen readers
    /// follow; while typing, it is in the text.
    pub(in crate::tui) fn show(&self, top: Option<&dyn Dialog>, frame: &mut Frame<'_>) {
        let area = frame.area();
        let cursor = self.paint(top, frame.buffer_mut(), area);
        if let Some(cursor) = cursor.filter(|cursor| area.contains(*cursor)) {
            frame.set_cursor_position(cursor);
        }
    }

    /// Paints everything, and says where the terminal's cursor belongs.
    fn paint(&self, top: Option<&dyn Dialog>, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let cursor = self.paint_signs(top, buffer, area);
        if self.look.ascii {
            ascii::replace(buffer, area);
        }
        cursor
    }

    fn paint_signs(&self, top: Option<&dyn Dialog>, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        buffer.set_style(area, self.look.style(Role::Text));
        let layout = self.layout_in(area);
        if layout.kind == Kind::Tiny {
            self.ask_for_room(buffer, area);
            return None;
        }
        let covering = top.filter(|dialog| dialog.covers());
        let class_line = if covering.is_none() { ClassLine::of(self, layout.classes) } else { None };
        header::draw(self, buffer, layout.header, class_line.as_ref().is_some_and(ClassLine::says_checked));
        notice::draw(self, buffer, layout.notice);
        keys::draw(self, top, buffer, layout.keys);
        if let Some(dialog) = covering {
            recent::draw(self, buffer, Rect { height: 1, ..layout.body });
            return dialog.draw(self, buffer, layout.page());
        }
        if let (Some(pane), Some(rule)) = (layout.campaigns, layout.campaigns_rule) {
            campaigns::draw_pane(self, buffer, pane);
            if let Some(area) = layout.all_campaigns {
                all_campaigns::draw(self, buffer, area);
            }
            self.rule(buffer, rule);
        }
        if let Some(line) = class_line {
            line.draw(self, buffer);
        }
        recent::draw(self, buffer, layout.recent);
        tabs::draw(self, buffer, layout.tabs, layout.kind);
        run::draw(self, buffer, layout.run);
        if let Some(rule) = layout.rule {
            self.rule(buffer, rule);
        }
        let mut cursor = None;
        if !layout.covers_list {
            cursor = views::draw(self, buffer, [layout.filter, layout.heads, layout.list]);
        }
        cursor = views::message::draw(self, buffer, &layout).or(cursor);
        if let Some(area) = layout.overview {
            overview::draw(self, buffer, area);
        }
        let over = match top {
            Some(dialog) => dialog.draw(self, buffer, layout.body),
            None => super::shared::starting::draw(self, buffer, layout.body),
        };
        over.or(cursor)
    }

    /// One line for a screen that is too small for anything else.
    fn ask_for_room(&self, buffer: &mut Buffer, area: Rect) {
        let (columns, rows) = SMALLEST;
        let whole = format!("Postwatch needs {columns} by {rows} characters; this is {} by {}", area.width, area.height);
        let short = format!("{columns}×{rows} please");
        let width = usize::from(area.width);
        let line = [whole, short].into_iter().find(|line| text::width(line) <= width).unwrap_or_else(|| "+".to_owned());
        buffer.set_stringn(area.x, area.y, line, width, self.look.style(Role::Strong));
    }

    /// A rule: one line, across or down.
    fn rule(&self, buffer: &mut Buffer, area: Rect) {
        let sign = if area.width == 1 { "│" } else { "─" };
        for position in area.positions() {
            buffer[position].set_symbol(sign).set_style(self.look.style(Role::Rule));
        }
    }
}
