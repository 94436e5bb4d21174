//! A run: what is told of it, stopping it, going on, and its results.

use super::super::Effect;
use super::super::state::{Dialog, Page, PageKind, State};
use crate::monitor::{CampaignIndex, Command, NoticeWeight, RunNews};

impl State {
    /// A run came further. At its end the results are shown, unless a person is at something else.
    pub(super) fn run_news(&mut self, place: usize, news: RunNews) {
        let now = self.now;
        let is_free = place == self.current && self.page.is_none() && matches!(self.dialog, Dialog::None);
        let Some(campaign) = self.campaigns.get_mut(place) else { return };
        // One that was begun elsewhere has no list here, and its figures are shown all the same.
        let run = campaign.run.get_or_insert_with(|| super::super::state::RunRecord::new(Vec::new(), now));
        if run.note(news, now) && is_free {
            self.open_results();
        }
    }

    /// The results of the newest run of the campaign on the screen.
    pub(super) fn open_results(&mut self) {
        let Some(run) = self.campaign_mut().and_then(|campaign| campaign.run.as_mut()) else {
            self.tell(NoticeWeight::Info, "there was no run of several retries yet", "", "");
            return;
        };
        run.is_read |= run.is_over();
        self.page = Some(Page::new(PageKind::Results));
    }

    /// Stops the run of the campaign on the screen after the call under way.
    pub(super) fn stop_run(&mut self, effects: &mut Vec<Effect>) {
        let index = self.index();
        if !self.stop_runs(Some(index), effects) && !self.stop_export("", effects) {
            self.tell(NoticeWeight::Info, "no run is under way", "", "");
        }
    }

    /// Stops the run of one campaign, or of all, unless that was asked for already. True where
    /// there was one to stop.
    pub(super) fn stop_runs(&mut self, only: Option<CampaignIndex>, effects: &mut Vec<Effect>) -> bool {
        let mut stopped = false;
        for (place, campaign) in self.campaigns.iter_mut().enumerate() {
            let index = CampaignIndex(place);
            if only.is_some_and(|only| only != index) {
                continue;
            }
            if let Some(run) = campaign.run.as_mut().filter(|run| !run.is_over() && !run.stop_asked) {
                run.stop_asked = true;
                effects.push(Effect::Command { campaign: index, command: Command::StopRun });
                stopped = true;
            }
        }
        if stopped {
            self.tell(NoticeWeight::Info, "the run stops after the call under way", "", "what was not started is left");
        }
        stopped
    }

    /// Goes on with a run that paused itself.
    pub(super) fn resume_run(&mut self, effects: &mut Vec<Effect>) {
        let now = self.now;
        let Some(campaign) = self.campaign_mut() else { return };
        if campaign.run.as_ref().is_some_and(super::super::state::RunRecord::is_paused) {
            campaign.acted(now);
            effects.push(self.command(Command::ResumeRun));
        } else {
            self.tell(NoticeWeight::Info, "no run has paused itself", "", "");
        }
    }
}
