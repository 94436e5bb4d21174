//! `:send-batch`: the file, its mistakes, what would be sent, the question, and what becomes of it.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;
use jiff::SignedDuration;
use postwatch::action::{
    Agreed, ConfirmedAction, ConfirmedUpload, Created, FileChecker, FileRules, FileSource, Sha256, Subject, UploadReading,
};
use postwatch::delivery::BatchId;
use postwatch::monitor::{
    ActionNews, ActionStage, Command, Connection, News, NotStarted, OpenActionNews, PreparedState, TakenBack, UploadedNews,
};
use postwatch::postman::HostKind;
use postwatch::state::{ActionKind, ActionState, NoteKind};
use postwatch::tui::{CampaignSettings, Effect, Event, FileAnswer, FileStep, FoundFile};
use proptest::prelude::*;
use rstest::rstest;

use crate::desk::{Desk, card, explanation, setup, sms};
use crate::sending::loaded;

const HEADER: &str = "recipient,language,name,place\n";

/// A file without a mistake: three in English, one in Tamil.
const GOOD: &str = "recipient,language,name,place\n\
    6580001201,english,Tan Wei Ming,Bedok Polyclinic\n\
    6580001202,english,Lee Xin Yi,Jurong Polyclinic\n\
    6580001203,english,Devi Nair of the long name,Ang Mo Kio Polyclinic near the station\n\
    6580001204,tamil,முருகன்,அங் மோ கியோ\n";

/// A file as a spreadsheet writes it.
const BAD: &str = "\u{feff}recipient;language;name;place\r\n\
    +65 8000 1201;english;Tan Wei Ming ;Bedok\r\n\
    80001202;english;Lee;Jurong\r\n\
    6.58E+09;english;;Jurong\r\n\
    6580001204;klingon;Devi;Bedok\r\n\
    +65 8000 1205;english;Ng {{name}};Bedok\r\n";

fn checked(path: &str, text: &str, rules: FileRules) -> FoundFile {
    let name = path.rsplit('/').next().unwrap();
    let mut checker = FileChecker::new(name, rules);
    checker.feed(text.as_bytes());
    FoundFile { path: path.to_owned(), checked: Arc::new(checker.finish()), source: FileSource::Path(PathBuf::from(path)) }
}

fn production() -> CampaignSettings {
    card("Clinic reminders", HostKind::Production)
}

trait Sends {
    fn type_text(&mut self, text: &str) -> &mut Self;
    /// What is on the screen, however its lines are broken.
    fn says(&mut self, text: &str) -> &mut Self;
    /// `:send-batch` with this file, which is then found to hold this.
    fn sends(&mut self, path: &str, text: &str) -> &mut Self;
    /// What was asked last is answered: the file holds this.
    fn holds(&mut self, text: &str) -> &mut Self;
    /// The worker has read what the campaign sent last.
    fn read(&mut self, is_open: bool, accepted_hours_ago: Option<i64>) -> &mut Self;
    fn stage(&mut self, sha256: &Sha256, stage: ActionStage, created: Option<&str>) -> &mut Self;
}

impl Sends for Desk {
    fn type_text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            self.event(Event::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE)));
        }
        self
    }

    fn says(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        let inside = |line: &str| match (line.find('│'), line.rfind('│')) {
            (Some(from), Some(to)) if from < to => line[from..to].replace('│', " "),
            _ => line.to_owned(),
        };
        let joined = screen.lines().map(inside).collect::<Vec<_>>().join(" ");
        let joined = joined.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(joined.contains(text), "`{text}` is not on the screen:\n{screen}");
        self
    }

    fn sends(&mut self, path: &str, text: &str) -> &mut Self {
        self.keys(":").type_text(&format!("send-batch {path}")).keys("Enter").holds(text)
    }

    fn holds(&mut self, text: &str) -> &mut Self {
        let (request, step) = self.files_asked.last().cloned().unwrap_or_else(|| panic!("no file is asked for:\n{}", self.screen()));
        let answer = match step {
            FileStep::Check { path, rules } => FileAnswer::Checked(checked(&path, text, *rules)),
            FileStep::Correct { file, rules } => FileAnswer::Corrected(checked(&file.path.replace(".csv", "-corrected.csv"), text, *rules)),
            step => panic!("nothing is to be read: {step:?}"),
        };
        self.event(Event::File { request, answer })
    }

    fn read(&mut self, is_open: bool, accepted_hours_ago: Option<i64>) -> &mut Self {
        let (generation, _) = self.uploads_asked.last().cloned().unwrap_or_else(|| panic!("nothing is to be read:\n{}", self.screen()));
        let accepted_at = accepted_hours_ago.map(|hours| self.now - SignedDuration::from_hours(hours));
        let reading = UploadReading { newest: Some(self.now), is_comparable: true, is_open, accepted_at, asked_at: self.now };
        self.news(0, News::Prepared { generation, state: PreparedState::Upload(reading) })
    }

    fn stage(&mut self, sha256: &Sha256, stage: ActionStage, created: Option<&str>) -> &mut Self {
        let created = created.map(|batch| Created::Batch(BatchId::new(batch)));
        let (subject, at) = (Subject::Upload(sha256.clone()), self.now);
        self.news(0, News::Action(ActionNews { number: None, action: None, subject, created, stage, at }))
    }
}

/// The plan of a good file in a test campaign.
fn planned(settings: CampaignSettings, columns: u16, rows: u16) -> Desk {
    let mut desk = loaded(settings, columns, rows);
    desk.sends("lists/clinic-nov.csv", GOOD);
    desk
}

/// The question, which has been on the screen for long enough.
fn asked(settings: CampaignSettings, columns: u16, rows: u16) -> Desk {
    let mut desk = planned(settings, columns, rows);
    desk.keys("Enter").read(false, None).wait(500);
    desk
}

/// What was agreed to be sent since the last look.
fn sent(desk: &mut Desk) -> Vec<ConfirmedUpload> {
    let upload = |command: &Command| match command {
        Command::Act { agreed: Agreed::One(ConfirmedAction::Upload(upload)), .. } => Some(upload.clone()),
        _ => None,
    };
    desk.commands().iter().filter_map(upload).collect()
}

/// A file that was sent in test and is on its way; and what it is known by.
fn sending(columns: u16, rows: u16) -> (Desk, Sha256) {
    let mut desk = asked(card("Clinic reminders", HostKind::Test), columns, rows);
    desk.keys("y").wait(3_100);
    let upload = sent(&mut desk).pop().unwrap_or_else(|| panic!("it was not sent:\n{}", desk.screen()));
    let sha256 = upload.plan().file().sha256().clone();
    desk.stage(&sha256, ActionStage::Intended, None).stage(&sha256, ActionStage::UnderWay { try_number: 1 }, None);
    (desk, sha256)
}

#[test]
fn a_file_is_named_checked_and_nothing_is_sent() {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), 80, 24);
    desk.keys(":").type_text("send-batch").keys("Enter").sees("Send a file of messages, TEST, Clinic reminders");
    desk.keys("Enter").sees("type the path of a file").type_text("lists/clinic-nov.csv").keys("Enter").sees("Checking a file");
    let (request, step) = desk.files_asked.last().cloned().unwrap();
    let FileStep::Check { path, rules } = step else { panic!("it is to be checked") };
    assert_eq!((path.as_str(), rules.most_rows, rules.known.is_empty()), ("lists/clinic-nov.csv", Some(20), false));
    desk.event(Event::File { request, answer: FileAnswer::Read { bytes: 12_100_000, of: Some(38_400_000) } });
    desk.sees("12.1 of 38.4 MB").keys("Esc").sees("lists/clinic-nov.csv").misses("Checking");
    assert!(matches!(desk.files_asked.last(), Some((_, FileStep::Leave))));
    // What was cancelled says no more.
    let late = checked("lists/clinic-nov.csv", GOOD, *rules);
    desk.event(Event::File { request, answer: FileAnswer::Checked(late) }).sees("Enter check it");
    assert!(sent(&mut desk).is_empty());
    // It is proposed the next time.
    desk.keys("Esc :").type_text("send-batch").keys("Enter").sees("lists/clinic-nov.csv");
}

#[test]
fn a_path_is_completed_and_may_be_dropped() {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), 80, 24);
    desk.keys(":").type_text("send-batch").keys("Enter").type_text("li").keys("Tab");
    let (request, step) = desk.files_asked.last().cloned().unwrap();
    assert_eq!(step, FileStep::Complete { typed: "li".to_owned() });
    let names = vec!["lists/".to_owned(), "listen.csv".to_owned()];
    desk.event(Event::File { request, answer: FileAnswer::Completed { path: "list".to_owned(), names } });
    desk.sees("lists/").sees("listen.csv").type_text("s").misses("listen.csv").keys("Tab");
    // The user went on typing: an answer to what was there before is of no use.
    let (request, _) = desk.files_asked.last().cloned().unwrap();
    desk.type_text("x").event(Event::File { request, answer: FileAnswer::Completed { path: "lists/".to_owned(), names: Vec::new() } });
    desk.sees("listsx").keys("^u").event(Event::Paste("'/home/tan/clinic nov.csv' ".to_owned())).sees("/home/tan/clinic nov.csv");
    desk.keys("Enter");
    assert!(matches!(desk.files_asked.last(), Some((_, FileStep::Check { path, .. })) if path == "/home/tan/clinic nov.csv"));
}

#[test]
fn what_cannot_be_read_is_explained_and_leads_back() {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), 80, 24);
    desk.keys(":").type_text("send-batch none.csv").keys("Enter");
    let (request, _) = desk.files_asked.last().cloned().unwrap();
    desk.event(Event::File { request, answer: FileAnswer::Failed(explanation("none.csv cannot be read")) });
    desk.sees("The file was not checked").sees("none.csv cannot be read").sees("do this next").keys("Enter").sees("Enter check it");
    // A pipe with nobody at its other end.
    desk.keys("Enter").wait(2_500).sees("Nothing has come from it yet.");
}

#[rstest]
#[case(80, 24)]
#[case(60, 15)]
#[case(120, 36)]
fn mistakes_are_shown_by_kind_and_one_by_one(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), columns, rows);
    desk.sends("lists/clinic-nov.csv", BAD);
    assert_snapshot!(format!("mistakes_{columns}x{rows}"), desk.screen());
    desk.keys("j j Tab");
    assert_snapshot!(format!("mistakes_listed_{columns}x{rows}"), desk.screen());
    desk.keys("End").sees("mistake 10 of 10").keys("Esc").sees("Mistakes in clinic-nov.csv").keys("Esc").sees("Enter check it");
    assert!(sent(&mut desk).is_empty());
}

#[rstest]
#[case(80, 24)]
#[case(60, 15)]
fn a_click_chooses_a_mistake_and_a_double_click_lists_its_kind(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), columns, rows);
    desk.keys(":").type_text("mouse").keys("Enter").sends("lists/clinic-nov.csv", BAD);
    desk.click("eparated by semicolons").sees("kind 2 of 9").keys("k").wait(1_000);
    // A slow second click only chooses.
    desk.click("the whole file").sees("kind 1 of 9").wait(1_000).click("the whole file").sees("kind 1 of 9").click("the whole file");
    desk.sees("mistake 1 of 10").wait(1_000).click("separated by semicolons").sees("mistake 2 of 10");
    // Below the last one there is nothing to choose.
    desk.keys("End").sees("mistake 10 of 10").click("is not filled in inside").sees("mistake 10 of 10");
    desk.keys("Esc").sees("kind 9 of 9").click("cannot be sent like this").sees("kind 9 of 9");
    assert!(sent(&mut desk).is_empty());
}

#[test]
fn no_mistake_says_what_is_in_a_cell() {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), 120, 36);
    desk.sends("clinic-nov.csv", BAD).misses("8000").misses("Tan").keys("Tab").misses("8000").misses("Tan");
}

#[test]
fn all_mistakes_are_written_to_a_file() {
    let mut desk = loaded(production(), 80, 24);
    desk.sends("clinic-nov.csv", BAD)
        .keys("x")
        .sees("Write the mistakes to a file")
        .says("10 mistakes: rows, columns and what is wrong, without any text of a cell")
        .keys("Enter");
    let file = desk.files.last().cloned().unwrap();
    assert!(file.path.starts_with("postwatch-mistakes-") && file.detail.is_some(), "{file:?}");
    assert_eq!(file.text.lines().count(), 10, "{}", file.text);
    assert!(file.text.contains("Some(2) Some(\"recipient\") number-signs"), "{}", file.text);
    desk.sees("Mistakes in clinic-nov.csv");
}

#[test]
fn a_corrected_copy_is_offered_checked_and_can_be_sent() {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), 80, 24);
    let text = "\u{feff}recipient;language;name;place\r\n+65 8000 1201;english;Tan ;Bedok\r\n";
    desk.sends("lists/clinic-nov.csv", text).sees("f writes a copy without any of this").keys("f").sees("Writing a corrected copy");
    assert!(matches!(desk.files_asked.last(), Some((_, FileStep::Correct { file, .. })) if file.path == "lists/clinic-nov.csv"));
    desk.holds("recipient,language,name,place\n6580001201,english,Tan,Bedok\n");
    desk.sees("Send clinic-nov-corrected.csv").sees("clinic-nov-corrected.csv is a new copy of clinic-nov.csv").sees("recipient: ");
    desk.keys("Enter").sees("Reading what this campaign sent last");
    assert_eq!(desk.uploads_asked.last().unwrap().1.name(), "clinic-nov-corrected.csv");
    desk.keys("Esc Esc").sees("Mistakes in clinic-nov.csv");
}

#[test]
fn what_cannot_be_corrected_says_so() {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), 80, 24);
    desk.sends("clinic-nov.csv", &format!("{HEADER}80001201,english,Tan,Bedok\n")).misses("f writes");
    desk.keys("f").sees("none of these can be corrected without a guess");
    assert!(!matches!(desk.files_asked.last(), Some((_, FileStep::Correct { .. }))));
    // Fixed in an editor meanwhile, it is checked again.
    desk.keys("F5").holds(GOOD).sees("Send clinic-nov.csv").keys("Esc").sees("Enter check it");
}

#[test]
fn a_million_mistakes_cost_no_more_than_one() {
    const ROWS: usize = 1_000_000;
    let mut text = String::with_capacity(HEADER.len() + ROWS * 16);
    text.push_str(HEADER);
    for _ in 0..ROWS {
        text.push_str("6x,english,T,B\n");
    }
    let mut desk = loaded(production(), 80, 24);
    desk.sends("clinic-nov.csv", &text).sees("1,000,000 mistakes in 1,000,000 of 1,000,000 rows").sees("2, 3, 4, 5, 6 and 999,995 more");
    desk.keys("Tab").sees("row 2").keys("End").sees("mistake 1,000,000 of 1,000,000").sees("row 1,000,001");
    for _ in 0..2_000 {
        desk.keys("PgUp");
    }
    desk.misses("mistake 1,000,000 of").keys("Home").sees("mistake 1 of 1,000,000");
}

#[rstest]
#[case(80, 24)]
#[case(60, 15)]
#[case(120, 36)]
fn the_plan_says_what_would_be_sent(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = planned(card("Clinic reminders", HostKind::Test), columns, rows);
    assert_snapshot!(format!("plan_{columns}x{rows}"), desk.screen());
    assert!(desk.cursor_line().contains("[ Review… ]"));
}

#[test]
fn rows_are_shown_one_by_one_and_revealed_for_a_while() {
    let mut desk = planned(card("Clinic reminders", HostKind::Test), 120, 36);
    desk.sees("english, first: row 2  65∙∙∙∙1201").sees("1 of 3").sees("Dear {{name}}").misses("Tan Wei Ming");
    desk.keys("v").sees("65 8000 1201").sees("Dear Tan Wei Ming, your appointment at Bedok Polyclinic");
    let is_noted = |effect: &Effect| matches!(effect, Effect::Command { command: Command::Note { kind: NoteKind::Reveal, .. }, .. });
    assert!(desk.effects.iter().any(is_noted));
    desk.keys("Right")
        .sees("english, longest: row 4")
        .sees("Devi Nair of the long name")
        .keys("l")
        .sees("tamil, first: row 5")
        .sees("முருகன்");
    desk.keys("h").sees("english, longest").wait(31_000).misses("Devi Nair").sees("Dear {{name}}");
}

#[test]
fn advice_keeps_nothing_back() {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), 120, 36);
    desk.sends(
        "clinic-nov.csv",
        &format!("{HEADER}6580001201,english,Tan,Bedok\n6580001201,english,Tan,Bedok\n447700900123,english,Tan,Bedok\n"),
    );
    desk.sees("! recipient: ").sees("3 messages").keys("Enter").read(false, None).sees("│ ! recipient: 1 number appears twice.");
}

#[test]
fn a_template_that_is_not_known_is_said() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 80, 24);
    desk.live(0).sends("clinic-nov.csv", GOOD).sees("no template of this language is loaded").sees("name: ∙∙∙");
}

#[rstest]
#[case(80, 24)]
#[case(60, 15)]
#[case(120, 36)]
fn the_question_says_what_must_be_known(#[case] columns: u16, #[case] rows: u16) {
    let desk = asked(production(), columns, rows);
    assert_snapshot!(format!("question_{columns}x{rows}"), desk.screen());
}

#[test]
fn in_test_a_yes_sends_after_three_seconds() {
    let mut desk = asked(card("Clinic reminders", HostKind::Test), 80, 24);
    desk.sees("Send 4 messages, TEST, Clinic reminders").sees("y send  Esc back").keys("y").sees("Starting in 3 s.");
    assert!(sent(&mut desk).is_empty());
    desk.wait(3_100);
    let sent = sent(&mut desk);
    assert_eq!((sent.len(), sent[0].plan().file().name(), sent[0].plan().file().rows()), (1, "clinic-nov.csv", 4));
}

#[test]
fn in_production_the_count_is_typed() {
    let mut desk = asked(production(), 80, 24);
    desk.sees("Type 4, then Enter:")
        .keys("Backspace")
        .sees("Type 4, then Enter:")
        .keys("y")
        .wait(500)
        .sees("in production, type 4")
        .keys("3 Enter")
        .wait(3_100);
    assert!(sent(&mut desk).is_empty());
    desk.keys("4 Enter").wait(3_100);
    assert_eq!(sent(&mut desk).len(), 1);
}

#[test]
fn one_row_in_production_needs_no_count() {
    let mut desk = loaded(production(), 80, 24);
    desk.sends("clinic-nov.csv", &format!("{HEADER}6580001201,english,Tan,Bedok\n")).keys("Enter").read(false, None).wait(500);
    desk.sees("Send 1 message").keys("y").sees("Starting in").wait(3_100);
    assert_eq!(sent(&mut desk).len(), 1);
}

#[test]
fn a_locked_campaign_is_unlocked_by_its_name_first() {
    let mut locked = production();
    locked.read_only = true;
    let mut desk = asked(locked, 80, 24);
    desk.sees("READ-ONLY. Type the campaign's name").type_text("Clinic reminders").keys("Enter").sees("Type 4, then Enter:");
    assert!(sent(&mut desk).is_empty());
    desk.wait(500).keys("4 Enter").wait(3_100);
    assert_eq!(sent(&mut desk).len(), 1);
}

#[test]
fn the_same_file_is_sent_again_only_after_its_name() {
    let mut desk = planned(production(), 80, 24);
    desk.keys("Enter").read(false, Some(3)).wait(500).sees("The same file was accepted at").sees("Type its name to send it again:");
    desk.type_text("clinic-nov.CSV").keys("Enter").sees("that is not the file's exact name");
    desk.keys("^u")
        .type_text("clinic-nov.csv")
        .wait(500)
        .keys("Enter")
        .sees("Type 4, then Enter:")
        .says("everyone in it gets the message twice");
    assert!(sent(&mut desk).is_empty());
    desk.wait(500).keys("4 Enter").wait(3_100);
    assert_eq!(sent(&mut desk).len(), 1);
}

#[test]
fn while_its_outcome_is_open_it_is_refused() {
    let mut desk = planned(card("Clinic reminders", HostKind::Test), 80, 24);
    desk.keys("Enter").read(true, None).wait(500).says("It cannot be sent now: the same file is under way, or its outcome is unknown.");
    desk.keys("y").wait(3_100);
    assert!(sent(&mut desk).is_empty());
}

#[test]
fn a_yes_that_comes_too_soon_does_nothing() {
    let mut desk = planned(card("Clinic reminders", HostKind::Test), 80, 24);
    desk.keys("Enter").read(false, None).keys("y").sees("Too soon: press y again.").wait(3_100);
    assert!(sent(&mut desk).is_empty());
}

#[test]
fn an_old_plan_is_read_again() {
    let mut desk = asked(card("Clinic reminders", HostKind::Test), 80, 24);
    let before = desk.uploads_asked.len();
    desk.wait(301_000).says("because the plan is too old").keys("y").wait(3_100);
    assert!(sent(&mut desk).is_empty());
    assert_eq!(desk.uploads_asked.len(), before + 1);
    // Meanwhile another program sent the same file.
    desk.read(false, Some(0)).wait(500).sees("Type its name to send it again:").keys("y").wait(3_100);
    assert!(sent(&mut desk).is_empty());
}

#[test]
fn what_cannot_be_read_before_the_question_is_said() {
    let mut desk = planned(card("Clinic reminders", HostKind::Test), 80, 24);
    desk.keys("Enter").sees("Reading what this campaign sent last");
    let (generation, _) = desk.uploads_asked.last().cloned().unwrap();
    let failed = |again| PreparedState::Failed { why: explanation("no answer"), again };
    desk.news(0, News::Prepared { generation, state: failed(true) }).sees("Trying again");
    desk.news(0, News::Prepared { generation, state: failed(false) }).sees("so nothing can be sent");
    desk.keys("Enter").news(0, News::Connection(Connection::Paused)).sees("Paused: no call is made");
}

#[test]
fn the_countdown_takes_it_back() {
    let mut desk = asked(card("Clinic reminders", HostKind::Test), 80, 24);
    desk.keys("y").wait(1_000).keys("Esc").sees("taken back: nothing was sent").sees(":send-batch checks the file again").wait(3_100);
    assert!(sent(&mut desk).is_empty());
}

#[rstest]
#[case(80, 24)]
#[case(60, 15)]
#[case(120, 36)]
fn an_upload_shows_its_progress(#[case] columns: u16, #[case] rows: u16) {
    let (mut desk, sha256) = sending(columns, rows);
    for quarter in 0..=8_u64 {
        desk.now += SignedDuration::from_millis(250);
        desk.stage(&sha256, ActionStage::Uploading { sent: 9_700_000 + quarter * 300_000, total: 38_400_000 }, None);
    }
    assert_snapshot!(format!("uploading_{columns}x{rows}"), desk.screen());
    desk.stage(&sha256, ActionStage::Uploading { sent: 38_400_000, total: 38_400_000 }, None).sees("waiting for Postman's answer");
}

/// What was said of the file before it would be read as news of the one that leaves.
#[test]
fn nothing_said_before_stands_under_an_upload() {
    let mut desk = asked(card("Clinic reminders", HostKind::Test), 80, 24);
    desk.keys("y").wait(1_000).keys("Esc").sees("taken back: nothing was sent").wait(30_000);
    desk.sends("lists/clinic-dec.csv", GOOD).keys("Enter").read(false, None).wait(500).keys("y").wait(3_100);
    let upload = sent(&mut desk).pop().unwrap();
    desk.stage(upload.plan().file().sha256(), ActionStage::Uploading { sent: 9_700_000, total: 38_400_000 }, None);
    desk.sees("clinic-dec.csv").sees("9.7 of 38.4 MB").misses("nothing was sent");
}

#[test]
fn cutting_it_off_is_not_taken_for_nothing_sent() {
    let (mut desk, sha256) = sending(80, 24);
    desk.stage(&sha256, ActionStage::Uploading { sent: 9_700_000, total: 38_400_000 }, None);
    desk.keys("^c").sees("Cutting clinic-nov.csv off: what became of it will be looked up");
    assert!(desk.commands().contains(&Command::TakeBack));
    let unknown = ActionStage::Unknown { why: explanation("it was cut off"), look_up_at: Some(desk.now + SignedDuration::from_secs(20)) };
    desk.stage(&sha256, unknown, None).news(0, News::TakenBack(TakenBack { taken_back: 0, leaving: 0, cut: 1 }));
    desk.sees("what became of it is being looked up").misses("nothing was sent");
    desk.keys("2").sees("clinic-nov.csv: not known yet, looked up again in 20 s");
}

#[test]
fn quitting_while_it_leaves_asks() {
    let (mut desk, sha256) = sending(80, 24);
    desk.stage(&sha256, ActionStage::Uploading { sent: 9_700_000, total: 38_400_000 }, None);
    desk.keys("q").sees("a file is on its way to Postman: press again to quit, which cuts it off");
}

#[test]
fn an_accepted_file_is_prepared_found_and_followed() {
    let (mut desk, sha256) = sending(80, 24);
    desk.stage(&sha256, ActionStage::Accepted, Some("batch_new")).wait(40_000).keys("2");
    desk.sees("clinic-nov.csv: uploaded 40 s ago, Postman is preparing it (4 messages)");
    assert_snapshot!("waiting_80x24", desk.screen());
    let rows: Vec<_> = (0..4).map(|number| sms(number + 500, "created", 1).batch("batch_new").uploaded(41, 4)).collect();
    desk.head(0, &rows, false);
    desk.misses("Postman is preparing it").sees("the rows of clinic-nov.csv begin to show");
    assert!(desk.cursor_line().contains("new"), "{}", desk.screen());
    let rows: Vec<_> = (0..4).map(|number| sms(number + 500, "success", 1).batch("batch_new").uploaded(41, 4)).collect();
    desk.wait(1_000).head(0, &rows, false).sees("is finished");
}

#[test]
fn a_file_whose_rows_never_show_is_said() {
    let (mut desk, sha256) = sending(80, 24);
    desk.stage(&sha256, ActionStage::Accepted, None).keys("2").wait(16 * 60_000).sees("no row shows yet: ask Postman");
}

/// What an earlier run of the program uploaded, three minutes ago.
fn uploaded(desk: &Desk) -> News {
    let accepted_at = desk.now - SignedDuration::from_mins(3);
    let kind = ActionKind::UploadBatch {
        file_name: "clinic-nov.csv".to_owned(),
        rows: 4,
        sha256: "f00d".to_owned(),
        newest: None,
        created: Some(BatchId::new("batch_new")),
    };
    News::Uploaded(vec![UploadedNews { kind, planned_at: accepted_at, accepted_at }])
}

#[test]
fn a_file_of_an_earlier_run_is_waited_for_once_its_rows_should_show() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 80, 24);
    desk.live(0).keys("2");
    let news = uploaded(&desk);
    desk.news(0, news).misses("clinic-nov.csv");
    // Its rows could be among those that are not loaded yet.
    desk.head(0, &[sms(1, "success", 5)], false).misses("clinic-nov.csv");
    desk.head(0, &[sms(1, "success", 5), sms(2, "success", 900)], false);
    desk.sees("clinic-nov.csv: uploaded 3 min ago, Postman is preparing it (4 messages)");
    let rows: Vec<_> = (0..4).map(|number| sms(number + 500, "created", 1).batch("batch_new").uploaded(181, 4)).collect();
    desk.head(0, &rows, false).misses("Postman is preparing it").sees("the rows of clinic-nov.csv begin to show");
}

#[test]
fn a_file_of_an_earlier_run_whose_rows_show_is_no_news() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 80, 24);
    desk.live(0).keys("2");
    let news = uploaded(&desk);
    let rows: Vec<_> = (0..4).map(|number| sms(number + 500, "created", 1).batch("batch_new").uploaded(181, 4)).collect();
    desk.news(0, news).head(0, &rows, true).misses("begin to show").misses("Postman is preparing it").sees("clinic-nov");
}

#[test]
fn an_unknown_upload_of_an_earlier_run_is_not_known_yet() {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), 80, 24);
    let kind = ActionKind::UploadBatch {
        file_name: "clinic-nov.csv".to_owned(),
        rows: 20_000,
        sha256: "f00d".to_owned(),
        newest: None,
        created: None,
    };
    let open = |look_up_at| OpenActionNews {
        action: crate::planning::action(),
        kind: kind.clone(),
        planned_at: desk.now - SignedDuration::from_mins(3),
        state: ActionState::Unknown,
        elsewhere: false,
        look_up_at,
    };
    let (first, then) = (open(Some(desk.now + SignedDuration::from_secs(5))), open(None));
    desk.news(0, News::OpenActions(vec![first])).keys("2").sees("clinic-nov.csv: not known yet");
    desk.news(0, News::OpenActions(vec![then])).sees("a person must decide, :resolve");
    desk.keys(":").type_text("resolve").keys("Enter Enter").sees("An unknown outcome").sees("It is clinic-nov.csv with 20,000 messages");
    desk.keys("Down Down Enter").says("everyone in it gets the message twice").wait(500).keys("y");
    assert!(desk.commands().contains(&Command::Resolve { action: crate::planning::action(), went: false }));
}

const ANSWER: &str =
    r#"{"isValid":false,"reportURL":"https://files.postman.gov.sg/validation-reports/campaign_1/report_2","numRows":4,"numErrors":1}"#;

fn refused(desk: &mut Desk, sha256: &Sha256) {
    let refusal = crate::desk::refusal("invalid_csv", "Postman's check found mistakes in the file");
    let refusal = postwatch::postman::Refusal { check: Some(postwatch::postman::FileCheck::new(ANSWER)), ..refusal };
    desk.stage(sha256, ActionStage::Refused(refusal), None);
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
fn a_refusal_is_shown_whole(#[case] columns: u16, #[case] rows: u16) {
    let (mut desk, sha256) = sending(columns, rows);
    refused(&mut desk, &sha256);
    assert_snapshot!(format!("refused_{columns}x{rows}"), desk.screen());
    desk.keys("c");
    let address = "https://files.postman.gov.sg/validation-reports/campaign_1/report_2";
    assert!(desk.effects.iter().any(|effect| matches!(effect, Effect::Copy(text) if text.0 == address)));
    // It can be read again from the activity.
    desk.keys("Esc 5 Enter").sees("numErrors").keys("Esc").misses("numErrors");
}

#[test]
fn while_presenting_nothing_of_a_file_is_shown() {
    let (mut desk, sha256) = sending(120, 36);
    desk.keys(":").type_text("present").keys("Enter").wait(6_000).misses("clinic-nov.csv");
    desk.stage(&sha256, ActionStage::Uploading { sent: 9_700_000, total: 38_400_000 }, None).misses("clinic-nov.csv").sees("(hidden)");
    refused(&mut desk, &sha256);
    desk.misses("numErrors").misses("clinic-nov").keys("5 Enter").misses("numErrors").sees("not shown while presenting");
    desk.keys(":").type_text("send-batch x.csv").keys("Enter").sees("presenting is on");
}

#[test]
fn what_an_earlier_run_did_not_start_is_named() {
    let mut desk = loaded(card("Clinic reminders", HostKind::Test), 120, 36);
    desk.news(0, News::NotStarted(NotStarted { uploads: vec!["clinic-nov.csv".to_owned()], ..NotStarted::default() }));
    desk.sees("1 file was not sent, the program ended first: clinic-nov.csv").sees(":send-batch checks a file again");
}

#[test]
fn what_was_not_sent_can_be_checked_again() {
    let (mut desk, sha256) = sending(120, 36);
    desk.stage(&sha256, ActionStage::NotSent(explanation("it was stopped")), None);
    desk.news(0, News::TakenBack(TakenBack { taken_back: 1, leaving: 0, cut: 0 }))
        .sees("nothing was sent")
        .sees(":send-batch checks the file again");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Neither what is typed or pasted as the path nor any key on the pages sends.
    #[test]
    fn nothing_typed_or_pasted_sends(
        is_good: bool,
        texts in prop::collection::vec("\\PC{0,12}", 0..4),
        keys in prop::collection::vec(prop::sample::select(vec![
            "Enter", "y", "4", "Tab", "Esc", "f", "x", "v", "h", "l", "j", "k", "PgDn", "End", "n", "F5", "Space", "r", "q",
        ]), 0..30),
    ) {
        let mut desk = loaded(card("Clinic reminders", HostKind::Test), 80, 24);
        desk.sends("clinic-nov.csv", if is_good { GOOD } else { BAD });
        for text in &texts {
            desk.type_text(text).event(Event::Paste(text.clone()));
        }
        for key in keys {
            desk.wait(600).keys(key);
        }
        desk.wait(4_000);
        prop_assert!(sent(&mut desk).is_empty());
    }
}

#[test]
fn an_old_check_is_made_again_before_the_review() {
    let mut desk = planned(card("Clinic reminders", HostKind::Test), 80, 24);
    let before = desk.uploads_asked.len();
    desk.wait(301_000).keys("Enter").sees("Checking a file").sees("lists/clinic-nov.csv");
    assert_eq!(desk.uploads_asked.len(), before, "nothing is asked about a check of another time");
}

/// Where Postman's words are all there is, Enter gives them.
#[test]
fn why_a_file_was_refused_is_said_again() {
    let (mut desk, sha256) = sending(80, 24);
    let words = "Postman: \"The file has 30 rows, and 20 is the most in this environment.\"";
    desk.stage(&sha256, ActionStage::Refused(crate::desk::refusal("parameter_invalid", words)), None);
    desk.keys("5 Enter").sees("nothing was sent").sees("The file has 30 rows");
}
