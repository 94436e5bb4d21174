//! The last copy, for selection by hand: not every terminal lets a program set the clipboard.

use ratatui::text::{Line, Span};

use super::Next;
use crate::monitor::NoticeWeight;
use crate::tui::Role;
use crate::tui::shared::Shared;
use crate::tui::text::wrap;
use crate::tui::widgets::page::{Page, Reads};

pub(in crate::tui) struct CopiedPage;

impl CopiedPage {
    /// Opens it, or says that there is none.
    pub fn open(shared: &mut Shared) {
        shared.copies.end_repeat();
        if shared.copies.last().is_none() {
            shared.tell(NoticeWeight::Info, "nothing has been copied yet", "", "");
        } else {
            Page::<Self>::open(shared);
        }
    }
}

impl Reads for CopiedPage {
    const TITLE: &'static str = "What was copied, for selection by hand";

    /// Without a margin: a blank before each line would be selected, too.
    fn lines(shared: &Shared, columns: usize) -> Vec<Line<'static>> {
        let text = shared.copies.last().map(|text| text.replace('\t', "  ")).unwrap_or_default();
        let style = shared.look.style(Role::Text);
        text.lines().flat_map(|line| wrap(line, columns.max(1))).map(|line| Line::from(Span::styled(line, style))).collect()
    }

    /// It closes where the screen masks again what was copied.
    fn refresh(shared: &mut Shared) -> Next {
        shared.copies.expire(shared.now);
        if shared.copies.last().is_none() { Next::Back } else { Next::Stay }
    }
}
