//! Which of the named messages are retried, and why the others are not. Each is read first.

use jiff::{SignedDuration, Timestamp};

use super::super::campaigns::{Campaign, sentence};
use super::super::context::Context;
use super::super::{Exit, Failure};
use super::RetryArguments;
use crate::delivery::{BatchRetry, Message, MessageId, batch_retry};
use crate::postman::{CallError, OUT_OF_ATTEMPTS};
use crate::retry::{Plan, Planner};
use crate::state::{self, ActionState, Holder, JournalAccess, StateError};
use crate::store::AnswerKind;

/// A named message that is not retried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub message: MessageId,
    pub reason: String,
}

/// What came of the named messages.
#[derive(Debug)]
pub(super) struct Chosen {
    /// Exactly what would be retried.
    pub plan: Plan,
    /// The others.
    pub left_out: Vec<LeftOut>,
    /// What a person should know first.
    pub warnings: Vec<String>,
}

/// Reads the named messages and makes the plan.
///
/// # Errors
/// A message could not be read, except where there is none of this id.
pub(super) async fn choose(context: &Context, campaign: &Campaign, arguments: &RetryArguments) -> Result<Chosen, Failure> {
    let (planner, mut warnings) = planner(context, campaign, arguments.include_useless)?;
    let mut reader = context.reader(campaign)?;
    let mut read = Vec::new();
    let mut left_out = Vec::new();
    let mut named: Vec<MessageId> = Vec::new();
    for id in arguments.message.iter().map(|id| MessageId::new(id.trim())) {
        if named.contains(&id) {
            continue;
        }
        named.push(id.clone());
        match reader.message(&id).await {
            Ok(answer) => match answer.rows.get(0).map(Message::from_row) {
                // The id in the answer decides what is retried: another one would be a mix-up.
                Some(message) if message.id == id => read.push((message, answer.asked_at)),
                _ => left_out.push(LeftOut { message: id, reason: "the server told of another message".to_owned() }),
            },
            Err(error) if is_missing(&error) => {
                left_out.push(LeftOut { message: id, reason: "there is no such message in this campaign".to_owned() });
            }
            Err(error) => return Err(error.into()),
        }
    }
    let now = Timestamp::now();
    read.retain(|(message, _)| match too_old(campaign, message, now) {
        None => true,
        Some(reason) => {
            left_out.push(LeftOut { message: message.id.clone(), reason });
            false
        }
    });
    for (message, _) in &read {
        let status = message.batch.as_ref().and_then(|batch| batch.status.as_deref());
        if message.batch.is_some() && batch_retry(status) == BatchRetry::Unlikely {
            let status = status.unwrap_or_default();
            warnings.push(format!("The batch of {} is `{status}`, which hardly allows a retry; the server decides.", message.id));
        }
    }
    let plan = planner.plan(read.iter().map(|(message, asked_at)| (message, *asked_at, AnswerKind::Single)), now);
    left_out.extend(plan.left_out.iter().map(|left| LeftOut { message: left.message.clone(), reason: left.reason.to_string() }));
    Ok(Chosen { plan, left_out, warnings })
}

/// Whether the server knows no such message. A 404 for the whole campaign looks the same from
/// here; `check` tells them apart.
fn is_missing(error: &CallError) -> bool {
    error.is_not_found() && !error.is_access_refused()
}

/// A one-time password is worth nothing after its time.
fn too_old(campaign: &Campaign, message: &Message, now: Timestamp) -> Option<String> {
    if !campaign.config.one_time_password {
        return None;
    }
    let valid_for = SignedDuration::try_from(campaign.config.valid_for).unwrap_or(SignedDuration::MAX);
    match message.created_at {
        Some(created) if now.duration_since(created) <= valid_for => None,
        Some(_) => Some("too old for a one-time password".to_owned()),
        None => Some("a one-time password of unknown age".to_owned()),
    }
}

/// A planner that knows what the journal says: what is under way, and what the API refused.
fn planner(context: &Context, campaign: &Campaign, include_useless: bool) -> Result<(Planner, Vec<String>), Failure> {
    let mut planner = Planner { include_useless, ..Planner::default() };
    let folder = state::folder(context.common.state.as_deref(), |name| std::env::var(name).ok()).map_err(|error| broken(&error))?;
    let access = JournalAccess::open(&folder);
    let Some(journal) = access.readable() else {
        return Ok((planner, vec!["The journal cannot be read: what is under way elsewhere is not known.".to_owned()]));
    };
    let (base, id) = (campaign.base.as_str(), &campaign.config.id);
    let open = journal.open_actions(base, id).map_err(|error| broken(&error))?;
    // What a dead run only intended never left; the worker clears it away at its start.
    let blocks =
        |action: &&state::OpenAction| action.holder == Holder::Alive || action.entry.state == ActionState::Unknown || has_try(action);
    planner.under_way = open.iter().filter(blocks).filter_map(|action| action.entry.action.message().cloned()).collect();
    planner.out_of_attempts = journal.messages_refused_with(base, id, OUT_OF_ATTEMPTS).map_err(|error| broken(&error))?;
    Ok((planner, Vec::new()))
}

/// Whether a try of it was started and nobody wrote down how it ended.
fn has_try(action: &state::OpenAction) -> bool {
    action.last_try.as_ref().is_some_and(|last| last.outcome.is_none())
}

fn broken(error: &StateError) -> Failure {
    let next = "Mend the state folder, or name another one with `--state FOLDER`. Nothing was done.";
    Failure::new(Exit::Usage, "The journal of actions cannot be read.", sentence(error), next)
}
