//! The columns at any width and for any choice.

use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn needs(chosen: &ShownColumns) -> Needs<'_> {
    let errors = [("recipient_unavailable", RetryAdvice::Yes), ("delivery_unknown_error", RetryAdvice::Maybe)];
    let result = ResultWidths::of(errors.into_iter());
    Needs { chosen, ordered_by: Column::Created, is_ordered: false, has_batches: true, result, skipped: 0 }
}

#[rstest]
#[case(&[], (16, 21))]
#[case(&[("routing_error", RetryAdvice::Maybe)], (20, 26))]
#[case(&[("routing_error", RetryAdvice::Maybe), ("recipient_unavailable", RetryAdvice::Yes)], (26, 32))]
#[case(&[("delivery_unknown_error", RetryAdvice::Maybe)], (29, 35))]
#[case(&[("", RetryAdvice::Maybe)], (22, 28))]
#[case(&[("a_code_that_no_documentation_ever_had_in_it", RetryAdvice::Maybe)], (29, 38))]
fn results_are_as_wide_as_the_codes_that_are_there(#[case] errors: &[(&str, RetryAdvice)], #[case] (short, full): (usize, usize)) {
    assert_eq!(ResultWidths::of(errors.iter().copied()), ResultWidths { short, full });
}

#[test]
fn without_failures_the_room_is_the_texts() {
    let chosen = ShownColumns::default();
    let text = |needs| columns(120, needs).0.iter().find(|(column, _)| *column == Column::Text).map(|(_, width)| *width);
    let without = Needs { result: ResultWidths::of(std::iter::empty()), ..needs(&chosen) };
    assert!(text(without) >= text(needs(&chosen)).map(|width| width + 8), "{:?}", text(without));
}

fn shown(room: usize, needs: Needs<'_>) -> Vec<Column> {
    columns(room, needs).0.into_iter().map(|(column, _)| column).collect()
}

const FIRST: [Column; 4] = [Column::Status, Column::Created, Column::Recipient, Column::Result];

#[rstest]
#[case(60, &[])]
#[case(80, &[])]
#[case(86, &[])]
#[case(87, &[Column::Text])]
#[case(94, &[Column::Text])]
#[case(95, &[Column::Batch, Column::Text])]
#[case(100, &[Column::Batch, Column::Text])]
#[case(120, &[Column::Batch, Column::Text])]
#[case(200, &[Column::Batch, Column::Text])]
fn the_text_comes_before_the_batch(#[case] room: usize, #[case] others: &[Column]) {
    let chosen = ShownColumns::default();
    assert_eq!(shown(room, needs(&chosen)), [&FIRST[..], others].concat());
}

#[rstest]
#[case(60, Column::Recipient, 12)]
#[case(60, Column::Result, 17)]
#[case(80, Column::Recipient, 14)]
#[case(80, Column::Result, 35)]
#[case(100, Column::Result, 29)]
#[case(100, Column::Text, 15)]
#[case(120, Column::Result, 29)]
#[case(120, Column::Text, 30)]
#[case(200, Column::Result, 35)]
#[case(200, Column::Text, 104)]
fn room_goes_where_it_shows_most(#[case] room: usize, #[case] column: Column, #[case] width: usize) {
    let chosen = ShownColumns::default();
    let (columns, _) = columns(room, needs(&chosen));
    assert!(columns.contains(&(column, width)), "{columns:?}");
}

/// `998 901234567890` is the longest number: fifteen digits.
#[rstest]
#[case(100)]
#[case(120)]
#[case(200)]
fn beside_a_text_no_number_is_cut(#[case] room: usize) {
    let chosen = ShownColumns::default();
    let (columns, _) = columns(room, needs(&chosen));
    assert!(columns.contains(&(Column::Recipient, 16)), "{columns:?}");
}

#[test]
fn where_no_message_is_of_a_batch_its_room_is_the_texts() {
    let chosen = ShownColumns::default();
    let single = Needs { has_batches: false, ..needs(&chosen) };
    assert_eq!(shown(120, single), [&FIRST[..], &[Column::Text]].concat());
    let sorted = Needs { ordered_by: Column::Batch, is_ordered: true, ..single };
    assert!(shown(120, sorted).contains(&Column::Batch));
}

#[test]
fn what_somebody_ordered_by_is_not_left_out() {
    let chosen = ShownColumns::default();
    let ordered = Needs { ordered_by: Column::Batch, is_ordered: true, ..needs(&chosen) };
    assert!(shown(60, ordered).contains(&Column::Batch));
    assert!(!shown(60, needs(&chosen)).contains(&Column::Batch));
}

#[test]
fn the_order_of_a_person_stays_when_columns_are_left_out() {
    let mut chosen = ShownColumns::default();
    chosen.shift(6, -1);
    chosen.shift(5, -1);
    let (batch, result) = (Column::Batch, Column::Result);
    let wide = shown(120, needs(&chosen));
    assert_eq!(wide[1..], [Column::Created, Column::Recipient, batch, result, Column::Text]);
    assert_eq!(shown(70, needs(&chosen)), FIRST);
}

#[test]
fn hidden_columns_leave_their_room_to_the_text() {
    let mut chosen = ShownColumns::default();
    for column in [Column::Result, Column::Batch] {
        chosen.turn(column);
    }
    let (columns, _) = columns(80, needs(&chosen));
    assert!(columns.last().is_some_and(|(column, width)| *column == Column::Text && *width >= 30), "{columns:?}");
}

#[rstest]
#[case(60)]
#[case(80)]
fn scrolling_leads_to_the_text_where_it_has_no_room(#[case] room: usize) {
    let chosen = ShownColumns::default();
    let scrolled = Needs { skipped: chosen.scrolls(), ..needs(&chosen) };
    assert_eq!(shown(room, scrolled).last(), Some(&Column::Text));
}

proptest! {
    #[test]
    fn they_always_fit(
        room in 57..400usize, skipped in 0..=8usize, is_ordered: bool, by in 0..Column::ALL.len(),
        turned in prop::collection::vec(0..Column::ALL.len(), 0..12),
        moved in prop::collection::vec((0..Column::ALL.len(), any::<bool>()), 0..12),
        code in "[a-z_]{0,40}", has_batches: bool,
    ) {
        let mut chosen = ShownColumns::default();
        for index in turned {
            chosen.turn(chosen.all()[index].0);
        }
        for (index, right) in moved {
            chosen.shift(index, if right { 1 } else { -1 });
        }
        let ordered_by = Some(Column::ALL[by]).filter(|column| column.sort_by().is_some()).unwrap_or(Column::Created);
        let skipped = skipped.min(chosen.scrolls());
        let result = ResultWidths::of([(code.as_str(), RetryAdvice::Maybe)].into_iter());
        let (columns, gap) = columns(room, Needs { chosen: &chosen, ordered_by, is_ordered, has_batches, result, skipped });
        let taken: usize = columns.iter().map(|(_, width)| width + gap).sum::<usize>() - gap;
        prop_assert!(MARGIN + taken < room);
        prop_assert!(!columns.is_empty() && columns.iter().all(|(_, width)| *width >= 5));
        let places = columns.iter().map(|(column, _)| chosen.all().iter().position(|(known, _)| known == column));
        let places: Vec<_> = places.collect();
        prop_assert!(places.is_sorted(), "in the chosen order");
    }
}
