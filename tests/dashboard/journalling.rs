//! A journal that cannot be written, and can be again: what is refused meanwhile, and what is taken back.

use postwatch::monitor::{News, NoteLost};
use postwatch::postman::HostKind;
use postwatch::state::NoteKind;

use crate::copying::copied;
use crate::desk::{Desk, card, explanation, notes, retry_of, setup, sms};

const BROKEN: &str = "the disk is full";

fn broken() -> News {
    News::Journal(Some(explanation(BROKEN)))
}

fn desk() -> Desk {
    Desk::with(&[sms(4_018, "failure", 600), sms(4_019, "success", 700)], 120, 36)
}

fn type_text(desk: &mut Desk, text: &str) {
    for letter in text.chars() {
        desk.keys(if letter == ' ' { "Space".to_owned() } else { letter.to_string() }.as_str());
    }
}

/// A desk whose campaign is locked, and opened with its name where that can be.
pub fn unlocking(desk: &mut Desk) -> &mut Desk {
    desk.keys(": u n l o c k Enter").wait(500);
    type_text(desk, "Clinic reminders");
    desk.keys("Enter")
}

fn locked() -> Desk {
    let mut locked = card("Clinic reminders", HostKind::Production);
    locked.read_only = true;
    let mut desk = Desk::new(setup(vec![locked]), 120, 36);
    desk.head(0, &[sms(4_018, "failure", 600)], true);
    desk
}

#[test]
fn an_open_question_offers_no_yes_while_the_journal_cannot_be_written() {
    let mut desk = desk();
    desk.keys("r").wait(500).sees("y retry");
    desk.news(0, broken()).sees(BROKEN).misses("y retry").misses("[ retry ]").keys("y Tab Enter");
    assert!(!desk.commands().iter().any(|command| retry_of(command).is_some()));
    let mut desk = self::desk();
    desk.news(0, broken()).keys("r").wait(500).sees(BROKEN).misses("y retry").keys("Esc");
    desk.news(0, News::Journal(None)).sees("actions are possible again").keys("r").wait(500).sees("y retry").keys("y");
    assert!(desk.commands().iter().any(|command| retry_of(command).is_some()));
}

#[test]
fn nothing_is_revealed_copied_or_exported_openly_without_its_line() {
    let mut desk = desk();
    desk.news(0, broken()).keys("v").sees("nothing is revealed: it could not be written to the journal").misses("65 8000 4018");
    desk.keys(": r e v e a l Enter").misses("unmasked for 5 minutes?").misses("65 8000 4018");
    assert_eq!(notes(&desk.effects, NoteKind::Reveal).len(), 0);
    // What is masked needs no line.
    desk.keys("c");
    assert_eq!(copied(&desk).len(), 1);
    desk.keys("Esc x").sees("masked").keys("Enter").sees("Exported to");

    let mut open = card("Clinic reminders", HostKind::Test);
    open.masked = false;
    let mut desk = Desk::new(setup(vec![open]), 120, 36);
    desk.live(0).head(0, &[sms(4_018, "failure", 600)], true).news(0, broken());
    desk.keys("c").sees("nothing is copied unmasked");
    assert_eq!(copied(&desk), Vec::<String>::new());
    desk.keys("x Enter").sees("nothing is exported unmasked");
    assert!(desk.files.is_empty());
}

#[test]
fn nothing_is_unlocked_without_its_line() {
    let mut desk = locked();
    unlocking(desk.news(0, broken())).sees("the campaign stays locked").misses("UNLOCKED");
    assert_eq!(notes(&desk.effects, NoteKind::Unlock).len(), 0);
    desk.news(0, News::Journal(None));
    unlocking(&mut desk).sees("UNLOCKED 15 min");
}

#[test]
fn what_was_begun_in_the_belief_of_a_line_is_taken_back_without_one() {
    let lost = |kind| News::NoteLost(NoteLost { kind, why: BROKEN.to_owned() });
    let mut desk = desk();
    desk.resize(140, 36).keys("v").sees("65 8000 4018").news(0, lost(NoteKind::Reveal));
    desk.sees("is masked again: the reveal is not in the journal").sees(BROKEN).misses("65 8000 4018");
    desk.keys(": r e v e a l Enter").wait(500).keys("y").sees("65 8000 4018").news(0, lost(NoteKind::Reveal));
    desk.misses("65 8000 4018").misses("UNMASKED");
    let mut desk = locked();
    unlocking(&mut desk).sees("UNLOCKED").news(0, lost(NoteKind::Unlock));
    desk.sees("is locked again: the unlock is not in the journal").misses("UNLOCKED");
    desk.news(0, lost(NoteKind::Export)).sees("the copy or export is not in the journal");
}
