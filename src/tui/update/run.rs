//! A run: its news, stopping it, continuing it, and its results.

use super::super::Effect;
use super::super::dialogs::ResultsPage;
use super::super::state::Shared;
use crate::monitor::{CampaignIndex, Command, NoticeWeight, RunNews};

impl Shared {
    /// A run has progressed. At its end the results are shown, unless the user is doing something
    /// else.
    pub(in crate::tui) fn run_news(&mut self, index: usize, news: RunNews) {
        let now = self.now;
        let is_free = index == self.current && self.starting.is_none() && self.has_nothing_open();
        let Some(campaign) = self.campaigns.get_mut(index) else { return };
        // One that was started elsewhere has no list here, but its figures are shown.
        let run = campaign.run.get_or_insert_with(|| super::super::state::RunRecord::new(Vec::new(), now));
        if run.note(news, now) && is_free {
            ResultsPage::open(self);
        }
    }

    /// `:stop`: takes back what has not left, and stops runs after the call under way.
    pub(in crate::tui) fn stop_run(&mut self) {
        if !self.take_back_yes("") && !self.stop_runs() && !self.stop_export("") {
            self.tell(NoticeWeight::Info, "nothing is waiting or under way", "", "");
        }
    }

    /// Takes back whatever is waiting, in every campaign, unless that was requested already. True
    /// where something is waiting or under way.
    pub(in crate::tui) fn stop_runs(&mut self) -> bool {
        let (mut stopped, mut has_run) = (false, false);
        for (index, campaign) in self.campaigns.iter_mut().enumerate() {
            let is_running = campaign.run.as_ref().is_some_and(|run| !run.is_over());
            if campaign.stop_asked || !(is_running || campaign.actions.is_acting()) {
                continue;
            }
            campaign.stop_asked = true;
            if let Some(run) = campaign.run.as_mut().filter(|run| !run.is_over()) {
                run.stop_asked = true;
            }
            self.effects.push(Effect::Command { campaign: CampaignIndex(index), command: Command::TakeBack });
            (stopped, has_run) = (true, has_run | is_running);
        }
        if has_run {
            self.tell(NoticeWeight::Info, "the run stops after the call under way", "", "messages that were not started are not sent");
        }
        stopped
    }
}
