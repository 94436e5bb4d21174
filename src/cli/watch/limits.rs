//! What ends a watch, apart from its reader.

use std::time::Duration;

use crate::config;

/// From how many finished messages on a share of failures means something.
const ENOUGH: usize = 50;

/// What ends a watch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limits {
    /// When nothing that existed at the start is on the way.
    pub until_done: bool,
    /// After this time.
    pub timeout: Option<Duration>,
    /// When a larger share failed.
    pub most_failures: Option<Share>,
}

/// A share, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Share(f64);

impl Limits {
    /// Whether more failed than is allowed.
    pub fn is_exceeded(&self, failed: usize, finished: usize) -> bool {
        self.most_failures.is_some_and(|most| finished >= ENOUGH && failed as f64 > most.0 * finished as f64)
    }
}

/// A duration.
pub(super) fn timeout(text: &str) -> Result<Duration, String> {
    config::parse_duration(text).map_err(|_| "expected a time such as 90s, 30m or 2h".to_owned())
}

/// A share in percent, with or without the sign.
pub(super) fn share(text: &str) -> Result<Share, String> {
    let number = text.trim().trim_end_matches('%').trim_end();
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let percent: Option<f64> = plain.then(|| number.parse().ok()).flatten();
    let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
    percent.map(|percent| Share(percent / 100.0)).ok_or_else(|| "expected a share from 0% to 100%, such as 2% or 0.5%".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2%", Some(0.02))]
    #[case("2", Some(0.02))]
    #[case("0.5 %", Some(0.005))]
    #[case("0", Some(0.0))]
    #[case("100%", Some(1.0))]
    #[case("101", None)]
    #[case("-1", None)]
    #[case("nan", None)]
    #[case("%", None)]
    fn shares(#[case] text: &str, #[case] expected: Option<f64>) {
        assert_eq!(share(text).ok(), expected.map(Share));
    }

    #[rstest]
    #[case(49, 49, false)]
    #[case(1, 50, false)]
    #[case(2, 50, true)]
    #[case(2, 100, false)]
    #[case(3, 100, true)]
    fn failures_count_from_fifty_on(#[case] failed: usize, #[case] finished: usize, #[case] exceeded: bool) {
        let limits = Limits { until_done: false, timeout: None, most_failures: Some(Share(0.02)) };
        assert_eq!(limits.is_exceeded(failed, finished), exceeded);
        assert!(!Limits { most_failures: None, ..limits }.is_exceeded(failed, finished));
    }
}
