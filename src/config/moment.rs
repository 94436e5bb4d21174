//! The times that people give: RFC 3339, a date, a duration back from now, `today`.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Expected, parse_duration};

/// What is allowed, for the help and for mistakes.
pub const MOMENTS: &str = "2026-11-24T14:00:00+08:00, 2026-11-24, today, or a duration back from now such as 2h or 3d";

/// Which end of its day a date means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayEnd {
    /// Its first moment: for a beginning.
    Start,
    /// The moment after its last: "until Friday" includes Friday.
    End,
}

/// A time as a person gave it. All but the first kind move with the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenTime {
    /// This time.
    At(Timestamp),
    /// This long before now.
    Ago(SignedDuration),
    /// The beginning or the end of today.
    Today(DayEnd),
}

impl GivenTime {
    /// What a text means; a date is in `zone`.
    ///
    /// # Errors
    /// It is not a time.
    pub fn parse(text: &str, day: DayEnd, zone: &TimeZone) -> Result<GivenTime, Expected> {
        meant(text.trim(), day, zone).ok_or_else(|| Expected { expected: MOMENTS.to_owned(), nearest: None })
    }

    /// The time that it means at `now`, to the millisecond, as the API gives times; `None` if it is out of
    /// range.
    pub fn at(self, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
        let time = match self {
            GivenTime::At(time) => Some(time),
            GivenTime::Ago(back) => now.checked_sub(back).ok(),
            GivenTime::Today(day) => end_of(zone.to_datetime(now).date(), day, zone),
        };
        time.and_then(|time| Timestamp::from_millisecond(time.as_millisecond()).ok())
    }

    /// Whether it means a different time later.
    pub fn moves(self) -> bool {
        !matches!(self, GivenTime::At(_))
    }
}

/// A text that [`GivenTime::parse`] understands as the same moment.
impl fmt::Display for GivenTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GivenTime::At(time) => write!(out, "{time}"),
            GivenTime::Today(_) => out.write_str("today"),
            GivenTime::Ago(back) => {
                let mut rest = back.as_secs().max(1);
                for (unit, seconds) in [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)] {
                    if rest >= seconds {
                        write!(out, "{}{unit}", rest / seconds)?;
                        rest %= seconds;
                    }
                }
                Ok(())
            }
        }
    }
}

fn meant(text: &str, day: DayEnd, zone: &TimeZone) -> Option<GivenTime> {
    if text.eq_ignore_ascii_case("today") {
        return Some(GivenTime::Today(day));
    }
    if let Ok(back) = parse_duration(text) {
        return SignedDuration::try_from(back).ok().map(GivenTime::Ago);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(GivenTime::At(time));
    }
    // A date alone before a date with a time of day: the second parser takes both.
    if text.len() <= "2026-11-24".len()
        && let Ok(date) = text.parse::<Date>()
    {
        return end_of(date, day, zone).map(GivenTime::At);
    }
    zone.to_timestamp(text.parse::<DateTime>().ok()?).ok().map(GivenTime::At)
}

fn end_of(date: Date, day: DayEnd, zone: &TimeZone) -> Option<Timestamp> {
    let date = match day {
        DayEnd::Start => date,
        DayEnd::End => date.tomorrow().ok()?,
    };
    zone.to_timestamp(date.to_datetime(Time::midnight())).ok()
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
    #[case("today", DayEnd::End, "2026-11-24T16:00:00Z")]
    #[case("2h", DayEnd::Start, "2026-11-23T23:30:00.123Z")]
    #[case("1h30m", DayEnd::Start, "2026-11-24T00:00:00.123Z")]
    #[case("3d", DayEnd::End, "2026-11-21T01:30:00.123Z")]
    fn times_and_back(#[case] text: &str, #[case] day: DayEnd, #[case] expected: Timestamp) {
        let moment = GivenTime::parse(text, day, &zone()).unwrap();
        assert_eq!(moment.at(&zone(), now()), Some(expected));
        assert_eq!(GivenTime::parse(&moment.to_string(), day, &TimeZone::UTC).unwrap(), moment, "written as it is read");
    }

    #[rstest]
    #[case("")]
    #[case("tomorrow")]
    #[case("2026-13-01")]
    #[case("-2h")]
    #[case("2026-11-24T25:00:00Z")]
    fn no_times(#[case] text: &str) {
        assert!(GivenTime::parse(text, DayEnd::Start, &zone()).unwrap_err().expected.contains("2h"));
    }
}
