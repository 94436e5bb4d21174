//! Files: written in parts, shown as they come on, stopped, and asked for anew where a name is taken.

use postwatch::monitor::News;
use postwatch::postman::HostKind;
use postwatch::store::Reach;
use postwatch::tui::{Effect, Event, ExportAnswer, ExportId, ExportStep};

use crate::desk::{Desk, Sms, card, explanation, setup, sms};

/// So many messages in one campaign.
fn desk(number: u32) -> Desk {
    let messages: Vec<Sms> = (0..number).map(|number| sms(number, "failure", 60 + i64::from(number))).collect();
    Desk::with(&messages, 120, 36)
}

/// The disk is slow: its answers are given by hand.
fn slow(number: u32) -> Desk {
    let mut desk = desk(number);
    desk.disk_is_quick = false;
    desk
}

fn written(desk: &mut Desk) -> &mut Desk {
    desk.event(Event::Export { export: ExportId(1), answer: ExportAnswer::Written })
}

#[test]
fn a_list_of_any_length_is_written_in_parts() {
    let mut desk = desk(9_000);
    desk.keys("x").sees("messages, 9,000 rows: masked, as on the screen").keys("Enter").sees("Exported to postwatch-messages-20261124");
    let parts = desk.effects.iter().filter(|effect| matches!(effect, Effect::Export { step: ExportStep::Part(_), .. })).count();
    assert_eq!(parts, 5);
    let file = &desk.files[0];
    assert_eq!(file.detail.as_deref(), Some("messages, 9,000 rows"));
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!((lines[0], lines.len()), ("\u{feff}id,recipient,latestStatus,createdAt,errorCode,tried,batchId,text", 9_001));
    let ids: std::collections::HashSet<&str> = lines[1..].iter().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(ids.len(), 9_000, "each once");
    assert!(lines[1..].iter().all(|line| line.contains("∙∙∙∙")));
}

#[test]
fn keys_are_taken_while_it_is_written() {
    let mut desk = slow(9_000);
    desk.keys("x Enter").sees("exporting messages: 0 of 9,000");
    written(&mut desk).sees("exporting messages: 2,000 of 9,000, 22.2 %; :stop stops it");
    desk.keys("2").sees("[2 Batches").keys("1 j j");
    written(&mut desk).sees("4,000 of 9,000");
}

#[test]
fn it_is_stopped_and_nothing_is_left() {
    let mut desk = slow(9_000);
    desk.keys("x Enter");
    written(&mut desk).keys(": s t o p Enter").sees("the export was stopped: no file was written").misses("again to quit");
    assert!(desk.files.is_empty() && desk.effects.ends_with(&[Effect::Export { export: ExportId(1), step: ExportStep::Drop }]));
    // An answer that was on its way does nothing.
    let before = desk.effects.len();
    written(&mut desk);
    assert_eq!(desk.effects.len(), before);
    desk.keys("x Enter ^c").sees("the export was stopped").keys("x Enter q").sees("a file is being written: press again to quit; no file");
    assert!(!desk.has_quit());
}

#[test]
fn one_at_a_time() {
    let mut desk = slow(10);
    desk.keys("x Enter x").sees("one export at a time").misses("Export to a file");
}

#[test]
fn a_name_that_is_taken_is_asked_for_anew() {
    let mut desk = slow(3);
    desk.keys("x Enter").event(Event::Export { export: ExportId(1), answer: ExportAnswer::Taken { free: "list-2.csv".to_owned() } });
    desk.sees("Export to a file").sees("list-2.csv").sees("already exists and was left").keys("Enter");
    assert_eq!(desk.files.last().unwrap().path, "list-2.csv");
}

#[test]
fn what_cannot_be_written_is_told_with_the_way_out() {
    let mut desk = slow(3);
    desk.keys("x Enter").event(Event::Export { export: ExportId(1), answer: ExportAnswer::Failed(explanation("Nothing was exported")) });
    desk.sees("Nothing was exported").sees("do this next").misses("exporting").keys("x").sees("Export to a file");
}

#[test]
fn what_is_marked_is_exported_alone() {
    let mut desk = desk(6);
    desk.keys("j Space j Space x").sees("marked messages, 2 rows").keys("Enter");
    assert_eq!(desk.files[0].text.lines().count(), 3);
    assert!(desk.files[0].path.starts_with("postwatch-marked-messages-"));
}

#[test]
fn it_stays_masked_as_it_was_offered_and_what_is_open_is_journalled_so() {
    let mut open = card("Open", HostKind::Test);
    open.masked = false;
    let mut desk = Desk::new(setup(vec![open]), 120, 36);
    let messages: Vec<Sms> = (0..3_000).map(|number| sms(number, "success", i64::from(number))).collect();
    desk.live(0).head(0, &messages, true);
    desk.disk_is_quick = false;
    desk.keys("x").sees("NOT masked").keys("Enter");
    // Masked half-way: from there on the file is, too.
    written(&mut desk).keys("m");
    for _ in 0..2 {
        written(&mut desk);
    }
    let lines: Vec<&str> = desk.files[0].text.lines().collect();
    assert!(lines[1].contains("65 8000 0000") && lines[3_000].contains("65∙∙∙∙2999"), "{} {}", lines[1], lines[3_000]);
    assert_eq!(desk.files[0].detail.as_deref(), Some("messages, 3,000 rows, not masked"));
}

#[test]
fn rows_that_are_gone_end_it() {
    let mut desk = slow(5_000);
    desk.keys("x Enter").news(0, News::StartedOver).sees("the server has different messages than before");
    assert!(desk.files.is_empty(), "nothing is left of it");
    desk.head(0, &[sms(1, "success", 5)], true).keys("x").sees("Export to a file").news(0, News::StartedOver).misses("Export to a file");
}

/// Rows that an export still needs get no other meaning, however many messages come in.
#[test]
fn rows_are_held_until_it_is_whole() {
    let mut few = card("Few", HostKind::Test);
    few.max_messages = 100;
    let mut desk = Desk::new(setup(vec![few]), 120, 36);
    let messages = |from: u32| (0..100).map(|number| sms(from + number, "success", i64::from(200 - number))).collect::<Vec<Sms>>();
    desk.live(0).head(0, &messages(0), true);
    desk.disk_is_quick = false;
    desk.keys("x Enter").head(0, &messages(500), true).sees("200 loaded");
    written(&mut desk);
    let ids: Vec<String> = messages(0).iter().map(|message| message.id.clone()).collect();
    assert!(ids.iter().all(|id| desk.files[0].text.contains(id)), "{}", desk.files[0].text);
    written(&mut desk);
    desk.event(Event::Export { export: ExportId(1), answer: ExportAnswer::Done(explanation("Exported")) });
    let reach = Reach { oldest: None, complete: true, gap: None };
    desk.answer(0, &messages(900), postwatch::store::AnswerKind::List, Some(reach), true).sees("older ones dropped");
}
