//! What is copied: of a row, of what is marked, in which form, and how it is shown by hand.

use postwatch::monitor::ActionStage;
use postwatch::postman::HostKind;
use postwatch::tui::{Effect, Event, Setup};
use rstest::rstest;

use crate::desk::{Desk, Sms, card, notes, refusal, retry_news, setup, sms};
use postwatch::state::NoteKind;

const BATCH: &str = "batch_a41f0000-0000-4000-8000-000000000022";

fn messages() -> Vec<Sms> {
    vec![sms(4_018, "failure", 60).error("routing_error").batch(BATCH), sms(4_019, "success", 120), sms(4_020, "failure", 180).tried(2)]
}

fn desk() -> Desk {
    Desk::with(&messages(), 120, 36)
}

fn desk_of(setup: Setup) -> Desk {
    let mut desk = Desk::new(setup, 120, 36);
    desk.live(0).head(0, &messages(), true);
    desk
}

/// What was copied, in order.
pub fn copied(desk: &Desk) -> Vec<String> {
    let copied = |effect: &Effect| match effect {
        Effect::Copy(text) => Some(text.0.clone()),
        _ => None,
    };
    desk.effects.iter().filter_map(copied).collect()
}

/// Chooses a line of the menu that is open.
pub fn choose(desk: &mut Desk, label: &str) {
    for _ in 0..20 {
        if desk.cursor_line().contains(label) {
            desk.keys("Enter");
            return;
        }
        desk.keys("Down");
    }
    panic!("no line says `{label}`:\n{}", desk.screen());
}

#[rstest]
#[case("the number", "65∙∙∙∙4018")]
#[case("the text", "Dear {{name}}, your next appointment")]
#[case("the message's id", "message_")]
#[case("the batch's id", BATCH)]
#[case("the campaign's id", "campaign_Clinic reminders")]
#[case("the template's id", "template_1")]
#[case("the error's code", "routing_error")]
#[case("all attempts", "attempt 1\tfailed\tcreated 2026-11-24 14:02:07.000 +08:00\tsent ")]
#[case("as text", "failure\t")]
#[case("the row as JSON", "\"latestStatus\":\"failure\"")]
#[case("the row as CSV", "id,recipient,latestStatus")]
fn the_detail_asks_what_and_copies_it(#[case] label: &str, #[case] expected: &str) {
    let mut desk = desk();
    desk.keys("Enter c").sees("Copy of: Message to 65∙∙∙∙4018");
    choose(&mut desk, label);
    let copied = copied(&desk);
    assert!(copied.len() == 1 && copied[0].contains(expected), "{copied:?}");
    assert!(!copied[0].contains("6580004018") && !copied[0].contains("Tan Wei Ming"), "{copied:?}");
    assert_eq!(notes(&desk.effects, NoteKind::Export).len(), 0);
}

#[test]
fn twice_the_key_copies_the_row_of_a_detail() {
    let mut desk = desk();
    desk.keys("Enter c c").sees("the row was sent to the terminal's clipboard");
    assert!(copied(&desk)[0].contains("failure\t"), "{:?}", copied(&desk));
}

#[test]
fn json_has_the_apis_names_and_a_line_for_each() {
    let mut desk = desk();
    desk.keys("j j Space").keys("Home Space c").sees("the 2 marked as text");
    choose(&mut desk, "the 2 marked as JSON");
    let copied = copied(&desk);
    let lines: Vec<serde_json::Value> = copied[0].lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["recipient"], "65∙∙∙∙4018");
    assert_eq!(lines[0]["attempts"][0]["errorCode"], "routing_error");
    assert_eq!(lines[1]["attempts"].as_array().unwrap().len(), 2);
    assert_eq!(lines[1]["values"]["name"], "∙∙∙");
}

#[test]
fn csv_has_a_column_for_each_value_and_no_formula() {
    let mut desk = desk();
    desk.head(0, &[Sms { recipient: "+6580004018".to_owned(), name: "=1+1", ..sms(4_030, "failure", 1) }], false);
    desk.keys("Home v Enter c");
    choose(&mut desk, "the row as CSV");
    let copied = copied(&desk);
    let lines: Vec<&str> = copied[0].lines().collect();
    assert!(lines[0].contains(",values.name,fullMessage,"), "{}", lines[0]);
    assert!(lines[1].contains("'+6580004018") && lines[1].contains(",'=1+1,"), "{}", lines[1]);
    assert!(!copied[0].starts_with('\u{feff}'), "a clipboard is no file");
}

#[test]
fn what_is_revealed_is_copied_so_and_journalled() {
    let mut desk = desk();
    desk.keys("v c");
    assert!(copied(&desk)[0].contains("65 8000 4018"), "{:?}", copied(&desk));
    let noted = notes(&desk.effects, NoteKind::Export).iter().any(|detail| detail == "copied unmasked: the row");
    assert!(noted, "{:?}", desk.effects);
    // What it shows ends when the row is masked again.
    desk.keys("c").sees("What was copied").sees("65 8000 4018").wait(30_000).misses("65 8000 4018").misses("What was copied");
}

#[test]
fn the_same_key_again_shows_it_to_be_selected_by_hand() {
    let mut desk = desk();
    desk.keys("c").sees("c again shows it").keys("c").sees("What was copied, for selection by hand");
    let line = desk.line("65∙∙∙∙4018");
    assert!(line.starts_with("message_"), "no blank before it: {line}");
    desk.keys("Esc j c").misses("What was copied");
    assert_eq!(copied(&desk).len(), 2, "another key was pressed between: copied anew");
}

#[test]
fn masking_forgets_what_was_copied_openly() {
    let mut desk = desk();
    desk.keys("v c m a").sees("copy something else");
    choose(&mut desk, "copy something else");
    choose(&mut desk, "show the last copy");
    desk.sees("nothing has been copied yet");
}

#[test]
fn one_time_passwords_are_never_copied() {
    let mut codes = card("Codes", HostKind::Test);
    codes.one_time_password = true;
    codes.masked = false;
    let mut desk = desk_of(setup(vec![codes]));
    desk.keys("c Enter c").sees("a one-time password");
    choose(&mut desk, "the row as JSON");
    desk.keys("c");
    choose(&mut desk, "the row as CSV");
    desk.keys("c");
    choose(&mut desk, "the text");
    desk.sees("not now: the text");
    assert_eq!(copied(&desk).len(), 3);
    for text in copied(&desk) {
        assert!(!text.contains("Tan Wei Ming") && text.contains("4018"), "{text}");
    }
}

#[test]
fn a_refusals_trace_id_is_copied() {
    let mut desk = desk();
    let refused = ActionStage::Refused(refusal("some_error", "the API said no"));
    desk.news(0, retry_news(messages()[0].id(), refused, desk.now));
    desk.keys("Enter c");
    choose(&mut desk, "trace id");
    desk.keys("Esc 5 c a");
    choose(&mut desk, "trace id");
    let copied = copied(&desk);
    assert_eq!((copied[0].as_str(), copied[2].as_str()), ("trace-1", "trace-1"));
    assert!(copied[1].contains("retry") && copied[1].contains("trace-1"), "{}", copied[1]);
}

#[test]
fn what_the_clipboard_does_not_take_is_told_with_the_way_out() {
    let mut setup = setup(vec![card("Clinic", HostKind::Test)]);
    setup.copy_limit = Some(40);
    let mut desk = desk_of(setup);
    desk.keys("c").sees("the row is too long for the clipboard").sees("x writes it to a file");
    assert_eq!(copied(&desk), Vec::<String>::new());
    // By hand it can still be had.
    desk.keys("c").sees("What was copied, for selection by hand").sees("Dear {{name}}");
}

#[test]
fn a_copy_that_reaches_no_clipboard_is_told_with_the_way_out() {
    let mut desk = desk();
    desk.keys("c").sees("was sent to the terminal's clipboard");
    desk.resize(140, 36).event(Event::CopyFailed("tmux load-buffer exited with exit status: 1".to_owned()));
    desk.sees("the text did not reach the clipboard").sees("exit status: 1").sees("x writes it to a file");
}

#[rstest]
#[case("2", "\"id\":\"batch_a41f0000", "\"fileName\":\"clinic-nov.csv\"")]
#[case("3 j", "\"error\":\"", "\"count\":\"1\"")]
fn other_views_have_their_rows_in_every_form(#[case] keys: &str, #[case] one: &str, #[case] other: &str) {
    let mut desk = desk();
    desk.keys(keys).keys("a");
    choose(&mut desk, "copy something else");
    choose(&mut desk, "the row as JSON");
    let copied = copied(&desk);
    assert!(copied[0].contains(one) && copied[0].contains(other), "{copied:?}");
}

#[test]
fn notices_are_copied_with_their_trace_ids() {
    let mut desk = desk();
    desk.notice(postwatch::monitor::NoticeWeight::Warning, "the disk is full").keys("!").sees("c copy").keys("c");
    desk.sees("the disk is full");
    assert_eq!(copied(&desk), ["2026-11-24 14:03:07.000 +08:00\twarning\tthe disk is full · why it is so · do this next · trace trace-1"]);
}
