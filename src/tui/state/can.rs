//! Whether an action or a command would do anything now, and if not, why: for the commands, a row's
//! actions and the footer.

use super::{Campaign, RunRecord, Shared, Typed};
use crate::tui::Action;
use crate::tui::dialogs::Can;
use crate::tui::views::{self, activity};

/// Why there is no rest to plan.
pub(in crate::tui) const NOTHING_LEFT: &str = "nothing is left to start";

impl Shared {
    /// Why an action would do nothing in the view on the screen; `None` where it would do something.
    pub(in crate::tui) fn why_not(&self, action: Action) -> Option<String> {
        match views::can(action, self) {
            Can::Not(why) => Some(why.into_owned()),
            _ => None,
        }
    }

    /// Whether there is anything to stop or to take back.
    fn can_stop(&self) -> bool {
        let waits = |campaign: &Campaign| campaign.has_run() || campaign.actions.is_acting();
        self.starting.is_some() || self.exports.is_under_way() || self.campaigns.iter().any(waits)
    }

    /// Why a typed command would do nothing; `None` where it would do something.
    pub(in crate::tui) fn why_not_typed(&self, typed: Typed) -> Option<String> {
        let Some(campaign) = self.campaign() else { return Some("no campaign can be shown".to_owned()) };
        let why = match typed {
            Typed::Unlock => (!campaign.is_locked(self.now)).then_some("this campaign is not locked"),
            Typed::NameFilter => campaign.choice.is_for_one_campaign().then_some("the filter has no status, error or time"),
            Typed::Lock if !campaign.settings.read_only => Some("the configuration does not lock this campaign"),
            Typed::Lock => campaign.is_locked(self.now).then_some("the campaign is locked"),
            Typed::Stop => (!self.can_stop()).then_some("nothing is waiting or under way"),
            Typed::Resume => (!campaign.run.as_ref().is_some_and(RunRecord::is_paused)).then_some("no run is paused"),
            Typed::Results => campaign.run.is_none().then_some("no run of several retries yet"),
            Typed::Reload if self.exports.is_under_way() => Some("a file is being written"),
            // The new dashboard would be masked as the configuration says, in front of everyone watching.
            Typed::Reload if self.presenting => Some("presenting is on"),
            Typed::Reload => self.is_acting().then_some("a retry is under way"),
            Typed::Resolve => activity::next_for_person(self).is_none().then_some("no outcome needs a person"),
            Typed::Reveal if self.presenting => Some("presenting is on"),
            Typed::Reveal => (!campaign.masked).then_some("nothing is masked"),
            Typed::History if campaign.store.coverage().complete => Some("the whole campaign is loaded"),
            Typed::History => campaign.is_unread().then_some("nothing is loaded yet"),
            Typed::Present | Typed::Mouse => None,
            Typed::Rest => campaign.not_started.is_empty().then_some(NOTHING_LEFT),
        };
        why.map(str::to_owned)
    }
}
