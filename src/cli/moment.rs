//! The times given in options, and times as they are shown.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Failure;
use crate::config::{GivenTime, MOMENTS};

pub(super) use crate::config::DayEnd;
pub(super) use crate::postman::record::exact;

/// The time that an option's text means, to the millisecond.
///
/// # Errors
/// It is not a time.
pub(super) fn parse(option: &str, text: &str, day: DayEnd, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, Failure> {
    let time = GivenTime::parse(text, day, zone).ok().and_then(|moment| moment.at(zone, now));
    time.ok_or_else(|| {
        let what = format!("`{option} {}` is not a time.", crate::delivery::clean_line(text));
        Failure::usage(what, format!("Give {MOMENTS}."))
    })
}

/// A time for a person.
pub(super) fn shown(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned_datetime(zone.clone()).strftime("%-d %b %Y %H:%M:%S").to_string()
}

/// The time of day for a person, exact enough to tell two of the same second apart.
pub(super) fn clock_time(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned_datetime(zone.clone()).strftime("%H:%M:%S%.3f").to_string()
}

/// How far back something goes, to follow what it is; empty without a time.
pub(super) fn back_to(oldest: Option<Timestamp>, zone: &TimeZone) -> String {
    oldest.map(|oldest| format!(", back to {}", shown(oldest, zone))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Singapore").unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-24T01:30:00.123456Z".parse().unwrap()
    }

    #[test]
    fn an_option_is_a_time_or_a_mistake_in_usage() {
        let parse = |text| parse("--since", text, DayEnd::Start, &zone(), now());
        assert_eq!(parse("2026-11-22").unwrap(), "2026-11-21T16:00:00Z".parse().unwrap());
        let failure = parse("tomorrow").unwrap_err();
        assert_eq!(failure.exit, crate::cli::Exit::Usage);
        assert!(failure.text.what.contains("--since tomorrow") && failure.text.next.contains("2h"));
    }

    #[test]
    fn times_are_written_as_the_api_writes_them() {
        assert_eq!(exact(now(), &zone()), "2026-11-24T09:30:00.123+08:00");
        assert_eq!(exact(now(), &TimeZone::UTC), "2026-11-24T01:30:00.123+00:00");
    }
}
