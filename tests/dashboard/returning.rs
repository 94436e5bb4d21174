//! Esc goes back to where one came from, whatever was opened and from wherever.

use postwatch::postman::HostKind;
use rstest::rstest;

use crate::desk::{Desk, Sms, card, setup, sms};

/// Two campaigns: failures of two batches, two of which came while somebody looked.
fn two_campaigns() -> Desk {
    let mut desk = Desk::new(setup(vec![card("Clinic", HostKind::Test), card("Codes", HostKind::Test)]), 120, 36);
    let message = |number: u32, status, batch| sms(number, status, 100 + i64::from(number)).batch(batch).uploaded(400, 6);
    let messages = |status| -> Vec<Sms> {
        let failed = (0..6).map(|number| message(number, "failure", "batch_a41f0c22-1111-4222-8333-444455556666"));
        let failed = failed.enumerate().map(|(place, sms)| if place % 2 == 0 { sms.error("routing_error") } else { sms });
        failed.chain((6..12).map(|number| message(number, status, "batch_b52f0c22-1111-4222-8333-444455556666"))).collect()
    };
    for place in 0..2 {
        desk.live(place).head(place, &messages("sent"), true);
        desk.wait(1_000).head(place, &messages("success"), true);
    }
    desk.wait(9_000).keys(": s a v e Enter").wait(6_000).keys("f j j Space End Enter").keys("Esc Esc Esc").wait(6_000);
    desk
}

/// The screen without the line of notices: that an answer was read there changes nothing.
fn shown(desk: &Desk) -> String {
    let lines: Vec<String> = desk.screen().lines().map(str::to_owned).collect();
    let notice = lines.len() - 2;
    lines.into_iter().enumerate().filter(|(place, _)| *place != notice).map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

#[rstest]
fn esc_leads_back_to_where_it_was_opened(
    #[values(
        "",
        "j j",
        "j Enter",
        "2",
        "3 j",
        "5",
        "2 j Enter j",
        "2 Enter j Enter",
        "3 Enter Enter",
        "5 Enter",
        "BackTab",
        "3 BackTab j",
        "2 j Enter BackTab j",
        "/ 8 0 0 Enter",
        "/ 8 0 0 Enter Enter"
    )]
    place: &str,
    #[values("!", "?", ":", "f", "t", "o", "a", "x", "r", "/", ": h i s t o r y Enter")] opened: &str,
) {
    let mut desk = two_campaigns();
    desk.keys(place);
    let before = shown(&desk);
    desk.keys(opened);
    // What opened nothing has nothing to be left.
    if shown(&desk) == before {
        return;
    }
    let between = desk.screen();
    desk.keys("Esc");
    // A find that was on already is taken back by Esc.
    let again = opened == "/" && place.starts_with('/');
    assert!(again || shown(&desk) == before, "`{opened}` at `{place}` opened\n{between}\nand Esc led to\n{}", desk.screen());
}

/// A line that a menu opens leads back to the menu, with what was ticked, and that to the view.
#[rstest]
#[case("f j j Space End", "Save the filter")]
#[case("t End", "Days are in")]
fn a_line_leads_back_to_its_menu(
    #[values("", "Enter", "2 j", "3", "2 Enter j Enter")] place: &str,
    #[case] menu: &str,
    #[case] line: &str,
) {
    let mut desk = two_campaigns();
    desk.keys(place);
    let before = shown(&desk);
    desk.keys(menu);
    let ticked = shown(&desk);
    desk.keys("Enter").sees(line).keys("Esc");
    assert_eq!(shown(&desk), ticked);
    desk.keys("Esc");
    assert_eq!(shown(&desk), before);
}

/// A plan that is exported is still there, to be agreed to or left; it is another question then.
#[test]
fn an_export_leads_back_to_its_plan() {
    let mut desk = two_campaigns();
    desk.keys("3 G r")
        .wait(1_000)
        .keys("x")
        .sees("masked, as on the screen")
        .keys("Esc")
        .sees("Retry 3 messages")
        .keys("y")
        .misses("Starting in");
    desk.wait(400).keys("x Enter").sees("Retry 3 messages").keys("Esc").misses("Retry 3 messages").sees("[3 Failures");
}

/// What is opened in a line of another view leads back to that view, not to the list.
#[rstest]
#[case("5 Enter j", "Enter", "Esc")]
#[case("3", "Enter", "Esc")]
#[case("3", "Enter Enter", "Esc Esc")]
#[case("2", "Enter", "Esc")]
#[case("j Enter", "a", "Esc")]
fn what_a_line_opens_leads_back_to_it(#[case] place: &str, #[case] opened: &str, #[case] back: &str) {
    let mut desk = two_campaigns();
    desk.keys(place);
    let before = shown(&desk);
    desk.keys(opened);
    assert_ne!(shown(&desk), before);
    desk.keys(back);
    assert_eq!(shown(&desk), before);
}
