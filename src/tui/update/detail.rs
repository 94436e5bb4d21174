//! Keys in the detail of a message, and its opening and closing.

use super::super::state::{DetailPhase, MessageDetail, Shared};
use super::super::{Action, view};
use crate::monitor::Command;

impl Shared {
    pub(in crate::tui) fn detail_key(&mut self, action: Action) {
        let page = isize::from(self.layout().detail.map_or(1, |detail| detail.height.clamp(2, 999)) as i16) - 1;
        match action {
            Action::Up => self.scroll_detail(-1),
            Action::Down => self.scroll_detail(1),
            Action::PageUp => self.scroll_detail(-page),
            Action::PageDown => self.scroll_detail(page),
            Action::HalfPageUp => self.scroll_detail(-(page + 1) / 2),
            Action::HalfPageDown => self.scroll_detail((page + 1) / 2),
            Action::First => self.scroll_detail(isize::MIN),
            Action::Last => self.scroll_detail(isize::MAX),
            Action::NextPane | Action::PreviousPane => self.close_detail(),
            Action::Back | Action::Quit => {
                let leads_on = self.campaign().and_then(|campaign| campaign.opened.as_ref()).is_some_and(|opened| opened.is_of_a_line);
                self.close_detail();
                if leads_on {
                    self.step_back();
                }
            }
            _ => {
                self.common_key(action);
            }
        }
    }

    /// Opens the message under the cursor: it gets the focus and is loaded whole.
    pub(in crate::tui) fn open_detail(&mut self) {
        let generation = self.next_generation();
        let Some(campaign) = self.campaign_mut() else { return };
        let Some(row) = campaign.list.selected() else { return };
        campaign.list.hold(&campaign.store);
        let message = campaign.store.id(row);
        campaign.opened =
            Some(MessageDetail { generation, message: message.clone(), scroll: 0, phase: DetailPhase::Reading, is_of_a_line: false });
        self.effects.push(self.command(Command::Open { generation, message }));
    }

    /// Back to the list.
    pub(in crate::tui) fn close_detail(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        if campaign.opened.take().is_some() {
            self.effects.push(self.command(Command::Close));
        }
    }

    fn scroll_detail(&mut self, lines: isize) {
        let last = view::detail_last_scroll(self);
        let Some(opened) = self.campaign_mut().and_then(|campaign| campaign.opened.as_mut()) else { return };
        opened.scroll = opened.scroll.min(last).saturating_add_signed(lines).min(last);
    }
}
