//! An opened message: its title, its attempts as lines in time, its ids, and others to the same number.

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use postwatch::delivery::{AttemptFields, BatchFields, Reported, RowFields, Rows, RowsBuilder, TemplateFields};
use postwatch::monitor::{Command, News};
use postwatch::postman::HostKind;
use postwatch::store::{AnswerKind, Reach};
use rstest::rstest;

use crate::desk::{Desk, Sms, TEMPLATE, card, setup, sms};

/// An attempt of the tests: its status, when it began (seconds ago), milliseconds until it was sent and until it ended.
type Tried = (&'static str, i64, Option<i64>, Option<i64>, &'static str);

/// One message as an answer gives it, with its attempts, the newest first.
fn message(now: Timestamp, recipient: &str, status: &str, language: &str, values: (&str, &str), tried: &[Tried]) -> Rows {
    let ago = |seconds: i64| now - SignedDuration::from_secs(seconds);
    let attempts = tried.iter().map(|(status, age, sent, ended, code)| {
        let after = |ms: &Option<i64>| ms.map_or(Reported::Null, |ms| Reported::Value(ago(*age) + SignedDuration::from_millis(ms)));
        AttemptFields {
            status: Reported::Value(status),
            created_at: Reported::Value(ago(*age)),
            updated_at: after(ended),
            sent_at: after(sent),
            delivered_at: Reported::Null,
            error_kind: if code.is_empty() { Reported::Null } else { Reported::Value("delivery_error") },
            error_code: if code.is_empty() { Reported::Null } else { Reported::Value(code) },
        }
    });
    let (body, name) = values;
    let mut rows = RowsBuilder::default();
    rows.push(&RowFields {
        id: "message_7c1e0b44-2f14-4b1e-9a55-0123456f9b02",
        recipient: Reported::Value(recipient),
        status: Reported::Value(status),
        created_at: Reported::Value(ago(tried.last().map_or(60, |tried| tried.1))),
        language: Reported::Value(language),
        batch: Reported::Value(BatchFields {
            id: "batch_a41f0000-0000-4000-8000-000000000022",
            file_name: Reported::Value("clinic-nov.csv"),
            status: Reported::Value("messages_enqueued"),
            total: Reported::Value(20_000),
            created_at: Reported::Value(ago(3_600)),
        }),
        values: Reported::Value(vec![("name", name)]),
        template: Reported::Value(TemplateFields {
            id: Reported::Value("template_1"),
            body: Reported::Value(body),
            ..TemplateFields::default()
        }),
        creator: Reported::Value("clinic@agency.example"),
        attempts: Reported::Value(attempts.collect()),
        ..RowFields::default()
    });
    rows.finish()
}

fn desk(masked: bool, columns: u16, rows: u16, message: impl FnOnce(Timestamp) -> Rows) -> Desk {
    let mut clinic = card("Clinic reminders", HostKind::Test);
    clinic.masked = masked;
    let mut desk = Desk::new(setup(vec![clinic]), columns, rows);
    desk.live(0);
    let (rows, asked_at) = (message(desk.now), desk.now);
    let reach = Some(Reach { oldest: None, complete: true, gap: None });
    desk.news(0, News::Rows { rows, from: AnswerKind::List, asked_at, reach, head: true });
    desk
}

const ENGLISH: (&str, &str) = (TEMPLATE, "Tan Wei Ming");
const TAMIL: (&str, &str) = ("அன்புள்ள {{name}}, உங்கள் அடுத்த சந்திப்பு 12 டிசம்பர் 2026 காலை 10:30 மணிக்கு.", "முருகன் செல்வம்");
const CHINESE: (&str, &str) = ("{{name}},您的下一次预约是2026年12月12日上午10时30分。请带身份证。", "李欣怡");

const ONCE: [Tried; 1] = [("failure", 71, Some(900), Some(70_900), "recipient_unavailable")];
const FOUR: [Tried; 4] = [
    ("failure", 600, Some(900), Some(70_900), "routing_error"),
    ("failure", 4_000, Some(1_200), Some(66_000), "recipient_unavailable"),
    ("failure", 90_000, None, Some(3_000), "server_unknown_error"),
    ("failure", 400_000, Some(700), Some(3_600_000), "message_expired"),
];

fn once(now: Timestamp) -> Rows {
    message(now, "6580004018", "failure", "english", ENGLISH, &ONCE)
}

#[rstest]
#[case(60, 15)]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn a_failure_after_four_attempts(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(false, columns, rows, |now| message(now, "6580004018", "failure", "english", ENGLISH, &FOUR));
    desk.keys("Enter");
    assert_snapshot!(format!("four_attempts_{columns}x{rows}"), desk.screen());
}

#[test]
fn the_title_says_whom_which_and_where_and_what_opens_it() {
    let mut desk = desk(false, 120, 36, once);
    desk.sees("── 65 8000 4018 ── english ── a41f…22 clinic-nov.csv ───").sees("── 1 of 1 ── Enter opens it ──");
    desk.keys("Enter").misses("opens it").sees("─ 1 of 1 ──");
}

#[test]
fn an_attempt_is_a_line_in_time_with_what_the_api_gave() {
    let desk = desk(false, 120, 36, once);
    let line = desk.line("created 14:01:56");
    assert!(line.contains("─0.9 s─") && line.contains("─70 s─") && line.contains(" failed 14:03:06"), "{line}");
    assert!(line.trim_end().ends_with("no other message to this number"), "{line}");
    let strokes = |from: &str, to: &str| line.split_once(from).unwrap().1.split_once(to).unwrap().0.matches('─').count();
    assert!(strokes("14:01:56", "sent") * 2 < strokes("sent", "failed"), "{line}");
}

#[test]
fn what_is_on_the_way_goes_on_until_now() {
    let mut desk =
        desk(false, 120, 36, |now| message(now, "6580004018", "sent", "english", ENGLISH, &[("sent", 31, Some(1_000), None, "")]));
    desk.sees("sent, 30 s ago: with the provider, no confirmation yet");
    let line = desk.line("created 14:02:36");
    assert!(line.contains("─30 s─") && line.contains("─ now"), "{line}");
    desk.wait(10_000);
    assert!(desk.line("created 14:02:36").contains("─40 s─"));
}

#[test]
fn abroad_nothing_more_is_waited_for() {
    let mut desk = desk(false, 120, 36, |now| {
        message(now, "60123456789", "sent_to_telco", "malay", ENGLISH, &[("sent_to_telco", 31, Some(1_000), Some(2_500), "")])
    });
    desk.sees("Malaysia").sees("numbers abroad report nothing more").sees("─ with telco 14:02:38").misses("─ now");
}

#[test]
fn a_step_that_only_we_saw_is_marked() {
    let mut desk =
        desk(false, 120, 36, |now| message(now, "6580004018", "sent", "english", ENGLISH, &[("sent", 11, Some(1_000), None, "")]));
    let then = desk.now;
    desk.wait(2_000);
    let rows = message(then, "6580004018", "success", "english", ENGLISH, &[("success", 11, Some(1_000), None, "")]);
    let asked_at = desk.now;
    desk.news(0, News::Rows { rows, from: AnswerKind::List, asked_at, reach: None, head: true });
    let line = desk.line("created 14:02:56");
    assert!(line.contains("─≤ 12 s─") && line.contains(" delivered ≤ 14:03:09"), "{line}");
}

#[test]
fn an_unknown_status_is_shown_as_it_came() {
    let mut desk =
        desk(false, 120, 36, |now| message(now, "6580004018", "parked", "english", ENGLISH, &[("parked", 31, None, Some(2_500), "")]));
    desk.sees("parked, 28 s ago: a status this program does not know").sees("─ parked ─");
}

#[test]
fn after_a_retry_the_newest_attempt_is_not_taken_for_the_new_one() {
    let mut desk = desk(false, 120, 36, once);
    desk.wait(1_000);
    let mut rows = RowsBuilder::default();
    let id = "message_7c1e0b44-2f14-4b1e-9a55-0123456f9b02";
    rows.push(&RowFields { id, status: Reported::Value("created"), ..RowFields::default() });
    let asked_at = desk.now;
    desk.news(0, News::Rows { rows: rows.finish(), from: AnswerKind::Action, asked_at, reach: None, head: false });
    desk.sees("recorded, not handed on yet").sees("─ recipient_unavailable 14:03:06").misses("─ now");
}

#[test]
fn its_ids_can_be_read_and_its_values_are_masked_with_it() {
    let mut shown = desk(false, 120, 36, once);
    shown.keys("Enter G");
    for id in ["message_7c1e0b44-2f14-4b1e-9a55-0123456f9b02", "batch_a41f0000-0000-4000-8000-000000000022", "template_1"] {
        shown.sees(id);
    }
    shown.sees("campaign_Clinic reminders").sees("clinic@agency.example").sees("name: Tan Wei Ming");
    let mut hidden = desk(true, 120, 36, once);
    hidden.keys("Enter G").sees("name (hidden)").misses("Tan Wei Ming").misses("65 8000 4018").sees("65∙∙∙∙4018");
}

#[rstest]
#[case::tamil("tamil", TAMIL)]
#[case::chinese("chinese", CHINESE)]
fn foreign_texts_stay_in_their_pane(#[case] language: &'static str, #[case] values: (&'static str, &'static str)) {
    for (columns, rows) in [(60, 15), (80, 24), (120, 36), (200, 60)] {
        let mut desk = desk(false, columns, rows, |now| message(now, "6580004018", "failure", language, values, &FOUR));
        desk.keys("Enter");
        assert_snapshot!(format!("{language}_{columns}x{rows}"), desk.screen());
    }
}

/// Three messages to one number, and one to another.
fn several() -> Vec<Sms> {
    let to = |number: u32, age| Sms { recipient: "6580004018".to_owned(), ..sms(number, "failure", age) };
    vec![to(1, 60), sms(4_019, "success", 90), to(2, 120), to(3, 180)]
}

#[rstest]
#[case(true, "2 more messages to this number: a finds them")]
#[case(false, "2 more messages to this number loaded: a finds them")]
fn other_messages_to_the_number_are_counted_in_what_is_loaded(#[case] complete: bool, #[case] words: &str) {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 120, 36);
    desk.live(0).head(0, &several(), complete).sees(words);
    desk.keys("j").sees(if complete { "no other message to this number" } else { "no other message to this number is loaded" });
}

#[test]
fn the_menu_finds_them_without_showing_the_number_and_esc_goes_back() {
    let mut desk = Desk::with(&several(), 120, 36);
    desk.keys("j j Enter").sees("3 of 4").keys("a");
    for _ in 0..20 {
        if desk.cursor_line().contains("find all to this number") {
            break;
        }
        desk.keys("Down");
    }
    desk.keys("Enter").sees("find 65∙∙∙∙4018").misses("65 8000 4018").misses("6580004018").sees("2 of 3");
    let searched = |command: &Command| matches!(command, Command::Search { query, .. } if query.as_str() == "6580004018");
    assert!(desk.commands().iter().any(searched), "the server is asked, too");
    // A line that is opened now does not hold the number, either.
    desk.keys("/").misses("6580004018").keys("Enter").sees("find 65∙∙∙∙4018");
    desk.keys("Esc").misses("find 65").sees("3 of 4").misses("opens it");
}

#[test]
fn what_is_typed_into_the_line_replaces_the_number() {
    let mut desk = Desk::with(&several(), 120, 36);
    desk.keys("a");
    for _ in 0..20 {
        if desk.cursor_line().contains("find all to this number") {
            break;
        }
        desk.keys("Down");
    }
    desk.keys("Enter / 4 0 1 9").sees("65∙∙∙∙4019").misses("65∙∙∙∙4018");
}
