//! Keys in the find line, and the searches they send to the server.

use crossterm::event::KeyEvent;
use jiff::SignedDuration;

use super::super::state::{Dialog, FilterChoice, OpenedFrom, SearchRequest, State, TYPING, ViewKind};
use super::super::{Action, Context, Effect};
use crate::delivery::grouped;
use crate::monitor::{Command, NoticeWeight};

impl State {
    pub(super) fn open_find(&mut self, effects: &mut Vec<Effect>) {
        let from = self.origin();
        self.find_from = (from != OpenedFrom::Pane(ViewKind::Messages) && !self.shows_across()).then_some(from);
        self.close_detail(effects);
        self.find_from_view(effects);
        self.dialog = Dialog::Find;
    }

    pub(super) fn find_key(&mut self, action: Action, key: KeyEvent, effects: &mut Vec<Effect>) {
        let now = self.now;
        if self.across.on && self.across_key(action, effects) {
            return;
        }
        let is_empty = self.campaign().is_some_and(|campaign| campaign.find.input.is_empty());
        match action {
            Action::Enter => {
                self.dialog = Dialog::None;
                self.find_from = None;
                if let Some(campaign) = self.campaign_mut() {
                    campaign.find.hasten(now);
                }
            }
            Action::Back => {
                self.forget_across(effects);
                self.end_find(effects);
                match self.find_from.take() {
                    Some(OpenedFrom::Pane(_)) => {
                        self.step_back(effects);
                    }
                    Some(OpenedFrom::Message(message)) => self.open_again(&message, effects),
                    None => {}
                }
                self.close_dialog(effects);
            }
            Action::NextPane | Action::PreviousPane => self.switch_scope(effects),
            Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::HalfPageDown => self.list_key(action, effects),
            Action::HalfPageUp | Action::First | Action::Last if is_empty => self.list_key(action, effects),
            // The line itself handles moving within it.
            _ => self.type_key(key),
        }
    }

    /// A key that is text, or that edits the line.
    pub(super) fn type_key(&mut self, key: KeyEvent) {
        let Some(campaign) = self.campaigns.get_mut(self.current) else { return };
        if campaign.find.input.key(key) {
            self.edited(TYPING);
        }
    }

    /// Pasted text goes into the find line and nowhere else; it is searched for at once.
    pub(super) fn paste(&mut self, text: &str) {
        match self.context() {
            Context::Text => {}
            Context::Prompt => return self.paste_prompt(text),
            Context::Help => return self.paste_help(text),
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
    pub(super) fn next_hit(&mut self, forward: bool, effects: &mut Vec<Effect>) {
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
            self.go(index + 1, effects);
        } else if !forward && index > 0 {
            self.go(index - 1, effects);
        } else {
            let (end, other) = if forward { ("last", Action::PreviousHit) } else { ("first", Action::NextHit) };
            let next = if len == 1 { String::new() } else { format!("{} goes the other way", self.key_for(other)) };
            let what = if len == 1 { "this is the only hit".to_owned() } else { format!("this is the {end} of {number} hits") };
            self.tell(NoticeWeight::Info, &what, "", &next);
        }
    }

    /// Clears the find.
    pub(super) fn end_find(&mut self, effects: &mut Vec<Effect>) {
        let Some(campaign) = self.campaign_mut() else { return };
        let was_asked = campaign.find.clear();
        campaign.narrow();
        if was_asked {
            effects.push(self.command(Command::EndSearch));
        }
    }

    /// Clears filter and find.
    pub(super) fn clear(&mut self, effects: &mut Vec<Effect>) {
        self.close_detail(effects);
        self.forget_across(effects);
        if let Some(campaign) = self.campaign_mut() {
            campaign.choice = FilterChoice::default();
            campaign.drilled = None;
            campaign.pages_to_fill = 0;
        }
        self.end_find(effects);
    }

    /// Sends the search that is due.
    pub(super) fn ask_server(&mut self, effects: &mut Vec<Effect>) {
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
        effects.push(self.command(command));
    }
}
