//! The columns at any width and for any choice.

use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn needs(chosen: &ShownColumns) -> Needs<'_> {
    Needs { chosen, ordered_by: Column::Created, is_ordered: false, other_days: false, skipped: 0 }
}

fn shown(room: usize, needs: Needs<'_>) -> Vec<Column> {
    columns(room, needs).0.into_iter().map(|(column, _)| column).collect()
}

#[rstest]
#[case(60, false, 4)]
#[case(80, false, 7)]
#[case(80, true, 6)]
#[case(120, true, 8)]
fn columns_are_left_out_from_the_right(#[case] room: usize, #[case] other_days: bool, #[case] count: usize) {
    let chosen = ShownColumns::default();
    assert_eq!(shown(room, Needs { other_days, ..needs(&chosen) }).len(), count);
}

#[rstest]
#[case(90)]
#[case(100)]
#[case(110)]
#[case(200)]
fn the_numbers_of_other_countries_are_whole_where_there_is_room(#[case] room: usize) {
    let chosen = ShownColumns::default();
    let (columns, _) = columns(room, needs(&chosen));
    assert_eq!(columns[2], (Column::Recipient, 14), "{columns:?}");
}

#[test]
fn a_text_is_beside_whole_numbers_from_a_hundred_columns_on() {
    let chosen = ShownColumns::default();
    assert_eq!(columns(100, needs(&chosen)).0.last(), Some(&(Column::Text, 16)));
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
    chosen.shift(7, -1);
    chosen.shift(6, -1);
    chosen.shift(3, -1);
    let (batch, retry) = (Column::Batch, Column::Retry);
    let wide = shown(120, needs(&chosen));
    assert_eq!(wide[1..6], [Column::Created, Column::Recipient, Column::Error, batch, retry]);
    let narrow = shown(70, needs(&chosen));
    assert_eq!(narrow, [Column::Status, Column::Created, Column::Recipient, Column::Error, retry]);
}

#[test]
fn hidden_columns_leave_their_room_to_the_text() {
    let mut chosen = ShownColumns::default();
    for column in [Column::Error, Column::Retry, Column::Tried, Column::Batch] {
        chosen.turn(column);
    }
    let (columns, _) = columns(80, needs(&chosen));
    assert!(columns.last().is_some_and(|(column, width)| *column == Column::Text && *width >= 30), "{columns:?}");
}

proptest! {
    #[test]
    fn they_always_fit(
        room in 57..400usize, other_days: bool, skipped in 0..=8usize, is_ordered: bool, by in 0..12usize,
        turned in prop::collection::vec(0..12usize, 0..12), moved in prop::collection::vec((0..12usize, any::<bool>()), 0..12),
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
        let (columns, gap) = columns(room, Needs { chosen: &chosen, ordered_by, is_ordered, other_days, skipped });
        let taken: usize = columns.iter().map(|(_, width)| width + gap).sum::<usize>() - gap;
        prop_assert!(MARGIN + taken < room);
        prop_assert!(!columns.is_empty() && columns.iter().all(|(_, width)| *width >= 5));
        let places = columns.iter().map(|(column, _)| chosen.all().iter().position(|(known, _)| known == column));
        let places: Vec<_> = places.collect();
        prop_assert!(places.is_sorted(), "in the chosen order");
    }
}
