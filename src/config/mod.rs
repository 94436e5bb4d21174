//! The configuration as raw values with their places.

mod expected;

pub use expected::Expected;
