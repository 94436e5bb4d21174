//! What stays from one start to the next, and the demo's tour.

use postwatch::postman::HostKind;
use postwatch::state::Session;
use postwatch::tui::Effect;

use crate::desk::{Desk, card, setup, sms};

/// Two campaigns, the second one on the screen with this session.
fn desk(session: Option<Session>) -> Desk {
    let cards = vec![card("Clinic reminders", HostKind::Test), card("Flood alerts", HostKind::Test)];
    let mut desk = Desk::new(postwatch::tui::Setup { session, ..setup(cards) }, 120, 36);
    for campaign in 0..2 {
        desk.live(campaign).head(campaign, &[sms(4_018, "failure", 60), sms(4_019, "success", 120)], true);
    }
    desk
}

#[test]
fn campaign_view_and_filter_stay_and_numbers_do_not() {
    let mut before = desk(None);
    before.keys("] f Down Enter").sees("Flood alerts");
    let shown = before.line("loaded");
    before.keys("/ 9 1 2 3").sees("9123");
    let session = before.state.session();
    let written = format!("{session:?}");
    assert!(written.contains("Flood alerts") && !written.contains("9123"), "{written}");
    let mut after = desk(Some(session));
    assert_eq!(after.line("loaded"), shown);
    after.sees("Flood alerts");
}

#[test]
fn messages_that_were_opened_from_a_group_are_a_detour() {
    let mut before = desk(None);
    before.keys("3 Enter").sees("failed: recipient_unavailable");
    let session = before.state.session();
    assert_eq!(session.view.as_deref(), Some("failures"));
    let mut after = desk(Some(session));
    after.sees("recipient_unavailable").sees("share").keys("1").sees("last 24 h");
}

#[test]
fn what_is_not_there_any_more_is_left_out() {
    let session = Session { campaign: Some("Gone".to_owned()), view: Some("trends of tomorrow".to_owned()), ..Session::default() };
    desk(Some(session)).sees("Clinic reminders").sees("last 24 h");
}

#[test]
fn reload_is_an_effect_and_waits_for_what_is_under_way() {
    let mut desk = desk(None);
    desk.keys(": r e l o a d Enter");
    assert!(desk.effects.contains(&Effect::Reload));
    desk.effects.clear();
    desk.keys("r").wait(1_000).keys("y").keys(": r e l o a d Enter").sees("a message is on its way to Postman");
    assert!(!desk.effects.contains(&Effect::Reload));
}

#[test]
fn the_demo_leads_through_five_keys_and_esc_ends_it() {
    let cards = vec![card("Clinic reminders", HostKind::Loopback)];
    let start = || Desk::new(postwatch::tui::Setup { demo: true, ..setup(cards.clone()) }, 120, 36);
    let mut desk = start();
    desk.live(0).head(0, &[sms(4_018, "failure", 60)], true);
    desk.sees("Tour 1 of 5: 3 groups").keys("3").sees("Tour 2 of 5: 1 goes").keys("1").sees("Tour 3 of 5: / finds").keys("/ 4 0 Esc");
    desk.sees("Tour 4 of 5: Enter").keys("Enter").sees("Tour 5 of 5: r plans").keys("r").misses("Tour");
    start().sees("Tour 1").keys("Esc").misses("Tour");
}
