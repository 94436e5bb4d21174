//! The question before the retry of a whole batch: one call, for all its failures.
//!
//! Only part of a batch may be loaded. So the question has the worker load all of it, and again before that is a
//! minute old; without it there is no yes.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Can, Changed, Dialog, Next, Press};
use crate::action::{Agreed, BatchEvidence, BatchPlan, BatchReading, ConfirmedAction, PLAN_LIFE, Unseen};
use crate::delivery::{BatchId, believed_total, counted, grouped};
use crate::monitor::{BatchState, Generation};
use crate::postman::Explanation;
use crate::store::RowNumber;
use crate::tui::chrome::keys;
use crate::tui::shared::{Campaign, Shared, batch_plan};
use crate::tui::text::age;
use crate::tui::widgets::question::{self, Asked, Reply, Takes};
use crate::tui::widgets::sentences::Sentence;
use crate::tui::widgets::words::in_a_line;
use crate::tui::{Action, Context, Role};

/// When the batch is loaded again: early enough that the previous reading still holds meanwhile.
const READ_AGAIN: SignedDuration = SignedDuration::from_secs(45);

/// The phase of loading the batch.
#[derive(PartialEq)]
enum ReadingPhase {
    /// It should start.
    Wanted,
    /// So many of its messages were loaded.
    Reading { generation: Generation, read: usize },
    /// All of it was loaded.
    Whole,
    /// It could not be loaded.
    Failed {
        generation: Generation,
        why: Explanation,
        /// Whether it is tried again automatically.
        again: bool,
    },
}

pub(in crate::tui) struct BatchQuestion {
    asked: Asked,
    /// What would be done.
    plan: BatchPlan,
    phase: ReadingPhase,
    /// The newest complete reading.
    reading: Option<BatchReading>,
    /// Whether that reading is recent enough to agree to, as of the newest event.
    is_current: bool,
    is_production: bool,
}

impl BatchQuestion {
    /// Asks about a batch, unless no loaded message names it.
    pub fn open(shared: &mut Shared, batch: &BatchId) {
        let asked = Asked::new(shared);
        let Some(campaign) = shared.campaign() else { return };
        let Some(plan) = batch_plan(campaign, batch, None, shared.now) else { return };
        let asked = asked.with(shared.preview(campaign));
        let is_production = campaign.settings.host_kind.is_production();
        shared.open(Self { asked, plan, phase: ReadingPhase::Wanted, reading: None, is_current: false, is_production });
    }

    fn takes(&self) -> Takes {
        match (self.plan.failures, self.asked.preview_takes()) {
            _ if self.plan.refusal.is_some() => Takes::Nothing,
            (_, Some(preview)) => preview,
            _ if !self.is_current => Takes::Nothing,
            (failures, None) if self.is_production && failures > 1 => Takes::Count(failures),
            _ => Takes::Yes,
        }
    }

    fn is_stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.plan.planned_at).unsigned_abs() > PLAN_LIFE
    }

    /// When the complete reading ended.
    fn read_at(&self) -> Option<Timestamp> {
        self.plan.evidence.as_ref().and_then(BatchEvidence::ended_at)
    }

    /// Time has passed: a reading that is more than a minute old cannot be agreed to.
    fn look_at(&mut self, now: Timestamp) {
        let is_current = self.plan.evidence.as_ref().is_some_and(|evidence| evidence.can_be_agreed_to(now));
        if is_current != self.is_current {
            self.is_current = is_current;
            self.asked.again();
        }
    }

    /// Whether the batch should be loaded, for the first time or again.
    fn wants_reading(&self, now: Timestamp) -> bool {
        let is_old = || self.read_at().is_none_or(|read_at| now.duration_since(read_at).abs() >= READ_AGAIN);
        match self.phase {
            ReadingPhase::Wanted => true,
            ReadingPhase::Whole => is_old(),
            ReadingPhase::Reading { .. } | ReadingPhase::Failed { .. } => false,
        }
    }

    /// Answers to other requests touched these rows: where one contradicts a known failure, the batch is loaded
    /// again, and the previous reading can no longer be agreed to. Whether any of them is in the batch.
    fn touched(&mut self, campaign: &Campaign, rows: &[RowNumber]) -> bool {
        let batch = self.plan.batch.as_str();
        let mut ours = rows.iter().filter(|row| campaign.store.cells(**row).batch == Some(batch)).peekable();
        let is_ours = ours.peek().is_some();
        if self.phase == ReadingPhase::Whole
            && let Some(reading) = &self.reading
            && ours.any(|row| reading.differs(&campaign.store.message(*row)))
        {
            (self.phase, self.reading) = (ReadingPhase::Wanted, None);
        }
        is_ours
    }

    /// Makes the plan again. Where it now says something else, the question is asked again. Closes where the batch is
    /// no longer known.
    fn remake(&mut self, campaign: &Campaign, now: Timestamp) -> Next {
        let Some(plan) = batch_plan(campaign, &self.plan.batch, self.reading.as_ref(), now) else { return Next::Close };
        let before = std::mem::replace(&mut self.plan, plan);
        if !before.says_the_same(&self.plan) {
            self.asked.again();
        }
        self.look_at(now);
        Next::Stay
    }

    /// Keeps what it says true.
    fn follow(&mut self, changed: &Changed, shared: &mut Shared) -> Next {
        shared.lock_expired();
        let now = shared.now;
        let Some(campaign) = shared.campaign() else { return Next::Stay };
        self.asked.follow(changed, shared.preview(campaign));
        // The worker stopped loading it when it was covered.
        if changed.was_covered && self.phase != ReadingPhase::Whole {
            self.phase = ReadingPhase::Wanted;
        }
        self.look_at(now);
        if self.touched(campaign, &changed.rows) || changed.was_covered || self.is_stale(now) {
            return self.remake(campaign, now);
        }
        Next::Stay
    }

    fn confirm(&mut self, now: Timestamp) -> Option<Agreed> {
        let evidence = self.plan.evidence.take();
        let retry = BatchPlan { evidence, ..self.plan.clone() }.confirm(now)?;
        Some(Agreed::One(ConfirmedAction::RetryBatch(retry)))
    }

    /// What a person must know to decide.
    fn says(&self, shared: &Shared, campaign: &Campaign) -> Vec<Sentence> {
        let plan = &self.plan;
        let file = plan.file_name.as_ref().map(|name| format!("   {}", campaign.shown_name(name))).unwrap_or_default();
        let mut said = vec![Sentence::new(format!("batch {}{file}", plan.batch.short(false)), Role::Strong, 0)];
        said.extend(self.asked.refusal());
        if let Some(why) = &plan.refusal {
            said.push(Sentence::new(format!("It cannot be retried as a whole ({why})."), Role::Warning, 0));
        } else {
            let useless = match plan.useless {
                0 => String::new(),
                useless => format!(", {} of them not worth a retry", grouped(useless)),
            };
            let failures = match (self.read_at(), plan.failures) {
                (Some(_), failures) => grouped(failures) + &plan.beyond(),
                (None, 0) => "how many is known once all of it is loaded".to_owned(),
                (None, failures) => format!("{} of what is loaded", grouped(failures)),
            };
            said.push(Sentence::new(format!("One call retries all its failures: {failures}{useless}."), Role::Text, 1));
            if let Some(charges) = campaign.settings.charges.filter(|_| plan.failures > 0) {
                said.push(Sentence::new(charges.words(&plan.segments), Role::Text, 3));
                said.extend(charges.source(&plan.segments).map(|words| Sentence::new(words, Role::Muted, 6)));
            }
        }
        if !plan.advice.is_empty() {
            said.push(Sentence::new(plan.advice.clone(), Role::Text, 2));
        }
        said.push(self.says_what_is_loaded(shared));
        let planned = age(shared.now.duration_since(plan.planned_at));
        said.push(Sentence::new(format!("Planned {}, {planned} ago.", shared.look.own_time(plan.planned_at, shared.now)), Role::Muted, 6));
        said.extend(self.asked.asks_name(self.takes()));
        said
    }

    /// How much of the batch is loaded: there is no yes before all of it is.
    fn says_what_is_loaded(&self, shared: &Shared) -> Sentence {
        let plan = &self.plan;
        match (&self.phase, self.read_at()) {
            (ReadingPhase::Failed { why, again, .. }, _) => {
                let again = if *again { " Trying again." } else { "" };
                Sentence::new(
                    format!("The batch cannot be loaded, so it cannot be retried as a whole: {}{again}", in_a_line(why)),
                    Role::Warning,
                    0,
                )
            }
            (_, Some(read_at)) => {
                let shown = grouped(plan.loaded);
                match plan.unseen() {
                    Unseen::None => {
                        let ago = age(shared.now.duration_since(read_at));
                        Sentence::new(format!("All of it is loaded: {shown} of {shown} messages, {ago} ago."), Role::Muted, 4)
                    }
                    Unseen::So(many) => {
                        let all = counted(plan.loaded + many, "message");
                        Sentence::new(
                            format!("All of it was loaded, but only {shown} of {all} are there: Postman may still be preparing it."),
                            Role::Warning,
                            4,
                        )
                    }
                    Unseen::NotKnown => {
                        let shown = counted(plan.loaded, "message");
                        Sentence::new(format!("{shown} loaded; how many the batch has is unknown."), Role::Warning, 4)
                    }
                }
            }
            (ReadingPhase::Reading { read, .. }, None) => {
                let of = believed_total(plan.total, *read).map(|total| format!(" of {}", grouped(total))).unwrap_or_default();
                Sentence::new(format!("Loading the batch: {}{of}.", grouped(*read)), Role::Warning, 0)
            }
            (ReadingPhase::Wanted | ReadingPhase::Whole, None) => Sentence::new("Loading the batch.", Role::Warning, 0),
        }
    }

    /// What its title says before the environment and the campaign.
    fn about(&self) -> String {
        let plan = &self.plan;
        let verb = if plan.refusal.is_some() { "No retry of a whole batch" } else { "Retry a whole batch" };
        let failed = match self.read_at() {
            Some(_) if plan.unseen() == Unseen::None => format!("{} failed", grouped(plan.failures)),
            Some(_) => format!("{} failed of {} loaded", grouped(plan.failures), grouped(plan.loaded)),
            None => "not all loaded yet".to_owned(),
        };
        format!("{verb}, {failed}")
    }

    /// A worker has read more of the batch. A report about an older reading is dropped.
    fn batch_read(&mut self, generation: Generation, state: BatchState, shared: &Shared) -> Next {
        match &self.phase {
            ReadingPhase::Reading { generation: asked, .. } | ReadingPhase::Failed { generation: asked, .. } if *asked == generation => {}
            _ => return Next::Stay,
        }
        match state {
            BatchState::Reading(read) => self.phase = ReadingPhase::Reading { generation, read },
            BatchState::Failed { why, again } => self.phase = ReadingPhase::Failed { generation, why, again },
            BatchState::Whole(reading) => {
                (self.phase, self.reading) = (ReadingPhase::Whole, Some(reading));
                return shared.campaign().map_or(Next::Stay, |campaign| self.remake(campaign, shared.now));
            }
        }
        Next::Stay
    }
}

impl Dialog for BatchQuestion {
    fn context(&self) -> Context {
        Asked::context(self.takes(), Context::Plan)
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        match action {
            Action::Agree if self.takes() == Takes::Yes => Can::Yes,
            Action::Enter if self.takes() == Takes::Name => Can::Do("unlock it"),
            Action::Enter | Action::Back | Action::Help => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        match self.asked.reply(press, self.takes(), shared) {
            Reply::Yes => question::agree(self, shared, Self::follow, Self::confirm),
            Reply::Cancel => Next::Back,
            Reply::Done | Reply::Other(_) => Next::Stay,
        }
    }

    fn refresh(&mut self, changed: &Changed, shared: &mut Shared) -> Next {
        if let Some((generation, state)) = &changed.batch
            && self.batch_read(*generation, state.clone(), shared) != Next::Stay
        {
            return Next::Close;
        }
        let outcome = self.follow(changed, shared);
        if outcome == Next::Stay && self.wants_reading(shared.now) {
            let generation = shared.read_batch(self.plan.batch.clone());
            self.phase = ReadingPhase::Reading { generation, read: 0 };
        }
        outcome
    }

    fn paste(&mut self, text: &str, _shared: &mut Shared) {
        self.asked.paste(text, self.takes());
    }

    fn reads_batch(&self) -> bool {
        true
    }

    fn holds_rows(&self) -> bool {
        true
    }

    fn asks(&self) -> Option<(&Asked, Takes)> {
        Some((&self.asked, self.takes()))
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let campaign = shared.campaign()?;
        let (title, name) = question::title(shared, campaign, &self.about(), area);
        let mut said = Vec::from_iter(name);
        said.extend(self.says(shared, campaign));
        let lines = question::lines(shared, said, area);
        let answer = self.asked.answer(shared, self.takes());
        let mut named = match self.takes() {
            Takes::Name => question::name_keys(self, shared),
            _ => keys::of_dialog(self, shared, [Action::Back]),
        };
        if self.takes() == Takes::Yes {
            named.splice(0..0, keys::bound(shared, Context::Plan, [(Action::Agree, "retry the batch")]));
        }
        Some(question::draw(shared, buffer, area, &title, lines, answer, &named))
    }
}
