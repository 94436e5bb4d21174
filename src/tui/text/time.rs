//! Times and ages as people read them.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A time for a list: `14:02:11` today, `21 Nov 03:02` on another day, `21 Nov 2025` in another
/// year. Days are those of `zone`. At most 12 columns.
pub fn short_time(at: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
    let (at, today) = (at.to_zoned_datetime(zone.clone()), now.to_zoned_datetime(zone.clone()));
    let form = if at.date() == today.date() {
        "%H:%M:%S"
    } else if at.year() == today.year() {
        "%d %b %H:%M"
    } else {
        "%d %b %Y"
    };
    at.strftime(form).to_string()
}

/// A time to the minute: `14:02` today, else as in [`short_time`].
pub fn short_minute(at: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
    let time = short_time(at, zone, now);
    let is_today = time.len() == "14:02:11".len();
    time.get(..5).filter(|_| is_today).map(str::to_owned).unwrap_or(time)
}

/// A time for the detail: `2026-11-24 14:02:11.120 +08:00`.
pub fn exact_time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S.%3f %:z").to_string()
}

/// How long ago something was: `3 s`, `4 min`, `3 h 10 min`, `2 d`. The future, by a clock that is
/// wrong, is `0 s` ago.
pub fn age(age: SignedDuration) -> String {
    let seconds = age.as_secs().max(0);
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match (hours, minutes % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        // Up to two days in hours: whether something is older than 24 hours often matters.
        (hours @ 1..48, 0) => format!("{hours} h"),
        (hours @ 1..48, minutes) => format!("{hours} h {minutes} min"),
        (hours, _) => format!("{} d", hours / 24),
    }
}

/// How long ago a time of the server is, or how far ahead if by more than clocks may differ: `3 s ago`, `5 h ahead`.
pub fn ago(age_of_it: SignedDuration) -> String {
    const APART: SignedDuration = SignedDuration::from_secs(60);
    if age_of_it < -APART { format!("{} ahead", age(-age_of_it)) } else { format!("{} ago", age(age_of_it)) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn singapore() -> TimeZone {
        TimeZone::get("Asia/Singapore").unwrap()
    }

    #[rstest]
    #[case("2026-11-24T06:02:11.120Z", "14:02:11")]
    #[case("2026-11-23T16:00:00Z", "00:00:00")]
    #[case("2026-11-23T15:59:59Z", "23 Nov 23:59")]
    #[case("2026-11-20T19:02:00Z", "21 Nov 03:02")]
    #[case("2025-11-20T19:02:00Z", "21 Nov 2025")]
    fn a_list_tells_the_time_of_today_and_the_day_of_others(#[case] at: Timestamp, #[case] expected: &str) {
        let now: Timestamp = "2026-11-24T06:03:07Z".parse().unwrap();
        assert_eq!(short_time(at, &singapore(), now), expected);
    }

    #[rstest]
    #[case("2026-11-24T06:02:11.120Z", "14:02")]
    #[case("2026-11-23T15:59:59Z", "23 Nov 23:59")]
    fn a_minute_of_today_has_no_seconds(#[case] at: Timestamp, #[case] expected: &str) {
        assert_eq!(short_minute(at, &singapore(), "2026-11-24T06:03:07Z".parse().unwrap()), expected);
    }

    #[test]
    fn a_detail_tells_it_to_the_millisecond_with_the_offset() {
        let at: Timestamp = "2026-11-24T06:02:11.120Z".parse().unwrap();
        assert_eq!(exact_time(at, &singapore()), "2026-11-24 14:02:11.120 +08:00");
        assert_eq!(exact_time(at, &TimeZone::UTC), "2026-11-24 06:02:11.120 +00:00");
    }

    #[rstest]
    #[case(7_200, "2 h ago")]
    #[case(0, "0 s ago")]
    #[case(-60, "0 s ago")]
    #[case(-5 * 3_600, "5 h ahead")]
    fn what_is_still_to_come_is_not_ago(#[case] seconds: i64, #[case] expected: &str) {
        assert_eq!(ago(SignedDuration::from_secs(seconds)), expected);
    }

    #[rstest]
    #[case(-5, "0 s")]
    #[case(3, "3 s")]
    #[case(59, "59 s")]
    #[case(60, "1 min")]
    #[case(299, "4 min")]
    #[case(3_600, "1 h")]
    #[case(3 * 3_600 + 600, "3 h 10 min")]
    #[case(26 * 3_600, "26 h")]
    #[case(48 * 3_600, "2 d")]
    #[case(200 * 3_600, "8 d")]
    fn ages_are_short(#[case] seconds: i64, #[case] expected: &str) {
        assert_eq!(age(SignedDuration::from_secs(seconds)), expected);
    }
}
