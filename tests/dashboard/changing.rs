//! What changed since somebody last looked, how old what is shown is, and nobody at the keyboard.

use insta::assert_snapshot;
use jiff::SignedDuration;
use postwatch::monitor::{ActionStage, Attendance, Command, Connection, Meter, News, Purpose};
use postwatch::postman::{CallProblem, HostKind};
use postwatch::store::AnswerKind;
use postwatch::tui::Effect;
use rstest::rstest;

use crate::desk::{Desk, Sms, card, explanation, retry_news, setup, sms};

/// Three messages on their way, and one that has failed.
fn before() -> Vec<Sms> {
    vec![sms(4_018, "sent", 30), sms(4_019, "sent_to_telco", 40), sms(4_020, "created", 50), sms(4_021, "failure", 60)]
}

/// The same a minute later: delivered, failed, sent, and retried by somebody else; and a new one that
/// failed before it was seen on its way.
fn after() -> Vec<Sms> {
    vec![
        sms(4_030, "failure", 20).error("routing_error"),
        sms(4_018, "success", 90),
        sms(4_019, "failure", 100),
        sms(4_020, "sent", 110),
        Sms { error: "", ..sms(4_021, "sending", 120) },
    ]
}

fn changed(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::with(&before(), columns, rows);
    desk.wait(60_000).head(0, &after(), false);
    desk
}

#[test]
fn changes_are_told_by_message_with_then_and_now() {
    let mut desk = changed(120, 36);
    desk.sees("5 Activity (5)").keys("5").sees("changed since 14:03: 1 delivered, 2 failed, 2 on the way, 1 retried elsewhere");
    assert!(desk.line("65∙∙∙∙4018").contains("sent        ✓ delivered"), "{}", desk.screen());
    assert!(desk.line("65∙∙∙∙4019").contains("with telco  ✗ failed      recipient_unavailable"), "{}", desk.screen());
    assert!(desk.line("65∙∙∙∙4021").contains("failed      › sending     retried elsewhere"), "{}", desk.screen());
    assert!(desk.line("65∙∙∙∙4030").contains("new         ✗ failed      routing_error"), "{}", desk.screen());
}

/// Many messages on their way, and a while later delivered, failed with two errors, and sent on.
fn changed_alike(columns: u16, rows: u16) -> Desk {
    let told =
        |first: u32, count: u32, status| (first..first + count).map(move |number| sms(number, status, 600 + i64::from(number % 100) * 3));
    let before: Vec<Sms> = told(100, 60, "sent").chain(told(200, 4, "created")).chain(told(300, 6, "sent_to_telco")).collect();
    let after = told(100, 50, "success")
        .chain(told(150, 10, "failure").map(|message| message.error("routing_error")))
        .chain(told(200, 4, "sending"))
        .chain(told(300, 2, "failure"))
        .chain(told(302, 4, "success"));
    let mut desk = Desk::with(&before, columns, rows);
    let after: Vec<Sms> = after.collect();
    desk.wait(60_000).head(0, &after, false).keys("5");
    desk
}

#[test]
fn changes_that_are_alike_share_a_line_that_opens() {
    let mut desk = changed_alike(120, 36);
    desk.sees("changed since 14:03: 54 delivered, 12 failed, 4 on the way");
    let line = |desk: &Desk, text: &str| desk.line(text).trim_start_matches(" › ").trim().to_owned();
    assert_eq!(line(&desk, "✓ 54 delivered"), "13:54:10  ✓ 54 delivered, 13:51 to 13:54 (Enter lists them)");
    assert!(line(&desk, "✗ 10 failed").ends_with("✗ 10 failed: routing_error (Enter lists them)"), "{}", desk.screen());
    assert!(line(&desk, "4 sending").contains("› 4 sending"), "{}", desk.screen());
    // Two of a kind have a line each, and none is lost.
    assert_eq!(desk.screen().matches("recipient_unavailable").count(), 2, "{}", desk.screen());
    // The newest first, as before.
    let rows = desk.screen().lines().skip(6).map(|line| line.chars().skip(3).take(8).collect::<String>()).collect::<Vec<_>>();
    assert_eq!(rows.iter().filter(|time| time.contains(':')).count(), 5, "{}", desk.screen());
    let row = desk.screen().lines().position(|line| line.contains("10 failed")).unwrap()
        - desk.screen().lines().position(|line| line.contains("time ")).unwrap()
        - 1;
    desk.keys(&"j ".repeat(row)).keys("Enter").sees("Enter hides them");
    let lines = desk.screen().lines().skip(4).filter(|line| line.contains("routing_error")).count();
    assert_eq!(lines, 11, "{}", desk.screen());
    assert!(desk.cursor_line().contains("10 failed"));
    desk.keys("j Enter").sees("No route to").keys("Esc");
    assert!(desk.cursor_line().contains("routing_error") && !desk.cursor_line().contains("10 failed"), "{}", desk.screen());
    desk.keys("k Enter").misses("Enter hides them");
    assert!(desk.cursor_line().contains("10 failed"));
    // What is copied says of how many it is, and a file has each.
    desk.keys("x Enter");
    let (_, text) = crate::shown::exported(&desk, "actions");
    assert_eq!(text.lines().count(), 71, "{text}");
}

#[test]
fn the_cursor_follows_a_change_into_its_line_and_out_of_it() {
    let mut desk = changed_alike(80, 24);
    desk.keys("G k");
    let chosen = desk.cursor_line();
    assert!(chosen.contains("recipient_unavailable"), "{}", desk.screen());
    // A third one of its kind comes: they share a line, and the cursor is there.
    desk.wait(5_000).head(0, &[sms(200, "failure", 610)], false).sees("3 failed: recipient_unavailable");
    assert!(desk.cursor_line().contains("3 failed: recipient_unavailable"), "{}", desk.screen());
    // It is retried elsewhere: two are left, and the cursor is on one of them.
    desk.wait(5_000).head(0, &[Sms { error: "", ..sms(200, "sending", 620) }], false).misses("3 failed");
    assert!(desk.cursor_line().contains("recipient_unavailable"), "{}", desk.screen());
}

#[test]
fn an_opened_line_of_changes_is_closed_once_they_were_seen() {
    let mut desk = changed_alike(80, 24);
    desk.keys("Enter").sees("hides them").keys("1");
    let more: Vec<Sms> = (400..420).map(|number| sms(number, "success", 1)).collect();
    desk.wait(60_000).head(0, &more, false).keys("5").sees("20 delivered").misses("hides them");
}

#[rstest]
#[case(60, 15)]
#[case(80, 24)]
#[case(120, 36)]
fn the_changes_that_are_alike(#[case] columns: u16, #[case] rows: u16) {
    assert_snapshot!(format!("alike_{columns}x{rows}"), changed_alike(columns, rows).screen());
}

#[rstest]
#[case("1")]
#[case("Esc")]
#[case("q")]
#[case("0")]
fn they_are_seen_when_the_view_is_left_or_they_are_marked(#[case] keys: &str) {
    let mut desk = changed(80, 24);
    desk.keys("5").wait(5_000).keys(keys).keys("5").sees("nothing changed since 14:04").sees("Nothing has changed since 14:04");
}

#[test]
fn the_menu_of_a_change_is_not_that_of_a_retry() {
    let mut desk = changed(120, 36);
    desk.keys("5 j a").sees(" Message ").misses("The retry of");
}

#[test]
fn a_message_opened_from_them_leads_back() {
    let mut desk = changed(80, 24);
    desk.keys("5 j Enter").sees("message   message_").keys("Esc").sees("changed since 14:03:");
    // To another view instead: then they were seen.
    desk.keys("Enter 3 5").sees("nothing changed");
}

#[test]
fn the_top_follows_the_newest_change_and_a_chosen_one_stays() {
    let mut desk = changed(80, 24);
    desk.keys("5 j");
    let chosen = desk.cursor_line();
    let number = |line: &str| line.split_whitespace().find(|word| word.starts_with("65")).map(str::to_owned);
    desk.wait(10_000).head(0, &[sms(4_020, "success", 120)], false);
    assert_eq!(number(&desk.cursor_line()), number(&chosen));
    desk.keys("g").wait(10_000).head(0, &[sms(4_018, "failure", 110)], false);
    assert_eq!(number(&desk.cursor_line()).as_deref(), Some("65∙∙∙∙4018"));
}

#[test]
fn older_history_is_no_change() {
    let mut desk = Desk::with(&before(), 80, 24);
    desk.answer(0, &[sms(1, "failure", 9_000)], AnswerKind::List, None, false);
    desk.keys("5").sees("nothing changed since");
}

#[test]
fn a_retry_of_ones_own_is_not_somebody_elses() {
    let mut desk = Desk::with(&before(), 120, 36);
    let news = retry_news(sms(4_021, "failure", 0).id(), ActionStage::Accepted, desk.now);
    desk.news(0, news).wait(60_000).head(0, &after(), false);
    desk.keys("5").misses("elsewhere").sees("retried here");
}

#[test]
fn too_many_changes_are_counted_and_not_kept() {
    let many = |status| (0..2_500).map(|number| sms(10_000 + number, status, 30)).collect::<Vec<_>>();
    let mut desk = Desk::with(&many("sent"), 120, 36);
    desk.wait(1_000).head(0, &many("success"), false);
    desk.keys("5").sees("2,500 delivered").sees("500 older ones not kept");
}

#[rstest]
#[case(60, 15)]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn the_changes(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = changed(columns, rows);
    let at = crate::desk::start() + SignedDuration::from_secs(20);
    let news = |number, stage| retry_news(sms(number, "failure", 0).id(), stage, at);
    let accepted = news(4_019, ActionStage::Accepted);
    let unknown = news(4_030, ActionStage::Unknown { why: explanation("no answer came"), look_up_at: None });
    desk.news(0, accepted).news(0, unknown).keys("5 j");
    assert_snapshot!(format!("changes_{columns}x{rows}"), desk.screen());
}

#[test]
fn a_rise_says_since_when() {
    let mut messages: Vec<Sms> = (0..30).map(|number| sms(100 + number, "failure", i64::from(number) * 10 + 5)).collect();
    messages.extend((0..600).map(|number| sms(200 + number, "success", 400 + i64::from(number) * 60)));
    for (columns, rows) in [(60, 15), (80, 24), (110, 24), (120, 36), (200, 60)] {
        let mut desk = Desk::with(&messages, columns, rows);
        for keys in ["1", "2", "3", "5", "?", "Esc BackTab"] {
            desk.keys(keys).sees(if columns > 60 { "30 ✗ 78.9 %" } else { "30 ✗ of 38: 78.9 %" }).sees("since 13:5");
        }
    }
}

#[test]
fn less_than_the_window_is_told_as_such() {
    let messages: Vec<Sms> = (0..40).map(|number| sms(100 + number, "success", i64::from(number) * 5)).collect();
    let mut desk = Desk::with(&messages, 80, 24);
    desk.sees("3 of 15 min").head(0, &messages, true).sees(" 15 min").misses("of 15 min");
}

fn meter(away: bool) -> Meter {
    Meter {
        rate: if away { 0.2 } else { 2.0 },
        ceiling: 2.0,
        used: 0.2,
        next: None,
        under_way: Some(Purpose::Head),
        bytes: 3_450_000,
        away,
        slowed_at: None,
    }
}

#[test]
fn with_nobody_there_it_goes_slow_and_says_so_until_a_key() {
    let mut desk = Desk::new(setup(vec![card("One", HostKind::Test), card("Two", HostKind::Test)]), 80, 24);
    desk.live(0).head(0, &before(), false);
    let attends = |desk: &mut Desk| {
        let effects = std::mem::take(&mut desk.effects);
        effects.into_iter().filter(|effect| matches!(effect, Effect::Command { command: Command::Attend(_), .. })).collect::<Vec<_>>()
    };
    desk.wait(599_000);
    assert_eq!(attends(&mut desk), []);
    desk.wait(1_000).wait(1_000);
    let told = |attendance| {
        [0, 1].map(|place| Effect::Command { campaign: postwatch::monitor::CampaignIndex(place), command: Command::Attend(attendance) })
    };
    assert_eq!(attends(&mut desk), told(Attendance::Away));
    desk.head(0, &[], false).news(0, News::Meter(meter(true))).sees("loads less often: press any key");
    // Read every half minute, it is not old after 25 s.
    desk.wait(25_000).misses("no answer").wait(40_000).sees("no answer for 1 min");
    desk.keys("j");
    assert_eq!(attends(&mut desk), told(Attendance::Present));
    desk.news(0, News::Meter(meter(false))).misses("slow:");
}

#[test]
fn what_waits_is_named() {
    let mut desk = Desk::with(&before(), 160, 40);
    desk.news(0, News::Meter(meter(false))).wait(21_000).sees("no answer for 21 s");
    let slowed = Meter { slowed_at: Some(desk.now), rate: 1.4, ..meter(false) };
    let waiting = Connection::Waiting {
        until: desk.now + SignedDuration::from_secs(8),
        met: CallProblem::TooManyCalls,
        why: explanation("too many calls"),
    };
    // Too many calls: that is an answer, and no lost connection.
    desk.news(0, News::Connection(waiting)).sees("too many calls, next in 8 s").misses("no answer");
    desk.news(0, News::Connection(Connection::Live)).head(0, &before(), true).misses("next in").sees("live");
    desk.news(0, News::Meter(slowed)).sees("slowed to 1.4/s");
}

#[test]
fn every_state_of_the_connection_is_said_as_what_it_is_in_the_header_and_among_the_campaigns() {
    let mut desk = Desk::new(setup(vec![card("One", HostKind::Test), card("Two", HostKind::Test)]), 160, 40);
    let until = desk.now + SignedDuration::from_secs(8);
    for (met, told) in [
        (CallProblem::NoAnswer, "no answer"),
        (CallProblem::Status(500), "answered 500"),
        (CallProblem::NotUnderstood, "unclear answer"),
        (CallProblem::CutOff, "answer cut off"),
        (CallProblem::TooManyCalls, "too many calls"),
        (CallProblem::Proxy, "proxy trouble"),
    ] {
        for campaign in [0, 1] {
            let why = explanation("it happened");
            desk.news(campaign, News::Connection(Connection::Waiting { until, met, why }));
        }
        let next = if met == CallProblem::TooManyCalls { ", next in 8 s" } else { "" };
        desk.sees(&format!("{told}{next}"));
        desk.news(1, News::Connection(Connection::Live));
    }
    let refused = Connection::Refused { until, met: CallProblem::NotSent, why: explanation("it happened") };
    desk.news(0, News::Connection(refused)).sees("not sent  again in 8 s").misses("refused");
}

#[test]
fn a_refused_campaign_offers_no_key_that_does_nothing() {
    let mut desk = Desk::new(setup(vec![card("One", HostKind::Test)]), 120, 36);
    let refused = Connection::Refused {
        until: desk.now + SignedDuration::from_secs(30),
        met: CallProblem::Refused,
        why: explanation("the key is refused"),
    };
    desk.news(0, News::Connection(refused));
    for word in ["Enter open", "r plan a retry", "/ find", "f filter", "v reveal", "x export"] {
        desk.misses(word);
    }
    desk.sees("? help").sees("q quit");
    desk.live(0).head(0, &before(), false).sees("Enter open").sees("r plan a retry").sees("/ find");
}
