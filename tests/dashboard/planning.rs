//! The plan of several messages, the retry of a batch, `:unlock`, and what a person says of an
//! unknown outcome.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::SignedDuration;
use postwatch::delivery::{BatchId, MessageId};
use postwatch::monitor::{ActionStage, BatchState, Command, News, NotStarted, OpenActionNews};
use postwatch::postman::HostKind;
use postwatch::state::{ActionKind, ActionState};
use postwatch::store::AnswerKind;
use rstest::rstest;

use crate::desk::{Desk, Sms, batch_retry_news, batch_retry_of, card, explanation, notes, retry_of, run_of, setup, sms};
use postwatch::state::NoteKind;

const BATCH: &str = "batch_a41f0000-0000-4000-8000-000000000022";

/// Two that a retry helps, three that it may, one that it cannot, one delivered; all of one batch.
fn failures() -> Vec<Sms> {
    let mut messages = vec![sms(1, "success", 50)];
    messages.extend((20..22).map(|number| sms(number, "failure", 100)));
    messages.extend((22..25).map(|number| sms(number, "failure", 200).error("routing_error")));
    messages.push(sms(25, "failure", 300).error("recipient_invalid"));
    messages.into_iter().map(|message| message.batch(BATCH)).collect()
}

fn planned() -> Desk {
    let mut desk = Desk::with(&failures(), 80, 24);
    desk.keys("3 G r").wait(500);
    desk
}

/// How many messages the newest command retries, once it can no longer be taken back.
fn retried(desk: &mut Desk) -> usize {
    match desk.wait(3_000).commands().as_slice() {
        [] => 0,
        [command] if retry_of(command).is_some() => 1,
        [command] if run_of(command).is_some() => run_of(command).map_or(0, <[_]>::len),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_helps_is_ticked_and_the_rest_can_be_added() {
    let mut desk = planned();
    desk.sees("Retry 2 messages, TEST, Clinic reminders").sees("[x]     2  recipient_unavailable   yes");
    desk.sees("[ ]     3  routing_error           maybe").sees("–      1  recipient_invalid       no: left out");
    desk.sees("2 calls, about 1 s.").misses("charged").sees("Batch a41f…22 cannot be retried as a whole").sees("Planned at 14:03:07");
    desk.keys("j Space").sees("Retry 5 messages").sees("3 of them may fail again.").keys("y");
    assert_eq!(retried(&mut desk), 0, "the plan is another one");
    desk.sees("Too soon: press y again.").wait(400).keys("y").misses("Too soon");
    assert_eq!(retried(&mut desk), 5);
}

#[test]
fn a_large_plan_keeps_its_promised_keys() {
    let messages: Vec<Sms> = (0..1_000).map(|number| sms(number, "failure", 100 + i64::from(number))).collect();
    let mut desk = Desk::with(&messages, 80, 24);
    desk.keys("3 G r").wait(500).sees("Retry 1,000 messages").sees("│ y retry  Esc cancel  Space include/exclude  x export ");
}

#[test]
fn a_useless_line_is_taken_in_only_by_a_person() {
    let mut desk = planned();
    desk.keys("G Space").sees("Retry 3 messages").sees("no: included").keys("Space").sees("Retry 2 messages");
}

#[test]
fn nothing_ticked_cannot_be_run() {
    let mut desk = planned();
    desk.keys("Space").sees("Nothing is retried").wait(500).keys("y Enter");
    assert_eq!(retried(&mut desk), 0);
}

#[rstest]
#[case("Enter")]
#[case("Esc")]
#[case("q")]
#[case("Tab y Enter Esc")]
#[case("Tab Enter Enter")]
#[case("x Esc")]
fn nothing_but_a_yes_runs_it(#[case] keys: &str) {
    let mut desk = planned();
    desk.keys(keys);
    assert_eq!(retried(&mut desk), 0);
}

#[test]
fn the_whole_list_can_be_seen_and_scrolled() {
    let mut desk = Desk::with(&(0..60).map(|number| sms(number, "failure", 100 + i64::from(number))).collect::<Vec<_>>(), 80, 24);
    desk.keys("3 G r").wait(500).keys("Tab").sees("1 to 17 of 60").sees("65∙∙∙∙0000").keys("G").sees("of 60").sees("65∙∙∙∙0059");
    desk.keys("Tab").sees("60 calls").keys("y");
    assert_eq!(retried(&mut desk), 60);
}

#[test]
fn a_message_that_recovers_leaves_the_plan_and_is_asked_anew() {
    let mut desk = planned();
    desk.answer(0, &[sms(20, "created", 100)], AnswerKind::List, None, false)
        .sees("Retry 1 message,")
        .sees("1  left out: not failed: created");
    desk.keys("y");
    assert_eq!(retried(&mut desk), 0);
    desk.wait(500).keys("y");
    assert_eq!(retried(&mut desk), 1);
}

#[test]
fn a_plan_that_is_too_old_is_made_anew() {
    let mut desk = planned();
    desk.wait(301_000).sees("Planned at 14:08:08").sees("loaded 5 min ago: they may have changed since");
}

/// No tick came meanwhile: the yes itself finds out that the plan says something else by now.
#[test]
fn a_yes_to_a_plan_that_no_longer_holds_sends_nothing() {
    let mut codes = card("One-time codes", HostKind::Test);
    (codes.one_time_password, codes.valid_for) = (true, Duration::from_secs(900));
    let mut desk = Desk::new(setup(vec![codes]), 80, 24);
    desk.live(0).head(0, &[100, 110, 700].map(|age| sms(age, "failure", age.into())), true);
    desk.keys("3 G r").wait(500).sees("Retry 3 messages");
    desk.now += SignedDuration::from_secs(301);
    desk.keys("y").sees("Retry 2 messages").sees("a one-time password that is no longer valid");
    assert_eq!(retried(&mut desk), 0);
    desk.sees("Retry 2 messages").keys("y");
    assert_eq!(retried(&mut desk), 2);
}

#[test]
fn old_messages_are_warned_about() {
    let old: Vec<Sms> = (0..3).map(|number| sms(number, "failure", 30 * 3_600 + i64::from(number))).collect();
    let mut desk = Desk::with(&old, 80, 24);
    desk.keys("3 G r").sees("3 older than 24 h: their text may be out of date");
}

/// The question about the batch of these messages, read whole.
fn batch_asked(messages: &[Sms]) -> Desk {
    let mut desk = Desk::with(messages, 80, 24);
    desk.keys("2 r").read_batch(0, messages);
    desk
}

#[test]
fn a_batch_is_retried_with_one_call() {
    let mut desk = Desk::with(&failures(), 80, 24);
    desk.keys("2")
        .sees("1 batch · last 24 h")
        .sees("a41f…22")
        .sees("7 of 20,000")
        .keys("r")
        .sees("Retry a whole batch, not all loaded yet, TEST");
    desk.sees("6 of what is loaded, 1").sees("Better one by one:").sees("Loading the batch: 0").misses("retry the batch");
    desk.wait(500).keys("y");
    assert!(desk.commands().is_empty(), "it was not read whole");
    desk.keys("Esc r").read_batch(0, &failures()).sees("All of it was loaded, but only 7 of 20,000").sees("retry the batch").keys("y");
    assert!(desk.commands().is_empty(), "what the question says has just changed");
    desk.keys("Enter r").read_batch(0, &failures()).wait(500).keys("y").wait(3_000);
    let commands = desk.commands();
    let [Some(retry)] = commands.iter().map(batch_retry_of).collect::<Vec<_>>()[..] else { panic!("{commands:?}") };
    assert_eq!((retry.plan().batch.clone(), retry.plan().failures), (BatchId::new(BATCH), 6));
    let ids: BTreeSet<MessageId> = retry.evidence().failures().iter().map(|seen| seen.message.clone()).collect();
    assert_eq!(ids, failures()[1..].iter().map(Sms::id).collect());
    desk.sees("under way").sees("batch a41f…22 retry requested");
    let news = batch_retry_news(BatchId::new(BATCH), ActionStage::UnderWay { try_number: 1 }, desk.now);
    desk.news(0, news).sees("batch a41f…22 retry on its way").keys("3 G r").wait(500).sees("its batch cannot be retried now");
}

/// How often the batch was asked for, and left, since the start.
fn readings(desk: &Desk) -> (usize, usize) {
    (desk.batches_asked.len(), desk.batches_left)
}

#[test]
fn a_batch_is_read_again_before_a_minute_has_passed_and_left_with_its_question() {
    let whole: Vec<Sms> = failures().into_iter().map(|message| message.uploaded(3_600, 7)).collect();
    let mut desk = batch_asked(&whole);
    assert_eq!(readings(&desk), (1, 0));
    desk.wait(44_000);
    assert_eq!(readings(&desk), (1, 0));
    desk.wait(2_000).sees("All of it is loaded: 7").sees("46 s ago").sees("retry the batch");
    assert_eq!(readings(&desk), (2, 0), "the one before still holds");
    // The same again is the same question: whoever is about to say yes can.
    let same: Vec<Sms> = whole.into_iter().map(|message| Sms { age: message.age + 46, ..message }.uploaded(3_646, 7)).collect();
    desk.read_batch(0, &same).sees("0 s ago").keys("y").wait(3_000);
    assert!(matches!(desk.commands().as_slice(), [command] if batch_retry_of(command).is_some()));
    // The reading after it does not come.
    let mut desk = batch_asked(&failures());
    desk.wait(500).wait(61_000).misses("retry the batch").keys("y");
    assert_eq!(desk.commands(), [], "more than a minute old");
    let mut desk = batch_asked(&failures());
    desk.keys("Esc");
    assert_eq!(readings(&desk), (1, 1));
}

#[test]
fn a_batch_that_changed_is_asked_about_anew() {
    let mut desk = batch_asked(&failures());
    // One was retried elsewhere: another answer tells it, and the batch is read again.
    let mut after = failures();
    after[1] = sms(20, "sending", 100).batch(BATCH);
    desk.wait(500).answer(0, &after[1..2], AnswerKind::List, None, false).misses("retry the batch").keys("y");
    assert_eq!(readings(&desk).0, 2);
    desk.read_batch(0, &after).sees("Retry a whole batch, 5 failed").keys("y");
    assert_eq!(desk.commands(), []);
    desk.wait(500).keys("y").wait(3_000);
    assert!(
        matches!(desk.commands().as_slice(), [command] if batch_retry_of(command).is_some_and(|retry| retry.evidence().failures().len() == 5))
    );
}

#[test]
fn a_batch_that_cannot_be_read_cannot_be_agreed_to() {
    let mut desk = Desk::with(&failures(), 80, 24);
    desk.keys("2 r").wait(500);
    let (generation, _) = desk.batches_asked[0].clone();
    desk.news(0, News::Batch { generation, state: BatchState::Reading(1_000) }).sees("Loading the batch: 1,000");
    let state = BatchState::Failed { why: explanation("the server is away"), again: true };
    desk.news(0, News::Batch { generation, state }).sees("The batch cannot be loaded, so it cannot be retried as a whole").keys("y");
    assert_eq!(desk.commands(), []);
    // It was tried again.
    desk.read_batch(0, &failures()).wait(500).keys("y").wait(3_000);
    assert!(matches!(desk.commands().as_slice(), [command] if batch_retry_of(command).is_some()));
}

#[test]
fn a_part_of_a_batch_is_for_a_person_and_told() {
    let mut desk = Desk::with(&failures(), 120, 36);
    let why = explanation("3 of 58 changed.");
    let news = batch_retry_news(BatchId::new(BATCH), ActionStage::Unknown { why, look_up_at: None }, desk.now);
    desk.news(0, news).sees("3 of 58 changed").keys("5").sees("3 of 58 changed");
    let kind = ActionKind::RetryBatch { batch: BatchId::new(BATCH), failures: Some(Vec::new()) };
    let open =
        OpenActionNews { action: action(), kind, planned_at: desk.now, state: ActionState::Unknown, elsewhere: false, look_up_at: None };
    desk.news(0, News::OpenActions(vec![open]));
    assert!(desk.line("Enter decides").contains("3 of 58 changed"), "{}", desk.screen());
}

#[test]
fn a_batch_with_created_messages_waits() {
    let mut messages = failures();
    messages.push(sms(30, "created", 5).batch(BATCH));
    let mut desk = Desk::with(&messages, 120, 36);
    desk.keys("2").sees("not yet: 1 just created").keys("r").wait(500).sees("It cannot be retried as a whole").keys("y");
    assert!(desk.commands().is_empty());
}

#[test]
fn the_messages_of_a_batch_are_shown() {
    let mut messages = failures();
    messages.push(sms(31, "success", 5));
    let mut desk = Desk::with(&messages, 80, 24);
    desk.keys("2 Enter").sees("batch a41f…22").sees("7 of 8 loaded").keys("Esc").sees("[2 Batches]");
}

fn locked() -> Desk {
    let mut locked = card("Clinic reminders", HostKind::Production);
    locked.read_only = true;
    let mut desk = Desk::new(setup(vec![locked]), 100, 24);
    desk.head(0, &failures(), true);
    desk
}

fn type_text(desk: &mut Desk, text: &str) {
    for letter in text.chars() {
        desk.keys(if letter == ' ' { "Space".to_owned() } else { letter.to_string() }.as_str());
    }
}

fn unlocked() -> Desk {
    let mut desk = locked();
    desk.keys(": u n l Tab Enter").sees("Type its name to unlock it: Clinic reminders");
    type_text(&mut desk, "Clinic reminders");
    desk.wait(400).keys("Enter");
    desk
}

#[test]
fn a_read_only_campaign_is_a_preview_until_its_name_is_typed() {
    let mut desk = locked();
    desk.keys("3 G r").wait(500).sees("READ-ONLY. Type the campaign's name to unlock it for 15 minutes:").keys("2 Enter y Enter Esc");
    assert_eq!(retried(&mut desk), 0);
    desk.keys(": u n l o c k Enter");
    type_text(&mut desk, "clinic reminders");
    desk.keys("Enter").sees("that is not the campaign's exact name");
    assert_eq!(notes(&desk.effects, NoteKind::Unlock).len(), 0);
    let mut desk = unlocked();
    assert_eq!(notes(&desk.effects, NoteKind::Unlock).len(), 1);
    desk.sees("UNLOCKED 15 min").misses("READ-ONLY").keys("3 G r").wait(500).keys("2 Enter");
    assert_eq!(retried(&mut desk), 2);
}

/// The plan of a locked campaign, with its name typed but not entered.
fn named() -> Desk {
    let mut desk = locked();
    desk.keys("3 G r").sees("READ-ONLY. Type the campaign's name");
    type_text(&mut desk, "Clinic reminders");
    desk
}

#[test]
fn a_plan_unlocks_its_campaign_and_then_asks_for_its_count() {
    let mut desk = named();
    desk.keys("Enter").sees("Too soon: press Enter again.").misses("UNLOCKED");
    assert_eq!(notes(&desk.effects, NoteKind::Unlock).len(), 0);
    desk.wait(400).keys("Enter").sees("UNLOCKED 15 min").sees("Retry 2 messages, PRODUCTION").sees("Type 2, then Enter:");
    assert_eq!(notes(&desk.effects, NoteKind::Unlock).len(), 1);
    // The question is another one: neither the Enter that unlocked it nor a quick one agrees.
    desk.keys("2 Enter").sees("Too soon");
    assert_eq!(retried(&mut desk), 0);
    desk.keys("Backspace 2").wait(400).keys("Enter").sees("Starting in 3 s");
    assert_eq!(retried(&mut desk), 2);
}

#[rstest]
#[case("clinic reminders")]
#[case("Clinic reminder")]
#[case("2")]
#[case("y")]
fn another_name_unlocks_nothing(#[case] typed: &str) {
    let mut desk = locked();
    desk.keys("3 G r").wait(500);
    type_text(&mut desk, typed);
    desk.wait(500).keys("Enter").sees("that is not the campaign's exact name").sees("READ-ONLY").misses("UNLOCKED");
    assert_eq!((notes(&desk.effects, NoteKind::Unlock).len(), retried(&mut desk)), (0, 0));
}

#[test]
fn while_a_name_is_asked_for_its_lines_can_be_ticked_and_listed() {
    let mut desk = locked();
    desk.keys("3 G r").wait(500).keys("Down Space").sees("Retry 5 messages").keys("Tab").sees("1 to 6 of 6").keys("Tab");
    type_text(&mut desk, "Clinic ");
    // A blank belongs to the name by now.
    desk.sees("Retry 5 messages").sees("READ-ONLY. Type").keys("Esc").misses("Retry 5 messages");
}

#[test]
fn a_plan_that_changes_while_the_name_is_typed_must_be_seen_before_it_is_unlocked() {
    let mut desk = named();
    desk.wait(400).answer(0, &[sms(20, "created", 100)], AnswerKind::List, None, false).sees("Retry 1 message,");
    desk.keys("Enter").sees("Too soon").misses("UNLOCKED").wait(400).keys("Enter").sees("UNLOCKED 15 min");
}

#[test]
fn a_pasted_name_is_taken_and_a_pasted_count_is_not() {
    let mut desk = locked();
    desk.keys("3 G r").wait(500).event(postwatch::tui::Event::Paste("Clinic reminders\n".to_owned()));
    desk.wait(400).keys("Enter").sees("UNLOCKED 15 min").wait(400);
    desk.event(postwatch::tui::Event::Paste("2".to_owned())).keys("Enter");
    assert_eq!(retried(&mut desk), 0);
}

#[test]
fn what_it_costs_is_said_in_production_and_only_as_far_as_it_is_known() {
    let mut desk = locked();
    desk.keys("3 G r").sees("2 calls, about 1 s. Up to S$0.10, charged even if they fail.").sees("Prices as published from 1 July 2025");
    desk.keys("Down Space").sees("5 calls, about 3 s. Up to S$0.23, charged even if they fail.");
    desk.sees("3 of them may fail again and still be charged.");
}

#[test]
fn it_locks_itself_fifteen_minutes_after_the_last_action() {
    let mut desk = unlocked();
    desk.wait(14 * 60_000).sees("UNLOCKED 1 min").keys("3 G r").wait(500).keys("2 Enter").sees("UNLOCKED 15 min");
    let news = postwatch::monitor::RunNews {
        total: 2,
        accepted: 2,
        refused: 0,
        unknown: 0,
        not_sent: 0,
        skipped: 0,
        to_go: 0,
        phase: postwatch::monitor::RunPhase::Done,
        rate: 1.5,
        began_at: desk.now,
    };
    desk.effects.clear();
    desk.news(0, News::Run(news)).keys("Esc").wait(15 * 60_000).sees("READ-ONLY").misses("UNLOCKED").sees("locked again");
    assert_eq!(notes(&desk.effects, NoteKind::Lock).len(), 1);
}

#[test]
fn a_question_that_stands_when_the_lock_closes_is_a_preview() {
    let mut desk = unlocked();
    desk.wait(14 * 60_000 + 59_000)
        .keys("3 G r")
        .wait(500)
        .keys("2")
        .wait(1_000)
        .keys("y")
        .sees("READ-ONLY. Type the campaign's name")
        .keys("Enter");
    assert_eq!(retried(&mut desk), 0);
}

#[test]
fn lock_closes_it_at_once() {
    let mut desk = unlocked();
    desk.keys(": l o c k Enter").sees("READ-ONLY");
}

#[test]
fn an_unknown_command_says_the_nearest() {
    let mut desk = locked();
    desk.keys(": u n l o k c Enter").sees("there is no command `unlokc`; the nearest is `unlock`").keys("Esc").misses("Command");
}

pub fn action() -> postwatch::state::ActionId {
    // Only the journal gives numbers.
    let folder = tempfile::tempdir().unwrap();
    let journal = postwatch::state::Journal::open(folder.path()).unwrap();
    let now = crate::desk::start();
    let run = postwatch::state::RunId::new(now, 1, 1);
    let run = journal.begin_run(run, &postwatch::state::Who::from_environment(|_| None), now).unwrap();
    let intention = postwatch::state::Intention {
        run: run.id().clone(),
        base_url: "http://127.0.0.1/api/v2".to_owned(),
        server: postwatch::state::Server::of("http://127.0.0.1/api/v2"),
        campaign: postwatch::delivery::CampaignId::new("campaign_1"),
        action: kind(),
        plan: String::new(),
        planned_at: now,
        read_at: None,
    };
    journal.intend(&intention).unwrap()
}

fn kind() -> ActionKind {
    ActionKind::RetryMessage {
        message: failures()[1].id(),
        attempts: Some(1),
        newest_attempt: None,
        read_from: postwatch::state::ReadFrom::List,
    }
}

pub fn open(look_up_at: Option<i64>) -> (Desk, postwatch::state::ActionId) {
    let mut desk = Desk::with(&failures(), 80, 24);
    let action = action();
    let open = OpenActionNews {
        action,
        kind: kind(),
        planned_at: desk.now - SignedDuration::from_secs(3_600),
        state: ActionState::Unknown,
        elsewhere: false,
        look_up_at: look_up_at.map(|seconds| desk.now + SignedDuration::from_secs(seconds)),
    };
    desk.news(0, News::OpenActions(vec![open])).commands();
    (desk, action)
}

#[test]
fn an_unknown_outcome_waits_for_a_person() {
    let (mut desk, action) = open(None);
    desk.sees("5 Activity (1)").keys("5").sees("1 to decide").sees("outcome unknown, Enter decides");
    desk.keys("Enter").sees("look it up again").keys("Enter");
    assert_eq!(desk.commands(), [Command::LookUp(action)]);
    desk.keys("Enter j Enter").sees("Record of the retry of message_").keys("y");
    assert!(desk.commands().is_empty(), "not before it could be read");
    desk.wait(500).keys("Enter").sees("look it up again").keys("j Enter").wait(500).keys("y");
    assert_eq!(desk.commands(), [Command::Resolve { action, went: false }]);
}

#[test]
fn what_is_open_in_the_journal_is_not_retried() {
    let (mut desk, _) = open(Some(9));
    desk.keys("5").sees("looked up again in 9 s").keys("3 G r").sees("Retry 1 message, TEST").sees("1  left out: an action on it");
}

#[test]
fn an_outcome_that_is_found_out_closes_the_menu() {
    let (mut desk, _) = open(None);
    desk.keys("5 Enter j Enter").wait(500).news(0, News::OpenActions(Vec::new())).sees("known by now").keys("y");
    assert!(desk.commands().is_empty());
}

#[test]
fn what_an_earlier_run_did_not_start_is_offered_anew() {
    let mut desk = Desk::with(&failures(), 80, 24);
    let ids: Vec<MessageId> = failures()[1..4].iter().map(Sms::id).collect();
    desk.news(0, News::NotStarted(NotStarted { messages: ids, ..NotStarted::default() }))
        .sees("3 retries not started by an earlier run: :rest plans them");
    desk.keys("5").sees("3 retries agreed to but not started, nothing was sent").keys("r").sees("Retry 3 messages, TEST");
    desk.wait(500).keys("y");
    assert_eq!(retried(&mut desk), 3);
    desk.keys("5").misses("agreed to but not started");
}
