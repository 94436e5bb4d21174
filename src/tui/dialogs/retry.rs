//! The question before the retry of one message: what will happen, to whom, what it costs. The answers are side by
//! side, the safe one first.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Can, Changed, Dialog, Next, Press};
use crate::action::{Agreed, FRESH_ENOUGH, LeftOutReason, OLD_MESSAGE, Plan};
use crate::delivery::{ErrorCode, Message, MessageId, RetryAdvice, counted};
use crate::monitor::NoticeWeight;
use crate::tui::chrome::keys;
use crate::tui::shared::{Campaign, Shared, plan_one, says_the_same};
use crate::tui::text::{age, ago};
use crate::tui::widgets::question::{self, Asked, CANCEL, Reply, Takes};
use crate::tui::widgets::recipient;
use crate::tui::widgets::sentences::Sentence;
use crate::tui::{Action, Context, KeyRole, Role};

pub(in crate::tui) struct RetryQuestion {
    asked: Asked,
    message: MessageId,
    /// What would be done.
    plan: Plan,
    /// The answer with the focus.
    answer: Answer,
    /// Whether a retry that is not worth it was included.
    include_useless: bool,
}

/// The two answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Cancel,
    Retry,
}

/// The answer beside the safe one.
const RETRY: &str = "[ retry ]";

impl RetryQuestion {
    /// Asks about a message. Where there is nothing to ask, it says why.
    pub fn open(shared: &mut Shared, message: MessageId) {
        let asked = Asked::new(shared);
        let Some(campaign) = shared.campaign() else { return };
        let plan = plan_one(campaign, &message, false, shared.now);
        if let Some(reason) = reason_against(&plan) {
            return explain(&reason, shared);
        }
        let asked = asked.with(shared.preview(campaign));
        shared.open(Self { asked, message, plan, answer: Answer::Cancel, include_useless: false });
    }

    fn takes(&self) -> Takes {
        // What is left out can be included once the campaign is unlocked.
        let usual = || if self.plan.items.is_empty() { Takes::Nothing } else { Takes::Yes };
        self.asked.preview_takes().unwrap_or_else(usual)
    }

    /// Whether Space can include a message that is not worth a retry, or exclude it again.
    fn has_useless(&self) -> bool {
        self.asked.preview_takes().is_none() && (self.plan.items.is_empty() || self.include_useless)
    }

    /// Enter on "retry" is the same as `y`.
    fn meant(&self, press: Press) -> Press {
        let is_yes = press.action == Some(Action::Enter) && self.answer == Answer::Retry && self.takes() == Takes::Yes;
        if is_yes { Press { action: Some(Action::Agree), ..press } } else { press }
    }

    /// Makes the plan again. Where it now says something else, the question is asked again: it is
    /// no longer what a person was about to agree to.
    fn remake(&mut self, campaign: &Campaign, now: Timestamp) {
        let before = std::mem::replace(&mut self.plan, plan_one(campaign, &self.message, self.include_useless, now));
        if !says_the_same(&before, &self.plan) {
            self.asked.again();
            self.answer = Answer::Cancel;
        }
    }

    fn confirm(&mut self, now: Timestamp) -> Option<Agreed> {
        Agreed::messages_of(std::mem::take(&mut self.plan).confirm(now))
    }

    /// What a person must know to decide.
    fn says(&self, shared: &Shared, campaign: &Campaign) -> Vec<Sentence> {
        let row = campaign.store.row(&self.message);
        let message = row.map_or_else(|| Message::new(self.message.clone()), |row| campaign.store.message(row));
        let masked = row.is_none_or(|row| campaign.is_masked(row));
        let who = message.recipient.as_ref().map(|known| recipient::shown(known, masked, campaign.open_digits()));
        let who = who.unwrap_or_else(|| "recipient not given".to_owned());
        let mut said = vec![Sentence::new(format!("{who}   {}", message.id.short(true)), Role::Strong, 0)];
        said.extend(self.asked.refusal());
        said.push(reason(&message));
        said.extend(tried(&message));
        said.extend(message.created_at.map(|at| created(shared, at)));
        let charges = campaign.settings.charges;
        said.push(match (self.plan.items.is_empty(), self.asked.preview_takes().is_some()) {
            (false, _) => {
                let cost = charges.map(|charges| format!(" {}", charges.words(&self.plan.segments()))).unwrap_or_default();
                Sentence::new(format!("One call.{cost}"), Role::Text, 1)
            }
            (true, false) => {
                let takes_in = shared.keymap.key(Context::Question, Action::Toggle).map(|key| format!(" {key} includes it anyway."));
                Sentence::new(format!("Left out: not worth a retry.{}", takes_in.unwrap_or_default()), Role::Warning, 1)
            }
            (true, true) => Sentence::new("Left out: not worth a retry.", Role::Warning, 1),
        });
        if let Some(batch) = &message.batch {
            let words = format!("Batch {} as a whole must wait until it has left \"created\".", batch.id.short(false));
            said.push(Sentence::new(words, Role::Text, 3));
        }
        said.push(self.says_how_old(shared, campaign));
        let source = charges.and_then(|charges| charges.source(&self.plan.segments()));
        said.extend(source.map(|words| Sentence::new(words, Role::Muted, 8)));
        said.extend(self.asked.asks_name(self.takes()));
        said
    }

    /// How old the information in the plan is.
    fn says_how_old(&self, shared: &Shared, campaign: &Campaign) -> Sentence {
        let read_at = campaign.store.row(&self.message).map_or(Timestamp::MIN, |row| campaign.store.read_at(row));
        let read = shared.now.duration_since(read_at);
        let planned = shared.look.own_time(self.plan.planned_at, shared.now);
        if read.unsigned_abs() > FRESH_ENOUGH && read.is_positive() {
            Sentence::new(format!("Planned {planned}; loaded {} ago, it may have changed since.", age(read)), Role::Warning, 2)
        } else {
            Sentence::new(format!("Planned {planned}; loaded {} ago.", age(read)), Role::Muted, 7)
        }
    }

    /// The answers, and the cursor's column.
    fn answers(&self, shared: &Shared) -> (Line<'static>, usize) {
        let style = |answer| shared.look.style(if self.answer == answer { Role::Focus } else { Role::Text });
        let mut spans = vec![Span::styled(CANCEL, style(Answer::Cancel))];
        if self.takes() == Takes::Yes {
            spans.extend([Span::raw("  "), Span::styled(RETRY, style(Answer::Retry))]);
        }
        let column = match self.answer {
            Answer::Cancel => 1,
            Answer::Retry => CANCEL.len() + 3,
        };
        (Line::from(spans), column)
    }
}

impl Dialog for RetryQuestion {
    fn context(&self) -> Context {
        Asked::context(self.takes(), Context::Question)
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        match action {
            Action::Agree | Action::NextPane | Action::PreviousPane | Action::Left | Action::Right if self.takes() == Takes::Yes => {
                Can::Yes
            }
            Action::Toggle if self.include_useless && self.has_useless() => Can::Do("exclude"),
            Action::Toggle if self.has_useless() => Can::Do("include"),
            Action::Enter if self.takes() == Takes::Name => Can::Do("unlock it"),
            Action::Enter | Action::Back | Action::Help => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        match self.asked.reply(self.meant(press), self.takes(), shared) {
            Reply::Yes => return question::agree(self, shared, Self::refresh, Self::confirm),
            Reply::Cancel => return Next::Back,
            // Going on through the list with the arrows and opening a message with Enter does not agree to a question
            // that came up by a slip.
            Reply::Other(Action::Left | Action::Right | Action::NextPane | Action::PreviousPane) if self.takes() == Takes::Yes => {
                self.answer = if self.answer == Answer::Cancel { Answer::Retry } else { Answer::Cancel };
            }
            Reply::Other(Action::Toggle) if self.has_useless() => {
                if let Some(campaign) = shared.campaign() {
                    self.include_useless = !self.include_useless;
                    self.remake(campaign, shared.now);
                }
            }
            Reply::Done | Reply::Other(_) => {}
        }
        Next::Stay
    }

    fn refresh(&mut self, changed: &Changed, shared: &mut Shared) -> Next {
        shared.lock_expired();
        let Some(campaign) = shared.campaign() else { return Next::Stay };
        if self.asked.follow(changed, shared.preview(campaign)) {
            self.answer = Answer::Cancel;
        }
        let is_touched = campaign.store.row(&self.message).is_none_or(|row| changed.rows.contains(&row));
        if !is_touched && !changed.was_covered && !self.plan.is_stale(shared.now) {
            return Next::Stay;
        }
        self.remake(campaign, shared.now);
        let Some(reason) = reason_against(&self.plan) else { return Next::Stay };
        explain(&reason, shared);
        Next::Close
    }

    fn paste(&mut self, text: &str, _shared: &mut Shared) {
        self.asked.paste(text, self.takes());
    }

    fn holds_rows(&self) -> bool {
        true
    }

    fn asks(&self) -> Option<(&Asked, Takes)> {
        Some((&self.asked, self.takes()))
    }

    fn role(&self, press: Press, _shared: &Shared) -> Option<KeyRole> {
        self.asked.role(self.meant(press), self.takes())
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let campaign = shared.campaign()?;
        let about = if self.plan.items.is_empty() { "No retry, 1 message left out" } else { "Retry 1 message" };
        let (title, name) = question::title(shared, campaign, about, area);
        let mut said = Vec::from_iter(name);
        said.extend(self.says(shared, campaign));
        let mut lines = question::lines(shared, said, area);
        let takes = self.takes();
        if lines.len() < question::room(area) && takes != Takes::Name {
            lines.push(Line::default());
        }
        let (answer, named) = match takes {
            Takes::Name => (self.asked.answer(shared, takes), question::name_keys(self, shared)),
            _ => {
                let actions = [Action::Agree, Action::Back, Action::NextPane, Action::Toggle];
                (self.answers(shared), keys::of_dialog(self, shared, actions))
            }
        };
        Some(question::draw(shared, buffer, area, &title, lines, answer, &named))
    }
}

/// Why there is nothing to ask. A message that is not worth a retry is asked about nevertheless:
/// the question says so, and Space includes it.
fn reason_against(plan: &Plan) -> Option<LeftOutReason> {
    let left = plan.left_out.first().filter(|_| plan.items.is_empty())?;
    (left.reason != LeftOutReason::Useless).then(|| left.reason.clone())
}

fn explain(reason: &LeftOutReason, shared: &mut Shared) {
    let next = match reason {
        LeftOutReason::NotFailed(_) => "only failed messages can be retried",
        LeftOutReason::UnderWay => "its outcome shows here as soon as it is known",
        LeftOutReason::OutOfAttempts => "the API accepts no further retry of it",
        LeftOutReason::Useless | LeftOutReason::Excluded | LeftOutReason::TimeNotGiven => "",
        LeftOutReason::BatchInTheWay => "see the status of its batch in the detail",
        LeftOutReason::TooOld => "send a new one from the system it came from",
    };
    shared.tell(NoticeWeight::Info, &format!("no retry of this message, {reason}"), "", next);
}

/// Why it failed, and whether to retry.
fn reason(message: &Message) -> Sentence {
    let Some(error) = message.error() else {
        return Sentence::new(format!("The API gave no reason. {}", ErrorCode::Unlisted.prospect()), Role::Text, 2);
    };
    let role = if error.known().retry_advice() == RetryAdvice::No { Role::Warning } else { Role::Text };
    Sentence::new(format!("{}: {}", error.shown(), error.known().advice()), role, 2)
}

/// The number of attempts. How many are allowed is up to the API.
fn tried(message: &Message) -> Option<Sentence> {
    let tried = usize::try_from(message.tried()?).ok()?;
    Some(Sentence::new(format!("{} so far.", counted(tried, "attempt")), Role::Text, 5))
}

fn created(shared: &Shared, at: Timestamp) -> Sentence {
    let old = shared.time_of_day().duration_since(at);
    let text = format!("Created {}, {}", shared.look.time(at, shared.now), ago(old));
    if old.unsigned_abs() > OLD_MESSAGE && old.is_positive() {
        Sentence::new(format!("{text}: its text may be out of date."), Role::Warning, 2)
    } else {
        Sentence::new(format!("{text}."), Role::Text, 6)
    }
}
