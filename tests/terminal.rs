//! The program itself in a pseudo-terminal: the real binary, typed at and looked at as a person does,
//! against a simulator whose log tells what really reached the server.
//!
//! A panic of the program cannot be provoked from outside; that one gives the terminal back is tested with a screen
//! alone, in a process of its own.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

mod terminal {
    mod hands;
    mod program;
    mod simulation;

    mod background;
    mod canary;
    mod faults;
    mod hostile;
    mod journalling;
    mod keys;
    mod leaving;
    mod mousing;
    mod pasting;
    mod retrying;
    mod sending_files;
    mod sizes;
    mod starting;
    mod suspending;
    mod titling;
}
