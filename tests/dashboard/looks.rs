//! The main screens as text, at three sizes, without colour and in the dark palette.

use insta::assert_snapshot;
use jiff::SignedDuration;
use postwatch::delivery::Status;
use postwatch::monitor::{ActionStage, Connection, News, NoticeWeight};
use postwatch::postman::{CallProblem, HostKind};
use postwatch::tui::{Event, ThemeChoice};
use rstest::rstest;

use crate::desk::{Desk, Sms, card, explanation, retry_news, setup, sms};

/// A campaign in trouble: of what was recorded in the last ten minutes much has failed.
pub fn world() -> Vec<Sms> {
    let codes = ["recipient_unavailable", "routing_error", "recipient_invalid", "message_expired"];
    let mut messages = Vec::new();
    for number in 0..60u32 {
        let age = i64::from(number) * 17 + 4;
        let message = match number % 7 {
            0 if number < 7 => sms(1_234 + number * 37, "created", age),
            1 if number < 14 => sms(1_234 + number * 37, "sent_to_telco", age),
            2 => sms(1_234 + number * 37, "failure", age).error(codes[number as usize % 4]).tried(1 + number as usize % 3),
            3 if number < 14 => sms(1_234 + number * 37, "sent", age),
            _ => sms(1_234 + number * 37, "success", age),
        };
        messages.push(if number % 3 == 0 { message.batch("batch_a41f0000-0000-4000-8000-000000000022") } else { message });
    }
    for number in 60..400u32 {
        messages.push(sms(1_234 + number * 37, "success", i64::from(number) * 60));
    }
    messages[2].name = "முருகன் செல்வம்";
    messages[5].name = "李欣怡";
    messages
}

fn desk(theme: ThemeChoice, columns: u16, rows: u16) -> Desk {
    let mut clinic = card("Clinic reminders", HostKind::Production);
    clinic.read_only = true;
    let cards = vec![clinic, card("One-time codes", HostKind::Test), card("Flood alerts", HostKind::Test)];
    let mut setup = setup(cards);
    setup.theme = theme;
    let mut desk = Desk::new(setup, columns, rows);
    desk.live(0).live(1).live(2);
    desk.head(1, &[sms(1, "success", 30), sms(2, "failure", 50)], true);
    desk.head(0, &world(), false);
    desk.news(
        2,
        News::Connection(Connection::Refused {
            until: desk.now + SignedDuration::from_secs(25),
            met: CallProblem::Refused,
            why: explanation("the key is refused (401)"),
        }),
    );
    desk.notice(NoticeWeight::Warning, "too many calls (429): slowed to 1.4/s");
    desk.wait(3_000);
    desk
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn the_list(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(ThemeChoice::None, columns, rows);
    desk.keys("j j");
    assert_snapshot!(format!("list_{columns}x{rows}"), desk.screen());
}

#[test]
fn no_look_changes_a_word() {
    let words = |theme| {
        let mut desk = desk(theme, 120, 36);
        // In bars signs tell apart what colours do otherwise.
        desk.keys("j j").screen().replace(|sign| matches!(sign, '▁'..='▒' | '✗'), "█")
    };
    assert_eq!(words(ThemeChoice::None), words(ThemeChoice::Dark));
}

#[rstest]
#[case("none", ThemeChoice::None)]
#[case("dark", ThemeChoice::Dark)]
fn the_styles(#[case] name: &str, #[case] theme: ThemeChoice) {
    let mut desk = desk(theme, 80, 24);
    desk.keys("j j");
    assert_snapshot!(format!("styles_{name}_80x24"), desk.styles());
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
fn the_detail(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(ThemeChoice::None, columns, rows);
    desk.keys("j j Enter");
    assert_snapshot!(format!("detail_{columns}x{rows}"), desk.screen());
}

#[rstest]
#[case(60, 15)]
#[case(80, 24)]
fn the_question(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = Desk::with(&world(), columns, rows);
    desk.keys("j j r");
    assert_snapshot!(format!("question_{columns}x{rows}"), desk.screen());
}

#[test]
fn the_question_as_a_preview() {
    let mut desk = desk(ThemeChoice::None, 100, 30);
    desk.keys("j j r");
    assert_snapshot!("question_read_only_100x30", desk.screen());
}

#[rstest]
#[case(60, 15)]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn the_filter_menu(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(ThemeChoice::None, columns, rows);
    desk.keys("f j j j Space");
    assert_snapshot!(format!("menu_{columns}x{rows}"), desk.screen());
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn a_filter_with_a_name(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(ThemeChoice::None, columns, rows);
    desk.keys("f j Space G Enter n i g h t");
    assert_snapshot!(format!("naming_{columns}x{rows}"), desk.screen());
    desk.keys("Enter f");
    assert_snapshot!(format!("named_{columns}x{rows}"), desk.screen());
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn a_window_of_time(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(ThemeChoice::None, columns, rows);
    desk.keys("t g j");
    assert_snapshot!(format!("times_{columns}x{rows}"), desk.screen());
    desk.keys("Enter f g j Enter");
    assert_snapshot!(format!("window_{columns}x{rows}"), desk.screen());
    desk.keys("3");
    assert_snapshot!(format!("failures_in_window_{columns}x{rows}"), desk.screen());
}

#[test]
fn the_find_line() {
    let mut desk = desk(ThemeChoice::None, 80, 24);
    desk.keys("/ 0 0 1 3");
    assert_snapshot!("find_80x24", desk.screen());
}

#[test]
fn the_notices() {
    let mut desk = desk(ThemeChoice::None, 80, 24);
    desk.keys("!");
    assert_snapshot!("notices_80x24", desk.screen());
}

#[test]
fn an_outcome() {
    let messages = world();
    let mut desk = Desk::with(&messages, 120, 36);
    let news = |stage| retry_news(messages[2].id(), stage, desk.now);
    let (accepted, followed) = (news(ActionStage::Accepted), news(ActionStage::Followed { status: Status::Success }));
    desk.news(0, accepted);
    desk.sees("retried: accepted 14:03:07");
    desk.wait(11_000).news(0, followed).event(Event::Tick);
    desk.sees("accepted 14:03:07, delivered 14:03:07");
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn the_failures(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(ThemeChoice::None, columns, rows);
    desk.keys("3 j");
    assert_snapshot!(format!("failures_{columns}x{rows}"), desk.screen());
}

/// The same campaign outside of the lock.
fn open_desk(host_kind: HostKind, columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", host_kind)]), columns, rows);
    desk.live(0).head(0, &world(), false).wait(3_000);
    desk
}

#[rstest]
#[case(60, 15)]
#[case(80, 24)]
#[case(120, 36)]
fn the_plan(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = open_desk(HostKind::Production, columns, rows);
    desk.keys("3 G r");
    assert_snapshot!(format!("plan_{columns}x{rows}"), desk.screen());
}

#[test]
fn the_whole_list_of_a_plan() {
    let mut desk = open_desk(HostKind::Test, 80, 24);
    desk.keys("3 G r").wait(500).keys("Tab");
    assert_snapshot!("plan_list_80x24", desk.screen());
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn the_batches(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = open_desk(HostKind::Test, columns, rows);
    desk.keys("2");
    assert_snapshot!(format!("batches_{columns}x{rows}"), desk.screen());
}

#[test]
fn the_question_about_a_batch() {
    let mut desk = open_desk(HostKind::Test, 80, 24);
    desk.keys("2 r");
    assert_snapshot!("batch_question_reading_80x24", desk.screen());
    let batch = desk.batches_asked[0].1.clone();
    let of_batch = world().into_iter().filter(|message| message.batch == Some(batch.as_str()));
    let of_batch: Vec<Sms> = of_batch.map(|message| Sms { age: message.age + 3, ..message }).collect();
    desk.read_batch(0, &of_batch);
    assert_snapshot!("batch_question_80x24", desk.screen());
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
fn a_run(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = crate::running::started(columns, rows);
    assert_snapshot!(format!("run_{columns}x{rows}"), desk.screen());
    crate::running::ended(&mut desk);
    assert_snapshot!(format!("results_{columns}x{rows}"), desk.screen());
    desk.keys("Esc 5");
    assert_snapshot!(format!("activity_{columns}x{rows}"), desk.screen());
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
fn a_batch_that_is_being_prepared(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = crate::shown::prepared(60, 3_000, columns, rows);
    assert_snapshot!(format!("prepared_{columns}x{rows}"), desk.screen());
    desk.keys("1 f j r");
    assert_snapshot!(format!("filter_plan_{columns}x{rows}"), desk.screen());
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn finding_ones_way(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(ThemeChoice::None, columns, rows);
    desk.keys("j j :");
    assert_snapshot!(format!("commands_{columns}x{rows}"), desk.screen());
    desk.keys("m a r k Down");
    assert_snapshot!(format!("commands_typed_{columns}x{rows}"), desk.screen());
    desk.keys("Esc a Down");
    assert_snapshot!(format!("actions_{columns}x{rows}"), desk.screen());
    desk.keys("Esc ?");
    assert_snapshot!(format!("help_{columns}x{rows}"), desk.screen());
    desk.keys("r e t r y");
    assert_snapshot!(format!("help_typed_{columns}x{rows}"), desk.screen());
}

#[test]
fn the_name_that_unlocks() {
    let mut desk = desk(ThemeChoice::None, 80, 24);
    desk.keys(": u n l o c k Enter");
    assert_snapshot!("unlock_80x24", desk.screen());
}
