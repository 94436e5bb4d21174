//! What a message, status, attempt, delivery error, recipient and template are.
