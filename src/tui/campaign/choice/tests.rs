//! Words, and the plain rule compared with what the list shows and plans.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::config::GivenTime;
use crate::delivery::{AttemptFields, BatchFields, MessageId, Reported, RowFields, Rows, RowsBuilder};
use crate::store::{AnswerKind, Reach, RowNumber};
use crate::tui::campaign::tests::campaign;
use crate::tui::shared::Campaign;
use crate::tui::shared::planning::{plan, planner};

#[test]
fn each_kind_of_wish_is_a_piece() {
    let now: Timestamp = "2026-11-24T06:03:07Z".parse().unwrap();
    let words = |choice: &FilterChoice| choice.words(&TimeZone::UTC, now);
    let mut choice = FilterChoice::default();
    assert_eq!(words(&choice), "");
    choice.statuses = vec![Status::Sent, Status::Failure];
    choice.classes = vec![Class::OnTheWay];
    assert_eq!(words(&choice), "on the way, sent, failed");
    choice = FilterChoice { statuses: vec![Status::Failure], errors: vec!["routing_error".to_owned(), String::new()], ..choice };
    choice.classes = Vec::new();
    choice.batches = vec![BatchId::new("b-1"), BatchId::new("b-2")];
    choice.window = TimeWindow::usual()[2];
    assert_eq!(words(&choice), "failed: routing_error, no reason given · batches b-1, b-2 · last 24 h");
}

/// A message as the plain rule sees it.
#[derive(Debug, Clone)]
struct Plain {
    status: &'static str,
    error: &'static str,
    batch: &'static str,
    /// How many minutes before the start it was created.
    age: i64,
}

fn some_message() -> impl Strategy<Value = Plain> {
    let status = prop::sample::select(vec!["created", "sent", "success", "failure", "failure", "failure"]);
    let error = prop::sample::select(vec!["routing_error", "recipient_unavailable", ""]);
    let batch = prop::sample::select(vec!["", "b-1", "b-2"]);
    (status, error, batch, 0..600_i64).prop_map(|(status, error, batch, age)| Plain { status, error, batch, age })
}

fn some_choice() -> impl Strategy<Value = FilterChoice> {
    let statuses = prop::collection::vec(prop::sample::select(vec!["created", "success", "failure"]), 0..3);
    let errors = prop::collection::vec(prop::sample::select(vec!["routing_error", "", "gone"]), 0..3);
    let batches = prop::collection::vec(prop::sample::select(vec!["b-1", "b-2", "b-9"]), 0..3);
    let moment = || prop::option::of((0..600_i64).prop_map(|minutes| GivenTime::Ago(SignedDuration::from_mins(minutes + 1))));
    let own = (moment(), moment()).prop_map(|(from, to)| TimeWindow { from, to });
    let window = prop_oneof![2 => Just(TimeWindow::default()), 2 => prop::sample::select(TimeWindow::usual().to_vec()), 2 => own];
    let classes = prop::collection::vec(prop::sample::select(vec![Class::Failed, Class::OnTheWay, Class::Stuck]), 0..2);
    (statuses, classes, errors, batches, window).prop_map(|(statuses, classes, errors, batches, window)| FilterChoice {
        statuses: statuses.into_iter().map(Status::from_api).collect(),
        classes,
        errors: errors.into_iter().map(str::to_owned).collect(),
        batches: batches.into_iter().map(BatchId::new).collect(),
        window,
    })
}

fn rows(messages: &[Plain], start: Timestamp) -> Rows {
    let mut rows = RowsBuilder::default();
    for (index, message) in messages.iter().enumerate() {
        let failed = message.status == "failure";
        let reported = |code| if failed && !str::is_empty(code) { Reported::Value(code) } else { Reported::Null };
        let created_at = Reported::Value(start - SignedDuration::from_mins(message.age));
        let attempt = AttemptFields {
            status: Reported::Value(message.status),
            created_at,
            error_kind: reported("delivery_error"),
            error_code: reported(message.error),
            ..AttemptFields::default()
        };
        let batch = BatchFields {
            id: message.batch,
            file_name: Reported::Absent,
            status: Reported::Absent,
            total: Reported::Absent,
            created_at: Reported::Absent,
        };
        rows.push(&RowFields {
            id: &format!("message_{index}"),
            status: Reported::Value(message.status),
            created_at,
            attempts: Reported::Value(vec![attempt]),
            batch: if message.batch.is_empty() { Reported::Null } else { Reported::Value(batch) },
            ..RowFields::default()
        });
    }
    rows.finish()
}

/// Whether the list must show a message this long after the start.
fn is_shown(choice: &FilterChoice, message: &Plain, start: Timestamp, passed: SignedDuration) -> bool {
    let failed = message.status == "failure";
    let in_status = choice.statuses.iter().any(|status| status.api_word() == message.status);
    let is_waiting = matches!(message.status, "created" | "sent");
    // Nothing finishes: the patience is the shortest. Both ends count in whole minutes.
    let minute = |at: Timestamp| at.as_millisecond().div_euclid(60_000);
    let waited = minute(start + passed) - minute(start - SignedDuration::from_mins(message.age));
    let in_class = choice.classes.iter().any(|class| match class {
        Class::Failed => failed,
        Class::OnTheWay => is_waiting && waited <= 10,
        Class::Stuck => is_waiting && waited > 10,
        _ => false,
    });
    let is_older = |moment: GivenTime| {
        let moment = match moment {
            GivenTime::Ago(back) => start + passed - back,
            // The start is six in the morning, and no case reaches the next midnight.
            GivenTime::Today(_) => start - SignedDuration::from_mins(363) - SignedDuration::from_secs(7),
            GivenTime::At(_) => unreachable!(),
        };
        minute(start - SignedDuration::from_mins(message.age)) < minute(moment)
    };
    ((choice.statuses.is_empty() && choice.classes.is_empty()) || in_status || in_class)
        && (choice.errors.is_empty() || (failed && choice.errors.iter().any(|code| code == message.error)))
        && (choice.batches.is_empty() || choice.batches.iter().any(|batch| batch.as_str() == message.batch))
        && choice.window.from.is_none_or(|from| !is_older(from))
        && choice.window.to.is_none_or(is_older)
}

fn ids(campaign: &Campaign, rows: impl Iterator<Item = RowNumber>) -> Vec<MessageId> {
    let mut ids: Vec<_> = rows.map(|row| campaign.store.id(row)).collect();
    ids.sort();
    ids
}

proptest! {
    /// All kinds of conditions together, with a window that moves on under the cursor; and nothing else is ever
    /// planned.
    #[test]
    fn a_combined_filter_is_the_plain_conjunction_and_so_is_its_plan(
        messages in prop::collection::vec(some_message(), 1..12), choice in some_choice(), index in 0..12_usize,
        passed in prop::collection::vec(1..4_000_i64, 1..4),
    ) {
        let mut campaign = campaign();
        let start = campaign.now;
        let merged = campaign.merge(&rows(&messages, start), &AnswerKind::List, start);
        campaign.list.apply(&campaign.store, &merged);
        campaign.store.set_reach(Reach { complete: true, ..Reach::default() });
        campaign.choice = choice.clone();
        campaign.narrow();
        campaign.list.go(&campaign.store, index, 5);
        let mut seconds = 0;
        for more in passed {
            seconds += more;
            let passed = SignedDuration::from_secs(seconds);
            campaign.count(start + passed, start + passed);
            let expected = messages.iter().enumerate().filter(|(_, message)| is_shown(&choice, message, start, passed));
            let mut expected: Vec<_> = expected.map(|(index, _)| MessageId::new(format!("message_{index}"))).collect();
            expected.sort();
            let shown = ids(&campaign, campaign.list.rows(&campaign.store));
            prop_assert_eq!(&shown, &expected);
            prop_assert_eq!(campaign.list.matching(&campaign.store), expected.len());
            let plan = plan(&campaign, &planner(&campaign), &shown, campaign.now);
            prop_assert!(plan.items.iter().all(|item| expected.contains(&item.message)));
            campaign.failures.look(&campaign.store, &campaign.out_of_attempts);
            let failed = messages.iter().filter(|message| message.status == "failure");
            let window = FilterChoice { window: choice.window, ..FilterChoice::default() };
            let failed = failed.filter(|message| is_shown(&window, message, start, passed)).count();
            prop_assert_eq!(campaign.failures.failed(), failed);
        }
    }
}
