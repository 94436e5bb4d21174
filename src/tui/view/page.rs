//! Pages to read: the keys of a place, and the notices so far.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::pieces::{self, Piece};
use super::words::count;
use crate::monitor::{Notice, NoticeWeight};
use crate::tui::keys::{Group, help};
use crate::tui::state::{PageKind, State};
use crate::tui::text::{Align, fit, width, wrap};
use crate::tui::{Context, Role};

/// The widest text of a page: longer lines are hard to read.
const WIDEST: usize = 100;

/// How wide the keys stand in the help.
const KEYS: usize = 18;

/// How many lines of a page fit beneath its title.
pub(super) fn room(body: Rect) -> usize {
    usize::from(body.height.saturating_sub(2))
}

/// Draws the open page. The cursor stands at its first line.
pub(super) fn draw(state: &State, buffer: &mut Buffer, body: Rect) -> Option<Position> {
    let page = state.page?;
    let lines = lines(state, usize::from(body.width));
    let scroll = page.scroll.min(lines.len().saturating_sub(room(body)));
    let below = lines.len().saturating_sub(scroll + room(body));
    let title = match page.kind {
        PageKind::Help(context) => format!("Keys: {}", context.name()),
        PageKind::Notices => "Notices, newest first".to_owned(),
        PageKind::Results => "Results of the run".to_owned(),
    };
    let more = match below {
        0 => String::new(),
        1 => "1 more line".to_owned(),
        below => format!("{} more lines", count(below)),
    };
    let (heading, muted) = (state.look.style(Role::Strong), state.look.style(Role::Muted));
    let line = Rect { height: 1.min(body.height), ..body };
    pieces::draw(buffer, line, vec![Piece::new(title, heading, 0)], vec![Piece::new(more, muted, 1)], state.look.ascii);
    let top = body.y + 2;
    for (y, line) in (top..body.bottom()).zip(lines.iter().skip(scroll)) {
        buffer.set_line(body.x, y, line, body.width);
    }
    Some(Position::new(body.x + 1, top))
}

/// All lines of the open page.
pub(super) fn lines(state: &State, width: usize) -> Vec<Line<'static>> {
    let width = width.saturating_sub(2).min(WIDEST);
    match state.page.map(|page| page.kind) {
        Some(PageKind::Help(context)) => help_lines(state, context, width),
        Some(PageKind::Notices) => notice_lines(state, width),
        Some(PageKind::Results) => super::results::lines(state, width),
        None => Vec::new(),
    }
}

fn help_lines(state: &State, context: Context, room: usize) -> Vec<Line<'static>> {
    let (heading, key, text) = (state.look.style(Role::Heading), state.look.style(Role::Accent), state.look.style(Role::Text));
    let mut lines = Vec::new();
    let bindings = help(context);
    for group in Group::ALL {
        let of_group: Vec<_> = bindings.iter().filter(|binding| binding.group == group).collect();
        if of_group.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::from(Span::styled(format!(" {}", group.title()), heading)));
        for binding in of_group {
            // The table marks in bold, for the README, what deserves it.
            let does = binding.help.replace("**", "");
            for (place, line) in wrap(&does, room.saturating_sub(KEYS + 3).max(10)).into_iter().enumerate() {
                let keys = if place == 0 { binding.all_keys() } else { String::new() };
                // A long list of keys pushes its text on rather than being cut.
                let keys = if width(&keys) > KEYS { format!("{keys}  ") } else { fit(&keys, KEYS, Align::Left, state.look.ascii) };
                lines.push(Line::from(vec![Span::raw("   "), Span::styled(keys, key), Span::styled(line, text)]));
            }
        }
    }
    lines
}

fn notice_lines(state: &State, room: usize) -> Vec<Line<'static>> {
    let style = |role| state.look.style(role);
    let mut lines = Vec::new();
    if state.notices.newest().is_none() {
        lines
            .push(Line::from(Span::styled(" Nothing so far. What goes wrong, and what to do about it, is kept here.", style(Role::Muted))));
    }
    for notice in state.notices.iter() {
        let (word, role) = weight(notice);
        let at = state.look.time(notice.at, state.now);
        lines.push(Line::from(vec![
            Span::styled(format!(" {} ", fit(&at, 12, Align::Left, state.look.ascii)), style(Role::Muted)),
            Span::styled(word, style(role)),
        ]));
        let trace = notice.text.trace_id.as_ref().map(|id| format!("trace id {id}")).unwrap_or_default();
        for (text, role) in [
            (notice.text.what.as_str(), Role::Strong),
            (&notice.text.why, Role::Text),
            (&notice.text.next, Role::Text),
            (&trace, Role::Muted),
        ] {
            let wrapped = wrap(text, room.saturating_sub(14).max(10));
            lines.extend(wrapped.into_iter().map(|line| Line::from(Span::styled(format!("{:14}{line}", ""), style(role)))));
        }
    }
    if state.notices.dropped() > 0 {
        lines.push(Line::from(Span::styled(
            format!(" {} older ones are no longer kept", count(state.notices.dropped())),
            style(Role::Muted),
        )));
    }
    lines
}

/// The word and the look of a notice's weight.
pub(super) fn weight(notice: &Notice) -> (&'static str, Role) {
    match notice.weight {
        NoticeWeight::Info => ("note", Role::Muted),
        NoticeWeight::Warning => ("warning", Role::Warning),
        NoticeWeight::Problem => ("problem", Role::Failed),
    }
}
