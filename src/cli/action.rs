//! Actions from a script: what earlier runs left is found out, what was agreed to is carried out, and each outcome
//! is reported.

mod before;
mod carry_out;
mod report;
mod stages;
mod waiting;

pub(super) use before::{Before, NOTHING, find_out};
pub(super) use carry_out::carry_out;
pub(super) use report::OutcomeReport;
