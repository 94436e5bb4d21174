//! The combined filter, the bar that tells of it, and windows of time.

use postwatch::monitor::{Command, News};
use postwatch::postman::HostKind;
use postwatch::store::{AnswerKind, Reach};
use rstest::rstest;

use crate::desk::{Desk, Sms, card, setup, sms};

/// Messages of three batches and three errors, over two days.
fn world() -> Vec<Sms> {
    vec![
        sms(1, "failure", 60).error("routing_error").batch("a41f0000-0000-0000-0000-000000000022").uploaded(120, 4),
        sms(2, "failure", 1_800).batch("a41f0000-0000-0000-0000-000000000022").uploaded(1_920, 4),
        sms(3, "success", 2_400),
        sms(4, "failure", 5_400).error("routing_error"),
        sms(5, "created", 7_200),
        sms(6, "failure", 80_000).error("routing_error").batch("77b00000-0000-0000-0000-00000000001c").uploaded(80_100, 2),
        sms(7, "failure", 170_000).error(""),
    ]
}

/// All of them are listed.
fn desk(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::with(&world(), columns, rows);
    desk.keys("t g Enter").commands();
    desk
}

#[test]
fn ticks_of_several_sections_are_all_met() {
    let mut desk = desk(120, 36);
    desk.keys("f").sees("everything: 7 of 7 loaded").sees("routing_error").sees("a41f…22").sees("last 24 h");
    desk.keys("j Space").sees("failed: 5 of 7 loaded");
    to(&mut desk, "routing_error").keys("Space").sees("failed: routing_error: 3 of 7 loaded");
    to(&mut desk, "last 6 h").keys("Space").sees("failed: routing_error · last 6 h: 2 of 7 loaded");
    to(&mut desk, "a41f…22").keys("Space").sees("· batch a41f…22 · last 6 h: 1 of 7 loaded");
    desk.keys("Enter")
        .sees("failed: routing_error · batch a41f…22 · last 6 h")
        .sees("1 of 5 loaded in this window, complete")
        .sees("0 clear");
    // As it was left, and what it shows is planned as it is.
    desk.keys("f").sees("1 of 7 loaded").keys("r").sees("Retry 1 message, TEST").keys("Esc 0").sees("last 6 h").misses("failed: ");
}

/// Puts the menu's cursor on the line that says this.
fn to<'a>(desk: &'a mut Desk, text: &str) -> &'a mut Desk {
    desk.keys("g");
    for _ in 0..60 {
        // The rows beside the box may hold the same words.
        let is_line = |part: &str| part.contains("› [") || part.contains("›     ");
        if desk.cursor_line().split('│').any(|part| is_line(part) && part.contains(text)) {
            return desk;
        }
        desk.keys("j");
    }
    panic!("no line of the menu says {text}:\n{}", desk.screen());
}

#[test]
fn each_line_says_how_many_it_shows() {
    let mut desk = desk(120, 36);
    desk.keys("f");
    for (text, number) in
        [("everything ", "7"), ("✗ failed", "5"), ("! stuck", "1"), ("routing_error", "3"), ("no reason", "1"), ("last 1 h", "3")]
    {
        let line = to(&mut desk, text).cursor_line();
        assert!(line.split('│').any(|part| part.trim_end().ends_with(&format!(" {number}")) && part.contains(text.trim())), "{line}");
    }
}

#[test]
fn a_line_is_chosen_within_what_the_list_shows() {
    let mut desk = desk(120, 36);
    desk.keys("t g j Enter")
        .sees("3 loaded in this window")
        .keys("f g j Enter")
        .sees("failed · last 1 h")
        .sees("2 of 3 loaded in this window");
    desk.keys("f");
    to(&mut desk, "everything").keys("Enter").sees("last 1 h").misses("failed · ");
}

#[test]
fn from_another_view_the_filter_leads_to_its_messages() {
    let mut desk = desk(80, 24);
    desk.keys("3").sees("[3 Failures").keys("f g j Enter").sees("[1 Messages]").sees("5 of 7 loaded");
}

#[test]
fn many_batches_are_listed_when_they_are_asked_for() {
    let ids: Vec<&'static str> = (0..12).map(|place| &*format!("batch_{place:04}").leak()).collect();
    let of =
        |place: usize| sms(u32::try_from(place).unwrap(), "success", 60 + place as i64).batch(ids[place]).uploaded(60 * place as i64, 1);
    let mut desk = Desk::with(&(0..12).map(of).collect::<Vec<_>>(), 120, 36);
    desk.keys("f").sees(" 0000 clinic").misses(" 0009 clinic");
    to(&mut desk, "… 6 older").keys("Enter").sees(" 0009 clinic").misses("older");
    to(&mut desk, "0011 clinic").keys("Enter").sees("1 of 12 loaded");
    desk.keys("f").sees("[x] 0011").sees("… 5 older");
}

#[rstest]
#[case(60, 15)]
#[case(80, 24)]
#[case(120, 36)]
fn a_long_menu_scrolls_with_every_key_that_moves(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(columns, rows);
    desk.keys("f");
    if rows < 36 {
        desk.sees("more below");
    }
    for key in ["G", "End"] {
        desk.keys(key);
        let line = desk.cursor_line();
        assert!(line.contains("save what is ticked"), "{line}");
        desk.misses("more below").sees("loaded").sees("Enter show").keys("g");
        assert!(desk.cursor_line().contains("everything"));
    }
    for (forth, back) in [("j", "k"), ("Down", "Up"), ("PgDn", "PgUp"), ("^d", "^u")] {
        desk.keys(forth);
        let line = desk.cursor_line();
        assert!(line.contains('›') && !line.contains("everything"), "{forth}: {line}");
        desk.keys(back);
        assert!(desk.cursor_line().contains("everything"), "{back}: {}", desk.cursor_line());
    }
}

#[test]
fn a_window_is_looked_at_in_every_table() {
    let mut desk = desk(120, 36);
    desk.keys("t").sees("all times").sees("from and to").keys("j j Enter").sees("last 6 h").sees("5 loaded in this window, complete");
    desk.keys("3").sees("3 of 5 failed").sees("· last 6 h").sees("complete");
    let line = desk.line("routing_error");
    assert!(line.contains(" 2 "), "{line}");
    desk.keys("j Enter").sees("failed: ").sees("· last 6 h").keys("Esc").sees("[3 Failures");
    desk.keys("2").sees("1 batch · last 6 h").sees("a41f…22").misses("77b0…1c");
    desk.keys("0")
        .sees("last 6 h")
        .keys("t g Enter")
        .sees("2 batches in the loaded range")
        .sees("77b0…1c")
        .keys("3")
        .sees("5 of 7 failed")
        .misses("last 6 h");
    desk.keys("t g j Enter").sees("2 of 3 failed").sees("last 1 h").keys("1").sees("3 loaded in this window");
}

#[test]
fn a_window_without_anything_says_so() {
    let mut desk = Desk::with(&[sms(1, "success", 80_000)], 120, 36);
    desk.keys("t g j Enter").sees("Nothing in the last 1 h: all of that window is loaded").sees("t shows other times.");
    desk.keys("3").sees("No failures in the 0 loaded of this window, last 1 h, complete.").sees("t shows other times");
    let mut batches = Desk::with(&[sms(1, "success", 80_000).batch("b-1").uploaded(80_000, 1)], 120, 36);
    batches.keys("2 t g j Enter").sees("No batch has a message in this window, last 1 h: 1 known.");
}

#[test]
fn a_window_moves_on_and_what_is_planned_of_it_does_too() {
    let mut desk = desk(120, 36);
    desk.keys("t g j Enter f g j Enter").sees("2 of 3 loaded in this window").keys("G");
    assert!(desk.cursor_line().contains("recipient_unava"), "{}", desk.cursor_line());
    // The older one is half an hour old: in 31 minutes it has left, and stays under the cursor only.
    desk.wait(31 * 60_000).sees("1 of 1 loaded in this window").keys("f r").sees("Retry 1 message").sees("routing_error: No route");
    desk.keys("Esc k").misses("recipient_unava");
    desk.keys("3").sees("1 of 1 failed").wait(40 * 60_000).sees("No failures in the 0 loaded of this window");
}

#[test]
fn a_window_that_is_loaded_in_part_says_how_far() {
    let mut desk = desk(120, 36);
    desk.keys("t g j j j j Enter").sees("7 loaded in this window, back to 22 Nov 14:49 only");
    assert!(desk.commands().contains(&Command::ReadFurther));
    // Nothing older is read for a window that is whole.
    let mut whole = self::desk(120, 36);
    whole.keys("t g j Enter");
    whole.commands();
    whole.keys("G j").sees("end of the last 1 h: Enter shows 6 h");
    assert_eq!(whole.commands(), []);
}

#[test]
fn a_window_is_typed_and_a_mistake_says_what_was_expected() {
    let mut desk = desk(120, 36);
    desk.keys("t G Enter").sees("Show a time window").sees("2026-11-20 to 2026-11-22");
    desk.keys("s o o n Enter").sees("`soon` is not a time: expected").sees("today");
    desk.keys("^u 2 h Space t o Space 1 h Enter").sees("2 h ago to 1 h ago").sees("2 loaded in this window, complete");
    desk.keys("t").sees("[x] 2 h ago to 1 h ago").keys("G Enter").sees("2h to 1h").keys("Esc").sees("2 h ago to 1 h ago");
    desk.keys("t g Enter").sees("all messages");
}

#[test]
fn a_gap_makes_no_window_whole() {
    let mut desk = desk(120, 36);
    let gap = postwatch::store::Gap {
        newer: desk.now - jiff::SignedDuration::from_secs(60),
        older: desk.now - jiff::SignedDuration::from_secs(1_800),
    };
    let reach = Reach { oldest: None, complete: true, gap: Some(gap) };
    desk.news(
        0,
        News::Rows { rows: crate::desk::rows(&[], desk.now), from: AnswerKind::List, asked_at: desk.now, reach: Some(reach), head: true },
    );
    desk.keys("t g j Enter").sees("in this window").misses("complete");
}

#[test]
fn filter_and_window_stay_and_each_campaign_has_its_own() {
    let cards = || vec![card("Clinic reminders", HostKind::Test), card("Flood alerts", HostKind::Test)];
    let mut before = Desk::new(setup(cards()), 120, 36);
    before.live(0).head(0, &world(), true).keys("t g j Enter f g j Enter").sees("failed · last 1 h");
    let session = before.state.session();
    let mut after = Desk::new(postwatch::tui::Setup { session: Some(session), ..setup(cards()) }, 120, 36);
    after.live(0).head(0, &world(), true).sees("failed · last 1 h").sees("2 of 3 loaded in this window").keys("]").misses("last 1 h");
}

/// What is filtered and how much of what is said as long as there is room for anything.
#[test]
fn the_bar_keeps_the_figure_at_every_size() {
    for columns in [60, 70, 80, 100, 120, 140, 200] {
        let mut desk = desk(columns, 24);
        desk.keys("t g j j Enter f g j Space");
        to(&mut desk, "a41f…22").keys("Space");
        to(&mut desk, "routing_error").keys("Space Enter");
        let line = desk.line("failed: routing_err");
        assert!(line.contains("1 of 5 loaded in this window"), "{columns}: {line}");
    }
}

#[test]
fn a_filter_is_given_a_name_and_chosen_by_it_in_every_campaign() {
    let cards = vec![card("Clinic reminders", HostKind::Test), card("Flood alerts", HostKind::Test)];
    let mut desk = Desk::new(setup(cards), 120, 36);
    desk.live(0).live(1).head(0, &world(), true).head(1, &[sms(8, "failure", 60), sms(9, "failure", 9_000)], true);
    desk.keys("f G Enter").sees("there is no filter to save").keys("Esc f j Space");
    to(&mut desk, "last 1 h").keys("Space");
    to(&mut desk, "a41f…22").keys("Space G Enter");
    desk.sees("Save the filter").sees("failed · last 1 h").sees("Without the batch");
    desk.keys("Enter").sees("type a name").keys("6 5 8 0 0 0 1 2 3 4 Enter").sees("6 digits at most");
    desk.keys("^u l a t e Enter").sees("the filter `late` is saved · without its batch");
    desk.sees("failed · batch a41f…22 · last 1 h").keys("0 ]").sees("last 24 h");
    // It stands first, and yet one key down from the beginning is what failed.
    desk.keys("f").sees("saved");
    assert!(desk.cursor_line().contains("everything"), "{}", desk.cursor_line());
    let line = desk.keys("g").cursor_line();
    assert!(line.contains("› ") && line.contains("late") && line.contains(" 1 │"), "{line}");
    desk.sees("failed · last 1 h: 1 of 2 loaded").keys("Enter").sees("1 of 1 loaded in this window");
    desk.keys("0 t g Enter f j Enter").sees("2 of 2 loaded").misses("in this window");
}

#[test]
fn a_named_filter_is_deleted_and_brought_back() {
    let mut desk = desk(120, 36);
    desk.keys("f j Enter : s a v e - f i l t e r Enter").sees("Save the filter").keys("o n e Enter").sees("`one` is saved");
    // x exports everywhere else, and does nothing here.
    desk.keys("f g x").misses("was deleted");
    desk.keys("Delete").sees("the filter `one` was deleted · u brings it back").misses("saved  ");
    desk.keys("u").sees("the filter `one` is back");
    assert!(desk.cursor_line().contains("one"), "{}", desk.cursor_line());
    // Whoever left the menu finds it there again.
    desk.keys("Delete Esc f u Enter").sees("5 of 7 loaded");
}

#[test]
fn named_filters_stay_and_no_number_is_kept() {
    let mut before = desk(120, 36);
    before.keys("/ 8 0 0 0 Enter f j Space G Enter n i g h t Enter");
    let session = before.state.session();
    let told = format!("{session:?}");
    assert!(told.contains("night") && !told.contains("8000"), "{told}");
    let cards = vec![card("Another one", HostKind::Test)];
    let mut after = Desk::new(postwatch::tui::Setup { session: Some(session), ..setup(cards) }, 120, 36);
    after.live(0).head(0, &world(), true).keys("f g").sees("night").keys("Enter").sees("4 of 6 loaded in this window");
}

#[test]
fn what_is_typed_takes_the_place_of_the_window_that_is_proposed() {
    let mut desk = Desk::with(&[sms(9_001, "success", 60), sms(9_002, "success", 20_000)], 80, 24);
    desk.keys("t g j j Enter").sees("last 6 h").keys("t End Enter").sees("│ 6h ").keys("2 h").sees("│ 2h ");
    desk.keys("Enter").sees("last 2 h").misses("6h2h");
    // Whoever moves in it first means to change it.
    desk.keys("t End Enter Left 0").sees("│ 20h ");
}

/// The menu opens over every view; what it plans must be what stands behind the plan.
#[test]
fn what_the_menu_plans_stands_behind_the_plan() {
    let mut desk = desk(120, 36);
    desk.keys("3").sees("[3 Failures").keys("f r").sees("[1 Messages").sees("Retry 5").keys("Esc").sees("all messages");
}

/// A filter with a name is no window of time.
#[test]
fn no_filter_is_brought_back_into_the_menu_of_times() {
    let mut desk = desk(120, 36);
    desk.keys("f j Enter : s a v e - f i l t e r Enter l a t e Enter").sees("`late` is saved").keys("f g Delete").sees("was deleted");
    desk.keys("Esc t u").misses("`late` is back").keys("Esc f u").sees("`late` is back");
}
