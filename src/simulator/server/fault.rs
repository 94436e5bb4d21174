//! Deliberate faults: what networks and proxies do to a call, and telcos to reports, by share, seeded.

use std::str::FromStr;

use thiserror::Error;

/// What happens to a call instead of its normal answer, or to reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// This HTTP status (429 or 5xx). A 429 was never performed; of the others every second was, which
    /// is why a client must treat a POST that got one as unknown.
    Status(u16),
    /// A proxy's page: 502 in HTML, not performed.
    Html,
    /// A proxy's own page: 200 in HTML, not performed.
    Page,
    /// 200 with a body that is not JSON, performed.
    Nonsense,
    /// This status and body instead of the API's. Only code sets it, so it has no name.
    Instead {
        /// The status.
        status: u16,
        /// The body.
        body: &'static str,
        /// Whether the call was performed.
        performed: bool,
    },
    /// The connection breaks in the middle of the answer, performed.
    Cut,
    /// No answer until the simulator stops, not performed.
    Hang,
    /// Performed at once, but its answer comes only after 40 s: most clients have given up by then.
    Late,
    /// The connection breaks before the call was performed.
    ResetBefore,
    /// The connection breaks after the call was performed, before its answer.
    ResetAfter,
    /// No report comes from the telco while it lasts: a share of messages, not of calls. Messages go on
    /// being sent, and stay with the telco.
    ReportsLate,
}

/// Which calls a fault affects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultyCalls {
    /// Every call.
    All,
    /// GETs.
    Reads,
    /// POSTs.
    Writes,
}

/// A fault and how often it happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    /// For which share of the calls, or of the messages, 0 to 1.
    pub share: f64,
    /// For which calls.
    pub calls: FaultyCalls,
    /// How many times at most; `None` is no limit.
    pub times: Option<u64>,
}

/// The form of a fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "expected KIND=SHARE, with a kind of `429`, `500`, `502`, `503`, `504`, `520`, `524`, `html`, \
     `page`, `nonsense`, `cut`, `hang`, `late`, `reset-before`, `reset-after` or `reports-late`, and a share from 0 to 1, not `{0}`"
)]
pub struct FaultExpected(String);

impl FromStr for Fault {
    type Err = FaultExpected;

    fn from_str(text: &str) -> Result<Self, FaultExpected> {
        let expected = || FaultExpected(text.to_owned());
        let (kind, share) = text.split_once('=').ok_or_else(expected)?;
        let kind = match kind.trim() {
            "html" => FaultKind::Html,
            "page" => FaultKind::Page,
            "nonsense" => FaultKind::Nonsense,
            "cut" => FaultKind::Cut,
            "hang" => FaultKind::Hang,
            "late" => FaultKind::Late,
            "reset-before" => FaultKind::ResetBefore,
            "reset-after" => FaultKind::ResetAfter,
            "reports-late" => FaultKind::ReportsLate,
            number => match number.parse() {
                Ok(status @ (429 | 500 | 502 | 503 | 504 | 520 | 524)) => FaultKind::Status(status),
                _ => return Err(expected()),
            },
        };
        let share: f64 = share.trim().parse().map_err(|_| expected())?;
        if !(0.0..=1.0).contains(&share) {
            return Err(expected());
        }
        Ok(Self { kind, share, calls: FaultyCalls::All, times: None })
    }
}

/// The active faults, and the chance that decides among them.
#[derive(Debug, Default)]
pub(super) struct Faults {
    list: Vec<Fault>,
    calls: u64,
    struck: u64,
}

impl Faults {
    /// Replaces the faults; gives the share of messages whose reports are late, which no call meets.
    pub(super) fn set(&mut self, list: Vec<Fault>) -> f64 {
        let (late, list): (Vec<_>, Vec<_>) = list.into_iter().partition(|fault| fault.kind == FaultKind::ReportsLate);
        self.list = list;
        late.iter().map(|fault| fault.share).sum()
    }

    /// How many calls met a fault.
    pub(super) fn struck(&self) -> u64 {
        self.struck
    }

    /// The fault that this call meets; `chance` gives, for a number, a share that is always the same.
    /// Also the number of the call.
    pub(super) fn strike(&mut self, reads: bool, chance: impl Fn(u64) -> f64) -> (Option<FaultKind>, u64) {
        self.calls += 1;
        // The shares of all faults are laid end to end on one scale, so that together they are their sum.
        let mut luck = chance(self.calls);
        for fault in &mut self.list {
            let meant = match fault.calls {
                FaultyCalls::All => true,
                FaultyCalls::Reads => reads,
                FaultyCalls::Writes => !reads,
            };
            if !meant || fault.times == Some(0) {
                continue;
            }
            if luck < fault.share {
                if let Some(times) = &mut fault.times {
                    *times -= 1;
                }
                self.struck += 1;
                return (Some(fault.kind), self.calls);
            }
            luck -= fault.share;
        }
        (None, self.calls)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("429=0.5", FaultKind::Status(429), 0.5)]
    #[case("503=1", FaultKind::Status(503), 1.0)]
    #[case("page=1", FaultKind::Page, 1.0)]
    #[case("late=0.1", FaultKind::Late, 0.1)]
    #[case("reset-after = 0", FaultKind::ResetAfter, 0.0)]
    #[case("reports-late=1", FaultKind::ReportsLate, 1.0)]
    fn faults_are_read(#[case] text: &str, #[case] kind: FaultKind, #[case] share: f64) {
        let expected = Fault { kind, share, calls: FaultyCalls::All, times: None };
        assert_eq!(text.parse(), Ok(expected));
    }

    #[rstest]
    #[case("")]
    #[case("html")]
    #[case("html=")]
    #[case("html=2")]
    #[case("html=-0.1")]
    #[case("html=NaN")]
    #[case("418=0.1")]
    fn other_texts_are_not(#[case] text: &str) {
        assert_eq!(text.parse::<Fault>(), Err(FaultExpected(text.to_owned())));
    }

    #[test]
    fn late_reports_are_met_by_no_call() {
        let mut faults = Faults::default();
        let late = faults.set(vec!["reports-late=0.25".parse().unwrap(), "html=0".parse().unwrap()]);
        assert!((late - 0.25).abs() < f64::EPSILON);
        assert_eq!(faults.strike(true, |_| 0.0).0, None);
        assert!(faults.set(Vec::new()) < f64::EPSILON);
    }

    #[test]
    fn shares_add_up_and_times_run_out() {
        let mut faults = Faults::default();
        let fault = |kind, share, calls, times| Fault { kind, share, calls, times };
        faults.set(vec![fault(FaultKind::Html, 0.5, FaultyCalls::All, Some(2)), fault(FaultKind::Hang, 0.5, FaultyCalls::Writes, None)]);
        let mut strike = |reads, luck: f64| faults.strike(reads, move |_| luck).0;
        assert_eq!(strike(true, 0.4), Some(FaultKind::Html));
        assert_eq!(strike(true, 0.6), None);
        assert_eq!(strike(false, 0.6), Some(FaultKind::Hang));
        assert_eq!(strike(true, 0.4), Some(FaultKind::Html));
        assert_eq!(strike(true, 0.4), None);
        assert_eq!(strike(false, 0.4), Some(FaultKind::Hang));
        assert_eq!(faults.struck(), 4);
    }
}
