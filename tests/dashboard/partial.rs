//! What was not loaded is never a figure.

use jiff::SignedDuration;
use postwatch::monitor::{BatchState, Connection, News};
use postwatch::postman::HostKind;
use postwatch::store::{AnswerKind, Gap, Reach};
use rstest::rstest;

use crate::desk::{Desk, Sms, card, rows, setup, sms};

const BATCH: &str = "batch_a41f0c22-1111-4222-8333-444455556666";

/// Twenty of a batch's messages; some of them failed.
fn part(failed: usize, total: u32) -> Vec<Sms> {
    let of = |number: u32| sms(number, if (number as usize) < failed { "failure" } else { "success" }, 100 + i64::from(number));
    (0..20).map(|number| of(number).batch(BATCH).uploaded(3_600, total)).collect()
}

#[rstest]
#[case::nothing_seen_to_fail(0, 150, "–", "–", "Enter loads")]
#[case::some_seen_to_fail(3, 150, "–", "3+", "Enter loads")]
#[case::whole(0, 20, "100", "0", "nothing failed")]
#[case::whole_with_failures(3, 20, "85.0", "3", "yes")]
fn a_batch_that_is_loaded_in_part(
    #[values(80, 100, 120)] columns: u16,
    #[case] failed: usize,
    #[case] total: u32,
    #[case] delivered: &str,
    #[case] failures: &str,
    #[case] retry: &str,
) {
    let mut desk = Desk::with(&part(failed, total), columns, 36);
    let line = desk.keys("2").line("clinic-nov.csv");
    let cells: Vec<&str> = line.split_whitespace().collect();
    assert!(cells.contains(&delivered) && cells.contains(&failures) && line.contains(retry), "{line}");
    assert_eq!((line.contains('▒'), line.contains("20 of 150")), (total > 20, total > 20), "{line}");
}

#[test]
fn a_list_of_it_says_how_much_that_is() {
    let mut desk = Desk::with(&part(0, 150), 120, 36);
    desk.keys("2 Enter").sees("20 of 20 loaded").sees("batch: loading, 20 of 150");
    desk.keys("f").sees("clinic-nov.csv, of 150").keys("j Space G Esc");
    // Nothing failed in what is loaded; of the rest nothing is known.
    desk.keys("f g j Space Enter").sees("Not all of it is loaded: batch: 20 of 150 loaded.");
    let mut desk = Desk::with(&part(0, 20), 120, 36);
    desk.keys("2 Enter")
        .sees("20 of 20 loaded")
        .misses("batch: 20")
        .keys("f g j Space Enter")
        .sees("Nothing that is")
        .misses("Not all of it");
}

#[test]
fn its_question_waits_until_it_is_loaded() {
    let mut desk = Desk::with(&part(0, 150), 120, 36);
    desk.keys("2 r").sees("Retry a whole batch, not all loaded yet").sees("One call retries all its failures: how many is known once all");
    desk.misses("cannot be retried").misses("0 failed").misses("Nothing to retry");
    let (generation, _) = desk.batches_asked[0].clone();
    desk.news(0, News::Batch { generation, state: BatchState::Reading(100) }).sees("Loading the batch: 100 of 150");
    let whole: Vec<Sms> = (0..150).map(|number| sms(number, "success", 100).batch(BATCH).uploaded(3_600, 150)).collect();
    desk.read_batch(0, &whole).sees("No retry of a whole batch, 0 failed").sees("none of its messages has failed");
}

/// A find can bring rows before the newest messages were ever read.
#[test]
fn what_a_find_brought_is_no_figure_of_the_campaign() {
    let mut desk = Desk::new(setup(vec![card("Clinic", HostKind::Test), card("Codes", HostKind::Test)]), 120, 36);
    desk.live(0).live(1);
    let found = rows(&part(0, 150)[..3], desk.now);
    let asked_at = desk.now;
    desk.news(0, News::Rows { rows: found, from: AnswerKind::Search, asked_at, reach: None, head: false });
    desk.sees("not loaded yet").misses("✗ 0").misses("0 ✗");
    desk.news(0, News::Connection(Connection::Live)).keys("BackTab");
    let screen = desk.screen();
    let line = screen.lines().find(|line| line.contains("Clinic ") && !line.starts_with("  TEST")).unwrap();
    assert!(line.contains('–') && !line.contains(" 0 "), "{line}");
}

/// After a sleep the minutes that were slept through are not loaded yet.
#[test]
fn a_gap_shortens_the_last_minutes() {
    let mut desk = Desk::with(&part(0, 20), 120, 36);
    let reach = |gap| Some(Reach { oldest: None, complete: true, gap });
    let minutes = |minutes| SignedDuration::from_mins(minutes);
    let gap = Gap { newer: desk.now - minutes(3), older: desk.now - minutes(40) };
    desk.answer(0, &part(0, 20), AnswerKind::List, reach(Some(gap)), true).sees("3 of 15 min");
    desk.answer(0, &part(0, 20), AnswerKind::List, reach(None), true).sees("15 min").misses("of 15 min");
}

/// A plan of what a list shows is of what is loaded of it.
#[test]
fn a_plan_of_a_part_says_so() {
    let mut desk = Desk::with(&part(3, 150), 120, 36);
    desk.keys("2 Enter f r").sees("Retry 3 messages").sees("Chosen: all 20 shown; batch: 20 of 150 loaded.");
}

/// While its history is still being loaded, a campaign's figures are of a part.
#[test]
fn a_campaign_that_is_still_loading_has_no_zeros() {
    let mut desk = Desk::new(setup(vec![card("Clinic", HostKind::Test), card("Codes", HostKind::Test)]), 120, 36);
    desk.live(0).live(1).head(0, &part(0, 20), false).head(1, &part(3, 20), false);
    desk.sees("loading, back to").sees("w ! Codes: 15.0 % failed").keys("BackTab");
    let figures = |desk: &Desk, name: &str| -> Vec<String> {
        let screen = desk.screen();
        let line = screen.lines().filter(|line| line.contains(name)).nth(1).unwrap().to_owned();
        line.split_whitespace().map(str::to_owned).collect()
    };
    let zeros = |desk: &Desk| figures(desk, "Clinic").iter().filter(|figure| figure.starts_with('0')).count();
    assert_eq!(zeros(&desk), 0, "{}", desk.screen());
    desk.keys("Esc").head(0, &part(0, 20), true).head(1, &part(3, 20), true).sees("live").keys("BackTab");
    assert_eq!(zeros(&desk), 3, "share, on the way, stuck:\n{}", desk.screen());
}

/// A batch is not known to be whole where its total is below what is loaded of it.
#[test]
fn a_total_below_what_is_loaded_is_not_believed() {
    let rows = part(0, 5);
    let mut desk = Desk::with(&rows, 120, 36);
    let line = desk.keys("2").line("clinic-nov.csv");
    assert!(line.contains("20+") && line.contains("Enter loads") && line.contains('▒'), "{line}");
    desk.keys("r").read_batch(0, &rows).sees("20 messages loaded; how many the batch has is unknown.");
    desk.misses("of 5").misses("All of it").sees("No retry of a whole batch, 0 failed of 20 loaded");
    desk.sees("no failure among the 20 messages").sees("loaded; how many it has is unknown).");
}
