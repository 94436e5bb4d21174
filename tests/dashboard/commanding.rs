//! All commands behind `:`, and what can be done with a row.

use postwatch::monitor::Command;
use postwatch::postman::HostKind;
use postwatch::tui::{Dashboard, Effect, Event};
use proptest::prelude::*;
use rstest::rstest;

use crate::desk::{Desk, card, retry_of, sends, setup, sms};

const BATCH: &str = "batch_a41f0000-0000-4000-8000-000000000022";

fn desk(columns: u16, rows: u16) -> Desk {
    let messages = [
        sms(4_018, "failure", 60).error("routing_error").batch(BATCH),
        sms(4_019, "success", 120).batch(BATCH),
        sms(4_020, "failure", 180),
        sms(4_021, "success", 240),
    ];
    Desk::with(&messages, columns, rows)
}

/// The commands but those that only read on at the end of the list.
fn told(desk: &mut Desk) -> Vec<Command> {
    desk.commands().into_iter().filter(|command| *command != Command::ReadFurther).collect()
}

fn copied(desk: &Desk) -> Vec<String> {
    let copied = |effect: &Effect| match effect {
        Effect::Copy(text) => Some(text.0.clone()),
        _ => None,
    };
    desk.effects.iter().filter_map(copied).collect()
}

#[rstest]
#[case(": p a u s e Enter")]
#[case(": p s e Enter")]
#[case(": P A U S E Enter")]
#[case(": p a u Tab Enter")]
#[case(": m a k e Space n o Space c a l l Enter")]
fn a_command_is_found_by_what_one_remembers(#[case] keys: &str) {
    let mut desk = desk(80, 24);
    desk.keys(keys).sees("pausing");
    assert_eq!(desk.commands(), [Command::Pause]);
}

#[test]
fn each_has_its_key_beside_it() {
    let mut desk = desk(120, 36);
    desk.keys(":");
    assert!(desk.line("plan_retry").trim_end().contains(" r "), "{}", desk.line("plan_retry"));
    assert!(desk.line("read_now").contains("Ctrl-r F5"));
}

#[test]
fn arrows_choose_and_enter_does() {
    let mut desk = desk(80, 24);
    desk.keys(": s h o w _").sees("› show_campaigns").keys("Down Down").sees("› show_failures").keys("Enter").sees("[3 Failures");
}

#[test]
fn what_cannot_be_done_says_why_and_does_nothing() {
    let mut desk = desk(80, 24);
    desk.keys(": s t o p")
        .sees("nothing is waiting or under way")
        .keys("Enter")
        .sees("`stop` is not available: nothing is waiting or under way");
    desk.keys("Esc : r e s u m e").sees("no run is paused");
    desk.keys("Esc : u n m a r k").sees("nothing is marked").keys("Esc j : p l a n _").sees("› plan_retry").sees("not failed: delivered");
    assert_eq!(told(&mut desk), []);
}

#[test]
fn what_was_done_last_stands_first() {
    let mut desk = desk(80, 24);
    desk.keys(": m a s k Enter : r e a d _ n o w Enter :").sees("› read_now");
    let screen = desk.screen();
    assert!(
        screen.find("read_now").unwrap() < screen.find("mask").unwrap()
            && screen.find("mask").unwrap() < screen.find("plan_retry").unwrap()
    );
    let kept = desk.state.session();
    assert_eq!(kept.recent_commands, ["read_now", "mask"]);
    let mut setup = setup(vec![card("Clinic", HostKind::Test)]);
    setup.session = Some(kept);
    let mut desk = Desk::new(setup, 80, 24);
    desk.keys(":").sees("› read_now");
}

#[test]
fn a_typed_command_opens_what_it_asks() {
    let mut locked = card("Clinic", HostKind::Test);
    locked.read_only = true;
    let mut desk = Desk::new(setup(vec![locked]), 80, 24);
    desk.keys(": u n l Enter")
        .sees("Type its name to unlock it: Clinic")
        .keys("C l i n i c Enter")
        .sees("Too soon: press Enter again.")
        .misses("UNLOCKED");
    desk.wait(400).keys("Enter").sees("UNLOCKED");
}

#[test]
fn a_plan_from_a_command_is_asked_about_like_any_other() {
    let mut desk = desk(80, 24);
    desk.keys(": p l a n _ r e t r y Enter y").sees("Retry 1 message").sees("Too soon: press y again.");
    assert!(desk.state.question().is_some());
    assert!(!desk.commands().iter().any(|command| retry_of(command).is_some()));
}

#[test]
fn the_menu_of_a_row_needs_no_letter() {
    let mut desk = desk(80, 24);
    desk.keys("a")
        .sees("Message to 65∙∙∙∙4018")
        .sees("› open")
        .sees("plan a retry")
        .sees("list only this error")
        .sees("copy the message's id");
    desk.keys("Enter").sees("── 65∙∙∙∙4018 ──").misses("Message to");
    desk.keys("Esc F2 Down Enter").sees("Retry 1 message");
}

#[test]
fn what_a_row_does_not_have_says_why_and_the_menu_stays() {
    let mut desk = desk(100, 30);
    desk.keys("j j j a").sees("not failed: delivered").sees("not in a batch");
    desk.keys("Down Enter").sees("not now: plan a retry").sees("Message to 65∙∙∙∙4021");
    assert_eq!(told(&mut desk), []);
}

#[test]
fn a_key_of_the_menu_does_its_line() {
    let mut desk = desk(80, 24);
    desk.keys("a v").sees("65 8000 4018").keys("a").sees("mask it again").keys("a").misses("Message to");
    desk.keys("a Space").sees("1 marked");
    // What the menu does not have is not done behind it.
    desk.keys("a p 3 !").sees("Message to").misses("pausing").keys("Esc").sees("[1 Messages]");
}

#[test]
fn a_row_leads_to_its_kind() {
    let mut desk = desk(80, 24);
    let choose = |desk: &mut Desk, label: &str| {
        desk.keys("a");
        for _ in 0..20 {
            if desk.cursor_line().contains(label) {
                break;
            }
            desk.keys("Down");
        }
        desk.keys("Enter");
    };
    choose(&mut desk, "list only this error");
    desk.sees("failed: routing_error").sees("1 of 4 loaded").keys("Esc").sees("4 loaded");
    choose(&mut desk, "list only this batch");
    desk.sees("batch a41f…22").sees("2 of 4 loaded").keys("Esc").sees("4 loaded");
    choose(&mut desk, "show its batch");
    desk.sees("[2 Batches").sees("clinic-nov.csv").keys("Esc");
    choose(&mut desk, "copy the batch's id");
    choose(&mut desk, "copy the error's code");
    choose(&mut desk, "copy the number");
    assert_eq!(copied(&desk), [BATCH, "routing_error", "65∙∙∙∙4018"]);
}

#[test]
fn a_copy_is_masked_as_the_screen_is() {
    let mut desk = desk(80, 24);
    desk.keys("c").sees("the row was sent to the terminal's clipboard").keys("v c 2 c 3 c");
    let copied = copied(&desk);
    assert!(
        copied[0].contains("65∙∙∙∙4018") && copied[0].contains("Dear {{name}}") && !copied[0].contains("Tan Wei Ming"),
        "{}",
        copied[0]
    );
    assert!(copied[1].contains("65 8000 4018") && copied[1].contains("Tan Wei Ming"), "{}", copied[1]);
    assert_eq!(copied[2], format!("{BATCH}\tclinic-nov.csv"));
    assert!(copied[3].starts_with("routing_error\t1\tmaybe"), "{}", copied[3]);
}

#[rstest]
#[case("2", "Batch a41f…22")]
#[case("3 j", "Failed: r")]
#[case("5", "Actions")]
#[case("Enter", "Message to 65")]
fn every_view_has_its_menu(#[case] keys: &str, #[case] title: &str) {
    let mut desk = desk(80, 24);
    desk.keys(keys).keys("a").sees(title).keys("Esc").misses("Enter do it");
}

/// The row under the menu stays the same one, whatever comes in above it.
#[test]
fn the_menu_is_about_a_message_and_not_about_a_line() {
    let mut desk = desk(80, 24);
    desk.keys("a").sees("Message to 65∙∙∙∙4018");
    let newer: Vec<_> = (0..5).map(|number| sms(5_000 + number, "success", 5)).collect();
    desk.head(0, &newer, false).sees("Message to 65∙∙∙∙4018").keys("Down Enter").sees("65∙∙∙∙4018").sees("Retry 1 message");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever is typed and chosen in the commands, in the help and in the menu of a row: nothing is written.
    #[test]
    fn nothing_is_written_by_a_choice(rounds in prop::collection::vec(("[:?a]", "[a-z_ ]{0,6}", 0..60usize), 1..8)) {
        let mut desk = desk(80, 24);
        for (opens, typed, down) in &rounds {
            desk.keys(opens);
            if opens != "a" {
                desk.event(Event::Paste(typed.clone()));
            }
            for _ in 0..*down {
                desk.keys("Down");
            }
            // The plan that a choice may have opened is left, and so is whatever else.
            desk.keys("Enter").wait(500).keys("Esc Esc Esc");
        }
        for command in desk.commands() {
            let writes = sends(&command) || matches!(command, Command::Resolve { .. });
            prop_assert!(!writes, "{:?}", command);
        }
    }
}

#[test]
fn why_nothing_was_done_is_said_once() {
    let mut desk = desk(80, 24);
    desk.keys(": r e s u l t s").sees("Not now (").keys("Enter").sees("`results` is not available").misses("Not now (");
    desk.keys("Esc : h s i t o r y Enter").sees("there is no command `hsitory`; the nearest is `history`");
    desk.misses("no such command");
}
