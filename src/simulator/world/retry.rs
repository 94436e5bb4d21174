//! Retrying one message, and all failures of a batch.

use super::campaign::{BatchStatus, Campaign};
use super::course::Status;
use super::refusal::Refusal;

/// Begins another attempt of a message, of which the first send and so many retries are allowed; gives its serial.
pub(super) fn retry(campaign: &mut Campaign, id: &str, retries: u32, now: i64) -> Result<u32, Refusal> {
    let serial = campaign.find(id).ok_or_else(Refusal::not_in_failure)?;
    let (status, used) = campaign.status(serial, now, &mut Vec::new());
    if status != Status::Failure {
        return Err(Refusal::not_in_failure());
    }
    let batch = campaign.message(serial).and_then(|message| campaign.batch_of(message));
    if batch.is_some_and(|(_, batch)| !batch.status.allows_retry()) {
        return Err(Refusal::batch_not_retryable());
    }
    if used > retries as usize {
        return Err(Refusal::too_many_attempts(retries));
    }
    campaign.retry(serial, now);
    Ok(serial)
}

/// Begins another attempt of every failure of a batch, worth a retry or not; gives how many.
///
/// Side effect of the API, kept here: refused for a message that is still `created`, the batch itself
/// becomes `messages_enqueuing_failed`.
pub(super) fn retry_batch(campaign: &mut Campaign, id: &str, retries: u32, now: i64) -> Result<usize, Refusal> {
    let index = campaign.find_batch(id).ok_or_else(Refusal::batch_not_retryable)?;
    let batch = campaign.batch(index).ok_or_else(Refusal::batch_not_retryable)?;
    // Until its rows have shown up, a batch cannot be retried.
    if !batch.status.allows_retry() || (batch.rows.len() as u64) < batch.total {
        return Err(Refusal::batch_not_retryable());
    }
    let mut courses = Vec::new();
    let mut failed = Vec::new();
    let mut unresolved = false;
    for serial in &batch.rows {
        match campaign.status(*serial, now, &mut courses) {
            (Status::Created, _) => unresolved = true,
            (Status::Failure, used) if used <= retries as usize => failed.push(*serial),
            _ => {}
        }
    }
    let status = if unresolved { BatchStatus::EnqueuingFailed } else { BatchStatus::Enqueued };
    if (unresolved || !failed.is_empty())
        && let Some(batch) = campaign.batch_mut(index)
    {
        batch.status = status;
    }
    if unresolved {
        return Err(Refusal::unresolved());
    }
    if failed.is_empty() {
        return Err(Refusal::nothing_to_retry());
    }
    for serial in &failed {
        campaign.retry(*serial, now);
    }
    Ok(failed.len())
}
