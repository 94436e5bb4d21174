//! Keys in the find line, and the searches they send to the server.

use crossterm::event::KeyEvent;
use jiff::SignedDuration;

use super::super::dialogs::Outcome;
use super::super::state::{FilterChoice, OldDialog, OpenedFrom, SearchRequest, Shared, TYPING, ViewKind};
use super::super::{Action, Context};
use crate::delivery::grouped;
use crate::monitor::{Command, NoticeWeight};

impl Shared {
    pub(in crate::tui) fn open_find(&mut self) {
        let from = self.origin();
        self.find_from = (from != OpenedFrom::Pane(ViewKind::Messages) && !self.shows_across()).then_some(from);
        self.close_detail();
        self.find_from_view();
        self.dialog = OldDialog::Find;
    }

    pub(in crate::tui) fn find_key(&mut self, action: Action, key: KeyEvent) {
        let now = self.now;
        if self.across.on && self.across_key(action) {
            return;
        }
        let is_empty = self.campaign().is_some_and(|campaign| campaign.find.input.is_empty());
        match action {
            Action::Enter => {
                self.dialog = OldDialog::None;
                self.find_from = None;
                if let Some(campaign) = self.campaign_mut() {
                    campaign.find.hasten(now);
                }
            }
            Action::Back => {
                self.forget_across();
                self.end_find();
                match self.find_from.take() {
                    Some(OpenedFrom::Pane(_)) => {
                        self.step_back();
                    }
                    Some(OpenedFrom::Message(message)) => self.open_again(&message),
                    None => {}
                }
                self.close_dialog();
            }
            Action::NextPane | Action::PreviousPane => self.switch_scope(),
            Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::HalfPageDown => {
                crate::tui::views::messages::key(action, self)
            }
            Action::HalfPageUp | Action::First | Action::Last if is_empty => crate::tui::views::messages::key(action, self),
            // The line itself handles moving within it.
            _ => self.type_key(key),
        }
    }

    /// A key that is text, or that edits the line.
    pub(in crate::tui) fn type_key(&mut self, key: KeyEvent) {
        let Some(campaign) = self.campaigns.get_mut(self.current) else { return };
        if campaign.find.input.key(key) {
            self.edited(TYPING);
        }
    }

    /// Pasted text goes into the find line and nowhere else; it is searched for at once.
    pub(in crate::tui) fn paste(&mut self, text: &str) {
        if self.top().is_some() {
            return self.in_top(|dialog, shared| {
                dialog.paste(text, shared);
                Outcome::Stay
            });
        }
        match self.context() {
            Context::Text => {}
            Context::Prompt => return self.paste_prompt(text),
            _ => return,
        }
        let Some(campaign) = self.campaigns.get_mut(self.current) else { return };
        campaign.find.input.paste(text);
        self.edited(SignedDuration::ZERO);
    }

    fn edited(&mut self, rest: SignedDuration) {
        let now = self.now;
        let Some(campaign) = self.campaign_mut() else { return };
        if campaign.find.edited(now, rest) {
            campaign.list.follow(&campaign.store);
            campaign.narrow();
        }
    }

    /// To the next hit of the find, or to the previous one. The list holds nothing else, so a step is enough;
    /// at the ends it says so.
    pub(in crate::tui) fn next_hit(&mut self, forward: bool) {
        let Some(campaign) = self.campaign() else { return };
        let (index, len) = (campaign.list.index(&campaign.store), campaign.list.len());
        let number = grouped(campaign.list.matching(&campaign.store) + campaign.list.below());
        if !campaign.find.is_on() {
            let next = format!("{} starts a find", self.key_for(Action::Find));
            self.tell(NoticeWeight::Info, "nothing is searched for", "so there is no next hit", &next);
        } else if let Some(why) = campaign.find.refusal {
            self.tell(NoticeWeight::Info, "nothing was searched for", &why.to_string(), "");
        } else if len == 0 {
            self.tell(NoticeWeight::Info, "no loaded message has this number", "", "");
        } else if forward && index + 1 < len {
            self.go(index + 1);
        } else if !forward && index > 0 {
            self.go(index - 1);
        } else {
            let (end, other) = if forward { ("last", Action::PreviousHit) } else { ("first", Action::NextHit) };
            let next = if len == 1 { String::new() } else { format!("{} goes the other way", self.key_for(other)) };
            let what = if len == 1 { "this is the only hit".to_owned() } else { format!("this is the {end} of {number} hits") };
            self.tell(NoticeWeight::Info, &what, "", &next);
        }
    }

    /// Clears the find.
    pub(in crate::tui) fn end_find(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        let was_asked = campaign.find.clear();
        campaign.narrow();
        if was_asked {
            self.effects.push(self.command(Command::EndSearch));
        }
    }

    /// Clears filter and find.
    pub(in crate::tui) fn clear(&mut self) {
        self.close_detail();
        self.forget_across();
        if let Some(campaign) = self.campaign_mut() {
            campaign.choice = FilterChoice::default();
            campaign.drilled = None;
            campaign.pages_to_fill = 0;
        }
        self.end_find();
    }

    /// Sends the search that is due.
    pub(in crate::tui) fn ask_server(&mut self) {
        let now = self.now;
        let Some(search) = self.campaign_mut().and_then(|campaign| campaign.find.request(now)) else { return };
        let command = match search {
            SearchRequest::End => Command::EndSearch,
            SearchRequest::Ask(query) => {
                let generation = self.next_generation();
                if let Some(campaign) = self.campaign_mut() {
                    campaign.find.asked(generation);
                }
                Command::Search { generation, query }
            }
        };
        self.effects.push(self.command(command));
    }
}
