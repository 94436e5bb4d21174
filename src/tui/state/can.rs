//! Whether an action or a command would do anything now, and if not, why: for the commands, a row's
//! actions and the footer.

use super::{Campaign, ListCursor, RunRecord, Shared, Typed, ViewKind, plan_one};
use crate::tui::Action;

/// Why there is no rest to plan.
pub(in crate::tui) const NOTHING_LEFT: &str = "nothing is left to start";

impl Shared {
    /// Why an action would do nothing in the view on the screen; `None` where it would do something.
    pub(in crate::tui) fn why_not(&self, action: Action) -> Option<String> {
        match action {
            Action::Quit | Action::Help | Action::Notices | Action::Interrupt | Action::Suspend | Action::Redraw => return None,
            Action::PreviousCampaign | Action::NextCampaign if self.campaigns.len() < 2 => {
                return Some("there is no other campaign".to_owned());
            }
            _ => {}
        }
        let Some(campaign) = self.campaign() else { return Some("no campaign can be shown".to_owned()) };
        let why = match action {
            Action::ShowMessages => self.is_shown(ViewKind::Messages),
            Action::ShowBatches => self.is_shown(ViewKind::Batches),
            Action::ShowFailures => self.is_shown(ViewKind::Failures),
            Action::ShowActivity => self.is_shown(ViewKind::Activity),
            Action::Clear if matches!(self.view, ViewKind::Batches | ViewKind::Failures) => {
                campaign.choice.window.is_all().then_some("all times are shown")
            }
            Action::Clear => (campaign.list.filter().is_empty()).then_some("no filter is on"),
            Action::NextHit | Action::PreviousHit => (!campaign.find.is_on()).then_some("nothing is searched for"),
            Action::RevealRow if self.presenting => Some("presenting is on"),
            Action::RevealRow if !campaign.masked => Some("nothing is masked"),
            Action::Unmark => campaign.marked.is_empty().then_some("nothing is marked"),
            Action::MarkRange => campaign.marked.last().is_none().then_some("no row was marked before"),
            Action::MarkAll | Action::InvertMarks => nothing_kept(campaign),
            Action::Enter if campaign.opened.is_some() && self.view == ViewKind::Messages => Some("it is open already"),
            Action::PlanRetry => return self.why_no_plan(campaign),
            Action::Enter | Action::RevealRow | Action::Toggle | Action::Copy => self.why_no_row(campaign, action),
            Action::Export => self.why_no_export(campaign),
            _ => None,
        };
        why.map(str::to_owned)
    }

    /// Whether there is anything to stop or to take back.
    fn can_stop(&self) -> bool {
        let waits = |campaign: &Campaign| campaign.has_run() || campaign.actions.is_acting();
        self.starting.is_some() || self.exporting.is_some() || self.campaigns.iter().any(waits)
    }

    fn is_shown(&self, view: ViewKind) -> Option<&'static str> {
        let is_narrowed = self.campaign().is_some_and(|campaign| campaign.drilled.is_some());
        (self.view == view && !is_narrowed).then_some("it is already shown")
    }

    /// Why there is nothing under the cursor.
    fn why_no_row(&self, campaign: &Campaign, action: Action) -> Option<&'static str> {
        match self.view {
            // On the last line it reads further back.
            ViewKind::Messages if action == Action::Enter && campaign.list.cursor() == ListCursor::End => None,
            ViewKind::Messages => campaign.subject().is_none().then_some("no message is selected"),
            ViewKind::Failures => campaign.failures.selected().is_none().then_some("nothing has failed in the loaded range"),
            ViewKind::Batches => campaign.selected_batch().is_none().then_some("no loaded message is in a batch"),
            ViewKind::Activity => (campaign.activity_len() == 0).then_some("nothing has been done yet"),
        }
    }

    fn why_no_plan(&self, campaign: &Campaign) -> Option<String> {
        match self.view {
            ViewKind::Activity => campaign.not_started.is_empty().then(|| NOTHING_LEFT.to_owned()),
            ViewKind::Messages | ViewKind::Failures if campaign.opened.is_none() && !campaign.marked.is_empty() => None,
            ViewKind::Messages => {
                let Some(row) = campaign.subject() else { return Some("no message is selected".to_owned()) };
                let plan = plan_one(campaign, &campaign.store.id(row), false, self.now);
                let left = plan.left_out.first().filter(|_| plan.items.is_empty())?;
                // The question says that it is not worth a retry, and still allows including it.
                (left.reason != crate::action::LeftOutReason::Useless).then(|| left.reason.to_string())
            }
            ViewKind::Failures | ViewKind::Batches => self.why_no_row(campaign, Action::PlanRetry).map(str::to_owned),
        }
    }

    fn why_no_export(&self, campaign: &Campaign) -> Option<&'static str> {
        match self.view {
            ViewKind::Messages if campaign.marked.is_empty() => nothing_kept(campaign),
            ViewKind::Messages => None,
            ViewKind::Failures => campaign.failures.groups().is_empty().then_some("nothing has failed in the loaded range"),
            ViewKind::Batches | ViewKind::Activity => None,
        }
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
            Typed::Reload if self.exporting.is_some() => Some("a file is being written"),
            // The new dashboard would be masked as the configuration says, in front of everyone watching.
            Typed::Reload if self.presenting => Some("presenting is on"),
            Typed::Reload => self.is_acting().then_some("a retry is under way"),
            Typed::Resolve => self.next_for_person().is_none().then_some("no outcome needs a person"),
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

/// Why nothing can be done with all rows of the filter: what only the find shows is not among them.
fn nothing_kept(campaign: &Campaign) -> Option<&'static str> {
    match (campaign.list.matching(&campaign.store), campaign.list.below()) {
        (0, 0) => Some("the list is empty"),
        (0, _) => Some("the filter hides all of these messages"),
        _ => None,
    }
}
