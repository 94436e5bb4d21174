//! Postwatch: a terminal dashboard for SMS deliveries sent through the Postman v2 API.
//!
//! The rooms, from the ground up. Each uses only rooms above it in this list; a test
//! (`tests/rooms.rs`) guards that.

pub mod config; // the file as raw values with their places, and every mistake in it
pub mod delivery; // what a message, status, attempt, delivery error, recipient and template ARE
pub mod simulator; // the API, imitated; uses no other room
pub mod state; // what is on disk: the journal of actions
