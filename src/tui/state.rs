//! The dashboard's state: one value, owned by the loop that draws it. `update` changes it, `view`
//! draws it.

mod agreeing; // what agrees, and how
mod can; // whether something would do anything now
mod copying; // what can be copied
mod find;
mod list;
mod named_filters;
mod context; // which keys apply
pub(super) mod planning;
mod subject; // what is under the cursor

pub(super) use super::campaign::*;
pub(super) use super::shared::*;
pub(super) use super::views::ViewKind;
pub(super) use super::views::activity::Entry;
pub(super) use super::views::batches::BatchColumn;
pub(super) use super::views::failures::{FailureColumn, Failures, GroupKey};
pub(super) use super::views::message::{DetailPhase, MessageDetail};
pub(super) use super::views::messages::columns::{Column, ShownColumns};
pub(super) use super::views::{Drilled, OpenedFrom};
pub(super) use super::widgets::question::OpenQuestion;
pub(super) use can::NOTHING_LEFT;
pub(super) use copying::{CopyFormat, CopyWhat, LastCopy};
pub(super) use find::{Find, SearchRequest, ServerAnswer, TYPING};
pub(super) use list::{Item, List, ListCursor};
pub(super) use named_filters::{NamedFilter, NamedFilters};
pub(super) use planning::{batch_plan, plan, plan_one, planner, says_the_same};
pub(super) use subject::RowSubject;

use crossterm::event::KeyEvent;
use jiff::{SignedDuration, Timestamp};

use super::dialogs::{Across, Changed, Dialog, Front, RecentCommands};
use super::shared::export_job::ExportJob;
use super::{Effect, KeyMap, Setup, Theme};
use crate::action::ActionNumber;
use crate::monitor::{CampaignIndex, Generation};
use crate::postman::Explanation;

/// The assumed size until the terminal has reported its own.
const USUAL_SIZE: (u16, u16) = (80, 24);

/// Everything that the dashboard knows.
pub(super) struct Shared {
    pub(super) look: Look,
    pub(super) campaigns: Vec<Campaign>,
    pub(super) current: usize,
    /// Which view is shown, of whichever campaign.
    pub(super) view: ViewKind,
    /// The order of each view, and the columns of the messages.
    pub(super) tables: Tables,
    /// What is open, as far as it is known here.
    pub(super) front: Option<Front>,
    /// Where the view on the screen was opened from; `None` where the user went there directly.
    pub(super) came_from: Option<OpenedFrom>,
    /// What a person said yes to a moment ago, while it can be taken back.
    pub(super) starting: Option<Starting>,
    pub(super) copied: Option<LastCopy>,
    /// Whether it was copied by the newest key: the same key again shows it.
    pub(super) copied_just_now: bool,
    /// How many bytes the terminal's clipboard takes, as far as is known.
    pub(super) copy_limit: Option<usize>,
    pub(super) exports: ExportJob,
    pub(super) mouse: bool,
    /// Presenting: everything is masked, and stays masked.
    pub(super) presenting: bool,
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
    pub(super) actions_refused: Option<Explanation>,
    /// Columns and rows of the terminal.
    pub(super) size: (u16, u16),
    /// The time of the newest event: the ages on the screen count up to it.
    pub(super) now: Timestamp,
    pub(super) presence: Presence,
    /// The number of the next action that is agreed to.
    pub(super) next_action: ActionNumber,
    pub(super) campaign_order: CampaignOrder,
    /// Whether the key being handled agrees: the input guard let it through as one that does.
    pub(super) agreed: bool,
    /// The key that came too soon to agree.
    pub(super) too_soon: Option<KeyEvent>,
    /// The number of the newest question.
    pub(super) last_question: u64,
    /// The campaign whose worker reads a batch for a question.
    pub(super) batch_asked: Option<usize>,
    generation: u64,
    /// What was opened by the key being handled.
    pub(super) opening: Vec<Box<dyn Dialog>>,
    /// What the event being handled changed in the campaign on the screen.
    pub(super) changed: Changed,
    /// What is to be done to the world, in order.
    pub(super) effects: Vec<Effect>,
}

impl Shared {
    /// The state at the start, with nothing loaded yet.
    pub fn new(setup: Setup, now: Timestamp) -> Self {
        let theme = Theme::new(setup.theme, setup.depth).on(setup.background);
        let mut notices = Notices::default();
        for notice in setup.notices {
            notices.push(notice);
        }
        let session = setup.session;
        let campaign = |settings| Campaign::new(settings, setup.zone.clone(), now);
        let campaigns: Vec<Campaign> = setup.campaigns.into_iter().map(campaign).collect();
        let campaign_order = CampaignOrder::new(campaigns.len());
        let mut state = Self {
            campaigns,
            look: Look {
                zone: setup.zone,
                zone_name: setup.zone_name,
                ahead: SignedDuration::ZERO,
                before: Vec::new(),
                theme,
                ascii: setup.ascii,
                bell: setup.bell,
                demo: setup.demo,
            },
            current: 0,
            view: ViewKind::Messages,
            tables: Tables::default(),
            front: None,
            came_from: None,
            starting: None,
            copied: None,
            copied_just_now: false,
            copy_limit: setup.copy_limit,
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
            campaign_order,
            next_action: ActionNumber::default(),
            agreed: false,
            too_soon: None,
            last_question: 0,
            batch_asked: None,
            generation: 0,
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
        self.campaigns.get(self.current)
    }

    /// The campaign on the screen, mutable.
    pub(super) fn campaign_mut(&mut self) -> Option<&mut Campaign> {
        self.campaigns.get_mut(self.current)
    }

    /// The index of the campaign on the screen.
    pub(super) fn index(&self) -> CampaignIndex {
        CampaignIndex(self.current)
    }

    /// A number for a new request: answers to older ones are dropped.
    pub(super) fn next_generation(&mut self) -> Generation {
        self.generation += 1;
        Generation(self.generation)
    }

    /// A number for a new question.
    pub(super) fn next_question(&mut self) -> u64 {
        self.last_question += 1;
        self.last_question
    }

    /// Whether a retry is on its way to the API right now, or a run has more to go, in any campaign.
    pub(super) fn is_acting(&self) -> bool {
        self.campaigns.iter().any(|campaign| campaign.actions.is_acting() || campaign.has_run())
    }
}
