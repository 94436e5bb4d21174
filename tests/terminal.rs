//! The program itself in a pseudo-terminal: the real binary, typed at and looked at as a person does,
//! against a simulator whose log tells what really reached the server.
//!
//! A panic cannot be provoked from outside; that one gives the terminal back is tested where the
//! terminal and the loop live.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

#[path = "terminal/hands.rs"]
mod hands;
#[path = "terminal/program.rs"]
mod program;
#[path = "terminal/simulation.rs"]
mod simulation;

#[path = "terminal/faults.rs"]
mod faults;
#[path = "terminal/leaving.rs"]
mod leaving;
#[path = "terminal/retrying.rs"]
mod retrying;
#[path = "terminal/sizes.rs"]
mod sizes;
