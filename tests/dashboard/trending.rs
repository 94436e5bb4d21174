//! The trends: a time window as charts, each bar with its figures and its messages.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use insta::assert_snapshot;
use jiff::SignedDuration;
use postwatch::monitor::{Connection, News};
use postwatch::postman::HostKind;
use postwatch::store::{AnswerKind, Gap, Reach};
use postwatch::tui::{Event, Setup, ThemeChoice};
use rstest::rstest;

use crate::desk::{Desk, Sms, card, setup, sms};

/// A day with a busy noon, and an outage in its last 25 minutes: a third fails, the others take longer, and what was sent
/// last is still on the way.
fn day() -> Vec<Sms> {
    let mut messages = Vec::new();
    for minute in 0..1_440_u32 {
        let hours = f64::from(minute) / 60.0;
        let count = if minute < 25 { 4 } else { 1 } + if hours < 6.0 { (9.0 - (hours - 3.0).powi(2)) as u32 } else { 0 };
        for number in 0..count {
            let (id, age) = (minute * 20 + number, i64::from(minute) * 60 + 5 + i64::from(number));
            messages.push(match minute {
                0..3 => sms(id, "sent_to_telco", age),
                3..25 if (minute + number) % 3 == 0 => sms(id, "failure", age).error("routing_error"),
                3..25 => sms(id, "success", age).took(30 + i64::from(minute)),
                _ if id % 300 == 7 => sms(id, "failure", age),
                _ => sms(id, "success", age).took(8 + i64::from(id % 7)),
            });
        }
    }
    messages
}

fn desk_of(setup: Setup, columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::new(setup, columns, rows);
    desk.live(0).head(0, &day(), false).wait(1_000).keys("4");
    desk
}

fn desk(columns: u16, rows: u16) -> Desk {
    desk_of(setup(vec![card("Clinic reminders", HostKind::Test)]), columns, rows)
}

/// The last 1 h, 6 h, 24 h, 3 d or 7 d of the menu, by its line below all times.
fn choose(desk: &mut Desk, line: usize) -> &mut Desk {
    desk.keys("t g").keys(&"j ".repeat(line)).keys("Enter")
}

const HOUR: usize = 1;
const SIX_HOURS: usize = 2;
const DAY: usize = 3;
const THREE_DAYS: usize = 4;
const WEEK: usize = 5;

#[rstest]
#[case(60, 15)]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn they_look_so(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(columns, rows);
    assert_snapshot!(format!("trends_{columns}x{rows}"), choose(&mut desk, SIX_HOURS).screen());
}

#[test]
fn in_ascii_they_tell_the_same() {
    let mut setup = setup(vec![card("Clinic reminders", HostKind::Test)]);
    setup.ascii = true;
    let mut desk = desk_of(setup, 80, 24);
    assert_snapshot!("trends_ascii_80x24", choose(&mut desk, SIX_HOURS).screen());
}

#[test]
fn in_part_they_hatch_what_is_not_loaded() {
    let mut desk = desk(80, 24);
    assert_snapshot!("trends_in_part_80x24", choose(&mut desk, THREE_DAYS).screen());
}

#[test]
fn a_bar_is_as_long_as_the_window_needs() {
    let mut desk = desk(120, 36);
    for (line, length) in [(HOUR, "2 min"), (SIX_HOURS, "10 min"), (DAY, "30 min"), (THREE_DAYS, "2 h"), (WEEK, "4 h")] {
        choose(&mut desk, line).sees(&format!("a bar is {length}"));
    }
    choose(&mut desk, HOUR).resize(200, 60).sees("a bar is 1 min").resize(60, 15).sees("a bar is 2 min");
}

/// The rows of the exported file, heads first.
fn exported(desk: &mut Desk) -> Vec<Vec<String>> {
    desk.keys("x").sees("trends, ").keys("Enter");
    let text = desk.files.last().unwrap().text.trim_start_matches('\u{feff}').to_owned();
    text.lines().map(|line| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect()).collect()
}

fn sum(rows: &[Vec<String>], head: &str) -> usize {
    let column = rows[0].iter().position(|cell| cell == head).unwrap();
    rows[1..].iter().filter_map(|row| row[column].parse::<usize>().ok()).sum()
}

#[test]
fn the_bars_add_up_to_the_figures_of_the_window() {
    let mut desk = desk(200, 60);
    for (line, all) in [(HOUR, 265), (SIX_HOURS, 2_393)] {
        // At once, without a tick.
        choose(&mut desk, line);
        let rows = exported(&mut desk);
        let total: usize = ["delivered", "failed", "onTheWay", "stuck", "unconfirmed"].into_iter().map(|head| sum(&rows, head)).sum();
        desk.sees(&format!("{} messages", all.to_string().replace("2393", "2,393")));
        assert_eq!(total, all);
        let figure = |head: &str, words: &str| {
            let line = desk.screen().lines().nth(1).unwrap().to_owned();
            let count = sum(&rows, head).to_string();
            let count = if count.len() > 3 { format!("{},{}", &count[..count.len() - 3], &count[count.len() - 3..]) } else { count };
            assert!(line.contains(&format!(" {count} {words}")), "{count} {words}: {line}");
        };
        figure("delivered", "✓ delivered");
        figure("failed", "✗");
    }
}

#[test]
fn keys_move_the_cursor_and_the_line_below_says_the_figures() {
    let mut desk = desk(120, 36);
    choose(&mut desk, SIX_HOURS);
    assert!(desk.cursor_line().contains("› 14:00 to now"), "{}", desk.screen());
    desk.keys("Left");
    assert!(desk.cursor_line().contains("› 13:50 to 14:00"), "{}", desk.screen());
    desk.keys("h h Right l");
    assert!(desk.cursor_line().contains("› 13:50 to 14:00"), "{}", desk.screen());
    desk.keys("Home");
    // The first one begins with the window.
    assert!(desk.cursor_line().contains("› 08:03 to 08:10"), "{}", desk.screen());
    desk.misses("Left earlier").sees("Right later").keys("End").misses("Right later");
    // A third of what finished then: too many, and that is said with the share.
    desk.keys("Left").sees("15 ✗ failed, 35.7 %").sees("half within ");
}

#[test]
fn enter_lists_the_messages_of_the_bar_and_esc_leads_back_to_it() {
    let mut desk = desk(120, 36);
    choose(&mut desk, SIX_HOURS).keys("Left Left");
    let line = desk.cursor_line();
    let count = |words: &str| line.split(words).next().unwrap().split_whitespace().last().unwrap().parse::<usize>().unwrap();
    let all = count(" ✓ delivered") + count(" ✗ failed");
    desk.keys("Enter").sees(&format!("{all} loaded in this window")).sees("13:40:00 to 13:50:00").keys("Esc").sees("[4 Trends]");
    assert_eq!(desk.cursor_line(), line);
    desk.keys("End Enter").sees("since 14:00:00").keys("Esc").sees("› 14:00 to now");
}

#[test]
fn the_cursor_stays_with_its_time_and_at_the_end_it_follows() {
    let mut desk = desk(120, 36);
    choose(&mut desk, HOUR).keys("Left Left").sees("› 13:58 to 14:00").wait(180_000);
    desk.live(0).head(0, &[sms(900_001, "success", 20)], false).sees("› 13:58 to 14:00");
    desk.keys("End").sees("› 14:06 to now").wait(120_000);
    desk.live(0).head(0, &[sms(900_002, "success", 2)], false).sees("› 14:08 to now").sees("1 ✓ delivered");
    // A window that no longer has the time of the cursor.
    choose(&mut desk, SIX_HOURS).keys("Home").sees("› 08:08 to 08:10");
    choose(&mut desk, HOUR).sees("› 14:08 to now");
}

#[test]
fn the_moment_since_when_failures_rise_is_marked() {
    let mut desk = desk(120, 36);
    choose(&mut desk, HOUR).sees("! rising since 13:39");
    let screen = desk.screen();
    assert_eq!(screen.lines().filter(|line| line.contains('┼') && line.contains('!')).count(), 2, "{screen}");
    let mut desk = Desk::with(&(0..60).map(|number| sms(number, "success", i64::from(number) * 60)).collect::<Vec<_>>(), 120, 36);
    desk.keys("4").sees("time to deliver").misses("rising");
}

/// The part of the screen with the bars of the failures, side by side with those of the delivered ones.
fn failure_bars(desk: &Desk) -> Vec<(String, ratatui::style::Style)> {
    let buffer = desk.terminal.backend().buffer();
    let cells = (6..22_u16).flat_map(|y| (70..119_u16).map(move |x| (x, y)));
    cells.map(|at| (buffer[at].symbol().to_owned(), buffer[at].style())).filter(|(sign, _)| sign != " ").collect()
}

#[test]
fn only_too_many_failures_look_like_failures() {
    let look = |theme: ThemeChoice| {
        let mut desk = desk_of(Setup { theme, ..setup(vec![card("Clinic reminders", HostKind::Test)]) }, 120, 36);
        choose(&mut desk, SIX_HOURS);
        (failure_bars(&desk), desk.style_of("! rising").fg)
    };
    let (bars, failed) = look(ThemeChoice::Dark);
    let loud = bars.iter().filter(|(_, style)| style.fg == failed).count();
    assert!(loud > 0 && loud < bars.len(), "{loud} of {}", bars.len());
    let (bars, _) = look(ThemeChoice::None);
    assert_eq!(bars.iter().filter(|(sign, _)| sign == "✗").count(), 2, "the bars of the outage have the sign at their tops");
}

#[test]
fn what_is_not_loaded_is_no_zero() {
    let mut desk = desk(120, 36);
    choose(&mut desk, THREE_DAYS).sees("▒ not loaded").keys("Home").sees("› 21 Nov 14:03 to 16:00  not loaded");
    desk.sees("Enter lists its messages and reads further back");
    // Of the bar in which the loaded messages begin, the figures are lower limits.
    desk.keys(&"Right ".repeat(24))
        .sees("› 23 Nov 14:00 to 16:00  116+ ✓ delivered  – ✗ failed  only a part is loaded")
        .sees("only a part is loaded")
        .keys("Home");
    let rows = exported(&mut desk);
    assert_eq!((rows[1][2].as_str(), rows[1][3].as_str(), rows[1][4].as_str()), ("not loaded", "", ""));
    assert!(rows.iter().any(|row| row[2] == "only in part") && rows.last().unwrap()[2] == "so far");
    desk.keys("Enter").sees("part of that window is loaded").keys("Esc").sees("[4 Trends]");
    choose(&mut desk, SIX_HOURS).misses("▒ not loaded");
}

#[test]
fn a_hole_is_not_loaded_either() {
    let mut desk = desk(120, 36);
    let at = |minutes| desk.now - SignedDuration::from_mins(minutes);
    let reach = Reach { oldest: None, complete: true, gap: Some(Gap { newer: at(60), older: at(120) }) };
    desk.answer(0, &[], AnswerKind::List, Some(reach), true);
    choose(&mut desk, SIX_HOURS).sees("▒ not loaded");
    let rows = exported(&mut desk);
    let of = |state: &str| rows.iter().filter(|row| row[2] == state).map(|row| row[0][11..16].to_owned()).collect::<Vec<_>>();
    assert_eq!(of("not loaded"), ["12:10", "12:20", "12:30", "12:40", "12:50"]);
    assert_eq!(of("only in part"), ["12:00", "13:00"]);
}

#[test]
fn after_the_last_answer_nothing_is_known() {
    let mut desk = desk(120, 36);
    choose(&mut desk, HOUR).news(0, News::Connection(Connection::Paused)).wait(600_000);
    desk.sees("▒ not loaded").sees("› 14:12 to 14:14  not loaded");
    desk.keys("Left Left Left Left Left").sees("› 14:02 to 14:03");
}

#[test]
fn what_comes_in_is_in_the_charts_at_once() {
    let mut desk = desk(120, 36);
    choose(&mut desk, HOUR).sees("265 messages");
    desk.head(0, &[sms(900_001, "failure", 20), sms(900_002, "success", 20)], false).sees("267 messages");
}

#[test]
fn without_a_chart_it_says_why_and_what_to_do() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 80, 24);
    desk.keys("4").sees("Loading the newest messages").misses("┼");
    desk.live(0).head(0, &[sms(1, "success", 90_000)], true);
    choose(&mut desk, HOUR).sees("Nothing was sent in this window, last 1 h.").sees("t shows other times.").misses("x export");
    desk.keys("t g Enter").sees("1 message · all times").sees("┼");
    let mut desk = Desk::with(&[sms(1, "success", 60)], 80, 24);
    desk.keys("4 t G Enter").keys("^u 3 h Space t o Space 2 h Enter").sees("Nothing of this window is loaded").sees("(1), Enter reads");
}

#[test]
fn the_figures_of_a_bar_are_copied() {
    let mut desk = desk(120, 36);
    choose(&mut desk, SIX_HOURS).keys("Left Left Left c");
    let copied = crate::copying::copied(&desk);
    assert!(copied[0].starts_with("13:30 to 13:40\t"), "{copied:?}");
    assert!(copied[0].contains(" delivered\t") && copied[0].contains("\thalf within 1"), "{copied:?}");
    desk.keys("a").sees("13:30 to 13:40").sees("list the messages of this bar").sees("write the figures of all bars to a file");
}

#[test]
fn those_on_the_way_count_in_the_time_to_deliver() {
    let mut messages: Vec<Sms> = (0..50).map(|number| sms(number, "success", 1_500).took(20)).collect();
    let desk = |messages: &[Sms]| {
        let mut desk = Desk::new(setup(vec![card("Clinic", HostKind::Test)]), 120, 36);
        desk.live(0).head(0, messages, true).keys("4");
        desk
    };
    desk(&messages).sees("half within 20 s  95 % within 20 s  99 % within 20 s");
    messages.extend((50..60).map(|number| sms(number, "sent_to_telco", 1_500)));
    desk(&messages).sees("half within 20 s  95 % not yet  99 % not yet  with 10 still on the way").sees("≥ not yet");
}

#[test]
fn in_a_load_test_they_show_what_was_handed_over() {
    let mut desk = Desk::new(setup(vec![card("Load", HostKind::Loadtest)]), 120, 36);
    desk.live(0).head(0, &(0..30).map(|number| sms(number, "sent", 60)).collect::<Vec<_>>(), true);
    desk.keys("4").sees("handed over  ");
}

#[test]
fn they_are_found_by_their_name() {
    let mut desk = desk(80, 24);
    desk.keys("1 : t r e n d s Enter").sees("[4 Trends]");
}

#[rstest]
#[case(80, 24, 20)]
#[case(120, 36, 40)]
#[case(120, 36, 112)]
fn a_click_selects_a_bar_and_a_second_one_lists_it(#[case] columns: u16, #[case] rows: u16, #[case] column: u16) {
    let mut desk = desk_of(Setup { mouse: true, ..setup(vec![card("Clinic", HostKind::Test)]) }, columns, rows);
    choose(&mut desk, SIX_HOURS);
    let click = |desk: &mut Desk| {
        let kind = MouseEventKind::Down(MouseButton::Left);
        desk.event(Event::Mouse(MouseEvent { kind, column: column - 8, row: 9, modifiers: KeyModifiers::NONE }));
    };
    click(&mut desk);
    let line = desk.cursor_line();
    let from = line.split_whitespace().nth(1).unwrap().to_owned();
    assert!(!line.contains("now"), "{line}");
    click(&mut desk);
    desk.sees(&format!("{from}:00 to "));
}
