//! The time of day is set while the dashboard is open: what waits and what ages does not notice, and times of day are
//! shown as they are now.

use jiff::SignedDuration;
use postwatch::monitor::{Connection, News};
use postwatch::postman::{CallProblem, HostKind};
use postwatch::tui::Event;
use rstest::rstest;

use crate::desk::{Desk, card, explanation, run_of, setup, sms};
use crate::running::failures;

/// Somebody sets the time of day.
fn set(desk: &mut Desk, minutes: i64) {
    desk.event(Event::ClockSet { ahead: SignedDuration::from_mins(minutes) });
}

#[rstest]
#[case(-60, "as of 13:03")]
#[case(60, "as of 15:03")]
fn the_age_of_the_data_grows_whatever_the_time_of_day_is(#[case] minutes: i64, #[case] until: &str) {
    let mut desk = Desk::with(&[sms(1, "success", 60)], 120, 36);
    desk.news(0, News::Connection(Connection::Live));
    set(&mut desk, minutes);
    desk.misses(" old").wait(25_000).sees("25 s old");
    // Every call fails: that shows, although it is an hour earlier by the wall.
    desk.wait(275_000).sees("5 min old").sees(until);
    let until = desk.now + SignedDuration::from_secs(20);
    desk.news(0, News::Connection(Connection::Waiting { until, met: CallProblem::NoAnswer, why: explanation("no encrypted connection") }))
        .sees("no answer for 5 min");
}

/// What has ended has a time, and keeps it: in the results, the activity, the notices and what is exported of them.
#[rstest]
fn what_has_happened_keeps_its_time(#[values(-60, 60)] minutes: i64) {
    let mut desk = crate::running::started(120, 36);
    crate::running::ended(&mut desk);
    desk.notice(postwatch::monitor::NoticeWeight::Warning, "something happened");
    let times = |desk: &mut Desk| -> Vec<String> {
        let results = desk.keys("Esc Esc : r e s u l t s Enter").sees("Results of the run").screen();
        let notices = desk.keys("Esc !").sees("Notices, newest first").screen();
        let activity = desk.keys("Esc 5").sees("outcome").screen();
        let lines: Vec<&str> = [&results, &notices, &activity].into_iter().flat_map(|screen| screen.lines()).collect();
        let is_time = |word: &&str| word.len() == 8 && word.starts_with("14:0");
        lines
            .iter()
            .filter(|line| !line.contains("as of"))
            .flat_map(|line| line.split_whitespace())
            .filter(is_time)
            .map(str::to_owned)
            .collect()
    };
    let before = times(&mut desk);
    assert!(before.len() > 10, "{before:?}");
    desk.event(Event::ClockSet { ahead: SignedDuration::from_mins(minutes) }).wait(6_000);
    assert_eq!(times(&mut desk), before);
}

#[rstest]
fn what_was_opened_closes_when_its_time_is_over(#[values(-600, -60, 3, 600)] minutes: i64) {
    let mut locked = card("Clinic", HostKind::Production);
    locked.read_only = true;
    let mut desk = Desk::new(setup(vec![locked]), 120, 36);
    desk.live(0).head(0, &[sms(4_018, "failure", 60)], true);
    desk.keys(": u n l o c k Enter").wait(500).keys("C l i n i c Enter");
    set(&mut desk, minutes);
    desk.sees("UNLOCKED 15 min").wait(14 * 60_000).sees("UNLOCKED 1 min").wait(60_000).misses("UNLOCKED").sees("is locked again");
}

#[rstest]
fn a_reveal_ends_after_thirty_seconds(#[values(-600, 600)] minutes: i64) {
    let mut desk = Desk::with(&[sms(4_018, "failure", 60)], 120, 36);
    desk.keys("v").sees("65 8000 4018");
    set(&mut desk, minutes);
    desk.wait(29_000).sees("65 8000 4018").wait(1_000).misses("65 8000 4018");
}

#[rstest]
fn a_question_is_closed_and_a_yes_taken_back_by_a_clock_that_says_more(
    #[values(false, true)] agreed: bool,
    #[values(-10, 10)] minutes: i64,
) {
    let mut desk = Desk::with(&failures(), 120, 36);
    desk.keys("3 G r").wait(1_000);
    if agreed {
        desk.keys("y").sees("Starting in");
    }
    set(&mut desk, minutes);
    desk.sees("the clock was set").misses("Retry 6 messages").wait(10_000);
    assert!(!desk.commands().iter().any(|command| run_of(command).is_some()));
}

#[test]
fn a_clock_that_is_put_right_a_little_changes_nothing() {
    let mut desk = Desk::with(&failures(), 120, 36);
    desk.keys("3 G r").wait(1_000);
    desk.event(Event::ClockSet { ahead: SignedDuration::from_secs(-7) }).sees("Retry 6 messages").sees("Planned at 14:03:00");
    desk.keys("y").wait(3_000);
    assert!(matches!(desk.commands().as_slice(), [command] if run_of(command).is_some()));
}

/// What the server says is still to come is not told as just now.
#[test]
fn a_message_created_ahead_of_now_says_so() {
    let mut desk = Desk::with(&[sms(1, "failure", -5 * 3_600)], 120, 36);
    let line = desk.keys("Enter").line(", 5 h ahead");
    assert!(line.contains("created") && !line.contains("ago"), "{line}");
}

/// A number and its noun agree.
#[test]
fn one_key_that_was_taken_for_a_paste_is_one() {
    let mut desk = Desk::with(&[sms(1, "success", 60)], 120, 36);
    desk.event(Event::PasteDropped { keys: Some(1) }).sees("1 key arrived at once and was taken for a paste.");
    desk.event(Event::PasteDropped { keys: Some(3) }).sees("3 keys arrived at once and were taken for a paste.");
}
