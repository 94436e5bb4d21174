//! A canary's number and a canary's one-time code go through the whole dashboard: whatever is typed in a
//! masked campaign, they turn up in nothing that leaves it.

use postwatch::monitor::{ActionStage, NoticeWeight};
use postwatch::postman::HostKind;
use postwatch::tui::{Effect, Setup};

use crate::desk::{Desk, Sms, card, refusal, retry_news, setup, sms};

const NUMBER: &str = "6581237654";
const CODE: &str = "CANARY-417203";
const BATCH: &str = "batch_a41f0000-0000-4000-8000-000000000022";

/// The number in all the forms in which it could be told.
const NUMBERS: [&str; 4] = [NUMBER, "81237654", "65 8123 7654", "8123 7654"];

fn desk(one_time_password: bool) -> Desk {
    let mut codes = card("Codes", HostKind::Test);
    codes.one_time_password = one_time_password;
    let mut desk = Desk::new(Setup { mouse: true, ..setup(vec![codes, card("Other", HostKind::Test)]) }, 160, 45);
    let canary = Sms { recipient: NUMBER.to_owned(), name: CODE, ..sms(1, "failure", 30).batch(BATCH).uploaded(40, 2) };
    let next = Sms { recipient: NUMBER.to_owned(), name: CODE, ..sms(2, "sent", 20).batch(BATCH) };
    desk.live(0).live(1).head(0, &[canary.clone(), next], true).head(1, std::slice::from_ref(&canary), true);
    let refused = ActionStage::Refused(refusal("some_error", "the API said no"));
    desk.news(0, retry_news(canary.id(), refused, desk.now));
    desk.notice(NoticeWeight::Warning, "something happened");
    desk
}

/// Everything that a person can do without asking to see anything.
const KEYS: [&str; 31] = [
    "c c Esc",
    "Enter c c c Down Enter c Down Down Enter c Down Down Down Enter c Down Down Down Down Enter c Down Down Down Down Down Enter",
    "Space Space c c c Down Enter c Down Down Enter",
    "x Enter",
    "Space x Enter",
    "2 c x Enter a Down Down Enter",
    "3 c x Enter a Enter",
    "5 c x Enter a Esc",
    "5 a Down Down Down Down Down Down Enter c",
    "r",
    "r x Enter Esc",
    "3 G r",
    "3 G r Tab c x Enter",
    "2 r",
    "?",
    "!",
    "! c x",
    ": m o u s e Enter",
    ": p r e s e n t Enter",
    ": p r e s e n t Enter v c Enter c Down Enter",
    ": p r e s e n t Enter x Enter 2 c x Enter",
    ": h i s t o r y Enter",
    ": r e v e a l Enter",
    ": r e s u l t s Enter",
    "/ 7 6 5 4",
    "/ 7 6 5 4 Tab",
    "/ 7 6 5 4 Enter c c Esc Enter c c",
    "/ 7 6 5 4 Enter x Enter",
    "f Enter c",
    "BackTab Enter c",
    "m c",
];

/// What left the dashboard, in words, and what would be kept for the next start.
fn outlets(desk: &Desk) -> Vec<String> {
    let told = |effect: &Effect| match effect {
        Effect::Copy(text) => vec![text.0.clone(), format!("{effect:?}")],
        // What asks the server for a number has to tell it.
        Effect::Command { .. } => Vec::new(),
        effect => vec![format!("{effect:?}")],
    };
    let mut all: Vec<String> = desk.effects.iter().flat_map(told).collect();
    all.extend(desk.files.iter().map(|file| format!("{}\n{}", file.path, file.text)));
    all.push(serde_json::to_string(&desk.state.session()).unwrap());
    all.push(desk.screen());
    all
}

#[test]
fn masked_nothing_tells_a_number_or_a_code() {
    let mut seen = 0;
    for one_time_password in [true, false] {
        for keys in KEYS {
            let mut desk = desk(one_time_password);
            for key in keys.split_whitespace() {
                desk.keys(key).wait(600);
                let outlets = outlets(&desk);
                for outlet in &outlets {
                    for canary in NUMBERS.iter().chain(&[CODE]) {
                        assert!(!outlet.contains(canary), "`{canary}` after `{keys}`, at `{key}`:\n{outlet}");
                    }
                }
                seen += outlets.iter().filter(|outlet| outlet.contains("7654")).count();
            }
        }
    }
    assert!(seen > 500, "the masked number is there to be seen: {seen}");
}

/// A code is not even told where the numbers are open.
#[test]
fn a_one_time_code_is_told_nowhere_even_when_revealed() {
    for keys in KEYS {
        let mut desk = desk(true);
        desk.keys("v").wait(600).keys(": r e v e a l Enter").wait(600).keys("y").sees("65 8123 7654");
        for key in keys.split_whitespace() {
            desk.keys(key).wait(600);
        }
        for outlet in outlets(&desk) {
            assert!(!outlet.contains(CODE), "after `{keys}`:\n{outlet}");
        }
    }
}
