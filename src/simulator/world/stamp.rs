//! Times on the wire: RFC 3339 with milliseconds at `+08:00`, written by hand because a page holds
//! some twelve thousand of them.

use jiff::Timestamp;

/// Singapore is eight hours ahead of UTC all year.
const OFFSET_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// A calendar day and the time within it, in Singapore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) ms_of_day: i64,
}

/// What a wall clock in Singapore shows at `ms` since 1970.
pub(super) fn civil(ms: i64) -> Civil {
    let local = ms.saturating_add(OFFSET_MS);
    let days = local.div_euclid(DAY_MS);
    // Howard Hinnant's `civil_from_days`: years start in March, so that the leap day comes last.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
        ms_of_day: local.rem_euclid(DAY_MS),
    }
}

/// Midnight in Singapore at or before `ms`, in milliseconds since 1970.
pub(super) fn midnight(ms: i64) -> i64 {
    ms - (ms + OFFSET_MS).rem_euclid(DAY_MS)
}

/// Appends the stamp of `ms`, for example `2026-06-16T11:00:00.123+08:00`.
pub(super) fn write_stamp(out: &mut Vec<u8>, ms: i64) {
    let Civil { year, month, day, ms_of_day } = civil(ms);
    let mut text = *b"0000-00-00T00:00:00.000+08:00";
    let mut put = |at: usize, width: usize, mut value: i64| {
        for place in (at..at + width).rev() {
            if let Some(byte) = text.get_mut(place) {
                *byte = b'0' + (value % 10) as u8;
            }
            value /= 10;
        }
    };
    put(0, 4, year);
    put(5, 2, month);
    put(8, 2, day);
    put(11, 2, ms_of_day / 3_600_000);
    put(14, 2, ms_of_day / 60_000 % 60);
    put(17, 2, ms_of_day / 1000 % 60);
    put(20, 3, ms_of_day % 1000);
    out.extend_from_slice(&text);
}

/// The milliseconds since 1970 that a stamp names, in any offset.
pub(super) fn parse_stamp(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stamp(ms: i64) -> String {
        let mut out = Vec::new();
        write_stamp(&mut out, ms);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn known_stamps() {
        assert_eq!(stamp(0), "1970-01-01T08:00:00.000+08:00");
        assert_eq!(stamp(951_782_399_999), "2000-02-29T07:59:59.999+08:00");
        assert_eq!(stamp(1_781_578_800_123), "2026-06-16T11:00:00.123+08:00");
        assert_eq!(midnight(1_781_578_800_123), 1_781_539_200_000);
    }

    proptest! {
        #[test]
        fn a_stamp_reads_back(ms in 0..4_102_444_800_000i64) {
            prop_assert_eq!(parse_stamp(&stamp(ms)), Some(ms));
        }
    }
}
