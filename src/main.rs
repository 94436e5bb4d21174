//! Postwatch.
fn main() {}
