//! What is told without looking: the terminal's title, what happened while nobody was there, a message that a person
//! waits for, a line that is back.

use insta::assert_snapshot;
use jiff::SignedDuration;
use postwatch::delivery::Status;
use postwatch::monitor::{ActionStage, Connection, News};
use postwatch::postman::{ApiError, Broken, CallError, CallErrorKind, CallProblem, HostKind, NotSent, Refusal};
use postwatch::store::{AnswerKind, Gap, Reach};
use postwatch::tui::text::width;
use postwatch::tui::{Dashboard as _, Effect, Setup};
use rstest::rstest;

use crate::desk::{Desk, Sms, card, explanation, refusal, retry_news, setup, sms};

/// Forty that ended in the last minutes, so many of them failed, after a quiet day.
fn lately(failed: u32) -> Vec<Sms> {
    let recent = (0..40).map(|number| sms(number, if number < failed { "failure" } else { "success" }, i64::from(number) * 10 + 120));
    recent.chain((0..40).map(|number| sms(1_000 + number, "success", 3_600 + i64::from(number) * 900))).collect()
}

fn two() -> Setup {
    setup(vec![card("Clinic reminders", HostKind::Test), card("One-time codes", HostKind::Test)])
}

fn title(desk: &Desk) -> String {
    desk.state.title().unwrap_or_default()
}

/// What the terminal was called with since the last look.
fn calls(desk: &mut Desk) -> Vec<String> {
    let effects = std::mem::take(&mut desk.effects).into_iter();
    effects.filter_map(|effect| if let Effect::Call(text) = effect { Some(text) } else { None }).collect()
}

/// That no server answers.
pub fn lost(desk: &Desk) -> News {
    let until = desk.now + SignedDuration::from_secs(2);
    News::Connection(Connection::Waiting { until, met: CallProblem::NoAnswer, why: explanation("The connection was refused") })
}

/// The line of notices at two widths, in each of these states.
#[test]
fn a_long_notice_keeps_what_happened_and_what_to_do() {
    let failed = |kind| CallError::new(kind).explanation();
    let api = |status, code: &str| {
        let error = ApiError { code: Some(code.to_owned()), message: None, kind: None, trace_id: Some("8f14e45f".to_owned()) };
        failed(CallErrorKind::Api { status, error })
    };
    let waiting = |met, why| {
        let mut desk = Desk::with(&lately(0), 60, 24);
        let until = desk.now + SignedDuration::from_secs(20);
        desk.wait(6_000).news(0, News::Connection(Connection::Waiting { until, met, why }));
        desk
    };
    let retried = |stage| {
        let mut desk = Desk::with(&lately(0), 60, 24);
        let news = retry_news(sms(1, "failure", 130).id(), stage, desk.now);
        desk.wait(6_000).news(0, news);
        desk
    };
    let unfinished: Vec<Sms> = (0..60)
        .map(|number| if number < 40 { sms(number, "sending", 400 + i64::from(number)) } else { sms(number, "success", 1_500) })
        .collect();
    let refused = failed(CallErrorKind::NotSent(NotSent::Refused));
    let mut alone = Desk::with(&lately(0), 60, 24);
    alone.wait(1_000).head(0, &lately(8), true);
    let elsewhere = {
        let mut desk = Desk::new(two(), 60, 24);
        desk.live(0).live(1).head(0, &lately(0), true).head(1, &lately(8), true);
        desk
    };
    let mut text = String::new();
    for (state, mut desk) in [
        ("a stall", Desk::with(&unfinished, 60, 24)),
        ("failing", alone),
        ("another campaign failing", elsewhere),
        ("no answer", waiting(CallProblem::NoAnswer, refused.clone())),
        ("429", waiting(CallProblem::TooManyCalls, api(429, "too_many_requests"))),
        ("refused", retried(ActionStage::Refused(Refusal { why: api(400, "too_many_message_attempts_error"), ..refusal("", "") }))),
        ("not taken", retried(ActionStage::NotTaken(refused.clone()))),
        ("unknown", retried(ActionStage::Unknown { why: failed(CallErrorKind::Broken(Broken::Timeout)), look_up_at: None })),
        ("delivered", retried(ActionStage::Followed { status: Status::Success })),
    ] {
        for columns in [60, 80, 120, 200] {
            let screen = desk.wait(6_000).resize(columns, 24).screen();
            let line = screen.lines().nth(22).unwrap_or_default();
            assert!(width(line) < usize::from(columns), "{screen}");
            text.push_str(&format!("{state}, {columns}\n{line}\n"));
        }
    }
    assert_snapshot!(text);
}

#[test]
fn the_title_tells_the_campaign_that_needs_a_person_most() {
    let mut desk = Desk::new(two(), 120, 36);
    assert_eq!(title(&desk), "Clinic reminders · postwatch", "nothing is known yet");
    desk.live(0).head(0, &lately(0), false).live(1).head(1, &lately(0), false);
    assert_eq!(title(&desk), "✓ Clinic reminders · postwatch");
    desk.keys("]");
    assert_eq!(title(&desk), "✓ One-time codes · postwatch");
    desk.keys("[").wait(1_000).head(1, &lately(8), false);
    assert_eq!(title(&desk), "✗ 8 One-time codes · postwatch", "it is not the one on the screen");
    desk.wait(120_000).news(1, News::Connection(Connection::Paused));
    assert_ne!(title(&desk), "✗ 8 One-time codes · postwatch", "this is no longer known");
}

#[test]
fn the_title_says_that_nothing_finishes_and_that_nothing_is_known() {
    let stalled: Vec<Sms> = (0..60)
        .map(|number| if number < 40 { sms(number, "sending", 400 + i64::from(number)) } else { sms(number, "success", 1_500) })
        .collect();
    let mut desk = Desk::with(&stalled, 120, 36);
    desk.wait(1_000).sees("nothing finished");
    assert_eq!(title(&desk), "! nothing finishes: Clinic reminders · postwatch");
    let lost = lost(&desk);
    desk.news(0, lost);
    assert_eq!(title(&desk), "? Clinic reminders · postwatch");
}

#[test]
fn a_title_that_is_turned_off_is_none_and_one_in_ascii_is_plain() {
    let desk = Desk::new(Setup { title: false, ..two() }, 120, 36);
    assert_eq!(desk.state.title(), None);
    let mut desk = Desk::new(Setup { ascii: true, ..two() }, 120, 36);
    desk.live(0).head(0, &lately(8), false);
    assert_eq!(title(&desk), "x 8 Clinic reminders - postwatch");
}

/// Loaded, and then left alone for eleven minutes in which three were delivered and two failed.
fn left_alone() -> Desk {
    let before: Vec<Sms> = (0..6).map(|number| sms(number, "sending", 30 + i64::from(number))).collect();
    let mut desk = Desk::with(&before, 120, 36);
    desk.keys("j").wait(60_000);
    let after = |number, status| sms(number, status, 90 + i64::from(number));
    let ended: Vec<Sms> = (0..3).map(|number| after(number, "success")).chain((3..5).map(|number| after(number, "failure"))).collect();
    desk.answer(0, &ended, AnswerKind::List, None, false);
    desk.wait(600_000).head(0, &[sms(5, "sending", 695)], false);
    desk
}

#[test]
fn the_first_key_after_a_while_is_answered_with_what_happened_meanwhile() {
    let mut desk = left_alone();
    desk.misses("While you were away").keys("j");
    desk.sees("While you were away, 14:03 to 14:14: 3 delivered, 2 failed since 14:02 · 5 lists it");
    desk.wait(6_000).keys("j").misses("While you were away, 14:14").keys("5").sees("3 delivered, 2 failed");
}

#[test]
fn the_key_itself_does_what_it_always_does() {
    let mut desk = left_alone();
    desk.keys("3").sees("[3 Failures").sees("While you were away");
}

#[test]
fn nine_minutes_are_no_absence_and_nothing_is_said_of_what_was_never_loaded() {
    let mut desk = Desk::with(&[sms(1, "sending", 30)], 120, 36);
    desk.wait(9 * 60_000).keys("j").misses("While you were away");
    let mut desk = Desk::new(two(), 120, 36);
    desk.wait(11 * 60_000).keys("j").misses("While you were away");
}

#[test]
fn what_is_not_loaded_since_then_is_not_claimed() {
    let mut desk = left_alone();
    let lost = lost(&desk);
    desk.resize(140, 36).news(0, lost).wait(300_000).keys("j");
    desk.sees("14:03 to 14:19: 3 delivered, 2 failed since 14:02; loaded only up to 14:14");
}

#[test]
fn failures_of_other_campaigns_are_told_too() {
    let mut desk = Desk::new(two(), 120, 36);
    desk.live(0).head(0, &[sms(1, "sending", 30)], true).live(1).head(1, &[sms(2, "sending", 30)], true);
    desk.wait(660_000).head(1, &[sms(2, "failure", 690)], true).head(0, &[sms(1, "sending", 690)], true);
    desk.keys("j").sees("nothing finished; 1 failed in other campaigns");
}

/// Nobody knows after a while what a question said: its yes only brings back whoever asked.
#[test]
fn a_yes_after_a_while_agrees_to_nothing() {
    let mut desk = Desk::with(&[sms(1, "failure", 100)], 120, 36);
    desk.keys("r").wait(660_000).keys("y").sees("Too soon: press y again.").sees("While you were away");
    assert_eq!(desk.commands(), []);
    desk.wait(500).keys("y");
    assert_eq!(desk.commands().len(), 1);
}

#[test]
fn a_line_that_is_back_says_for_how_long_it_was_gone_and_that_nothing_was_missed() {
    let mut desk = Desk::with(&[sms(1, "sending", 30)], 120, 36);
    let lost = lost(&desk);
    desk.wait(1_000).news(0, lost).sees("The connection was refused").wait(34_000);
    desk.news(0, News::Connection(Connection::Live)).misses("answers again");
    desk.head(0, &[sms(1, "sending", 65)], false).sees("Clinic reminders: answers again after 34 s, nothing was missed");
}

#[test]
fn a_line_that_is_back_claims_nothing_while_a_gap_is_left() {
    let mut desk = Desk::with(&[sms(1, "success", 3_000)], 120, 36);
    let lost = lost(&desk);
    desk.wait(1_000).news(0, lost).wait(120_000).news(0, News::Connection(Connection::Live));
    let newest = sms(9, "sending", 5);
    let (newer, older) = (desk.now - SignedDuration::from_secs(5), desk.now - SignedDuration::from_secs(3_121));
    let oldest = Some((older, sms(1, "success", 3_121).id()));
    let reach = |gap| Some(Reach { oldest: oldest.clone(), complete: false, gap });
    desk.answer(0, std::slice::from_ref(&newest), AnswerKind::List, reach(Some(Gap { newer, older })), true).misses("answers again");
    desk.answer(0, &[sms(8, "success", 60)], AnswerKind::List, reach(None), false).sees("answers again after 2 min, nothing was missed");
}

#[test]
fn a_followed_message_rings_once_when_it_ends_and_keeps_its_number_masked() {
    let clinic = postwatch::tui::CampaignSettings { masked: false, ..card("Clinic reminders", HostKind::Test) };
    let mut desk = Desk::new(setup(vec![clinic]), 120, 36);
    desk.live(0).head(0, &[sms(4_567, "sending", 30), sms(2, "success", 40)], true);
    desk.keys("a").sees("follow it until it ends").keys("Esc").keys("j a").sees("it has arrived already").keys("Esc k");
    follow(&mut desk).sees("following 65∙∙∙∙4567");
    desk.wait(1_000).answer(0, &[sms(4_567, "sent", 31)], AnswerKind::List, None, false);
    assert_eq!(calls(&mut desk), [] as [String; 0]);
    desk.wait(1_000).answer(0, &[sms(4_567, "success", 32)], AnswerKind::List, None, false).sees("65∙∙∙∙4567 delivered 14:02:40");
    assert_eq!(calls(&mut desk), ["Clinic reminders: a message you follow was delivered"]);
    desk.wait(1_000).answer(0, &[sms(4_567, "failure", 33)], AnswerKind::List, None, false);
    assert!(!calls(&mut desk).iter().any(|call| call.contains("follow")));
}

/// Chooses the line of the menu that follows the message.
fn follow(desk: &mut Desk) -> &mut Desk {
    desk.keys("a");
    for _ in 0..20 {
        if desk.cursor_line().contains("follow") {
            return desk.keys("Enter");
        }
        desk.keys("j");
    }
    panic!("no such line:\n{}", desk.screen());
}

#[test]
fn a_message_is_followed_no_longer_when_asked() {
    let mut desk = Desk::with(&[sms(1, "sending", 30)], 120, 36);
    follow(&mut desk).wait(1_000);
    follow(&mut desk).sees("no longer followed");
    desk.wait(1_000).answer(0, &[sms(1, "success", 32)], AnswerKind::List, None, false);
    assert_eq!(calls(&mut desk), [] as [String; 0]);
}

#[test]
fn a_single_retry_is_followed_to_its_end() {
    let failed = sms(4_567, "failure", 100);
    let mut desk = Desk::with(std::slice::from_ref(&failed), 120, 36);
    desk.keys("r").wait(500).keys("y");
    desk.news(0, retry_news(failed.id(), ActionStage::Accepted, desk.now));
    assert_eq!(calls(&mut desk), [] as [String; 0]);
    desk.wait(8_000);
    let stage = ActionStage::Followed { status: Status::Failure };
    desk.news(0, retry_news(failed.id(), stage.clone(), desk.now)).sees("failed again 14:03:15");
    assert_eq!(calls(&mut desk), ["Clinic reminders: a message you follow has failed"]);
    desk.news(0, retry_news(failed.id(), stage, desk.now)).keys("!").sees("65∙∙∙∙4567 failed");
    assert_eq!(calls(&mut desk), [] as [String; 0]);
}

#[rstest]
#[case(ActionStage::Refused(refusal("too_many_message_attempts_error", "no attempts left")))]
#[case(ActionStage::Skipped(explanation("it was retried elsewhere")))]
fn a_retry_that_came_to_nothing_is_followed_no_longer(#[case] stage: ActionStage) {
    let failed = sms(4_567, "failure", 100);
    let mut desk = Desk::with(std::slice::from_ref(&failed), 120, 36);
    desk.keys("r").wait(500).keys("y");
    desk.news(0, retry_news(failed.id(), stage, desk.now));
    desk.wait(1_000).answer(0, &[Sms { error: "", ..sms(4_567, "sending", 101) }], AnswerKind::List, None, false);
    desk.wait(1_000).answer(0, &[sms(4_567, "success", 102)], AnswerKind::List, None, false);
    assert_eq!(calls(&mut desk), [] as [String; 0]);
}

/// Without an answer a message may have arrived long ago: it is not said to have been on the way ever since.
#[test]
fn without_an_answer_nothing_goes_on_being_on_the_way() {
    let rows = [sms(1, "created", 3), sms(2, "success", 100)];
    let mut desk = Desk::with(&[], 120, 36);
    desk.live(0).head(0, &rows, true).sees("for 3 s").sees("── now").sees("in this window, complete");
    let news = lost(&desk);
    desk.news(0, news).wait(60_000).sees("for 3 s").sees("last answer").sees("complete to 14:03").sees("is still on its way, as of 14:03.");
}
