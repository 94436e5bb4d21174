//! The question before a retry, and what comes of it.

use jiff::SignedDuration;
use postwatch::delivery::Status;
use postwatch::monitor::ActionStage;
use postwatch::postman::HostKind;
use postwatch::store::AnswerKind;
use postwatch::tui::CampaignSettings;
use rstest::rstest;

use crate::desk::{Desk, Sms, card, explanation, refusal, retry_news, retry_of, setup, sms};

fn failed() -> Sms {
    sms(4_018, "failure", 600).batch("batch_a41f0000-0000-4000-8000-000000000022")
}

/// A question that has been on the screen for long enough.
fn asked() -> Desk {
    let mut desk = Desk::with(&[failed(), sms(1, "success", 700)], 80, 24);
    desk.keys("r").wait(400);
    desk
}

/// How many retries were commanded since the last look.
fn retries(desk: &mut Desk) -> usize {
    desk.commands().iter().filter(|command| retry_of(command).is_some()).count()
}

#[test]
fn the_question_says_what_must_be_known() {
    let mut desk = asked();
    desk.sees("Retry 1 message, TEST, Clinic reminders").sees("65∙∙∙∙4018").sees("The phone was off");
    desk.sees("1 attempt so far")
        .misses("of 3")
        .sees("One call.")
        .misses("charged")
        .sees("Batch a41f…22 as a whole must wait")
        .sees("10 min ago");
    assert!(desk.cursor_line().contains("[ cancel ]"));
}

#[rstest]
#[case("Esc")]
#[case("Enter")]
#[case("Backspace")]
#[case("q")]
#[case("Tab Tab Enter")]
#[case("n")]
#[case("d e w x")]
#[case("R Y")]
fn nothing_but_a_yes_retries(#[case] keys: &str) {
    let mut desk = asked();
    desk.keys(keys);
    assert_eq!(retries(&mut desk), 0);
}

#[rstest]
#[case("y")]
#[case("Tab Enter")]
#[case("Right Enter")]
#[case("y y y Enter")]
fn a_yes_retries_exactly_once(#[case] keys: &str) {
    let mut desk = asked();
    desk.keys(keys);
    let commands = desk.commands();
    let confirmed: Vec<_> = commands.iter().filter_map(retry_of).collect();
    assert_eq!(confirmed.len(), 1);
    assert_eq!(confirmed[0].item().message, failed().id());
    desk.misses("Retry 1 message").sees("retry requested").keys("r").sees("under way");
}

#[test]
fn nothing_is_agreed_to_on_a_screen_without_room() {
    let mut desk = asked();
    desk.resize(59, 14).sees("Postwatch needs 60 by 15").misses("[ cancel ]").keys("y Tab Enter");
    assert_eq!(retries(&mut desk), 0);
    desk.keys("Esc r").wait(1_000).keys("y");
    assert_eq!(retries(&mut desk), 0, "it was never loaded");
    desk.resize(80, 24).sees("[ cancel ]").wait(400).keys("y");
    assert_eq!(retries(&mut desk), 1);
}

#[test]
fn keys_that_come_too_early_are_not_an_answer() {
    let mut desk = Desk::with(&[failed()], 80, 24);
    desk.keys("r y Tab Enter").sees("[ cancel ]").wait(399).keys("y");
    assert_eq!(retries(&mut desk), 0);
    desk.wait(1).keys("y");
    assert_eq!(retries(&mut desk), 1);
}

#[test]
fn esc_leaves_even_early() {
    let mut desk = Desk::with(&[failed()], 80, 24);
    desk.keys("r Esc").misses("[ cancel ]").wait(1_000).keys("y");
    assert_eq!(retries(&mut desk), 0);
}

#[test]
fn a_useless_retry_must_be_taken_in_and_is_asked_anew() {
    let mut desk = Desk::with(&[failed().error("recipient_invalid")], 80, 24);
    desk.keys("r").wait(400).keys("y Tab");
    assert_eq!(retries(&mut desk), 0);
    desk.sees("1 message left out").keys("Space").sees("Retry 1 message, TEST").keys("y");
    assert_eq!(retries(&mut desk), 0);
    desk.wait(400).keys("y");
    assert_eq!(retries(&mut desk), 1);
}

#[test]
fn read_only_is_a_preview_that_says_how_to_allow_it() {
    let mut locked = card("Clinic reminders", HostKind::Production);
    locked.read_only = true;
    let mut desk = Desk::new(setup(vec![locked]), 80, 24);
    desk.head(0, &[failed()], true).keys("r").wait(500);
    desk.sees("READ-ONLY. Type the campaign's name to unlock it for 15 minutes:").sees("One call. Up to S$0.05, charged even if it fails.");
    desk.misses("[ retry ]").misses("y retry").keys("y Tab Enter").wait(500).keys("Enter");
    assert_eq!(retries(&mut desk), 0);
}

#[test]
fn a_journal_that_cannot_be_written_refuses() {
    let mut setup = setup(vec![card("Clinic reminders", HostKind::Test)]);
    setup.actions_refused = Some(explanation("the journal cannot be written"));
    let mut desk = Desk::new(setup, 80, 24);
    desk.head(0, &[failed()], true).keys("r").wait(500).sees("the journal cannot be written").keys("y");
    assert_eq!(retries(&mut desk), 0);
}

#[test]
fn a_message_that_is_not_failed_is_explained_instead() {
    let mut desk = Desk::with(&[sms(1, "success", 60)], 80, 24);
    desk.keys("r").sees("no retry of this message, not failed: delivered").misses("[ cancel ]");
}

#[test]
fn a_message_that_recovers_closes_the_question() {
    let mut desk = asked();
    desk.wait(1_000).answer(0, &[sms(4_018, "created", 601)], AnswerKind::List, None, false);
    desk.misses("[ cancel ]").sees("not failed: created").keys("y");
    assert_eq!(retries(&mut desk), 0);
}

#[test]
fn a_plan_that_is_too_old_is_made_anew() {
    let mut desk = asked();
    desk.sees("Planned 14:03:07").wait(301_000).sees("Planned 14:08:08").sees("loaded 5 min ago, it may have changed since");
}

#[test]
fn an_old_message_is_warned_about() {
    let mut desk = Desk::with(&[sms(4_018, "failure", 30 * 3_600)], 80, 24);
    desk.keys("r").sees("30 h ago: its text may be out of date");
}

#[test]
fn production_is_named_in_the_question() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Production)]), 80, 24);
    desk.head(0, &[failed()], true).keys("r").sees("Retry 1 message, PRODUCTION, Clinic reminders");
}

#[test]
fn the_outcome_is_followed_to_its_end() {
    let mut desk = asked();
    desk.keys("y");
    let tell = |desk: &mut Desk, stage| {
        let news = retry_news(failed().id(), stage, desk.now);
        desk.news(0, news);
    };
    tell(&mut desk, ActionStage::Intended);
    desk.sees("waiting for its turn");
    tell(&mut desk, ActionStage::UnderWay { try_number: 1 });
    desk.sees("on its way");
    tell(&mut desk, ActionStage::Accepted);
    desk.sees("✓ 65∙∙∙∙4018 retried: accepted 14:03:07").sees("retry accepted");
    desk.wait(11_000);
    tell(&mut desk, ActionStage::Followed { status: Status::Success });
    desk.sees("accepted 14:03:07, delivered 14:03:18");
}

#[test]
fn a_refusal_shows_the_words_and_the_trace() {
    let mut desk = asked();
    let stage = ActionStage::Refused(refusal("too_many_message_attempts_error", "its 3 attempts are used up"));
    let news = retry_news(failed().id(), stage, desk.now);
    desk.resize(120, 24).keys("y").news(0, news);
    desk.sees("retry refused: its 3 attempts are used up").sees("trace trace-1");
}

#[test]
fn an_unknown_outcome_is_looked_up_and_never_retried() {
    let mut desk = asked();
    desk.keys("y");
    assert_eq!(retries(&mut desk), 1);
    let at = desk.now + SignedDuration::from_secs(5);
    let unknown = |look_up_at| {
        retry_news(failed().id(), ActionStage::Unknown { why: explanation("the connection broke"), look_up_at }, crate::desk::start())
    };
    desk.news(0, unknown(Some(at))).sees("outcome unknown, looked up again in 5 s");
    desk.news(0, unknown(None)).sees("a person must decide").keys("r").wait(500).keys("y");
    assert_eq!(retries(&mut desk), 0);
}

#[test]
fn leaving_asks_while_a_retry_is_under_way() {
    let mut desk = asked();
    desk.keys("y q").sees("a retry is still running: press again to quit");
    assert!(!desk.has_quit());
    desk.keys("q");
    assert!(desk.has_quit());
}

#[test]
fn an_old_one_time_password_is_not_retried() {
    let mut codes = card("One-time codes", HostKind::Test);
    codes.one_time_password = true;
    let mut desk = Desk::new(setup(vec![codes]), 120, 36);
    desk.head(0, &[sms(4_018, "failure", 600)], true);
    desk.keys("r");
    desk.sees("no longer valid").misses("Retry 1 message");
    desk.wait(400).keys("y");
    assert_eq!(retries(&mut desk), 0);
}

/// Two campaigns that differ only at the end must not look alike where something is agreed to.
#[rstest]
fn a_question_names_its_campaign_whole(
    #[values((60, 15), (80, 24))] (columns, rows): (u16, u16),
    #[values("r", "3 G r", ": u n l o c k Enter", "a j Enter", "2 r")] keys: &str,
) {
    const NAME: &str = "Vaccination 2026, polyclinics of the north-east, second dose";
    let campaign = CampaignSettings { read_only: keys.starts_with(':'), ..card(NAME, HostKind::Production) };
    let mut desk = Desk::new(setup(vec![campaign]), columns, rows);
    let messages = [failed(), sms(4_019, "failure", 650), sms(4_020, "failure", 660).error("routing_error"), sms(1, "success", 700)];
    desk.live(0).head(0, &messages, true).keys(keys).wait(500);
    let inside = |desk: &Desk| {
        let lines = desk
            .screen()
            .lines()
            .filter_map(|line| Some(line.split_once('│')?.1.rsplit_once('│')?.0.trim().to_owned()))
            .collect::<Vec<_>>();
        lines.join(" ")
    };
    assert!(inside(&desk).contains(NAME), "{}", desk.screen());
    let title = desk.line("┌ ");
    assert!(title.contains("PRODUCTION"), "{title}");
    // Answer and keys have room nevertheless.
    desk.sees("Esc");
    if keys == "3 G r" {
        desk.sees("Type 2, then Enter").keys("2 Enter").sees("Starting in 3 s.");
        assert!(inside(&desk).contains(NAME), "{}", desk.screen());
    }
}
