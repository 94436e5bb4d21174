//! Postwatch: a terminal dashboard for SMS deliveries sent through the Postman v2 API.
//!
//! The rooms, from the ground up. Each uses only rooms above it in this list; a test
//! (`tests/rooms.rs`) checks that.

pub mod delivery; // what a message, status, attempt, delivery error, recipient and template ARE
pub mod simulator; // the API, simulated; uses no other room
pub mod config; // the configuration file as raw values with line and column
pub mod postman; // the API on the wire: calls, transport, decoding, errors, retry decisions
pub mod store; // the loaded messages of one campaign: merged, counted, listed
pub mod state; // what is on disk: the journal of actions, the shared budget of calls
pub mod action; // pure: what can be done to the world, its plan, a run of many, and how an unknown outcome becomes known
pub mod monitor; // the worker of a campaign: budget, what to read next, the retries
pub mod tui; // the dashboard: state, update, views, keys, theme
pub mod cli; // arguments and one file a command
