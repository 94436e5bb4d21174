//! Pages to read: the notices so far, and the results of a run. The help has a file of its own.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::pieces::{self, Piece};
use super::words::{in_a_line, shown_notice};
use crate::delivery::{counted, grouped};
use crate::monitor::{Notice, NoticeWeight};
use crate::tui::Role;
use crate::tui::state::{PageKind, Shared};
use crate::tui::text::{Align, fit, wrap};

/// The widest text of a page: longer lines are hard to read.
const WIDEST: usize = 100;

/// How many lines of a page fit below its title.
pub(in crate::tui) fn room(body: Rect) -> usize {
    usize::from(body.height.saturating_sub(2))
}

/// Draws the open page. The cursor is at its first line.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, body: Rect) -> Option<Position> {
    let page = state.page?;
    let title = match page.kind {
        PageKind::Help(context) => return super::help::draw(state, context, buffer, body),
        PageKind::Notices => "Notices, newest first".to_owned(),
        PageKind::Results => "Results of the run".to_owned(),
        PageKind::Copied => "What was copied, for selection by hand".to_owned(),
    };
    let lines = lines(state, usize::from(body.width));
    let scroll = page.scroll.min(lines.len().saturating_sub(room(body)));
    let below = lines.len().saturating_sub(scroll + room(body));
    let more = if below == 0 { String::new() } else { counted(below, "more line") };
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
pub(in crate::tui) fn lines(state: &Shared, width: usize) -> Vec<Line<'static>> {
    let (whole, width) = (width, width.saturating_sub(2).min(WIDEST));
    match state.page.map(|page| page.kind) {
        Some(PageKind::Notices) => notice_lines(state, width),
        Some(PageKind::Results) => super::results::lines(state, width),
        // Without a margin: a blank before each line would be selected, too.
        Some(PageKind::Copied) => {
            let text = state.copied.as_ref().map(|copied| copied.text.replace('\t', "  ")).unwrap_or_default();
            let style = state.look.style(Role::Text);
            text.lines().flat_map(|line| wrap(line, whole.max(1))).map(|line| Line::from(Span::styled(line, style))).collect()
        }
        Some(PageKind::Help(_)) | None => Vec::new(),
    }
}

/// The notices as text, newest first: all of it to send when asking for help.
pub(in crate::tui) fn notices_text(state: &Shared) -> String {
    let text = |notice: &Notice| {
        format!(
            "{}\t{}\t{}",
            state.look.exact(state.look.of_that_day(notice.at)),
            weight(notice).0,
            in_a_line(&shown_notice(state, &notice.text))
        )
    };
    state.notices.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn notice_lines(state: &Shared, room: usize) -> Vec<Line<'static>> {
    let style = |role| state.look.style(role);
    let mut lines = Vec::new();
    if state.notices.newest().is_none() {
        lines.push(Line::from(Span::styled(" Nothing so far. Problems, and what to do about them, are listed here.", style(Role::Muted))));
    }
    for notice in state.notices.iter() {
        let (word, role) = weight(notice);
        let at = state.look.happened(notice.at, state.now);
        lines.push(Line::from(vec![
            Span::styled(format!(" {} ", fit(&at, 12, Align::Left, state.look.ascii)), style(Role::Muted)),
            Span::styled(word, style(role)),
        ]));
        let text = shown_notice(state, &notice.text);
        let trace = text.trace_id.as_ref().map(|id| format!("trace id {id}")).unwrap_or_default();
        for (text, role) in [(text.what.as_str(), Role::Strong), (&text.why, Role::Text), (&text.next, Role::Text), (&trace, Role::Muted)] {
            let wrapped = wrap(text, room.saturating_sub(14).max(10));
            lines.extend(wrapped.into_iter().map(|line| Line::from(Span::styled(format!("{:14}{line}", ""), style(role)))));
        }
    }
    if state.notices.dropped() > 0 {
        lines.push(Line::from(Span::styled(
            format!(" {} older ones are no longer kept", grouped(state.notices.dropped())),
            style(Role::Muted),
        )));
    }
    lines
}

/// The word and the look of a notice's weight.
pub(in crate::tui) fn weight(notice: &Notice) -> (&'static str, Role) {
    match notice.weight {
        NoticeWeight::Info => ("note", Role::Muted),
        NoticeWeight::Warning => ("warning", Role::Warning),
        NoticeWeight::Problem => ("problem", Role::Failed),
    }
}
