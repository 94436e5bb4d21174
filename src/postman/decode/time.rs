//! Times in answers: RFC 3339, nearly always in one form, which is read without a parser.

use jiff::Timestamp;

/// The time in a text; `None` if it is not one. `2026-11-22T14:02:13.123+08:00` and the like are parsed by hand (a
/// page has ten thousand of them), everything else by jiff.
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    usual_form(text.as_bytes()).or_else(|| text.parse().ok())
}

fn usual_form(text: &[u8]) -> Option<Timestamp> {
    let (clock, rest) = text.split_at_checked(19)?;
    if clock[4] != b'-' || clock[7] != b'-' || clock[10] != b'T' || clock[13] != b':' || clock[16] != b':' {
        return None;
    }
    let (year, month, day) = (digits(&clock[..4])?, digits(&clock[5..7])?, digits(&clock[8..10])?);
    let (hour, minute, second) = (digits(&clock[11..13])?, digits(&clock[14..16])?, digits(&clock[17..19])?);
    // Leap seconds and impossible dates are left to jiff; the month's last days too.
    if !(1..=12).contains(&month) || !(1..=28).contains(&day) && !is_late_day(year, month, day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanosecond, zone) = match rest {
        [b'.', a, b, c, zone @ ..] => (digits(&[*a, *b, *c])? * 1_000_000, zone),
        zone => (0, zone),
    };
    let offset = match zone {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = i64::from(hours * 3600 + minutes * 60);
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let seconds = days_since_1970(year, month, day) * 86_400 + i64::from(hour * 3600 + minute * 60 + second) - offset;
    Timestamp::new(seconds, nanosecond).ok()
}

fn digits(text: &[u8]) -> Option<i32> {
    text.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i32::from(byte - b'0')))
}

fn is_late_day(year: i32, month: i32, day: i32) -> bool {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (29..=last).contains(&day)
}

/// Days of the Gregorian calendar, counted in years that begin in March, so that the leap day is
/// the last one.
fn days_since_1970(year: i32, month: i32, day: i32) -> i64 {
    let year = i64::from(if month <= 2 { year - 1 } else { year });
    let day_of_year = i64::from((153 * ((month + 9) % 12) + 2) / 5 + day - 1);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("2026-11-22T14:02:13.123+08:00")]
    #[case("2026-11-22T06:02:13.123Z")]
    #[case("2026-11-22T06:02:13Z")]
    #[case("2024-02-29T23:59:59.999-11:30")]
    #[case("2026-11-22T06:02:13.123456Z")]
    #[case("2026-11-22 06:02:13Z")]
    #[case("2026-12-31T23:59:60Z")]
    fn times_of_either_form(#[case] text: &str) {
        assert_eq!(timestamp(text), Some(text.parse().unwrap()));
    }

    #[rstest]
    #[case("2026-11-22")]
    #[case("2026-02-29T00:00:00Z")]
    #[case("2026-13-01T00:00:00Z")]
    #[case("2026-11-22T24:00:00Z")]
    #[case("2026-11-22T06:02:13.123")]
    #[case("yesterday")]
    #[case("")]
    #[case("２０26-11-22T06:02:13Z")]
    fn texts_that_tell_no_time(#[case] text: &str) {
        assert_eq!(timestamp(text), None);
    }

    proptest! {
        #[test]
        fn the_short_way_agrees_with_the_long_one(second in 0i64..4_102_444_800, milli in 0i32..1000) {
            let time = Timestamp::new(second, milli * 1_000_000).unwrap();
            let text = format!("{time:.3}");
            prop_assert_eq!(usual_form(text.as_bytes()), Some(time), "{}", text);
        }

        #[test]
        fn whatever_is_read_by_hand_jiff_reads_alike(text in "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{3})?(Z|[+-][0-2][0-9]:[0-5][0-9])") {
            if let Some(time) = usual_form(text.as_bytes()) {
                prop_assert_eq!(text.parse::<Timestamp>().ok(), Some(time), "{}", text);
            }
        }
    }
}
