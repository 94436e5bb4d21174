//! Who did not get it: the view of `d`.

use insta::assert_snapshot;
use rstest::rstest;

use crate::desk::{Desk, Sms, sms};

/// Twenty delivered, three failed, one stuck, one whose report is overdue, two on the way.
fn messages() -> Vec<Sms> {
    let mut messages: Vec<Sms> = (0..20).map(|number| sms(number, "success", i64::from(number) * 60 + 30)).collect();
    messages.extend((20..22).map(|number| sms(number, "failure", i64::from(number) * 10)));
    messages.push(sms(22, "failure", 300).error("recipient_invalid"));
    messages.extend([sms(23, "sending", 3_600), sms(24, "sent_to_telco", 3_600), sms(25, "created", 20), sms(26, "sent_to_telco", 40)]);
    messages
}

fn desk(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::with(&messages(), columns, rows);
    desk.live(0).head(0, &messages(), true);
    desk
}

#[rstest]
#[case(60, 15)]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn it_looks_so(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(columns, rows);
    desk.keys("d j");
    assert_snapshot!(format!("undelivered_{columns}x{rows}"), desk.screen());
}

#[test]
fn it_counts_by_reason_and_says_it_in_a_sentence() {
    let mut desk = desk(120, 36);
    desk.sees("d Not delivered (5)");
    for from in ["1", "2", "3", "4", "5"] {
        desk.keys(from).keys("d").sees("5 of 27 not delivered");
    }
    let line = |desk: &Desk, word: &str| desk.line(word);
    assert!(line(&desk, "✗ failed ").contains(" 3  retry: yes 2 · maybe 0 · no 1"), "{}", desk.screen());
    assert!(line(&desk, "! stuck").contains(" 1  not with the telco after 10 min"), "{}", desk.screen());
    assert!(line(&desk, "! unconfirmed").contains(" 1  its report is overdue after 10 min"), "{}", desk.screen());
    desk.sees("20 of 27 messages delivered (74.1 %). 7 not, or not yet: 3 failed").keys("c");
    let sentence = "Last 24 h: 20 of 27 messages delivered (74.1 %). 7 not, or not yet: 3 failed (2 worth a retry), 2 on the way, 1 stuck, 1 unconfirmed.";
    assert_eq!(crate::copying::copied(&desk), [sentence]);
}

#[test]
fn enter_lists_what_is_ticked_or_the_line_and_esc_leads_back() {
    let mut desk = desk(120, 36);
    desk.keys("d Enter").sees("failed, stuck, unconfirmed").sees("5 of 27 loaded").keys("Esc").sees("5 of 27 not delivered");
    desk.keys("j Space g Enter").sees("stuck, unconfirmed").sees("2 of 27 loaded").keys("Esc");
    desk.keys("j j j j Space g Enter").sees("on the way, stuck, unconfirmed").sees("4 of 27 loaded").keys("Esc");
    desk.keys("G").keys("Enter").sees("5 of 27 not delivered");
}

#[test]
fn what_failed_is_planned_and_nothing_else() {
    let mut desk = desk(120, 36);
    desk.keys("d r").sees("Retry 2 messages, TEST").keys("Esc").sees("5 of 27 not delivered");
    desk.keys("j j r").misses("Retry 2").sees("only what has failed can be retried");
    desk.keys("g x").sees("messages, 5 rows").keys("Esc").sees("failed, stuck, unconfirmed").keys("Esc").sees("5 of 27 not delivered");
}
