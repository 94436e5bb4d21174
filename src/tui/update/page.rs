//! Keys on a page to read.

use super::super::state::{Page, PageKind, Shared};
use super::super::{Action, view};

impl Shared {
    pub(in crate::tui) fn open_notices(&mut self) {
        self.notices.mark_read();
        self.page = Some(Page::new(PageKind::Notices));
    }

    pub(in crate::tui) fn page_key(&mut self, action: Action) {
        let page = isize::from(self.size.1.clamp(8, 999) as i16) - 7;
        match action {
            Action::Up => self.scroll_page(-1),
            Action::Down => self.scroll_page(1),
            Action::PageUp => self.scroll_page(-page),
            Action::PageDown => self.scroll_page(page),
            Action::HalfPageUp => self.scroll_page(-(page + 1) / 2),
            Action::HalfPageDown => self.scroll_page((page + 1) / 2),
            Action::First => self.scroll_page(isize::MIN),
            Action::Last => self.scroll_page(isize::MAX),
            Action::Copy => self.copy_page(),
            Action::PlanRetry if self.page.is_some_and(|page| page.kind == PageKind::Results) => {
                self.open_from(Self::plan_not_started);
            }
            Action::Export => self.export_results(),
            Action::Back | Action::Quit | Action::Help | Action::Notices | Action::Enter => self.page = None,
            _ => {}
        }
    }

    fn scroll_page(&mut self, lines: isize) {
        let last = view::page_last_scroll(self);
        if let Some(page) = &mut self.page {
            page.scroll = page.scroll.min(last).saturating_add_signed(lines).min(last);
        }
    }
}
