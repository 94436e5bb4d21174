//! The form of `:send`, the question after it, and what becomes of the message.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use insta::assert_snapshot;
use jiff::SignedDuration;
use postwatch::action::{ConfirmedSend, Created, Fingerprint, SameMessage, SendReading, Subject};
use postwatch::delivery::{AttemptFields, MessageId, Reported, RowFields, Rows, RowsBuilder, Status, TemplateFields};
use postwatch::monitor::{ActionNews, ActionStage, Command, Connection, News, NotStarted, OpenActionNews, PreparedState, TakenBack};
use postwatch::postman::HostKind;
use postwatch::state::{ActionKind, ActionState};
use postwatch::store::{AnswerKind, Reach};
use postwatch::tui::{CampaignSettings, Effect, Event, ThemeChoice};
use proptest::prelude::*;
use rstest::rstest;

use crate::desk::{Desk, card, explanation, refusal, send_of, sends, setup};

const HEADER: &str = "This is a test message used for training purposes.\n\nClinic\n\n---\n\n";
const FOOTER: &str = "\n\n---\n\nThis is an automated message, do not reply.";

/// Language, body, and what was filled in.
type Text = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// The texts of the campaign.
const TEXTS: [Text; 5] = [
    ("english", "Dear {{name}}, your appointment at {{place}} is on 12 Dec.", &[("name", "Lee Xin Yi"), ("place", "Bedok Polyclinic")]),
    ("english", "Dear {{name}}, your appointment at {{place}} is on 12 Dec.", &[("name", "Ng Hui Min"), ("place", "Bedok Polyclinic")]),
    ("english", "Dear {{name}}, your appointment at {{place}} is on 12 Dec.", &[("name", "Devi Nair"), ("place", "Bedok Polyclinic")]),
    ("tamil", "அன்புள்ள {{name}}, {{place}} இல் சந்திப்பு 12 Dec.", &[("name", "முருகன்"), ("place", "அங் மோ கியோ")]),
    ("chinese", "{{name}}您好，您在{{place}}的预约是12月12日。", &[("name", "李欣怡"), ("place", "裕廊东")]),
];

fn rows(texts: &[Text], first: usize, status: &str, now: jiff::Timestamp) -> Rows {
    let mut rows = RowsBuilder::default();
    for (number, (language, body, values)) in texts.iter().enumerate() {
        let number = number + first;
        let mut text = (*body).to_owned();
        for (name, value) in *values {
            text = text.replace(&format!("{{{{{name}}}}}"), value);
        }
        let (id, recipient) = (format!("message_{number}"), format!("65800077{number:02}"));
        let created = now - SignedDuration::from_secs(60 * number as i64);
        let attempt = AttemptFields { status: Reported::Value(status), created_at: Reported::Value(created), ..AttemptFields::default() };
        let text = format!("{HEADER}{text}{FOOTER}");
        rows.push(&RowFields {
            id: &id,
            recipient: Reported::Value(&recipient),
            status: Reported::Value(status),
            created_at: Reported::Value(created),
            language: Reported::Value(language),
            values: Reported::Value(values.to_vec()),
            template: Reported::Value(TemplateFields {
                id: Reported::Value(language),
                body: Reported::Value(body),
                language: Reported::Value(language),
                ..TemplateFields::default()
            }),
            full_text: Reported::Value(&text),
            attempts: Reported::Value(vec![attempt]),
            ..RowFields::default()
        });
    }
    rows.finish()
}

/// A campaign with these texts loaded, the whole of it.
pub fn loaded(settings: CampaignSettings, columns: u16, rows_: u16) -> Desk {
    let mut setup = setup(vec![settings]);
    setup.theme = ThemeChoice::None;
    let mut desk = Desk::new(setup, columns, rows_);
    desk.live(0);
    let (now, reach) = (desk.now, Some(Reach { oldest: None, complete: true, gap: None }));
    let rows = rows(&TEXTS, 1, "success", now);
    desk.news(0, News::Rows { rows, from: AnswerKind::List, asked_at: now, reach, head: true });
    desk
}

/// The form of a campaign in test with its texts loaded.
fn form(columns: u16, rows: u16) -> Desk {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), columns, rows);
    desk.keys(": s e n d Enter");
    desk
}

trait Types {
    fn type_text(&mut self, text: &str) -> &mut Self;
    fn read(&mut self, same: Vec<SameMessage>, is_open: bool) -> &mut Self;
    fn stage(&mut self, stage: ActionStage, created: Option<&str>) -> &mut Self;
    fn arrives(&mut self) -> &mut Self;
}

impl Types for Desk {
    fn type_text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            self.event(Event::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE)));
        }
        self
    }

    /// The worker answers what went to the number.
    fn read(&mut self, same: Vec<SameMessage>, is_open: bool) -> &mut Self {
        let (generation, _) = self.recipients_asked.last().cloned().unwrap_or_else(|| panic!("nothing is to be read:\n{}", self.screen()));
        let known = same.iter().filter_map(|same| same.message.clone()).collect();
        let reading =
            SendReading { fingerprint: Fingerprint::new("f00d"), known, is_whole: true, newest: None, same, is_open, asked_at: self.now };
        self.news(0, News::Prepared { generation, state: PreparedState::Send(reading) })
    }

    fn stage(&mut self, stage: ActionStage, created: Option<&str>) -> &mut Self {
        let (subject, created, at) = (Subject::Send(Fingerprint::new("f00d")), created.map(MessageId::new), self.now);
        self.news(0, News::Action(ActionNews { number: None, action: None, subject, created: created.map(Created::Message), stage, at }))
    }

    /// The new message is on the newest page.
    fn arrives(&mut self) -> &mut Self {
        let rows = rows(&TEXTS[..1], 0, "created", self.now);
        let (asked_at, reach) = (self.now, Some(Reach { oldest: None, complete: true, gap: None }));
        self.news(0, News::Rows { rows, from: AnswerKind::List, asked_at, reach, head: true })
    }
}

/// Everything filled in, with the focus on "Review".
fn filled(desk: &mut Desk) -> &mut Desk {
    desk.type_text("6580001234").keys("Tab Tab").type_text("Tan Wei Ming").keys("Tab").type_text("Bedok Polyclinic").keys("Tab")
}

/// The question, which has been on the screen for long enough.
fn asked(columns: u16, rows: u16) -> Desk {
    let mut desk = form(columns, rows);
    filled(&mut desk).keys("Enter").read(Vec::new(), false).wait(500);
    desk
}

fn same(id: &str, desk: &Desk, minutes: i64) -> SameMessage {
    let created_at = desk.now - SignedDuration::from_mins(minutes);
    SameMessage { message: Some(MessageId::new(id)), created_at, status: Some(Status::Success) }
}

/// What was sent since the last look.
fn sent(desk: &mut Desk) -> Vec<ConfirmedSend> {
    desk.commands().iter().filter_map(send_of).cloned().collect()
}

#[test]
fn the_form_shows_the_message_as_it_will_arrive() {
    let mut desk = form(80, 36);
    desk.sees("Send one message, TEST, Clinic reminders").sees("english").sees("also used here: ").sees("Dear {{name}}");
    filled(&mut desk).sees("65").sees("Singapore, mobile");
    desk.sees("Dear Tan Wei Ming, your appointment at Bedok Polyclinic is on 12").sees("This is a test message used").sees("do not reply");
    desk.sees("GSM-7, ").sees("; free in test");
    assert!(desk.cursor_line().contains("[ Review… ]"));
}

#[rstest]
#[case("80001234", "country code missing: Right makes it 65 8000 1234")]
#[case("65 8000 1234 ext 5", "✗ digits only")]
#[case("", "✗ a number is missing")]
#[case("447700900123", "! abroad")]
fn what_is_wrong_with_the_number_is_under_it(#[case] typed: &str, #[case] words: &str) {
    let mut desk = form(80, 36);
    desk.type_text(typed);
    if !words.starts_with("country") {
        desk.keys("Tab");
    }
    desk.sees(words);
}

#[rstest]
#[case("€", "is not allowed in English texts")]
#[case("Tan ", "space")]
#[case("", "needs a value")]
fn what_is_wrong_with_a_value_is_under_it(#[case] typed: &str, #[case] words: &str) {
    let mut desk = form(80, 36);
    desk.keys("Tab Tab").type_text(typed).keys("Tab");
    let screen = desk.screen();
    let lines: Vec<&str> = screen.lines().collect();
    let at = lines.iter().position(|line| line.contains("  name ")).unwrap();
    assert!(lines[at + 1].contains('✗') && lines[at + 1].contains(words), "{screen}");
}

#[test]
fn what_is_still_being_typed_is_not_judged() {
    let mut desk = form(80, 36);
    desk.type_text("65 8").misses("✗ too short").keys("Tab").sees("✗ too short");
}

#[test]
fn a_mistake_keeps_the_review_back_and_says_why() {
    let mut desk = form(80, 36);
    desk.type_text("6580001234").keys("Tab Tab").sees("Not yet (name): ").keys("Tab Tab Enter");
    assert!(desk.recipients_asked.is_empty());
    assert!(desk.cursor_line().contains("name"), "{}", desk.screen());
    desk.sees("✗")
        .type_text("Tan")
        .keys("Tab")
        .type_text("Bedok")
        .misses("Not yet")
        .keys("Tab Enter")
        .sees("Reading what went to this number");
    assert_eq!(desk.recipients_asked.len(), 1);
}

#[test]
fn a_country_code_is_offered_and_never_assumed() {
    let mut desk = form(80, 36);
    desk.type_text("80001234").keys("Tab").sees("country code missing").sees("Not yet");
    desk.keys("BackTab Left Right")
        .sees("country code missing: Right")
        .misses("Singapore, mobile")
        .keys("Right")
        .sees("65 8000 1234   Singapore, mobile");
    desk.misses("country code");
}

#[test]
fn usual_values_are_offered_where_nothing_is_masked() {
    let mut open = card("Clinic reminders", HostKind::Test);
    open.masked = false;
    let mut desk = loaded(open, 80, 36);
    desk.keys(": s e n d Enter Tab Tab Tab").sees("Right makes it Bedok Polyclinic").keys("Right").sees("appointment at Bedok Polyclinic");
    let mut desk = form(80, 36);
    desk.keys("Tab Tab Tab").misses("Right makes it").misses("Bedok").keys("Right").misses("Bedok");
}

#[test]
fn another_language_has_its_own_text() {
    let mut desk = form(80, 36);
    desk.keys("Tab").sees("‹ english ›");
    for _ in 0..3 {
        if !desk.screen().contains("‹ tamil ›") {
            desk.keys("Right");
        }
    }
    desk.sees("‹ tamil ›")
        .sees("அன்புள்ள {{name}}")
        .keys("Tab")
        .type_text("முருகன்")
        .sees("அன்புள்ள முருகன்")
        .keys("Tab")
        .type_text("Bedok")
        .sees("UCS-2");
    // Every border is below the other.
    let screen = desk.screen();
    let ends: Vec<usize> = screen.lines().filter_map(|line| Some(postwatch::tui::text::width(&line[..line.rfind('│')?]))).collect();
    assert!(ends.len() > 8 && ends.iter().all(|end| *end == ends[0]), "{screen}");
}

#[test]
fn a_value_takes_several_lines() {
    let mut desk = form(80, 36);
    desk.keys("Tab Tab").type_text("one").keys("^o").type_text("two").keys("Enter").type_text("three").sees("one").sees("two");
    desk.keys("Up Up Up").keys("Down").sees("Dear one");
    desk.event(Event::Paste("four\nfive".to_owned())).sees("five");
    // A number has one line.
    desk.keys("BackTab BackTab").event(Event::Paste("6580001234".to_owned())).sees("Singapore, mobile");
}

#[test]
fn more_than_fits_is_said() {
    let mut desk = form(80, 36);
    desk.keys("Tab Tab").event(Event::Paste("long ".repeat(1_000))).sees("Only part of the 4,999 characters");
}

#[test]
fn without_a_template_names_are_typed() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 80, 36);
    desk.live(0).keys(": s e n d Enter").sees("The template is not known").sees("[ one more value ]");
    desk.type_text("6580001234").keys("Tab Tab").type_text("body").keys("Tab").type_text("Hello");
    desk.keys("Tab Enter").type_text("code").keys("Tab").type_text("4711").sees("code").keys("^k").misses("4711");
    desk.keys("Tab Tab Tab Tab");
    while !desk.cursor_line().contains("Review") {
        desk.keys("Tab");
    }
    desk.keys("Enter");
    let (_, draft) = desk.recipients_asked.last().unwrap();
    assert_eq!((draft.recipient.as_str(), draft.values.as_slice()), ("6580001234", &[("body".to_owned(), "Hello".to_owned())][..]));
}

#[test]
fn templates_that_come_later_keep_what_was_typed() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 80, 36);
    desk.live(0).keys(": s e n d Enter Tab Tab").type_text("name").keys("Tab").type_text("Tan Wei Ming").wait(6_000);
    let rows = rows(&TEXTS, 1, "success", desk.now);
    let (asked_at, reach) = (desk.now, Some(Reach { oldest: None, complete: true, gap: None }));
    desk.news(0, News::Rows { rows, from: AnswerKind::List, asked_at, reach, head: true });
    desk.sees("Dear Tan Wei Ming, your appointment at {{place}}").misses("one more value");
}

#[test]
fn the_question_says_what_must_be_known() {
    let mut desk = asked(80, 24);
    desk.sees("Send 1 message, TEST, Clinic reminders").sees("65 8000 1234   Singapore, mobile   english");
    desk.sees("Dear Tan Wei Ming")
        .sees("GSM-7")
        .sees("This campaign sent no message to this number")
        .sees("y send   Esc back".replace("   ", "  ").as_str());
    assert!(desk.cursor_line().contains("[ back ]"));
}

#[rstest]
#[case("Esc")]
#[case("Enter")]
#[case("n")]
#[case("q")]
#[case("Y S a r x Tab")]
fn nothing_but_a_yes_sends(#[case] keys: &str) {
    let mut desk = asked(80, 24);
    desk.keys(keys);
    assert!(sent(&mut desk).is_empty());
}

#[test]
fn a_yes_sends_once_and_only_when_it_was_seen() {
    let mut desk = form(80, 24);
    filled(&mut desk).keys("Enter").read(Vec::new(), false).keys("y").sees("Too soon");
    assert!(sent(&mut desk).is_empty());
    desk.wait(400).keys("y y Enter y");
    let sent = sent(&mut desk);
    assert_eq!(sent.len(), 1);
    let draft = sent[0].plan().draft();
    assert_eq!((draft.recipient.as_str(), draft.language.as_str()), ("6580001234", "english"));
    let values = [("name", "Tan Wei Ming"), ("place", "Bedok Polyclinic")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(draft.values, values);
    desk.misses("[ back ]").misses("Review").sees("message to 65∙∙∙∙1234 requested").misses("f00d");
}

#[test]
fn back_keeps_everything_as_it_was_typed() {
    let mut desk = asked(80, 36);
    desk.keys("Esc").sees("[ Review… ]").sees("Tan Wei Ming").resize(120, 36).sees("Bedok Polyclinic").resize(60, 15).resize(80, 36);
    desk.sees("Dear Tan Wei Ming, your appointment at Bedok Polyclinic").keys("Enter").read(Vec::new(), false).sees("[ back ]");
}

#[test]
fn what_was_typed_is_kept_until_it_is_sent() {
    let mut desk = asked(80, 36);
    desk.keys("Esc Esc").misses("Review").sees("kept until it is sent").keys(": s e n d Enter").sees("Dear Tan Wei Ming");
    desk.keys("Enter").read(Vec::new(), false).wait(500).keys("y").stage(ActionStage::Refused(refusal("parameter_invalid", "no")), None);
    desk.keys(": s e n d Enter").sees("Dear Tan Wei Ming").keys("Enter").read(Vec::new(), false).wait(500).keys("y");
    desk.stage(ActionStage::Accepted, Some("message_0")).keys(": s e n d Enter").misses("Tan Wei Ming").sees("Dear {{name}}");
}

#[test]
fn in_production_the_yes_can_be_taken_back() {
    let mut desk = loaded(card("Clinic reminders", HostKind::Production), 80, 36);
    filled(desk.keys(": s e n d Enter")).sees("; up to S$0.").keys("Enter").read(Vec::new(), false).wait(500);
    desk.sees("Send 1 message, PRODUCTION")
        .sees("Up to S$0.")
        .keys("y")
        .sees("Send 1 message")
        .sees("Starting in 3 s.")
        .wait(1_000)
        .keys("Esc");
    assert!(sent(&mut desk).is_empty());
    desk.sees("taken back").sees(":send brings back what you typed").wait(5_000);
    assert!(sent(&mut desk).is_empty());
    desk.keys(": s e n d Enter").sees("Dear Tan Wei Ming").keys("Enter").read(Vec::new(), false).wait(500).keys("y").wait(3_000);
    assert_eq!(sent(&mut desk).len(), 1);
}

#[test]
fn a_read_only_campaign_is_unlocked_by_its_name_first() {
    let mut locked = card("Clinic", HostKind::Production);
    locked.read_only = true;
    let mut desk = loaded(locked, 80, 36);
    filled(desk.keys(": s e n d Enter")).keys("Enter").read(Vec::new(), false).wait(500).sees("READ-ONLY. Type the campaign's name");
    desk.misses("y send")
        .type_text("Clinic")
        .wait(500)
        .keys("Enter")
        .sees("y send")
        .wait(500)
        .keys("y")
        .sees("Starting in 3 s.")
        .wait(3_000);
    assert_eq!(sent(&mut desk).len(), 1);
}

#[test]
fn the_same_message_of_today_is_pointed_out() {
    let mut desk = form(80, 24);
    filled(&mut desk).keys("Enter");
    let known = vec![same("message_7", &desk, 1), same("message_8", &desk, 90)];
    desk.read(known, false).wait(500);
    desk.sees("The same message was sent to this number at 14:02:07 (delivered)").sees("and 1 more time in the last 24 hours").keys("y");
    assert_eq!(sent(&mut desk).len(), 1);
}

#[test]
fn the_same_message_that_a_person_says_went_is_pointed_out() {
    let mut desk = form(80, 24);
    filled(&mut desk).keys("Enter");
    let said = SameMessage { message: None, created_at: desk.now - SignedDuration::from_mins(2), status: None };
    desk.read(vec![said], false).wait(500).sees("The same message was sent to this number at 14:01:07 (a person");
}

#[test]
fn one_equal_to_an_open_one_is_refused() {
    let mut desk = form(80, 24);
    filled(&mut desk).keys("Enter").read(Vec::new(), true).wait(500).sees("It cannot be sent now").misses("y send").keys("y Enter");
    assert!(sent(&mut desk).is_empty());
    desk.sees("[ Review… ]");
}

#[test]
fn a_question_that_is_too_old_is_read_and_asked_again() {
    let mut desk = asked(80, 24);
    desk.wait(301_000).sees("Reading again what went to this number").misses("y send").keys("y");
    assert_eq!((desk.recipients_asked.len(), sent(&mut desk).len()), (2, 0));
    desk.read(Vec::new(), false).keys("y");
    assert!(sent(&mut desk).is_empty(), "it must be seen first");
    desk.wait(400).keys("y");
    assert_eq!(sent(&mut desk).len(), 1);
}

#[test]
fn what_cannot_be_read_is_said_and_can_be_left() {
    let mut desk = form(80, 36);
    filled(&mut desk).keys("Enter");
    let failed = |desk: &mut Desk, again| {
        let (generation, _) = desk.recipients_asked.last().cloned().unwrap();
        desk.news(0, News::Prepared { generation, state: PreparedState::Failed { why: explanation("no answer"), again } });
    };
    failed(&mut desk, true);
    desk.sees("no answer").sees("Trying again").keys("Esc").sees("[ Review… ]").misses("no answer");
    assert!(desk.effects.iter().any(|effect| matches!(effect, Effect::Command { command: Command::LeavePrepared, .. })));
    desk.keys("Enter");
    failed(&mut desk, false);
    desk.sees("so nothing can be sent:")
        .sees("no answer")
        .read(Vec::new(), false)
        .misses("[ back ]")
        .keys("Enter")
        .read(Vec::new(), false)
        .sees("[ back ]");
}

#[test]
fn while_paused_it_says_why_nothing_is_read() {
    let mut desk = form(80, 36);
    filled(&mut desk)
        .news(0, News::Connection(Connection::Paused))
        .keys("Enter")
        .sees("Paused: no call is made")
        .keys("Esc")
        .misses("Paused: no");
}

/// A plan that became too old is not read again before calls are made again.
#[test]
fn a_question_that_is_too_old_says_that_calls_are_paused() {
    let mut desk = asked(80, 24);
    desk.news(0, News::Connection(Connection::Paused)).wait(301_000).misses("Reading again").misses("y send");
    desk.sees("Paused: no call is made, so what went to this number").sees("Leave the form, then p goes on.");
    desk.keys("Esc Esc");
    desk.commands();
    desk.keys("p");
    assert_eq!(desk.commands(), [Command::Resume]);
    desk.news(0, News::Connection(Connection::Live)).keys(": s e n d Enter").sees("Dear Tan Wei Ming");
}

#[test]
fn a_full_page_of_messages_may_not_be_all() {
    let mut desk = form(80, 36);
    filled(&mut desk).keys("Enter");
    let (generation, _) = desk.recipients_asked.last().cloned().unwrap();
    let known = (0..1_000).map(|number| MessageId::new(format!("message_{number}"))).collect();
    let fingerprint = Fingerprint::new("f00d");
    let reading = SendReading { fingerprint, known, is_whole: false, newest: None, same: Vec::new(), is_open: false, asked_at: desk.now };
    desk.news(0, News::Prepared { generation, state: PreparedState::Send(reading) });
    desk.sees("This campaign sent 1,000 or more messages to this number");
}

#[test]
fn all_of_the_text_can_be_read_before_the_yes() {
    let mut desk = asked(60, 15);
    let whole = "This is an automated message, do not reply.";
    desk.sees("PgDn scroll the text").sees("y send").misses("do not reply").misses("training purposes");
    for _ in 0..20 {
        desk.keys("PgDn");
    }
    assert!(desk.screen().contains(&whole[whole.len() - 10..]), "{}", desk.screen());
    desk.sees("PgUp scroll the text").misses("Dear");
    for _ in 0..20 {
        desk.keys("PgUp");
    }
    desk.sees("This is a test message").sees("PgDn scroll the text");
    // It is still the same question.
    desk.keys("y");
    assert_eq!(sent(&mut desk).len(), 1);
}

#[test]
fn where_all_of_the_text_has_room_nothing_scrolls() {
    let mut desk = asked(120, 36);
    desk.sees("do not reply").misses("PgDn").misses("PgUp");
}

#[test]
fn while_presenting_there_is_no_form() {
    let mut desk = asked(80, 36);
    desk.keys("Esc Esc : p r e s e n t Enter : s e n d Enter").misses("65 8000 1234").misses("Tan Wei Ming");
    desk.sees("`send` is not available: presenting is on, and :present ends it").keys("Esc : p r e s e n t Enter : s e n d Enter");
    desk.sees("Dear Tan Wei Ming");
}

#[rstest]
#[case(false, ":send brings back what you typed")]
#[case(true, "what you typed is not kept: write it again")]
fn what_was_taken_back_is_sent_again_as_it_was_typed(#[case] is_secret: bool, #[case] next: &str) {
    let mut settings = card("Clinic reminders", HostKind::Test);
    settings.one_time_password = is_secret;
    let mut desk = loaded(settings, 120, 36);
    filled(desk.keys(": s e n d Enter")).keys("Enter").read(Vec::new(), false).wait(500).keys("y : s t o p Enter");
    desk.stage(ActionStage::NotSent(explanation("It was taken back: nothing was sent.")), None);
    desk.news(0, News::TakenBack(TakenBack { taken_back: 1, leaving: 0, cut: 0 }));
    desk.sees("1 taken back: nothing was sent for it").sees(next).misses(":rest");
}

#[test]
fn templates_that_come_while_it_is_read_change_nothing_of_what_is_asked() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 80, 36);
    desk.live(0).keys(": s e n d Enter").type_text("6580001234").keys("Tab Tab").type_text("body").keys("Tab").type_text("Hello");
    desk.keys("Tab Tab Enter").wait(6_000).arrives().read(Vec::new(), false).wait(500).sees("body: Hello").keys("y");
    let values = sent(&mut desk)[0].plan().draft().values.clone();
    assert_eq!(values, [("body".to_owned(), "Hello".to_owned())]);
}

#[test]
fn an_answer_to_an_older_request_opens_nothing() {
    let mut desk = form(80, 36);
    filled(&mut desk).keys("Enter Esc").read(Vec::new(), false).misses("[ back ]");
}

/// A campaign of one-time passwords.
fn codes() -> Desk {
    let mut settings = card("One-time codes", HostKind::Test);
    (settings.one_time_password, settings.masked) = (true, false);
    let mut desk = loaded(settings, 80, 36);
    desk.keys(": s e n d Enter")
        .type_text("6580001234")
        .keys("Tab Tab")
        .type_text("canary47")
        .keys("Tab")
        .type_text("canary11")
        .keys("Tab");
    desk
}

#[test]
fn one_time_passwords_are_never_shown_and_never_kept() {
    let mut desk = codes();
    desk.misses("canary").sees("∙∙∙∙∙∙∙∙").sees("Dear {{name}}").sees("GSM-7").keys("Enter").read(Vec::new(), false).wait(500);
    desk.misses("canary").sees("Dear {{name}}").keys("y");
    let sent = sent(&mut desk);
    assert_eq!(sent[0].plan().draft().values[0].1, "canary47");
    assert!(!format!("{sent:?} {:?}", desk.effects).contains("canary"));
    desk.stage(ActionStage::Accepted, Some("message_0")).misses("canary").keys(": s e n d Enter").misses("∙∙∙∙∙∙∙∙").sees("Dear {{name}}");
}

#[test]
fn leaving_the_form_of_one_time_passwords_asks_and_forgets() {
    let mut desk = codes();
    desk.keys("Esc").sees("Press Esc again to discard").keys("Tab").misses("Press Esc again").keys("Esc Esc").misses("Review");
    desk.keys(": s e n d Enter").misses("∙∙∙∙∙∙∙∙").sees("such as 65 8000 1234").misses("6580001234");
}

#[test]
fn the_new_message_is_selected_and_followed_until_it_ends() {
    let mut desk = asked(120, 36);
    desk.keys("y").stage(ActionStage::UnderWay { try_number: 1 }, None).sees("message to 65∙∙∙∙1234 on its way to Postman");
    desk.stage(ActionStage::Accepted, Some("message_0")).sees("✓ message to 65∙∙∙∙1234 sent: accepted").arrives();
    assert!(desk.cursor_line().contains("65∙∙∙∙7700"), "{}", desk.screen());
    desk.wait(11_000).stage(ActionStage::Followed { status: Status::Success }, Some("message_0"));
    desk.sees("sent: accepted 14:03:07, delivered 14:03:18");
    let bells = desk.effects.iter().filter(|effect| matches!(effect, Effect::Call(_))).count();
    assert_eq!(bells, 1, "{:?}", desk.effects);
    desk.misses("failed again").misses("f00d");
}

#[test]
fn a_filter_that_hides_the_new_message_is_cleared() {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), 120, 36);
    desk.keys("d Esc / 7 7 0 1 Enter").sees("find 7701").keys(": s e n d Enter");
    filled(&mut desk).keys("Enter").read(Vec::new(), false).wait(500).keys("y").stage(ActionStage::Accepted, Some("message_0")).arrives();
    assert!(desk.cursor_line().contains("65∙∙∙∙7700"), "{}", desk.screen());
}

#[test]
fn whoever_does_something_else_is_left_alone() {
    let mut desk = asked(120, 36);
    desk.keys("y").wait(100).keys("j").stage(ActionStage::Accepted, Some("message_0")).arrives();
    assert!(!desk.cursor_line().contains("7700"), "{}", desk.screen());
    // The activity leads to it.
    desk.keys("5").sees("sent: accepted").misses("f00d").keys("Enter").sees("65∙∙∙∙7700");
}

#[test]
fn a_lost_answer_is_looked_up_and_then_decided_by_a_person() {
    let mut desk = asked(120, 36);
    desk.keys("y");
    let unknown = |look_up_at| ActionStage::Unknown { why: explanation("the connection broke"), look_up_at };
    let at = desk.now + SignedDuration::from_secs(5);
    desk.stage(unknown(Some(at)), None).sees("? message to 65∙∙∙∙1234: outcome unknown, looked up again in 5 s");
    desk.stage(unknown(None), None).sees("a person must decide").misses("f00d");
    desk.stage(ActionStage::FoundAccepted, Some("message_0")).sees("sent: found accepted").arrives();
}

/// What an earlier run left is named, and never by what recognises it.
#[test]
fn an_outcome_that_an_earlier_run_left_is_decided_by_a_person() {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), 120, 36);
    let kind = ActionKind::SendMessage { fingerprint: "f00d".to_owned(), language: "english".to_owned(), known: None, created: None };
    let planned_at = desk.now - SignedDuration::from_mins(9);
    let open = OpenActionNews {
        action: crate::planning::action(),
        kind,
        planned_at,
        state: ActionState::Unknown,
        elsewhere: false,
        look_up_at: None,
    };
    desk.news(0, News::OpenActions(vec![open]));
    desk.keys(": r e s o l v e Enter").sees("? a message: outcome unknown, Enter decides").misses("f00d");
    desk.keys("x Enter");
    assert!(desk.files.iter().all(|file| !file.text.contains("f00d") && file.text.contains("send")), "{:?}", desk.files);
    desk.keys("Enter").sees("the sending of a message is unknown").sees("it was not sent: it can be sent again");
    let which = "It was agreed to at 13:54:07, language english.";
    desk.sees(which).sees("not keep the number.");
    desk.keys("j j Enter").sees("It can then be sent again: if it did go").sees(which);
}

/// A wrong verdict on one of two has its recipient get it twice.
#[rstest]
fn a_verdict_says_which_message_it_is_about(#[values((60, 15), (80, 24))] (columns, rows): (u16, u16)) {
    let mut desk = asked(columns, rows);
    desk.keys("y");
    let agreed_at = desk.now;
    desk.wait(60_000);
    let open = |fingerprint: &str, language: &str, planned_at| OpenActionNews {
        action: crate::planning::action(),
        kind: ActionKind::SendMessage { fingerprint: fingerprint.to_owned(), language: language.to_owned(), known: None, created: None },
        planned_at,
        state: ActionState::Unknown,
        elsewhere: false,
        look_up_at: None,
    };
    let (ours, other) = (open("f00d", "english", agreed_at), open("beef", "tamil", agreed_at - SignedDuration::from_mins(9)));
    let ours_said = "It is to 65∙∙∙∙1234, language english, and was agreed to";
    for (open, said) in [(ours, ours_said), (other, "It was agreed to at 13:54:07, language tamil.")] {
        desk.news(0, News::OpenActions(vec![open])).keys(": r e s o l v e Enter Enter").sees(said);
        desk.keys("Down Down Enter").sees(said).sees("if it did go, its").misses("f00d").misses("beef").keys("Esc Esc");
    }
}

#[test]
fn a_refusal_shows_the_words_and_is_kept_among_the_notices() {
    let mut desk = asked(120, 36);
    desk.keys("y").stage(ActionStage::Refused(refusal("parameter_invalid", "Invalid recipient")), None);
    desk.sees("message to 65∙∙∙∙1234 refused: Invalid recipient").sees("trace-1").keys("!").sees("Invalid recipient").misses("80001234");
    // Its line in the activity has the trace id.
    desk.keys("Esc 5 a").sees("The sending of a message");
    crate::copying::choose(&mut desk, "the trace id");
    assert_eq!(crate::copying::copied(&desk), ["trace-1"]);
}

#[test]
fn what_an_earlier_run_did_not_send_must_be_written_again() {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), 120, 36);
    desk.news(0, News::NotStarted(NotStarted { sends: 1, ..NotStarted::default() }));
    desk.sees("1 message was not sent: the program ended first").sees("write it again").keys(": r e s t").sees("nothing is left to start");
}

#[test]
fn a_click_puts_the_focus_on_a_field_and_sends_nothing() {
    let mut desk = form(80, 36);
    desk.keys("Esc : m o u s e Enter : s e n d Enter");
    let click = |desk: &mut Desk, text: &str| {
        let screen = desk.screen();
        let row = screen.lines().position(|line| line.contains(text)).unwrap();
        let kind = MouseEventKind::Down(MouseButton::Left);
        desk.event(Event::Mouse(MouseEvent { kind, column: 12, row: u16::try_from(row).unwrap(), modifiers: KeyModifiers::NONE }));
    };
    click(&mut desk, "  place ");
    desk.type_text("Bedok");
    click(&mut desk, "Review");
    click(&mut desk, "Review");
    desk.sees("at Bedok is");
    assert!(desk.recipients_asked.is_empty() && sent(&mut desk).is_empty());
}

#[test]
fn with_the_help_open_the_question_waits() {
    let mut desk = form(80, 36);
    filled(&mut desk).keys("Enter F1").sees("the keys").read(Vec::new(), false).misses("[ back ]").keys("Esc").sees("[ back ]");
}

#[rstest]
fn the_form_and_the_question_fit_every_size(#[values((60, 15), (80, 24), (120, 36), (200, 60))] (columns, rows): (u16, u16)) {
    let mut desk = form(columns, rows);
    for _ in 0..5 {
        desk.sees("[ Review… ]").sees("as it will arrive").keys("Tab");
        let line = desk.cursor_line();
        assert!(line.contains('›') || line.contains("Review"), "{}", desk.screen());
    }
    filled(&mut desk).keys("PgDn PgDn PgUp");
    while !desk.cursor_line().contains("Review") {
        desk.keys("Tab");
    }
    desk.keys("Enter").read(Vec::new(), false).wait(500).sees("65 8000 1234").sees("[ back ]").sees("y send").sees("Dear");
}

#[test]
fn in_ascii_every_sign_has_another() {
    let mut setup = setup(vec![card("Clinic reminders", HostKind::Test)]);
    (setup.theme, setup.ascii) = (ThemeChoice::None, true);
    let mut desk = Desk::new(setup, 60, 15);
    desk.live(0)
        .keys(": s e n d Enter")
        .type_text("80001234")
        .keys("Tab Tab Tab")
        .type_text("one")
        .keys("^o")
        .type_text("two")
        .keys("Tab Tab");
    assert!(desk.screen().is_ascii(), "{}", desk.screen());
    assert!(desk.screen().contains("Review"));
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
fn the_screens(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = form(columns, rows);
    desk.type_text("80001234").keys("Tab Tab").type_text("Tan €").keys("Tab").type_text("Bedok ").keys("Tab");
    assert_snapshot!(format!("send_mistakes_{columns}x{rows}"), desk.screen());
    let mut desk = form(columns, rows);
    filled(&mut desk);
    assert_snapshot!(format!("send_{columns}x{rows}"), desk.screen());
    desk.keys("Enter");
    let known = vec![same("message_7", &desk, 1)];
    desk.read(known, false);
    assert_snapshot!(format!("send_question_{columns}x{rows}"), desk.screen());
}

/// Keys and pastes into the form.
#[derive(Debug, Clone)]
enum Input {
    Key(KeyEvent),
    Paste(String),
    Click(u16, u16),
}

fn input() -> impl Strategy<Value = Input> {
    let named = [
        KeyCode::Enter,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Backspace,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Delete,
    ];
    prop_oneof![
        3 => prop::sample::select(named.to_vec()).prop_map(|code| Input::Key(KeyEvent::new(code, KeyModifiers::NONE))),
        4 => "[ -~]".prop_map(|text| Input::Key(KeyEvent::new(KeyCode::Char(text.chars().next().unwrap_or('y')), KeyModifiers::NONE))),
        1 => "[okuw]".prop_map(|text| Input::Key(KeyEvent::new(KeyCode::Char(text.chars().next().unwrap_or('o')), KeyModifiers::CONTROL))),
        1 => "[0-9a-z\n李 y]{0,12}".prop_map(Input::Paste),
        1 => (0u16..80, 0u16..24).prop_map(|(column, row)| Input::Click(column, row)),
    ]
}

/// What happens while the form is open.
#[derive(Debug, Clone)]
enum Happening {
    Input(Input),
    Size(u16, u16),
    Rows,
    Answer(u8),
    Wait(i64),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        6 => input().prop_map(Happening::Input),
        1 => (1u16..140, 1u16..50).prop_map(|(columns, rows)| Happening::Size(columns, rows)),
        1 => Just(Happening::Rows),
        2 => (0u8..3).prop_map(Happening::Answer),
        1 => (0i64..400_000).prop_map(Happening::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is typed, pasted or clicked, however long it is looked at: only the question's own yes sends.
    #[test]
    fn nothing_typed_into_the_form_sends(inputs in prop::collection::vec(input(), 0..60)) {
        let mut desk = form(80, 24);
        desk.keys("Esc : m o u s e Enter : s e n d Enter");
        filled(&mut desk);
        for input in inputs {
            desk.wait(500);
            match input {
                // As if the input guard let every key agree: there is nothing here to agree to.
                Input::Key(key) => {
                    desk.event(Event::Agreed(key));
                }
                Input::Paste(text) => {
                    desk.event(Event::Paste(text));
                }
                Input::Click(column, row) => {
                    let kind = MouseEventKind::Down(MouseButton::Left);
                    desk.event(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
                }
            }
        }
        prop_assert!(desk.commands().iter().all(|command| !sends(command)));
    }

    /// Whatever happens meanwhile, at any size: no panic, the cursor stays on the screen, and what is asked about is what
    /// was read about.
    #[test]
    fn whatever_happens_the_form_goes_on(happenings in prop::collection::vec(happening(), 0..60), is_loaded in any::<bool>()) {
        let settings = card("Clinic reminders", HostKind::Production);
        let mut desk = if is_loaded { loaded(settings, 80, 24) } else { Desk::new(setup(vec![settings]), 80, 24) };
        desk.live(0).keys(": s e n d Enter").type_text("6580001234");
        for happening in happenings {
            match happening {
                Happening::Input(Input::Key(key)) => {
                    desk.event(Event::Key(key));
                }
                Happening::Input(Input::Paste(text)) => {
                    desk.event(Event::Paste(text));
                }
                Happening::Input(Input::Click(..)) => {
                    desk.keys("Tab Enter");
                }
                Happening::Size(columns, rows) => {
                    desk.resize(columns, rows);
                }
                Happening::Rows => {
                    desk.arrives();
                }
                Happening::Answer(_) if desk.recipients_asked.is_empty() => {}
                Happening::Answer(0) => {
                    desk.read(Vec::new(), false);
                }
                Happening::Answer(which) => {
                    let (generation, _) = desk.recipients_asked.last().cloned().unwrap();
                    let state = PreparedState::Failed { why: explanation("no answer"), again: which == 1 };
                    desk.news(0, News::Prepared { generation, state });
                }
                Happening::Wait(milliseconds) => {
                    desk.wait(milliseconds);
                }
            }
            let at = desk.terminal.get_cursor_position().unwrap();
            let area = desk.terminal.backend().buffer().area;
            // Where there is no room for anything, there is no cursor.
            prop_assert!(area.contains(at) || area.width < 60 || area.height < 15, "{at:?} {area:?}");
        }
        prop_assert!(desk.commands().iter().all(|command| !sends(command)));
    }
}

/// However long the reason is, it is seen why the question does not come.
#[rstest]
#[case(80, 24)]
#[case(60, 15)]
fn a_reading_that_fails_says_so_where_there_is_little_room(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = form(columns, rows);
    filled(&mut desk).keys("Enter");
    let (generation, _) = desk.recipients_asked.last().cloned().unwrap();
    let why = postwatch::postman::Explanation::new(
        "The connection was refused by the server ".repeat(3),
        "Nothing listens there. ".repeat(4),
        "Check the base URL.",
    );
    desk.news(0, News::Prepared { generation, state: PreparedState::Failed { why, again: true } });
    desk.sees("What went to this number cannot be read yet").sees("[ Review… ]");
}
