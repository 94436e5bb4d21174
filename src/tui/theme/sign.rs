//! A sign for each status, so that colour is never the only difference.

use super::Role;
use crate::delivery::Status;

/// The sign of a status, one column wide. Only signs that every terminal draws one column wide, and
/// with `ascii` only letters of every keyboard.
pub fn sign(status: &Status, ascii: bool) -> &'static str {
    let (sign, letter) = match status {
        Status::Created => ("·", "."),
        Status::Enqueued => ("…", ":"),
        Status::Sending => ("›", ">"),
        Status::Sent => ("–", "-"),
        Status::SentToTelco => ("≥", "="),
        Status::Success => ("✓", "+"),
        Status::Failure => ("✗", "x"),
        Status::Other(_) => ("?", "?"),
    };
    if ascii { letter } else { sign }
}

/// What a status means on the screen.
pub fn role_of(status: &Status) -> Role {
    match status {
        Status::Success => Role::Fine,
        Status::Failure => Role::Failed,
        Status::Created | Status::Enqueued | Status::Sending | Status::Sent | Status::SentToTelco => Role::Moving,
        Status::Other(_) => Role::Unknown,
    }
}
