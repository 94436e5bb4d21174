//! The store against a plain model of it.

mod counted;
mod listed;
mod merged;
pub(crate) mod model;
mod sorted;
mod trimmed;
