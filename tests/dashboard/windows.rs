//! The time window that a campaign starts with, and that everything speaks of it.

use jiff::SignedDuration;
use postwatch::monitor::Command;
use postwatch::postman::HostKind;
use postwatch::store::AnswerKind;
use postwatch::tui::{Effect, Setup};
use rstest::rstest;

use crate::desk::{Desk, Sms, card, setup, sms};

/// Seconds of an hour.
const HOUR: i64 = 3_600;

fn desk(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), columns, rows);
    desk.live(0).commands();
    desk
}

/// How far back the commands ask for messages.
fn asked_back(commands: &[Command]) -> Vec<SignedDuration> {
    commands.iter().filter_map(|command| if let Command::ReadBack(span) = command { Some(*span) } else { None }).collect()
}

#[test]
fn it_is_the_last_24_hours_from_the_first_frame_on() {
    let mut desk = desk(120, 36);
    desk.sees(" 24 h         not loaded yet");
    // What a find brings before the newest messages are loaded says nothing about them.
    desk.answer(0, &[sms(7, "failure", 200 * HOUR)], AnswerKind::Search, None, false).sees(" 24 h         not loaded yet");
    desk.head(0, &[sms(1, "success", HOUR), sms(2, "failure", 30 * HOUR)], true);
    desk.sees(" 24 h  ").sees("1 ✓ delivered   0 ✗").sees("last 24 h").sees("65∙∙∙∙0001").misses("65∙∙∙∙0002");
    assert_eq!(desk.commands(), []);
}

#[rstest]
#[case(30, "last 3 d", &[])]
#[case(100, "last 7 d", &[7 * 24])]
#[case(300, "all messages", &[])]
fn where_nothing_is_in_it_the_shortest_window_with_a_message_is_shown(#[case] hours: i64, #[case] shown: &str, #[case] back: &[i64]) {
    let mut desk = desk(120, 36);
    desk.head(0, &[sms(1, "success", hours * HOUR)], false).sees(shown).sees("65∙∙∙∙0001");
    // What is shown is loaded without being asked for, where that is further back than the configuration says.
    assert_eq!(asked_back(&desk.commands()), back.iter().map(|hours| SignedDuration::from_hours(*hours)).collect::<Vec<_>>());
    // It was found at the start: a new message does not change it under the reader's eyes.
    desk.head(0, &[sms(3, "created", 5)], false).sees(shown).sees("65∙∙∙∙0003").sees("65∙∙∙∙0001");
}

#[test]
fn a_campaign_without_a_message_waits_for_its_first_one() {
    let mut desk = desk(120, 36);
    desk.head(0, &[], true).sees(" 24 h  ").sees("No messages in this campaign yet.");
    desk.head(0, &[sms(1, "created", 5)], true).sees("last 24 h").sees("65∙∙∙∙0001");
}

#[test]
fn clearing_takes_away_the_filter_and_the_find_and_keeps_the_window() {
    let mut desk = desk(120, 36);
    desk.head(0, &[sms(1, "success", 60), sms(2, "failure", 2 * HOUR)], true).misses("0 clear");
    desk.keys("t g j Enter").sees("last 1 h").misses("0 clear").keys("f j Enter").sees("failed · last 1 h").sees("0 clear");
    desk.keys("0").sees("last 1 h").misses("failed · ").misses("0 clear");
    for view in ["2", "3", "d"] {
        desk.keys(view).keys("0").sees("last 1 h").misses("0 all times");
    }
}

#[rstest]
#[case("g j Enter")]
#[case("g j j j Enter")]
#[case("g j j j j Enter")]
#[case("g Enter")]
fn the_classes_add_up_to_the_total_of_the_list(#[case] window: &str) {
    let ages = [30, 700, 1_300, 5_000, 20_000, 80_000, 100_000, 500_000, 800_000];
    let statuses = ["success", "failure", "created", "sending", "sent", "sent_to_telco", "parked"];
    let place = |place: usize| (u32::try_from(place).unwrap(), ages[place % ages.len()] + place as i64);
    let of = |(number, age): (u32, i64)| sms(number, statuses[number as usize % statuses.len()], age);
    let messages: Vec<Sms> = (0..90).map(|number| of(place(number))).collect();
    let mut desk = desk(200, 60);
    desk.head(0, &messages, true).keys("t").keys(window);
    let figure = |word: &str| -> usize {
        let line = desk.screen().lines().nth(1).unwrap().to_owned();
        let before: Vec<&str> = line.split(word).next().unwrap().split_whitespace().collect();
        if line.contains(word) { before.last().unwrap().replace(',', "").parse().unwrap() } else { 0 }
    };
    let words = [" ✓", " ✗", "on the way", "stuck", "unconfirmed", "sent abroad", "other"];
    let sum: usize = words.into_iter().map(figure).sum();
    let listed = desk.screen().lines().find(|line| line.contains("row 1 ·")).unwrap().to_owned();
    assert!(listed.contains(&format!("row 1 · {sum} loaded")), "{sum}\n{}", desk.screen());
    desk.keys("d").sees(&format!(" of {sum} not delivered")).keys("3").sees(&format!(" of {sum} "));
}

#[test]
fn a_chosen_window_is_kept_for_the_next_start_and_a_found_one_is_not() {
    let start = |session| {
        let campaigns = vec![card("Clinic reminders", HostKind::Test)];
        Desk::new(Setup { session, ..setup(campaigns) }, 120, 36)
    };
    let messages = [sms(1, "success", 100 * HOUR)];
    let mut found = start(None);
    found.live(0).head(0, &messages, true).sees("last 7 d");
    assert!(found.state.session().filters.is_empty(), "{:?}", found.state.session());
    for (keys, shown) in [("t g Enter", "all messages"), ("t g j j j Enter", "last 24 h"), ("t g j j j j j Enter", "last 7 d")] {
        let session = found.keys(keys).state.session();
        let mut next = start(Some(session));
        let opening: Vec<Command> = next
            .state
            .opening()
            .into_iter()
            .filter_map(|effect| if let Effect::Command { command, .. } = effect { Some(command) } else { None })
            .collect();
        assert_eq!(asked_back(&opening).len(), usize::from(shown == "last 7 d"), "{opening:?}");
        next.live(0).head(0, &messages, true).sees(shown);
    }
}

#[test]
fn messages_opened_from_elsewhere_leave_the_window_as_it_was() {
    const BATCH: &str = "batch_a41f0c22-1111-4222-8333-444455556666";
    let old = sms(2, "success", 30 * HOUR).batch(BATCH).uploaded(2 * HOUR, 2);
    let mut desk = desk(120, 36);
    desk.head(0, &[sms(1, "success", HOUR).batch(BATCH).uploaded(2 * HOUR, 2), old], true);
    // A batch is listed whole, whatever began when.
    desk.keys("2 Enter").sees("65∙∙∙∙0002").keys("3").sees("last 24 h").keys("1").sees("last 24 h").misses("65∙∙∙∙0002");
    // A window that is chosen there is the campaign's.
    desk.keys("0 2 Enter t g j Enter").sees("last 1 h").keys("Esc").sees("last 1 h");
}

#[test]
fn a_find_looks_beyond_the_window() {
    let mut desk = desk(120, 36);
    desk.head(0, &[sms(912, "success", HOUR), sms(9_129, "failure", 40 * HOUR)], true).misses("9129");
    desk.keys("/ 9 1 2 Enter").sees("65∙∙∙∙9129").misses("last 24 h").misses("outside the filter");
    desk.keys("0").sees("last 24 h").misses("9129");
}
