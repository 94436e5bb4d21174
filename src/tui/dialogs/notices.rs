//! The notices so far: a page to read, and to copy when asking for help.

use ratatui::text::{Line, Span};

use super::Can;
use crate::delivery::grouped;
use crate::tui::chrome::notice::weight;
use crate::tui::shared::{KeptNotice, Shared};
use crate::tui::text::{Align, fit, wrap};
use crate::tui::widgets::page::{self, Page, Reads};
use crate::tui::widgets::words::{in_a_line, shown_notice};
use crate::tui::{Action, Role};

/// The columns of the time before a notice's weight.
const TIME: usize = 12;

pub(in crate::tui) struct NoticesPage;

impl NoticesPage {
    /// Opens it: from now on all notices are read.
    pub fn open(shared: &mut Shared) {
        shared.notices.mark_read();
        Page::<Self>::open(shared);
    }
}

impl Reads for NoticesPage {
    const TITLE: &'static str = "Notices, newest first";

    fn can(action: Action, shared: &Shared) -> Can {
        match action {
            Action::Copy => Can::unless(shared.notices.newest().is_none(), "there is nothing to copy"),
            _ => Can::NotHere,
        }
    }

    fn key(action: Action, shared: &mut Shared) {
        if action == Action::Copy {
            // They hold nothing personal.
            shared.hand_out(Some(text(shared)), "the notices", false);
        }
    }

    fn lines(shared: &Shared, columns: usize) -> Vec<Line<'static>> {
        let style = |role| shared.look.style(role);
        let room = page::text_width(columns).saturating_sub(TIME + 2).max(10);
        let mut lines = Vec::new();
        if shared.notices.newest().is_none() {
            lines.push(Line::from(Span::styled(
                " Nothing so far. Problems, and what to do about them, are listed here.",
                style(Role::Muted),
            )));
        }
        for kept in shared.notices.iter() {
            let (word, role) = weight(&kept.notice);
            let at = shared.look.happened(kept.notice.at, shared.now);
            lines.push(Line::from(vec![
                Span::styled(format!(" {} ", fit(&at, TIME, Align::Left)), style(Role::Muted)),
                Span::styled(word, style(role)),
            ]));
            let text = shown_notice(shared, kept);
            let trace = text.trace_id.as_ref().map(|id| format!("trace id {id}")).unwrap_or_default();
            for (text, role) in
                [(text.what.as_str(), Role::Strong), (&text.why, Role::Text), (&text.next, Role::Text), (&trace, Role::Muted)]
            {
                let wrapped = wrap(text, room);
                lines.extend(wrapped.into_iter().map(|line| Line::from(Span::styled(format!("{:1$}{line}", "", TIME + 2), style(role)))));
            }
        }
        if shared.notices.dropped() > 0 {
            lines.push(Line::from(Span::styled(
                format!(" {} older ones are no longer kept", grouped(shared.notices.dropped())),
                style(Role::Muted),
            )));
        }
        lines
    }
}

/// All of it as text, with the trace ids.
fn text(shared: &Shared) -> String {
    let text = |kept: &KeptNotice| {
        format!(
            "{}\t{}\t{}",
            shared.look.exact(shared.look.of_that_day(kept.notice.at)),
            weight(&kept.notice).0,
            in_a_line(&shown_notice(shared, kept))
        )
    };
    shared.notices.iter().map(text).collect::<Vec<_>>().join("\n")
}
