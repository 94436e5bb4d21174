//! Keys of the configuration: everything on the screen names the key that is bound.

use postwatch::config;
use postwatch::monitor::Command;
use postwatch::postman::HostKind;
use postwatch::tui::KeyMap;

use crate::desk::{Desk, Sms, card, retry_of, setup, sms};

fn desk(keys: &str, columns: u16, rows: u16) -> Desk {
    desk_of(keys, columns, rows, &["Clinic reminders"])
}

fn desk_of(keys: &str, columns: u16, rows: u16, names: &[&str]) -> Desk {
    let (config, mistakes) = config::read(&format!("[keys]\n{keys}\n"));
    let (map, wrong) = KeyMap::configured(&config.keys);
    assert!(mistakes.is_empty() && wrong.is_empty(), "{mistakes:?} {wrong:?}");
    let mut setup = setup(names.iter().map(|name| card(name, HostKind::Test)).collect());
    setup.keys = map;
    let mut desk = Desk::new(setup, columns, rows);
    desk.live(0).head(0, &[sms(4_018, "failure", 60), sms(4_019, "success", 120)], false);
    desk
}

#[test]
fn the_footer_the_help_and_the_commands_show_it() {
    let mut desk = desk("plan_retry = \"F9\"\nfind = [\"F3\", \"/\"]\nshow_failures = \"F7\"", 120, 36);
    desk.sees("F3 find").sees("F9 plan a retry").misses("r plan a retry").sees("F7 Failures");
    desk.keys("? r e t r y Space p l a n").sees("F9").keys("Esc Esc : p l a n");
    assert!(desk.line("plan_retry").contains("F9"));
    desk.keys("Esc a");
    assert!(desk.line("plan a retry  ").contains("F9"));
}

#[test]
fn the_new_key_does_it_and_the_old_one_nothing() {
    let mut desk = desk("pause = \"F8\"", 80, 24);
    desk.keys("p").misses("pausing");
    assert_eq!(desk.commands(), []);
    desk.keys("F8").sees("pausing");
    assert_eq!(desk.commands(), [Command::Pause]);
}

#[test]
fn sentences_name_it() {
    let mut desk = desk("reveal_row = \"z\"\nclear = \"s\"\nfilter = \"F6\"\nnotices = \"b\"", 80, 24);
    desk.keys("m").sees("z reveals a row until you leave it").wait(6_000).sees("1 new  b list");
    desk.keys("F6 j j Enter").sees("F6 changes the filter, s clears it").sees("s clear");
}

#[test]
fn what_has_no_key_is_named_as_a_command() {
    let mut desk = desk("reveal_row = []\npause = []", 160, 40);
    desk.keys("m").sees(":reveal_row reveals a row").misses("v reveal").misses("p pause");
    desk.keys(": r e v e a l _ r o w Enter").sees("65 8000 4018");
}

#[test]
fn commands_are_named_with_the_key_that_opens_their_line() {
    let mut desk = desk("command_line = \";\"", 80, 24);
    desk.keys("; l o c k Enter").sees("`lock` is not available: the configuration does not lock this").keys("Esc").sees("; commands");
    desk.keys(":").misses("Enter do it");
}

#[test]
fn a_question_keeps_its_keys() {
    let mut desk = desk("enter = \"s\"\nback = \"b\"\ntoggle = \"z\"", 80, 24);
    desk.keys("r").sees("y retry").sees("Esc cancel").wait(500).keys("s b").sees("[ cancel ]").keys("Esc").misses("[ cancel ]");
    desk.keys("r").wait(500).keys("y");
    assert!(matches!(desk.commands().as_slice(), [command] if retry_of(command).is_some()));
}

#[test]
fn a_notice_about_another_campaign_names_them() {
    let mut desk = desk_of("show_failures = \"F7\"\nnext_in_need = \"F8\"", 200, 40, &["Clinic reminders", "One-time codes"]);
    let usual = |number: u32| sms(1_000 + number, "success", 3_600 + i64::from(number) * 900);
    let failing = |number: u32| sms(number, "failure", 120 + i64::from(number));
    let messages: Vec<Sms> = (0..200).map(usual).chain((0..30).map(failing)).collect();
    desk.live(1).head(1, &messages, true).sees("F8 leads to it; then F7 shows the failures").keys("F8").sees(" · F7 shows the failures");
}
