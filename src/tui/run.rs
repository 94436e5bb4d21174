//! The loop between keyboard, workers and screen.

mod dashboard;

pub use dashboard::{Dashboard, QuestionId};
