//! How the dashboard changes: state, event and time in; changed state and effects out. Nothing in
//! here does IO, waits, or reads a clock.

mod back; // back to where the user came from
mod campaigns;
mod copy;
mod filters;
mod find;
mod order;
mod plan;
mod presenting;
mod run;
mod show;
mod wake;

use jiff::{SignedDuration, Timestamp};

use super::dialogs::{Commands, FindLine, HelpPage, NoticesPage};
use super::state::{Shared, ViewKind};
use super::{Action, Context, Effect, Event};
use super::{view, views};
use crate::action::PLAN_LIFE;
use crate::monitor::{Command, NoticeWeight};

impl Shared {
    /// What to do before the first event: the campaign on the screen is shown.
    pub fn opening(&self) -> Vec<Effect> {
        if self.campaigns.is_empty() { Vec::new() } else { vec![self.command(Command::InView(true))] }
    }

    /// Before an event: the time, and that somebody is there.
    pub(in crate::tui) fn begin(&mut self, event: &Event, now: Timestamp) {
        self.now = now;
        let of_day = self.time_of_day();
        for campaign in &mut self.campaigns {
            campaign.now = of_day;
        }
        if matches!(event, Event::Key(_) | Event::Agreed(_) | Event::Paste(_) | Event::PasteDropped { .. } | Event::Mouse(_)) {
            self.attend();
            self.too_soon = None;
        }
    }

    /// Handles an event that is for no dialog, and not for the view alone.
    pub(in crate::tui) fn take(&mut self, event: Event) {
        match event {
            Event::TooSoon(key) => self.too_soon = Some(key),
            Event::CopyFailed(why) => self.copy_failed(&why),
            Event::PasteDropped { keys } => self.tell_dropped(keys),
            Event::Resize { columns, rows } => self.size = (columns, rows),
            Event::Background(background) => self.look.theme = self.look.theme.clone().on(Some(background)),
            Event::Update(update) => self.news(update),
            Event::Tick => {
                self.count();
                self.watch_failures();
            }
            Event::Sorted { campaign, generation, lists } => self.sorted(campaign, generation, lists),
            Event::Export { export, answer } => self.export_answered(export, answer),
            Event::ClockSet { ahead } => self.clock_set(ahead),
            Event::Suspended => {
                self.take_back_yes("the program was suspended");
            }
            Event::EndAsked => {
                // What is about to start does not, however the program ends.
                self.starting = None;
                self.effects.push(Effect::Quit);
            }
            // The first are for what is open or the view, the others for the start screen.
            Event::Key(_) | Event::Agreed(_) | Event::Paste(_) | Event::Mouse(_) | Event::Tried(_) | Event::Added(_) => {}
        }
    }

    /// After an event: what is to be done to the world.
    pub(in crate::tui) fn end(&mut self) -> Vec<Effect> {
        self.leave_batch();
        self.notice_absence();
        self.settle_tables();
        self.sort_campaigns();
        std::mem::take(&mut self.effects)
    }

    /// A key was pressed that the table knows.
    pub(in crate::tui) fn pressed(&mut self, context: Context, action: Action) {
        if !matches!(action, Action::Interrupt | Action::Quit) {
            self.presence.stay();
        }
        if action != Action::Copy {
            self.copied_just_now = false;
        }
        self.tour.pressed(context, action);
    }

    /// Carries out a key in the view on the screen, with nothing in front of it.
    pub(in crate::tui) fn do_action(&mut self, action: Action) {
        match action {
            Action::Interrupt => self.interrupt(),
            Action::Suspend => self.effects.push(Effect::Suspend),
            Action::Redraw => self.effects.push(Effect::Redraw),
            _ => views::key(action, self),
        }
    }

    /// Keys with the same meaning in the list and in the detail. False for the others.
    pub(in crate::tui) fn common_key(&mut self, action: Action) -> bool {
        match action {
            Action::PreviousCampaign => self.step_campaign(-1),
            Action::NextCampaign => self.step_campaign(1),
            Action::Find => FindLine::open(self),
            Action::Filter => self.open_filter(),
            Action::TimeWindow => self.open_times(),
            Action::Order => self.open_order(),
            Action::Clear => self.clear(),
            Action::RevealRow => self.reveal(),
            Action::Mask => self.mask(),
            Action::Pause => self.pause(),
            Action::ReadNow => self.effects.extend(self.ask_worker(Command::ReadNow)),
            Action::PlanRetry => self.plan_retry(),
            Action::Unmark => self.unmark(),
            Action::Copy => self.copy_key(),
            Action::Actions => self.open_actions(),
            Action::CommandLine => self.open(Commands::default()),
            Action::Export => self.export_view(),
            Action::Notices => NoticesPage::open(self),
            Action::Help => self.open(HelpPage::new(self.context())),
            _ => return self.view_key(action),
        }
        true
    }

    /// How many lines a key moves in a list that is short enough to count.
    pub(in crate::tui) fn steps(&self, action: Action) -> Option<isize> {
        action.steps(isize::try_from(self.list_height().saturating_sub(1).max(1)).unwrap_or(1))
    }

    /// The same in a menu, which scrolls with its cursor where it has no room; Tab moves like Down.
    pub(in crate::tui) fn menu_steps(&self, action: Action) -> Option<isize> {
        let page = isize::try_from(view::menu_room(self).saturating_sub(1).max(1)).unwrap_or(1);
        match action {
            Action::PreviousPane => Some(-1),
            Action::NextPane => Some(1),
            _ => action.steps(page),
        }
    }

    /// A command for the worker of the campaign on the screen.
    pub(in crate::tui) fn command(&self, command: Command) -> Effect {
        Effect::Command { campaign: self.index(), command }
    }

    /// The same, where there is a campaign.
    pub(in crate::tui) fn ask_worker(&self, command: Command) -> Option<Effect> {
        self.campaign().map(|_| self.command(command))
    }

    /// The time of day: it is shown, and stamps of messages are compared with it.
    pub(in crate::tui) fn time_of_day(&self) -> Timestamp {
        self.look.of_day(self.now)
    }

    /// The time of day was set. Nothing that waits depends on it, but a plan ages by whichever clock
    /// says more, and so does a yes.
    fn clock_set(&mut self, ahead: SignedDuration) {
        let by = ahead - self.look.set_ahead(ahead, self.now);
        if by.unsigned_abs() <= PLAN_LIFE {
            return;
        }
        if !self.take_back_yes("the clock was set") && self.front.is_some_and(|front| front.asks_about_rows) {
            self.changed.are_rows_gone = true;
            self.tell(NoticeWeight::Info, "the question was closed: the clock was set", "what it said may be out of date", "plan it again");
        }
    }

    /// Groups the failures again where their view is open and something has changed.
    pub(in crate::tui) fn settle_failures(&mut self) {
        if self.view == ViewKind::Failures
            && let Some(campaign) = self.campaigns.get_mut(self.current)
        {
            campaign.failures.settle(&campaign.store, &campaign.out_of_attempts);
        }
    }

    /// Updates the counts that depend on the time.
    fn count(&mut self) {
        let of_day = self.time_of_day();
        for campaign in &mut self.campaigns {
            campaign.count(of_day);
        }
        self.settle_failures();
        self.changed.is_tick = true;
    }
}
