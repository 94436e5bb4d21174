//! The program itself, from outside: the real binary against a simulator in this process, with a
//! configuration and a state folder of its own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

mod cli {
    pub mod stage;

    mod checking;
    mod choosing;
    mod configuring;
    #[cfg(target_os = "linux")]
    mod dumping;
    mod exits;
    mod finding;
    mod interrupting;
    mod journalling;
    mod keys;
    mod meanwhile;
    mod naming;
    mod parts;
    mod proxying;
    mod reading;
    mod refusals;
    mod retrying;
    mod running;
    mod sending;
    mod sending_files;
    mod simulating;
    mod tunnelling;
    mod watching;
    mod windows;
}
