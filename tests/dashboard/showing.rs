//! Masks, the detail, pages, pause, and the ways out.

use postwatch::monitor::{Command, Connection, Meter, News, NoticeWeight};
use postwatch::postman::{CallProblem, Explanation, HostKind};
use postwatch::tui::{Dashboard, Event};

use rstest::rstest;

use crate::desk::{Desk, card, explanation, notes, setup, sms};
use postwatch::state::NoteKind;

fn desk(columns: u16, rows: u16) -> Desk {
    Desk::with(&[sms(4_018, "failure", 60), sms(4_019, "success", 120)], columns, rows)
}

#[test]
fn a_row_is_revealed_until_it_is_left() {
    let mut desk = desk(80, 24);
    desk.sees("65∙∙∙∙4018").misses("65 8000 4018").keys("v").sees("65 8000 4018").sees("65∙∙∙∙4019");
    assert!(notes(&desk.effects, NoteKind::Reveal).iter().any(|detail| detail != "all recipients"));
    desk.keys("j k").sees("65∙∙∙∙4018");
}

#[test]
fn a_reveal_ends_after_half_a_minute() {
    let mut desk = desk(80, 24);
    desk.keys("v").wait(29_000).sees("65 8000 4018").wait(1_000).sees("65∙∙∙∙4018");
}

#[test]
fn m_masks_and_never_unmasks() {
    let mut open = card("Demo", HostKind::Loopback);
    open.masked = false;
    let mut desk = Desk::new(setup(vec![open]), 80, 24);
    desk.head(0, &[sms(4_018, "failure", 60)], true).sees("65 8000 4018").keys("m").sees("65∙∙∙∙4018");
    desk.keys("m").sees("65∙∙∙∙4018");
}

#[test]
fn a_masked_detail_shows_the_template_and_names_alone() {
    let mut desk = desk(120, 36);
    desk.keys("Enter").sees("Dear {{name}}").sees("name (hidden)").misses("Tan Wei Ming");
    desk.keys("v").sees("Dear Tan Wei Ming").sees("name: Tan Wei Ming").sees("shown for 30 s more");
}

/// The header of a text is that of every message: it comes after what tells them apart.
#[test]
fn a_text_begins_with_its_body() {
    let mut open = card("Demo", HostKind::Loopback);
    open.masked = false;
    let mut desk = Desk::new(setup(vec![open]), 120, 36);
    desk.head(0, &[sms(4_018, "success", 60).framed()], true).sees("Dear Tan Wei Ming").keys("Enter");
    desk.sees("header    This is a test message. · Clinic").sees("footer    Do not reply.").misses("---");
    let screen = desk.screen();
    assert!(screen.find("Dear Tan Wei Ming") < screen.find("header    "), "{screen}");
}

#[test]
fn a_one_time_password_is_never_shown() {
    let mut codes = card("Codes", HostKind::Test);
    codes.one_time_password = true;
    let mut desk = Desk::new(setup(vec![codes]), 160, 40);
    desk.head(0, &[sms(4_018, "failure", 60)], true).keys("v Enter").sees("65 8000 4018").misses("Tan Wei Ming");
}

#[test]
fn the_detail_follows_the_cursor_and_asks_when_it_is_opened() {
    let mut desk = desk(120, 36);
    desk.sees("recipient_unavailable: The phone was off").keys("j").misses("The phone was off");
    assert!(desk.commands().iter().all(|command| !matches!(command, Command::Open { .. })));
    desk.keys("Enter");
    let commands = desk.commands();
    let [Command::Open { generation, message }] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!(*message, sms(4_019, "success", 0).id());
    desk.sees("loading; this").news(0, News::Opened { generation: *generation, result: Err(explanation("no answer came")) });
    desk.sees("not loaded: no answer came").keys("Esc");
    assert_eq!(desk.commands(), [Command::Close]);
}

#[test]
fn a_small_screen_shows_one_pane_at_a_time() {
    let mut desk = desk(80, 24);
    desk.keys("Enter").sees("── 65∙∙∙∙4018 ──").misses("recipient      result").keys("Esc").sees("recipient      result");
}

#[test]
fn the_detail_scrolls_to_its_end_and_no_further() {
    let mut desk = desk(60, 15);
    desk.keys("Enter G");
    let end = desk.screen();
    desk.keys("PgDn PgDn");
    assert_eq!(desk.screen(), end);
    desk.keys("PgUp");
    assert_ne!(desk.screen(), end);
}

#[test]
fn pages_open_close_and_scroll() {
    let mut desk = desk(80, 24);
    desk.keys("?").sees("Keys: messages").keys("PgDn").misses("one row up").keys("Esc").misses("Keys: messages");
    desk.notice(NoticeWeight::Problem, "the disk is full").sees("1 new  ! list").keys("!").sees("problem").sees("do this next");
    desk.keys("q").sees("  ! list").misses("1 new");
}

#[test]
fn pausing_is_named_from_the_first_moment() {
    let mut desk = desk(80, 24);
    desk.keys("p").sees("pausing").news(0, News::Connection(Connection::Paused)).sees("paused");
    assert_eq!(desk.commands(), [Command::Pause]);
    desk.keys("p ^r").sees("going on");
    assert_eq!(desk.commands(), [Command::Resume, Command::ReadNow]);
}

#[test]
fn a_slowed_budget_is_named() {
    let mut desk = desk(80, 24);
    let meter = Meter { rate: 1.4, ceiling: 2.0, used: 1.4, next: None, under_way: None, bytes: 0, away: false, slowed_at: Some(desk.now) };
    desk.news(0, News::Meter(meter)).sees("slowed to 1.4/s");
}

#[test]
fn q_goes_back_and_quits_at_the_root() {
    let mut desk = desk(80, 24);
    desk.keys("Enter q ? q f q");
    assert!(!desk.has_quit());
    desk.keys("Esc Esc Backspace");
    assert!(!desk.has_quit());
    desk.keys("q");
    assert!(desk.has_quit());
}

#[test]
fn one_ctrl_c_asks_and_two_quit() {
    let mut desk = desk(80, 24);
    desk.keys("^c").sees("again to quit").wait(3_000).misses("again to quit").keys("^c");
    assert!(!desk.has_quit());
    desk.keys("^c");
    assert!(desk.has_quit());
}

#[test]
fn the_system_ends_it_at_once() {
    let mut desk = desk(80, 24);
    desk.event(Event::EndAsked);
    assert!(desk.has_quit());
}

#[test]
fn a_screen_that_is_too_small_asks_for_room() {
    let mut desk = desk(59, 14);
    desk.sees("Postwatch needs 60 by 15").resize(12, 3).sees("60×15").resize(1, 1).sees("+");
}

#[test]
fn without_a_campaign_it_says_what_to_do() {
    let mut desk = Desk::new(setup(Vec::new()), 80, 24);
    desk.sees("No campaign can be shown.").keys("! Esc ? Esc j r / f v p Enter q");
    assert!(desk.has_quit());
    assert!(!desk.state.needs_tick());
}

#[test]
fn a_broken_campaign_says_why() {
    let mut broken = card("Clinic reminders", HostKind::Test);
    broken.broken = Some(explanation("the key cannot be had"));
    let mut desk = Desk::new(setup(vec![broken]), 80, 24);
    desk.sees("not loaded: the key cannot be had").sees("do this next");
}

#[test]
fn ascii_has_no_sign_of_its_own() {
    let mut plain = setup(vec![card("One", HostKind::Test), card("Two", HostKind::Test)]);
    plain.ascii = true;
    let mut desk = Desk::new(plain, 200, 60);
    desk.head(0, &[sms(4_018, "failure", 60), sms(4_019, "sent_to_telco", 120)], false);
    for keys in ["j", "Enter", "Esc", "f", "Esc k r", "Esc ?", "Esc !"] {
        desk.keys(keys);
        let screen = desk.screen();
        let odd: String = screen.chars().filter(|letter| !letter.is_ascii()).collect();
        assert_eq!(odd, "", "{screen}");
    }
}

/// What has no room in the last line is left out whole: nothing is cut, and what matters most stays.
#[test]
fn no_key_of_the_last_line_is_ever_cut() {
    for keys in ["", "Enter", "2", "3", "5", "f", "a", ":", "?", "/", "r", "!"] {
        let mut desk = desk(300, 30);
        desk.keys(keys);
        let last = |desk: &Desk| desk.screen().lines().last().unwrap_or_default().to_owned();
        let all = last(&desk);
        let pieces: Vec<&str> = all.trim().split("  ").collect();
        assert!(pieces.len() > 1, "{all}");
        for columns in 60..160 {
            desk.resize(columns, 30);
            let line = last(&desk);
            for piece in line.trim().split("  ") {
                assert!(pieces.contains(&piece), "`{piece}` in {columns} columns:\n{line}\n{all}");
            }
            assert!(line.trim().starts_with(pieces[0]), "{line}");
        }
    }
}

/// Sentences end once, and stand apart.
#[rstest]
#[case("Reading goes on.", "Reading goes on. Asked again in 20 s.")]
#[case("Is the proxy up?", "Is the proxy up? Asked again in 20 s.")]
#[case("the disk is full", "the disk is full. Asked again in 20 s.")]
fn what_is_wrong_ends_as_a_sentence(#[case] next: &str, #[case] shown: &str) {
    let mut desk = Desk::with(&[sms(1, "success", 60)], 200, 60);
    let why = Explanation { next: next.to_owned(), trace_id: None, ..explanation("No connection") };
    let until = desk.now + jiff::SignedDuration::from_secs(20);
    desk.news(0, News::Connection(Connection::Waiting { until, met: CallProblem::NoAnswer, why })).sees(shown).misses("..").misses("?.");
}
