//! The times that people give: RFC 3339, a date, a stretch back from now, `today`.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Failure;
use crate::config;

pub(super) use crate::postman::record::exact;

/// Which end of a day a date means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayEnd {
    /// Its first moment: for `--since`.
    Start,
    /// The moment after its last: "until Friday" has Friday in it.
    End,
}

/// What is allowed, for the help and for mistakes.
pub(super) const ALLOWED: &str = "2026-11-24T14:00:00+08:00, 2026-11-24, today, or a stretch back from now such as 2h or 3d";

/// The time that an option's text means, to the millisecond, as the API tells times.
///
/// # Errors
/// It means none.
pub(super) fn parse(option: &str, text: &str, day: DayEnd, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, Failure> {
    let time = meant(text.trim(), day, zone, now).and_then(|time| Timestamp::from_millisecond(time.as_millisecond()).ok());
    time.ok_or_else(|| {
        let what = format!("`{option} {}` is no time.", crate::delivery::clean_line(text));
        Failure::usage(what, format!("Allowed are {ALLOWED}."))
    })
}

fn meant(text: &str, day: DayEnd, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    if text.eq_ignore_ascii_case("today") {
        return end_of(zone.to_datetime(now).date(), day, zone);
    }
    if let Ok(back) = config::parse_duration(text) {
        return now.checked_sub(SignedDuration::try_from(back).ok()?).ok();
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    // A date alone before a date with a time of day: the second parser takes both.
    if text.len() <= "2026-11-24".len()
        && let Ok(date) = text.parse::<Date>()
    {
        return end_of(date, day, zone);
    }
    zone.to_timestamp(text.parse::<DateTime>().ok()?).ok()
}

fn end_of(date: Date, day: DayEnd, zone: &TimeZone) -> Option<Timestamp> {
    let date = match day {
        DayEnd::Start => date,
        DayEnd::End => date.tomorrow().ok()?,
    };
    zone.to_timestamp(date.to_datetime(Time::midnight())).ok()
}

/// A time for a person.
pub(super) fn shown(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned_datetime(zone.clone()).strftime("%-d %b %Y %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Singapore").unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-24T01:30:00.123456Z".parse().unwrap()
    }

    #[rstest]
    #[case("2026-11-22T06:00:00Z", DayEnd::Start, "2026-11-22T06:00:00Z")]
    #[case("2026-11-22T14:00:00+08:00", DayEnd::End, "2026-11-22T06:00:00Z")]
    #[case("2026-11-22T14:00", DayEnd::Start, "2026-11-22T06:00:00Z")]
    #[case("2026-11-22", DayEnd::Start, "2026-11-21T16:00:00Z")]
    #[case("2026-11-22", DayEnd::End, "2026-11-22T16:00:00Z")]
    #[case("today", DayEnd::Start, "2026-11-23T16:00:00Z")]
    #[case("2h", DayEnd::Start, "2026-11-23T23:30:00.123Z")]
    #[case("3d", DayEnd::End, "2026-11-21T01:30:00.123Z")]
    fn times(#[case] text: &str, #[case] day: DayEnd, #[case] expected: &str) {
        assert_eq!(parse("--since", text, day, &zone(), now()).unwrap(), expected.parse().unwrap());
    }

    #[rstest]
    #[case("")]
    #[case("tomorrow")]
    #[case("2026-13-01")]
    #[case("-2h")]
    #[case("2026-11-24T25:00:00Z")]
    fn no_times(#[case] text: &str) {
        let failure = parse("--since", text, DayEnd::Start, &zone(), now()).unwrap_err();
        assert_eq!(failure.exit, crate::cli::Exit::Usage);
        assert!(failure.text.next.contains("2h"));
    }

    #[test]
    fn times_are_written_as_the_api_writes_them() {
        assert_eq!(exact(now(), &zone()), "2026-11-24T09:30:00.123+08:00");
        assert_eq!(exact(now(), &TimeZone::UTC), "2026-11-24T01:30:00.123+00:00");
    }
}
