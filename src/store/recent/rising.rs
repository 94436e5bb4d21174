//! Since when more fails than usual: the change point, by cumulative evidence.

/// The least share of failures that counts as usual: if nothing failed in a day, a single failure is not a rise.
const LEAST_USUAL: f64 = 0.001;

/// The smallest rise above the usual that is looked for. Two in a hundred is also the default limit above which a
/// campaign needs a person.
const LEAST_RISE: f64 = 0.02;

/// How much evidence makes a rise, as the natural logarithm of its odds against chance: 150 to 1. Two or three
/// failures in quick succession reach it.
const ENOUGH: f64 = 5.0;

/// Evidence is capped at this, so that a rise that is over is soon seen as over.
const MOST: f64 = 3.0 * ENOUGH;

/// The minute in which failures began to exceed the usual, if they still do in the last minute. `minutes` are
/// (minute, finished, failed), oldest first; minutes in which nothing finished may be left out.
///
/// Each finished message is evidence for a rise or against it, by how much likelier it is under the raised share than
/// under the usual one (Page's cumulative sum). The sum is never below zero, and a rise began where it last was zero.
pub fn since(minutes: impl Iterator<Item = (i64, usize, usize)>, usual_share: f64) -> Option<i64> {
    let usual = usual_share.clamp(LEAST_USUAL, 0.99);
    let raised = (usual * 2.0).max(usual + LEAST_RISE).min((1.0 + usual) / 2.0);
    let (a_failure, a_delivery) = ((raised / usual).ln(), ((1.0 - raised) / (1.0 - usual)).ln());
    let (mut evidence, mut began, mut is_rise) = (0.0_f64, None, false);
    for (minute, finished, failed) in minutes {
        let delivered = finished.saturating_sub(failed);
        let sum = evidence + failed as f64 * a_failure + delivered as f64 * a_delivery;
        if sum <= 0.0 {
            (evidence, began, is_rise) = (0.0, None, false);
            continue;
        }
        evidence = sum.min(MOST);
        began = began.or(Some(minute));
        is_rise |= evidence >= ENOUGH;
    }
    began.filter(|_| is_rise)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// 60 finished messages a minute, of which `failed` failed, for this many minutes each.
    fn minutes(parts: &[(i64, usize)]) -> Vec<(i64, usize, usize)> {
        let failed = parts.iter().flat_map(|(minutes, failed)| (0..*minutes).map(move |_| *failed));
        (0..).zip(failed).map(|(minute, failed)| (minute, 60, failed)).collect()
    }

    #[rstest]
    #[case(&[(100, 0), (20, 10)], Some(100))]
    #[case(&[(100, 0), (1, 1), (20, 0)], None)]
    #[case(&[(100, 0), (20, 0)], None)]
    #[case(&[(40, 0), (5, 10), (60, 0)], None)]
    #[case(&[(40, 0), (5, 10), (60, 0), (3, 6)], Some(105))]
    #[case(&[(10, 30)], Some(0))]
    fn a_rise_begins_where_it_began(#[case] parts: &[(i64, usize)], #[case] began: Option<i64>) {
        assert_eq!(since(minutes(parts).into_iter(), 0.002), began);
    }

    #[test]
    fn what_is_usual_is_no_rise() {
        assert_eq!(since(minutes(&[(200, 6)]).into_iter(), 0.1), None);
        assert_eq!(since(minutes(&[(200, 6), (10, 20)]).into_iter(), 0.1), Some(200));
    }

    #[test]
    fn minutes_without_an_end_say_nothing() {
        let sparse = [(0, 60, 0), (50, 3, 2), (90, 3, 3)];
        assert_eq!(since(sparse.into_iter(), 0.01), Some(50));
        assert_eq!(since(std::iter::empty(), 0.01), None);
    }
}
