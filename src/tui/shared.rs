//! What the whole dashboard knows, by subject.

pub(super) mod export_job; // what is written to a file
pub(super) mod locking; // what locks a campaign
mod look;
mod news; // what the workers report
mod notices;
mod campaigns; // which is on the screen, and their order
mod presence; // whether anyone is there
mod sent_files; // what becomes of them
mod session; // what is saved for the next time
pub(super) mod starting; // the moment after a yes
mod tables; // how they are ordered
mod tour; // of the demo
mod copying; // what is copied, and what cannot be
mod front; // what is on top: its keys, its question
pub(super) mod named_filters;
pub(super) mod planning; // what a retry would do
mod privacy; // what is masked

pub(super) use super::campaign::find::{Find, ServerAnswer, TYPING};
pub(super) use super::campaign::*;
pub(super) use super::views::ViewKind;
pub(super) use super::views::failures::Failures;
pub(super) use super::views::message::{DetailPhase, MessageDetail};
pub(super) use super::views::messages::columns::{Column, ShownColumns};
pub(super) use super::views::messages::list::{Item, List, ListCursor};
pub(super) use super::views::{Drilled, OpenedFrom};
pub(super) use super::widgets::question::OpenQuestion;
pub(super) use campaigns::{Campaigns, NewestFailure};
pub(super) use copying::{CopyFormat, CopyWhat, marked_rows, messages_text, sentence};
pub(super) use locking::Preview;
pub(super) use look::Look;
pub(super) use named_filters::{NamedFilter, NamedFilters};
pub(super) use notices::{KeptNotice, Notices};
pub(super) use planning::{batch_plan, plan, plan_one, planner, says_the_same};
pub(super) use presence::Presence;
pub(super) use tables::{OrderLine, Ordered, Sortable, Tables, ViewOrder, order_sign};
pub(super) use tour::Tour;

use jiff::{SignedDuration, Timestamp};

use super::dialogs::{Across, Changed, Commands, Dialog, FindLine, Front, HeaderFigures, HelpPage, NoticesPage, RecentCommands};
use super::{Action, Context, Effect, Event, FileRequest, FileStep, KeyMap, Setup, views};
use crate::action::PLAN_LIFE;
use crate::monitor::{CampaignIndex, Command, Generation, NoticeWeight};
use crate::postman::Explanation;
use copying::Copies;
use export_job::ExportJob;
use front::Agreeing;
use starting::Sending;

/// The assumed size until the terminal has reported its own.
const USUAL_SIZE: (u16, u16) = (80, 24);

/// Everything that the dashboard knows.
pub(super) struct Shared {
    pub(super) look: Look,
    pub(super) campaigns: Campaigns,
    /// Which view is shown, of whichever campaign.
    pub(super) view: ViewKind,
    /// The order of each view, and the columns of the messages.
    pub(super) tables: Tables,
    /// What is open, as far as it is known here.
    front: Option<Front>,
    /// Where the view on the screen was opened from; `None` where the user went there directly.
    pub(super) came_from: Option<OpenedFrom>,
    sending: Sending,
    pub(super) copies: Copies,
    pub(super) exports: ExportJob,
    pub(super) mouse: bool,
    /// Presenting: everything is masked, and stays masked.
    presenting: bool,
    /// The question to all campaigns.
    pub(super) across: Across,
    /// Which keys are bound to what.
    pub(super) keymap: KeyMap,
    /// The commands run last.
    pub(super) recent: RecentCommands,
    /// The saved filters.
    pub(super) named: NamedFilters,
    pub(super) notices: Notices,
    /// The demo's tour.
    pub(super) tour: Tour,
    /// Why nothing can be journalled, and so nothing done.
    actions_refused: Option<Explanation>,
    /// Columns and rows of the terminal.
    size: (u16, u16),
    /// The time of the newest event: the ages on the screen count up to it.
    pub(super) now: Timestamp,
    pub(super) presence: Presence,
    pub(super) agreeing: Agreeing,
    /// The campaign whose worker reads a batch for a question.
    batch_asked: Option<usize>,
    generation: u64,
    /// The newest request about a file.
    file_request: FileRequest,
    /// What was opened by the key being handled.
    opening: Vec<Box<dyn Dialog>>,
    /// What the event being handled changed in the campaign on the screen.
    changed: Changed,
    /// What is to be done to the world, in order.
    pub(super) effects: Vec<Effect>,
}

impl Shared {
    /// The state at the start, with nothing loaded yet.
    pub fn new(setup: Setup, now: Timestamp) -> Self {
        let look = Look::new(&setup);
        let mut notices = Notices::default();
        for notice in setup.notices {
            notices.push(notice);
        }
        let session = setup.session;
        let campaign = |settings| Campaign::new(settings, setup.zone.clone(), now);
        let mut state = Self {
            campaigns: Campaigns::new(setup.campaigns.into_iter().map(campaign).collect()),
            look,
            view: ViewKind::Messages,
            tables: Tables::default(),
            front: None,
            came_from: None,
            sending: Sending::default(),
            copies: Copies::new(setup.copy_limit),
            mouse: setup.mouse,
            presenting: false,
            exports: ExportJob::default(),
            across: Across::default(),
            keymap: setup.keys,
            recent: RecentCommands::default(),
            named: NamedFilters::default(),
            notices,
            tour: if setup.demo { Tour::begun() } else { Tour::default() },
            actions_refused: setup.actions_refused,
            size: USUAL_SIZE,
            now,
            presence: Presence::new(now),
            agreeing: Agreeing::default(),
            batch_asked: None,
            generation: 0,
            file_request: FileRequest::default(),
            opening: Vec::new(),
            changed: Changed::default(),
            effects: Vec::new(),
        };
        if let Some(session) = session {
            state.restore(session);
        }
        state
    }

    /// The campaign on the screen; `None` where none could be configured.
    pub(super) fn campaign(&self) -> Option<&Campaign> {
        self.campaigns.shown()
    }

    /// The campaign on the screen, mutable.
    pub(super) fn campaign_mut(&mut self) -> Option<&mut Campaign> {
        self.campaigns.shown_mut()
    }

    /// The index of the campaign on the screen.
    pub(super) fn index(&self) -> CampaignIndex {
        CampaignIndex(self.campaigns.current())
    }

    /// A number for a new request: answers to older ones are dropped.
    pub(super) fn next_generation(&mut self) -> Generation {
        self.generation += 1;
        Generation(self.generation)
    }

    /// Has something done with a file of messages. Answers to earlier requests are dropped.
    pub(super) fn ask_file(&mut self, step: FileStep) -> FileRequest {
        self.file_request = FileRequest(self.file_request.0 + 1);
        self.effects.push(Effect::File { request: self.file_request, step });
        self.file_request
    }

    /// Columns and rows of the terminal.
    pub(super) fn size(&self) -> (u16, u16) {
        self.size
    }

    /// What the event being handled changed in the campaign on the screen so far.
    pub(super) fn take_changed(&mut self) -> Changed {
        std::mem::take(&mut self.changed)
    }

    /// Whether a retry is on its way to the API right now, or a run has more to go, in any campaign.
    pub(super) fn is_acting(&self) -> bool {
        self.campaigns.iter().any(|campaign| campaign.actions.is_acting() || campaign.has_run())
    }
}

impl Shared {
    /// What to do before the first event: the campaign on the screen is shown.
    pub fn opening(&self) -> Vec<Effect> {
        if self.campaigns.is_empty() {
            return Vec::new();
        }
        // An earlier session may have left a window that goes further back than the configuration.
        let further = |(index, campaign): (usize, &Campaign)| {
            let command = Command::ReadBack(Some(campaign.asked_back).filter(SignedDuration::is_positive)?);
            Some(Effect::Command { campaign: CampaignIndex(index), command })
        };
        let further = self.campaigns.iter().enumerate().filter_map(further);
        further.chain([self.command(Command::InView(true))]).collect()
    }

    /// Before an event: the time, and that somebody is there.
    pub(in crate::tui) fn begin(&mut self, event: &Event, now: Timestamp) {
        self.now = now;
        let of_day = self.time_of_day();
        for campaign in self.campaigns.iter_mut() {
            campaign.now = of_day;
        }
        if matches!(event, Event::Key(_) | Event::Agreed(_) | Event::Paste(_) | Event::PasteDropped { .. } | Event::Mouse(_)) {
            self.attend();
            self.agreeing.forget_refused();
        }
    }

    /// Handles an event that is for no dialog, and not for the view alone.
    pub(in crate::tui) fn take(&mut self, event: Event) {
        match event {
            Event::TooSoon(key) => self.agreeing.refuse(key),
            Event::CopyFailed(why) => self.copy_failed(&why),
            Event::PasteDropped { keys } => self.tell_dropped(keys),
            Event::Resize { columns, rows } => self.size = (columns, rows),
            Event::Background(background) => self.look.set_background(background),
            Event::Update(update) => self.news(update),
            Event::Tick => {
                self.count();
                self.watch_failures();
                self.keep_batch_fresh();
            }
            Event::NotReloaded(why) => self.tell_not_reloaded(why),
            Event::Sorted { campaign, generation, lists } => self.sorted(campaign, generation, lists),
            Event::Export { export, answer } => self.export_answered(export, answer),
            Event::File { request, answer } => self.changed.file = Some((request, answer)),
            Event::ClockSet { ahead } => self.clock_set(ahead),
            Event::Suspended => {
                self.take_back_yes("the program was suspended");
            }
            Event::EndAsked => {
                // What is about to start does not, however the program ends.
                self.sending.end();
                self.effects.push(Effect::Quit);
            }
            // The first are for what is open or the view, the others for the start screen.
            Event::Key(_) | Event::Agreed(_) | Event::Paste(_) | Event::Mouse(_) | Event::Tried(_) | Event::Added(_) => {}
        }
    }

    /// After an event: what is to be done to the world.
    pub(in crate::tui) fn end(&mut self) -> Vec<Effect> {
        self.leave_batch();
        self.welcome_back();
        self.notice_absence();
        self.settle_tables();
        views::trends::settle(self);
        std::mem::take(&mut self.effects)
    }

    /// A key was pressed that the table knows.
    pub(in crate::tui) fn pressed(&mut self, context: Context, action: Action) {
        if !matches!(action, Action::Interrupt | Action::Quit) {
            self.presence.stay();
        }
        if action != Action::Copy {
            self.copies.end_repeat();
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

    /// Keys with the same meaning in every view.
    pub(in crate::tui) fn common_key(&mut self, action: Action) {
        match action {
            Action::PreviousCampaign => self.step_campaign(-1),
            Action::NextCampaign => self.step_campaign(1),
            Action::NextInNeed => self.show_next_in_need(),
            Action::NextPane => HeaderFigures::open(self),
            Action::Find => FindLine::open(self),
            Action::Filter => self.open_filter(),
            Action::TimeWindow => self.open_times(),
            Action::Order => self.open_order(),
            Action::Clear => self.clear(),
            Action::RevealRow => self.reveal(),
            Action::Mask => self.mask(),
            Action::Pause => self.pause(),
            Action::ReadNow => {
                self.send(Command::ReadNow);
                self.read_batch_now();
            }
            Action::Unmark => self.unmark(),
            Action::Copy => self.copy_key(),
            Action::Actions => self.open_actions(),
            Action::CommandLine => self.open(Commands::default()),
            Action::Notices => NoticesPage::open(self),
            Action::Help => self.open(HelpPage::new(self.context())),
            Action::ShowCampaigns => self.open_campaigns(),
            Action::Show(view) => self.go_to_view(view),
            _ => {}
        }
    }

    /// How many lines a key moves in a list that is short enough to count.
    pub(in crate::tui) fn steps(&self, action: Action) -> Option<isize> {
        action.steps(isize::try_from(self.list_height().saturating_sub(1).max(1)).unwrap_or(1))
    }

    /// A command for the worker of the campaign on the screen.
    pub(in crate::tui) fn command(&self, command: Command) -> Effect {
        Effect::Command { campaign: self.index(), command }
    }

    /// Gives the worker of the campaign on the screen a command.
    pub(in crate::tui) fn send(&mut self, command: Command) {
        self.send_to(self.campaigns.current(), command);
    }

    /// Gives the worker of a campaign a command.
    pub(in crate::tui) fn send_to(&mut self, campaign: usize, command: Command) {
        self.effects.push(Effect::Command { campaign: CampaignIndex(campaign), command });
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
    fn settle_failures(&mut self) {
        if let Some(campaign) = self.campaigns.shown_mut().filter(|_| self.view == ViewKind::Failures) {
            campaign.failures.settle(&campaign.store, &campaign.out_of_attempts);
        }
    }

    /// Updates the counts that depend on the time.
    fn count(&mut self) {
        let of_day = self.time_of_day();
        for campaign in self.campaigns.iter_mut() {
            campaign.count(of_day, self.now);
        }
        self.settle_failures();
        self.changed.is_tick = true;
    }

    /// Does what is due.
    pub(in crate::tui) fn wake(&mut self) {
        let now = self.now;
        for campaign in self.campaigns.iter_mut() {
            campaign.marks.expire(now);
        }
        self.notices.expire(now);
        self.presence.expire(now);
        self.mask_expired();
        self.copies.expire(now);
        self.notice_history();
        self.ask_server();
        self.count_same_number();
        self.lock_expired();
        self.begin_due();
    }

    /// When the dashboard must be woken next, besides the tick of each second.
    pub(in crate::tui) fn wake_at(&self) -> Option<Timestamp> {
        let campaign = self.campaign();
        let find = campaign.and_then(|campaign| campaign.find.due());
        let marks = campaign.and_then(|campaign| campaign.marks.due());
        let locks = self.campaigns.iter().flat_map(|campaign| [campaign.unlocked_until, campaign.revealed_until]).flatten();
        find.into_iter()
            .chain(locks)
            .chain(marks)
            .chain(self.sending.due(self.now))
            .chain(self.presence.due())
            .chain(self.notices.due())
            .chain(self.copies.due())
            .min()
    }
}
