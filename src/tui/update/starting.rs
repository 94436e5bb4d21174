//! From a person's yes to the worker: the three seconds in which it can be taken back, and the one
//! place where a yes becomes a command.

use super::super::state::{Due, OldDialog, RunRecord, Shared, Starting};
use super::super::{Action, Effect};
use crate::action::Agreed;
use crate::delivery::{agreeing, grouped};
use crate::monitor::{CampaignIndex, Command, NoticeWeight, TakenBack};
use crate::tui::view;

impl Shared {
    /// A person said yes. In production, and to more than one message, it can be taken back for a
    /// moment before anything leaves.
    pub(in crate::tui) fn agreed(&mut self, agreed: Agreed) {
        let (index, now) = (self.index(), self.now);
        if let Some(campaign) = self.campaign_mut() {
            campaign.acted(now);
        }
        let Some(campaign) = self.campaign() else { return };
        if agreed.is_about_several() || campaign.settings.host_kind.is_production() {
            let title = view::starting_title(self, campaign, &agreed);
            self.starting = Some(Starting::new(index, agreed, title, now));
        } else {
            self.carry_out_agreed(index, agreed);
        }
    }

    /// Hands what was agreed to over to the worker.
    fn carry_out_agreed(&mut self, index: CampaignIndex, agreed: Agreed) {
        let now = self.now;
        let Some(campaign) = self.campaigns.get_mut(index.0) else { return };
        campaign.forget_rest(&agreed);
        campaign.stop_asked = false;
        campaign.acted(now);
        let number = self.next_action;
        self.next_action = number.after(agreed.subjects().len());
        campaign.actions.agreed(&agreed, number, now);
        if let Agreed::Run(retries) = &agreed {
            campaign.marked.clear();
            campaign.run = Some(RunRecord::new(retries.iter().map(|retry| retry.item().message.clone()).collect(), now));
        }
        let command = Command::Act { number, agreed };
        self.effects.push(Effect::Command { campaign: index, command });
    }

    /// Starts what was agreed to when its time has come. While its countdown cannot be seen, it does
    /// not run down.
    pub(in crate::tui) fn begin_due(&mut self) {
        let now = self.now;
        let is_shown = self.is_starting_shown();
        let Some(starting) = &mut self.starting else { return };
        if !is_shown {
            starting.begin_again(now);
            return;
        }
        match starting.due(now) {
            Due::Later => {}
            Due::Missed => {
                self.take_back_yes("the program was not running when it was due");
            }
            Due::Now => {
                let Some(starting) = self.starting.take() else { return };
                let Some(campaign) = self.campaigns.get(starting.campaign.0) else { return };
                let refusal = if starting.agreed.is_about_several() { self.run_refusal(campaign) } else { self.refusal(campaign) };
                if let Some(why) = refusal {
                    self.starting = Some(starting);
                    self.take_back_yes(&why.what);
                    return;
                }
                self.carry_out_agreed(starting.campaign, starting.agreed);
            }
        }
    }

    /// Whether the countdown can be seen: nothing is in front of it, and there is room for it.
    fn is_starting_shown(&self) -> bool {
        matches!(self.dialog, OldDialog::None) && self.is_dialog_in_view()
    }

    /// Takes back the yes of a moment ago. False where there is none.
    pub(in crate::tui) fn take_back_yes(&mut self, why: &str) -> bool {
        let Some(starting) = self.starting.take() else { return false };
        if let Some(campaign) = self.campaigns.get_mut(starting.campaign.0) {
            campaign.note_rest(starting.agreed.subjects());
        }
        let next = format!("{} plans it again", self.keymap.command("rest"));
        self.tell(NoticeWeight::Info, "taken back: nothing was sent", why, &next);
        true
    }

    /// Keys during the countdown: every way out takes back the yes, and nothing else is agreed to.
    pub(in crate::tui) fn starting_key(&mut self, action: Action) {
        match action {
            Action::Back | Action::Quit => {
                self.take_back_yes("");
            }
            Action::CommandLine => self.open_prompt(super::PromptKind::Command, ""),
            _ => {}
        }
    }

    /// What a worker says about what was to be taken back.
    pub(in crate::tui) fn taken_back(&mut self, index: usize, TakenBack { taken_back, leaving }: TakenBack) {
        let Some(campaign) = self.campaigns.get(index) else { return };
        let name = campaign.settings.name.clone();
        let rest = format!("{} plans what is left", self.keymap.command("rest"));
        let on_way = format!("{} on {} way already", grouped(leaving), agreeing(leaving, "its", "their"));
        let (what, why, next) = match (taken_back, leaving) {
            (0, 0) => ("nothing was left to take back".to_owned(), String::new(), String::new()),
            (0, _) => (format!("too late to take back: {on_way}"), "its outcome will be shown here".to_owned(), String::new()),
            (back, 0) => (format!("{} taken back: nothing was sent for {}", grouped(back), agreeing(back, "it", "them")), name, rest),
            (back, _) => (format!("{} taken back, but {on_way}", grouped(back)), "that outcome will be shown here".to_owned(), rest),
        };
        self.tell(NoticeWeight::Info, &what, &why, &next);
    }
}
