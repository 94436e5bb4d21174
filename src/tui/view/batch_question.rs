//! The question before the retry of a whole batch.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::sentences::{self, Sentence};
use super::words::{environment, in_a_line};
use super::{dialog, keys};
use crate::action::Unseen;
use crate::delivery::{believed_total, counted, grouped};
use crate::tui::Role;
use crate::tui::key_line::KeyWord;
use crate::tui::state::{BatchQuestion, ReadingPhase, Shared};
use crate::tui::text::age;

/// Draws the question. Says where the cursor is.
pub(in crate::tui) fn draw(state: &Shared, question: &BatchQuestion, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let campaign = state.campaign()?;
    let plan = &question.plan;
    let width = dialog::width(area, dialog::WIDEST);
    let mut all = Vec::new();
    let file = plan.file_name.as_ref().map(|name| format!("   {}", campaign.shown_name(name))).unwrap_or_default();
    all.push(Sentence::new(format!("batch {}{file}", plan.batch.short(false)), Role::Strong, 0));
    if let Some(why) = &question.refusal {
        all.push(Sentence::new(in_a_line(why), Role::Warning, 0));
    }
    if let Some(why) = &plan.refusal {
        all.push(Sentence::new(format!("It cannot be retried as a whole ({why})."), Role::Warning, 0));
    } else {
        let useless = match plan.useless {
            0 => String::new(),
            useless => format!(", {} of them not worth a retry", grouped(useless)),
        };
        let failures = match (question.read_at(), plan.failures) {
            (Some(_), failures) => grouped(failures) + &plan.beyond(),
            (None, 0) => "how many is known once all of it is loaded".to_owned(),
            (None, failures) => format!("{} of what is loaded", grouped(failures)),
        };
        all.push(Sentence::new(format!("One call retries all its failures: {failures}{useless}."), Role::Text, 1));
        all.push(Sentence::new("Each attempt may be charged, even if it fails.", Role::Text, 3));
    }
    if !plan.advice.is_empty() {
        all.push(Sentence::new(plan.advice.clone(), Role::Text, 2));
    }
    all.push(reading(state, question));
    let planned = age(state.now.duration_since(plan.planned_at));
    all.push(Sentence::new(format!("Planned {}, {planned} ago.", state.look.own_time(plan.planned_at, state.now)), Role::Muted, 6));
    let room = usize::from(area.height).saturating_sub(2 + 2);
    let mut lines = sentences::lines(state, all, width, room);
    let answer_at = lines.len();
    let (answer, x) = dialog::answer(state, question.needs_count(), &question.count);
    lines.push(answer);
    let agrees = question.can_run() && question.needs_count().is_none();
    let named = agrees.then(|| KeyWord::new("y", "retry the batch")).into_iter().chain([KeyWord::new("Esc", "cancel")]);
    lines.push(keys::line(state, &named.collect::<Vec<_>>(), width));
    let verb = if question.plan.refusal.is_some() { "No retry of a whole batch" } else { "Retry a whole batch" };
    let failed = match question.read_at() {
        Some(_) if plan.unseen() == Unseen::None => format!("{} failed", grouped(plan.failures)),
        Some(_) => format!("{} failed of {} loaded", grouped(plan.failures), grouped(plan.loaded)),
        None => "not all loaded yet".to_owned(),
    };
    let title = format!("{verb}, {failed}, {}, {}", environment(&state.look, campaign), campaign.settings.name);
    Some(dialog::draw(state, buffer, area, &title, dialog::WIDEST, &lines, (x, answer_at)))
}

/// How much of the batch is loaded: there is no yes before all of it is.
fn reading(state: &Shared, question: &BatchQuestion) -> Sentence {
    let plan = &question.plan;
    match (&question.phase, question.read_at()) {
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
                    let ago = age(state.now.duration_since(read_at));
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
