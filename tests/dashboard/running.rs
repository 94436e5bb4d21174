//! A run of several retries: how it is shown, stopped, resumed, and what it leaves behind.

use jiff::SignedDuration;
use postwatch::delivery::Status;
use postwatch::monitor::{ActionStage, Command, News, RunNews, RunPhase};
use postwatch::postman::HostKind;
use postwatch::tui::Effect;
use rstest::rstest;

use crate::desk::{Desk, Exported, Sms, card, explanation, refusal, retry_news, run_of, sends, setup, sms};

/// Six failures that a retry helps, and some that were delivered.
pub fn failures() -> Vec<Sms> {
    let mut messages: Vec<Sms> = (0..6).map(|number| sms(4_000 + number, "failure", 100 + i64::from(number) * 10)).collect();
    messages.extend((0..20).map(|number| sms(number, "success", 200 + i64::from(number))));
    messages
}

/// A plan of all six, agreed to.
fn agreed(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::with(&failures(), columns, rows);
    agree(&mut desk);
    desk
}

fn agree(desk: &mut Desk) {
    desk.keys("3 G r").wait(500).keys("y").wait(3_000);
}

fn tell(desk: &mut Desk, place: usize, stage: ActionStage) {
    let news = retry_news(failures()[place].id(), stage, desk.now);
    desk.news(0, news);
}

fn run(desk: &mut Desk, counts: [usize; 4], phase: RunPhase) {
    let [accepted, refused, unknown, to_go] = counts;
    let news = RunNews { total: 6, accepted, refused, unknown, not_sent: 0, skipped: 0, to_go, phase, rate: 1.5, began_at: desk.now };
    desk.news(0, News::Run(news));
}

/// Half of it is through.
pub fn started(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::with(&failures(), columns, rows);
    start(&mut desk);
    desk
}

/// The same on a desk that has the six failures.
pub fn start(desk: &mut Desk) {
    agree(desk);
    desk.wait(2_000);
    tell(desk, 0, ActionStage::Accepted);
    tell(desk, 0, ActionStage::Followed { status: Status::Success });
    tell(desk, 1, ActionStage::Refused(refusal("too_many_message_attempts_error", "The message has no attempts left.")));
    tell(desk, 2, ActionStage::Accepted);
    tell(desk, 3, ActionStage::UnderWay { try_number: 1 });
    run(desk, [2, 1, 0, 3], RunPhase::Running);
}

/// The rest of it.
pub fn ended(desk: &mut Desk) {
    desk.wait(2_000);
    let look_up_at = Some(desk.now + SignedDuration::from_secs(5));
    tell(desk, 3, ActionStage::Unknown { why: explanation("The connection broke."), look_up_at });
    tell(desk, 4, ActionStage::Accepted);
    tell(desk, 4, ActionStage::Followed { status: Status::Failure });
    tell(desk, 5, ActionStage::NotSent(explanation("It was not retried.")));
    run(desk, [3, 1, 1, 1], RunPhase::Stopped(explanation("The run was stopped.")));
}

#[test]
fn a_yes_starts_one_run_of_exactly_the_plan() {
    let mut desk = agreed(80, 24);
    let commands = desk.commands();
    let runs: Vec<_> = commands.iter().filter_map(run_of).collect();
    assert_eq!(runs.len(), 1);
    let mut ids: Vec<_> = runs[0].iter().map(|retry| retry.item().message.clone()).collect();
    let mut expected: Vec<_> = failures()[..6].iter().map(Sms::id).collect();
    ids.sort();
    expected.sort();
    assert_eq!(ids, expected);
    desk.keys("y Enter");
    assert!(!desk.commands().iter().any(sends));
}

#[test]
fn progress_is_told_in_figures() {
    let mut desk = started(120, 36);
    desk.sees("Retrying 6").sees("3 of 6").sees("1.5 calls/s").sees("2 s left").sees(":stop or Ctrl-c");
    desk.sees("2 accepted · 1 refused: The message has no attempts left · 0 unknown · 3 to go");
    desk.sees("of the 2: 1 delivered · 0 failed again · 1 on the way");
}

#[rstest]
#[case("^c")]
#[case(": s t o p Enter")]
fn it_stops_after_the_call_under_way(#[case] keys: &str) {
    let mut desk = started(80, 24);
    desk.commands();
    desk.keys(keys).sees("the run stops after the call under way").sees("Stopping 6");
    assert_eq!(desk.commands(), [Command::TakeBack]);
    desk.wait(6_000).keys("^c").sees("again to quit");
    assert!(desk.commands().is_empty() && !desk.has_quit());
    desk.keys("^c");
    assert!(desk.has_quit());
}

#[test]
fn leaving_asks_while_a_run_is_under_way() {
    let mut desk = started(80, 24);
    desk.keys("q q").sees("a run is under way: press again to quit");
    assert!(!desk.has_quit());
}

#[test]
fn a_run_that_paused_itself_says_why_and_how_to_go_on() {
    let mut desk = started(120, 36);
    run(&mut desk, [2, 1, 3, 0], RunPhase::Paused(explanation("The run has paused itself.")));
    desk.sees("PAUSED 6").sees("The run has paused itself · why it is so").sees(":resume continues");
    desk.commands();
    desk.keys(": r e s u m Tab Enter").sees("Continue the run, TEST").sees("[ cancel ]");
    assert_eq!(desk.commands(), []);
    desk.wait(400).keys("y").misses("Continue with");
    assert_eq!(desk.commands(), [Command::ResumeRun { agreed_at: desk.now }]);
}

#[test]
fn only_a_yes_goes_on_with_a_run_and_only_as_it_is() {
    for keys in ["n", "Esc", "Enter", "Backspace", "q", "a", "Y"] {
        let mut desk = started(120, 36);
        run(&mut desk, [2, 1, 3, 0], RunPhase::Paused(explanation("The run has paused itself.")));
        desk.commands();
        desk.keys(": r e s u m e Enter").wait(400).keys(keys);
        assert_eq!(desk.commands(), [], "{keys}");
    }
    let mut desk = started(120, 36);
    run(&mut desk, [2, 1, 3, 0], RunPhase::Paused(explanation("The run has paused itself.")));
    desk.keys(": r e s u m e Enter").wait(400);
    desk.commands();
    run(&mut desk, [2, 1, 3, 0], RunPhase::Paused(explanation("Something else was in the way.")));
    desk.sees("Something else was in the way").keys("y").sees("Too soon: press y again.");
    assert_eq!(desk.commands(), []);
    run(&mut desk, [2, 1, 3, 0], RunPhase::Running);
    desk.misses("Continue with").sees("no longer paused").wait(400).keys("y");
    assert_eq!(desk.commands(), []);
}

#[test]
fn the_end_shows_its_results() {
    let mut desk = started(80, 24);
    ended(&mut desk);
    desk.sees("Results of the run").sees("3 accepted · 1 refused · 1 unknown · 1 not started");
    desk.sees("of the 3: 1 delivered · 1 failed again · 1 on the way");
    desk.sees("Refused 1").sees("The message has no attempts left").sees("trace trace-1").sees("Unknown: looked up");
    desk.keys("Esc").sees("Stopped 6: 3 accepted, 1 refused, 1 unknown, 1 not started").sees(":results");
    tell(&mut desk, 2, ActionStage::Followed { status: Status::Success });
    desk.misses("Stopped 6").keys(": r e s u l t s Enter").sees("of the 3: 2 delivered · 1 failed again · 0 on the way");
}

#[test]
fn what_was_retried_elsewhere_is_counted_and_listed_apart() {
    let mut desk = started(120, 36);
    let why = explanation("It was retried elsewhere meanwhile.");
    tell(&mut desk, 3, ActionStage::Skipped(why.clone()));
    let news = |to_go, phase, began_at| {
        News::Run(RunNews { total: 6, accepted: 3, refused: 1, unknown: 0, not_sent: 0, skipped: 1, to_go, phase, rate: 1.5, began_at })
    };
    let now = desk.now;
    desk.news(0, news(1, RunPhase::Running, now));
    desk.sees("3 accepted · 1 refused: The message has no attempts left · 0 unknown · 1 skipped · 1 to go");
    tell(&mut desk, 4, ActionStage::Accepted);
    tell(&mut desk, 5, ActionStage::Skipped(why));
    desk.news(0, news(0, RunPhase::Done, now));
    desk.sees("Results of the run").sees("3 accepted · 1 refused · 0 unknown · 0 not started · 1 skipped");
    desk.sees("Skipped: changed since you agreed, nothing was sent 2").sees("It was retried elsewhere meanwhile ·");
    desk.keys("Esc").sees("Retried 6: 3 accepted, 1 refused, 1 skipped");
}

#[test]
fn the_results_do_not_come_over_a_question() {
    let mut desk = started(80, 24);
    desk.keys(":");
    ended(&mut desk);
    desk.misses("Results of the run").sees("Command");
}

#[test]
fn results_are_copied_and_exported_masked() {
    let mut desk = started(80, 24);
    ended(&mut desk);
    desk.effects.clear();
    desk.keys("c").sees("sent to the terminal's clipboard");
    let copied = desk.effects.iter().find_map(|effect| if let Effect::Copy(text) = effect { Some(text.0.clone()) } else { None }).unwrap();
    assert!(
        copied.contains("65∙∙∙∙4001")
            && copied.contains("trace-1")
            && copied.contains("too_many_message_attempts_error")
            && !copied.contains("6580004001"),
        "{copied}"
    );
    desk.keys("x").sees("Export to a file").sees("masked, as on the screen").keys("Enter");
    let Exported { path, text, detail } = desk.files.pop().unwrap();
    assert_eq!(detail.as_deref(), Some("results, 6 rows"));
    assert_eq!(path, "postwatch-results-20261124-140314.csv");
    assert!(text.starts_with("\u{feff}id,recipient,outcome,code,") && text.contains("refused,too_many_message_attempts_error,,"), "{text}");
    assert!(!text.contains("6580004001") && text.lines().count() == 7, "{text}");
}

#[test]
fn a_second_run_waits_for_the_first() {
    let mut desk = started(80, 24);
    let more: Vec<Sms> = (0..3).map(|number| sms(4_100 + number, "failure", 30).error("routing_error")).collect();
    desk.head(0, &more, false).keys("3 G r").wait(500).sees("A run is under way: this is a preview").commands();
    desk.keys("y Enter");
    assert!(desk.commands().is_empty());
}

#[test]
fn low_screens_keep_their_list() {
    let mut desk = started(60, 15);
    desk.sees("Retrying 6").misses("of the 2:").sees("recipient_unavailable");
}

#[test]
fn production_asks_for_the_count() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Production)]), 80, 24);
    desk.head(0, &failures(), true).keys("3 G r").sees("Retry 6 messages, PRODUCTION, Clinic reminders").sees("Type 6, then Enter");
    desk.keys("6 Enter").wait(500).keys("y Enter 5 Enter Space");
    assert!(desk.commands().is_empty());
    desk.wait(500).keys("Space").wait(500).keys("6 6 Backspace");
    assert!(desk.commands().is_empty());
    desk.sees("Type 6, then Enter: 6").keys("Enter").wait(3_000);
    assert_eq!(desk.commands().iter().map(|command| run_of(command).map(<[_]>::len)).collect::<Vec<_>>(), [Some(6)]);
}

/// A run of which a person stopped the last three.
fn stopped() -> Desk {
    let mut desk = started(120, 36);
    desk.wait(2_000);
    for place in 3..6 {
        tell(&mut desk, place, ActionStage::NotSent(explanation("The run was stopped.")));
        desk.wait(1_000);
    }
    run(&mut desk, [2, 1, 0, 0], RunPhase::Stopped(explanation("The run was stopped.")));
    desk
}

#[test]
fn what_ended_alike_has_one_line_that_opens() {
    let mut desk = stopped();
    desk.keys("Esc 5 j").sees("! 3 retries not sent: the run was stopped (Enter lists them)").misses("retry not sent");
    desk.keys("Enter").sees("(Enter hides them)");
    assert_eq!(desk.screen().matches("retry not sent: The run was stopped").count(), 3);
    assert!(desk.cursor_line().contains("3 retries not sent"), "{}", desk.screen());
    desk.keys("j Enter")
        .sees("not sent")
        .keys("Esc")
        .sees("[5 Activity")
        .keys("k Enter")
        .sees("(Enter lists them)")
        .misses("retry not sent");
}

#[test]
fn the_results_have_one_line_for_all_that_ended_alike_until_each_is_asked_for() {
    let mut desk = stopped();
    desk.sees("Results of the run").sees("3 messages  14:03:14 to 14:03:16  The run was stopped").sees("Tab list each");
    desk.keys("Tab").sees("Tab group them").misses("3 messages  14:03");
    assert_eq!(desk.screen().matches("The run was stopped").count(), 4, "{}", desk.screen());
    desk.keys("Tab").sees("3 messages  14:03:14 to 14:03:16");
}

#[test]
fn a_file_of_the_actions_has_each_of_them() {
    let mut desk = stopped();
    desk.keys("Esc 5 x Enter");
    let file = desk.files.last().unwrap();
    assert_eq!(file.text.matches("not sent").count(), 3, "{}", file.text);
}

/// They were answered where they were asked for.
#[test]
fn ones_own_retries_are_no_news() {
    let mut desk = stopped();
    desk.keys("Esc").misses("5 Activity (");
    let after: Vec<Sms> = failures()[..1].iter().map(|failed| Sms { status: "created", error: "", tried: 2, ..failed.clone() }).collect();
    desk.answer(0, &after, postwatch::store::AnswerKind::Action, None, false).misses("5 Activity (");
    desk.wait(1_000).answer(0, &[sms(900, "failure", 5)], postwatch::store::AnswerKind::List, None, false).sees("5 Activity (1)");
}
