//! How old the status of what is on the way may be.

use postwatch::postman::HostKind;
use ratatui::style::Modifier;

use crate::desk::{Desk, Sms, card, setup, sms};

/// Messages on the way that are not loaded again, while the newest ones are, every ten seconds for so many minutes.
fn resting(columns: u16, rows: u16, minutes: i64) -> Desk {
    let mut setup = setup(vec![card("Clinic reminders", HostKind::Test)]);
    setup.theme = postwatch::tui::ThemeChoice::None;
    let mut desk = Desk::new(setup, columns, rows);
    let mut messages: Vec<Sms> = (0..11_000).map(|number| sms(number, "success", 4_000)).collect();
    messages.extend((20_000..20_300).map(|number| sms(number, "failure", 4_100)));
    messages.extend((30_000..30_120).map(|number| sms(number, "sent", 20)));
    messages.extend((40_000..40_010).map(|number| sms(number, "sent", 4_000)));
    desk.live(0).head(0, &messages, true).wait(1_000).sees("live").misses("checked").misses("≤");
    for _ in 0..minutes * 6 {
        desk.wait(10_000).head(0, &[sms(50_000, "success", 4_000)], true);
    }
    desk.live(0);
    desk
}

#[test]
fn it_stands_behind_what_is_on_the_way() {
    let mut desk = resting(120, 36, 5);
    desk.sees("120 on the way   10 stuck, checked ≤ 5 min ago").sees("live");
    // Loaded again, it is no longer worth a word.
    let again: Vec<Sms> = (30_000..30_120).map(|number| sms(number, "sent", 20)).collect();
    let stuck: Vec<Sms> = (40_000..40_010).map(|number| sms(number, "sent", 4_300)).collect();
    desk.head(0, &[again, stuck].concat(), true).wait(1_000).sees("120 on the way   10 stuck").misses("checked");
}

#[test]
fn without_room_for_it_the_first_line_does_not_say_live() {
    for (columns, rows) in [(60, 15), (60, 24)] {
        let mut desk = resting(columns, rows, 5);
        let first = desk.screen().lines().next().unwrap().to_owned();
        assert!(first.contains("≤ 5 min old") && !first.contains("live"), "{first}");
        desk.misses("checked");
    }
    // A page leaves only the last minutes of the figures.
    let mut page = resting(120, 36, 5);
    page.keys("!").sees("≤ 5 min old").misses("live").keys("Esc").sees("live");
}

#[test]
fn after_a_quarter_of_an_hour_it_is_a_warning_everywhere() {
    let desk = resting(120, 36, 9);
    assert_eq!(desk.style_of("checked ≤ 9 min").add_modifier, Modifier::empty());
    let mut late = resting(120, 36, 16);
    assert_ne!(late.style_of("checked ≤ 16 min").add_modifier, Modifier::empty());
    let first = late.sees("≤ 16 min old").screen().lines().next().unwrap().to_owned();
    assert!(!first.contains("live"), "{first}");
}
