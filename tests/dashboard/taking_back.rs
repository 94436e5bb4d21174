//! The three seconds after a yes, and what is offered again because it did not start.

use postwatch::delivery::{BatchId, Status};
use postwatch::monitor::{ActionStage, Command, News, NotStarted, RunNews, RunPhase, TakenBack};
use postwatch::postman::HostKind;
use postwatch::tui::{Effect, Event};
use rstest::rstest;

use crate::desk::{Desk, Sms, batch_retry_news, batch_retry_of, card, explanation, retry_news, run_of, sends, setup, sms};
use crate::running::failures;

const BATCH: &str = "batch_a41f0000-0000-4000-8000-000000000022";

/// What was agreed to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    /// One message in production.
    One,
    /// Several, in a test environment.
    Several,
    /// A batch as a whole.
    Batch,
}

/// A yes that was given a moment ago.
fn agreed(what: What) -> Desk {
    let host = if what == What::One { HostKind::Production } else { HostKind::Test };
    let messages: Vec<Sms> = match what {
        What::One => vec![sms(4_018, "failure", 600)],
        What::Several => failures(),
        What::Batch => batch(),
    };
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", host)]), 80, 24);
    desk.live(0).head(0, &messages, true);
    desk.keys(match what {
        What::One => "r",
        What::Several => "3 G r",
        What::Batch => "2 r",
    });
    if let What::Batch = what {
        desk.read_batch(0, &messages);
    }
    desk.wait(1_000).keys("y");
    desk
}

/// Failures of one batch.
fn batch() -> Vec<Sms> {
    failures().into_iter().map(|sms| sms.batch(BATCH)).collect()
}

fn writes(desk: &mut Desk) -> usize {
    let writes = |command: &Command| sends(command);
    desk.commands().iter().filter(|command| writes(command)).count()
}

#[rstest]
fn nothing_leaves_for_three_seconds(#[values(What::One, What::Several, What::Batch)] what: What) {
    let mut desk = agreed(what);
    desk.sees("Starting in 3 s.   Esc takes it back, nothing has been sent.").wait(1_000).sees("Starting in 2 s.");
    desk.wait(1_000).sees("Starting in 1 s.").wait(999);
    assert_eq!(writes(&mut desk), 0);
    desk.wait(1).misses("Starting in");
    assert_eq!(writes(&mut desk), 1);
    desk.wait(60_000);
    assert_eq!(writes(&mut desk), 0, "once");
}

#[test]
fn one_message_outside_production_leaves_at_once() {
    let mut desk = Desk::with(&[sms(4_018, "failure", 600)], 80, 24);
    desk.keys("r").wait(500).keys("y");
    assert_eq!(writes(&mut desk), 1);
}

#[rstest]
fn every_way_out_takes_it_back(
    #[values(What::One, What::Several, What::Batch)] what: What,
    #[values("Esc", "n", "q", "Backspace", "^c", "^z", ": s t o p Enter", ": l o c k Enter")] keys: &str,
) {
    let mut desk = agreed(what);
    desk.wait(2_900).keys(keys);
    if keys == "^z" {
        assert!(desk.effects.contains(&Effect::Suspend));
        desk.event(Event::Suspended);
    }
    desk.misses("Starting in");
    desk.wait(600_000);
    assert_eq!(writes(&mut desk), 0);
    assert!(!desk.has_quit());
}

#[rstest]
#[case::signal(Event::EndAsked)]
#[case::suspend(Event::Suspended)]
fn who_ends_or_suspends_the_program_sends_nothing(#[case] event: Event) {
    let mut desk = agreed(What::Several);
    // At the very moment at which it would begin.
    desk.now += jiff::SignedDuration::from_secs(3);
    desk.event(event);
    desk.wait(1).wait(5_000);
    assert_eq!(writes(&mut desk), 0);
}

#[rstest]
fn nothing_else_is_agreed_to_meanwhile(
    #[values("y", "Enter", "r y", "Space", "6 Enter", "Tab Enter", "1 2 3", ": r e s t Enter")] keys: &str,
) {
    let mut desk = agreed(What::Several);
    desk.keys(keys);
    assert_eq!(writes(&mut desk), 0, "{keys}");
    desk.keys("Esc Esc").wait(60_000);
    assert_eq!(writes(&mut desk), 0);
}

#[test]
fn what_cannot_be_seen_does_not_run_down() {
    let mut desk = agreed(What::Several);
    desk.keys(":").wait(1_000).wait(60_000);
    assert_eq!(writes(&mut desk), 0);
    desk.keys("Esc").sees("Starting in 3 s.").resize(50, 10).wait(1_000).wait(60_000).resize(80, 24);
    assert_eq!(writes(&mut desk), 0);
    desk.sees("Starting in 3 s.").wait(3_000);
    assert_eq!(writes(&mut desk), 1);
}

#[rstest]
#[case(4_001)]
#[case(8 * 3_600_000)]
fn who_slept_through_it_sends_nothing(#[case] slept: i64) {
    let mut desk = agreed(What::Several);
    desk.resize(120, 36).wait(slept).misses("Starting in").sees("taken back: nothing was sent").sees("was not running");
    desk.wait(60_000);
    assert_eq!(writes(&mut desk), 0);
}

#[rstest]
#[case(": r e s t Enter")]
#[case(": a g a i n Enter")]
#[case("5 r")]
fn what_was_taken_back_is_offered_again_as_one_plan(#[case] keys: &str) {
    let mut desk = agreed(What::Several);
    desk.keys("Esc").sees("taken back: nothing was sent").keys(keys).sees("Retry 6 messages").wait(1_000).keys("y").wait(3_000);
    assert_eq!(desk.commands().iter().map(|command| run_of(command).map(<[_]>::len)).collect::<Vec<_>>(), [Some(6)]);
    desk.keys(": r e s t").sees("nothing is left to start");
}

#[test]
fn a_batch_that_was_taken_back_is_offered_again() {
    let mut desk = agreed(What::Batch);
    desk.keys("n : r e s t Enter").sees("Retry a whole batch").read_batch(0, &batch()).wait(1_000).keys("y").wait(3_000);
    assert!(matches!(desk.commands().as_slice(), [command] if batch_retry_of(command).is_some()));
}

/// An earlier run was to retry messages and batches, and ended before.
fn left_over(messages: &[Sms], batches: &[&str]) -> News {
    let batches = batches.iter().map(|batch| BatchId::new(*batch)).collect();
    News::NotStarted(NotStarted { messages: messages.iter().map(Sms::id).collect(), batches, sends: 0, uploads: Vec::new() })
}

#[rstest]
#[case(": r e s t Enter")]
#[case("5 r")]
#[case("5 Enter")]
fn a_batch_that_an_earlier_run_did_not_start_is_offered_again(#[case] keys: &str) {
    let mut desk = Desk::with(&batch(), 100, 24);
    desk.news(0, left_over(&[], &[BATCH])).sees("1 retry not started by an earlier run: :rest plans it");
    desk.keys("5").sees("1 retry agreed to but not started, nothing was sent");
    desk.keys(keys).sees("Retry a whole batch").read_batch(0, &batch()).wait(1_000).keys("y").wait(3_000);
    assert!(matches!(desk.commands().as_slice(), [command] if batch_retry_of(command).is_some()));
    desk.keys("5").misses("agreed to but not started");
}

#[test]
fn a_batch_that_was_left_does_not_wait_for_what_cannot_be_planned() {
    // Neither a message that is not loaded, nor a batch of which nothing is loaded or nothing has failed.
    let delivered = sms(5_001, "success", 700).batch("batch_done");
    let mut messages = batch();
    messages.push(delivered);
    let mut desk = Desk::with(&messages, 100, 24);
    desk.news(0, left_over(&[sms(9_999, "failure", 60)], &["batch_unknown", "batch_done", BATCH]));
    desk.keys(": r e s t Enter").sees("Retry a whole batch").read_batch(0, &batch()).wait(1_000).keys("y").wait(3_000);
    let commands = desk.commands();
    assert!(
        matches!(commands.as_slice(), [command] if batch_retry_of(command).is_some_and(|retry| retry.plan().batch.as_str() == BATCH)),
        "{commands:?}"
    );
}

#[test]
fn what_a_stop_left_is_planned_from_the_results() {
    let mut desk = agreed(What::Several);
    desk.wait(3_000).keys("^c").sees("the run stops");
    let stage = |desk: &mut Desk, place: usize, stage| {
        let news = retry_news(failures()[place].id(), stage, desk.now);
        desk.news(0, news);
    };
    stage(&mut desk, 0, ActionStage::Accepted);
    stage(&mut desk, 0, ActionStage::Followed { status: Status::Success });
    for place in 1..6 {
        stage(&mut desk, place, ActionStage::NotSent(explanation("It was not retried.")));
    }
    let phase = RunPhase::Stopped(explanation("The run was stopped."));
    let news =
        RunNews { total: 6, accepted: 1, refused: 0, unknown: 0, skipped: 0, not_sent: 5, to_go: 0, phase, rate: 1.5, began_at: desk.now };
    desk.news(0, News::Run(news)).news(0, News::TakenBack(TakenBack { taken_back: 5, leaving: 0, cut: 0 }));
    desk.commands();
    desk.sees("Results of the run").sees("r plan the rest").keys("r").sees("Retry 5 messages").wait(1_000).keys("y").wait(3_000);
    assert_eq!(desk.commands().iter().map(|command| run_of(command).map(<[_]>::len)).collect::<Vec<_>>(), [Some(5)]);
}

#[rstest]
#[case(": r e s t Enter")]
#[case(": a g a i n Enter")]
fn all_that_a_stop_left_is_planned_by_either_word(#[case] keys: &str) {
    let messages: Vec<Sms> = (0..22).map(|number| sms(4_000 + number, "failure", 100 + i64::from(number))).collect();
    let mut desk = Desk::with(&messages, 80, 24);
    desk.keys("3 G r").wait(500).keys("y").wait(3_000).keys(": s t o p Enter");
    let stage = |desk: &mut Desk, place: usize, stage| {
        let news = retry_news(messages[place].id(), stage, desk.now);
        desk.news(0, news);
    };
    stage(&mut desk, 0, ActionStage::Accepted);
    stage(&mut desk, 0, ActionStage::Followed { status: Status::Success });
    for place in 1..22 {
        stage(&mut desk, place, ActionStage::NotSent(explanation("It was not retried.")));
    }
    let phase = RunPhase::Stopped(explanation("The run was stopped."));
    let news = RunNews {
        total: 22,
        accepted: 1,
        refused: 0,
        unknown: 0,
        skipped: 0,
        not_sent: 21,
        to_go: 0,
        phase,
        rate: 1.5,
        began_at: desk.now,
    };
    desk.news(0, News::Run(news)).news(0, News::TakenBack(TakenBack { taken_back: 21, leaving: 0, cut: 0 }));
    desk.keys("Esc").keys(keys).sees("Retry 21 messages");
}

#[rstest]
#[case("^c")]
#[case(": s t o p Enter")]
fn a_single_retry_that_waits_is_taken_back(#[case] keys: &str) {
    let message = sms(4_018, "failure", 600);
    let mut desk = Desk::with(std::slice::from_ref(&message), 120, 24);
    desk.keys("r").wait(500).keys("y");
    desk.commands();
    desk.keys(keys);
    assert_eq!(desk.commands(), [Command::TakeBack]);
    let stage = ActionStage::NotSent(explanation("It was taken back: nothing was sent."));
    let news = retry_news(message.id(), stage, desk.now);
    desk.news(0, news).news(0, News::TakenBack(TakenBack { taken_back: 1, leaving: 0, cut: 0 }));
    desk.sees("1 taken back: nothing was sent for it").sees(":rest plans what is left");
    desk.keys(": r e s t Enter").sees("Retry 1 message");
}

#[test]
fn what_had_left_is_told_as_too_late() {
    let mut desk = Desk::with(&[sms(4_018, "failure", 600)], 120, 24);
    desk.keys("r").wait(500).keys("y ^c").news(0, News::TakenBack(TakenBack { taken_back: 0, leaving: 1, cut: 0 }));
    desk.sees("too late to take back: 1 on its way already").wait(6_000).keys("^c").sees("again to quit");
    let news = batch_retry_news(BatchId::new(BATCH), ActionStage::Accepted, desk.now);
    desk.news(0, news);
}
