//! The search for a recipient: its hits, its end, and what the server is asked.

use super::super::Action;
use super::super::state::{FilterChoice, SearchRequest, Shared};
use crate::delivery::grouped;
use crate::monitor::{Command, NoticeWeight};

impl Shared {
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
