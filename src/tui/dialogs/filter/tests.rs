//! What the menu chooses, key by key.

use super::*;
use crate::delivery::{BatchId, Class, Status};
use crate::tui::campaign::tests::campaign;
use crate::tui::shared::{FilterChoice, TimeWindow};

fn menu(choice: &FilterChoice) -> Choices {
    let mut campaign = campaign();
    campaign.choice = choice.clone();
    FilterMenu::new(&campaign, &NamedFilters::default()).choices
}

/// Puts the cursor on the line with this text.
fn to(menu: &mut Choices, text: &str) {
    let index = menu.lines.iter().position(|line| line.text == text).unwrap_or_else(|| panic!("no line says {text}"));
    menu.go(isize::MIN);
    menu.go(isize::try_from(index).unwrap());
}

#[test]
fn enter_takes_the_line_or_what_was_ticked() {
    let mut menu = menu(&FilterChoice::default());
    assert_eq!(menu.choice(), FilterChoice::default());
    menu.go(1);
    assert_eq!(menu.choice().classes, [Class::Failed], "what one looks for most is next to everything");
    menu.toggle();
    to(&mut menu, "sending");
    menu.toggle();
    assert_eq!((menu.choice().classes, menu.choice().statuses), (vec![Class::Failed], vec![Status::Sending]));
    to(&mut menu, "last 24 h");
    menu.toggle();
    to(&mut menu, "last 1 h");
    menu.toggle();
    assert_eq!(menu.choice().window, TimeWindow::usual()[0], "one window at a time");
    menu.toggle();
    assert!(menu.choice().window.is_all());
    to(&mut menu, "on the way");
    menu.toggle();
    assert_eq!(menu.choice().classes, [Class::Failed, Class::OnTheWay]);
    to(&mut menu, "everything");
    assert_eq!(menu.choice(), FilterChoice::default());
}

#[test]
fn a_line_is_taken_within_the_other_kinds() {
    let shown = FilterChoice {
        statuses: vec![Status::Failure],
        errors: vec!["routing_error".to_owned()],
        batches: vec![BatchId::new("b-1")],
        window: TimeWindow::usual()[2],
        classes: Vec::new(),
    };
    let mut menu = menu(&shown);
    assert_eq!(menu.choice(), shown, "untouched, it is what the list shows");
    to(&mut menu, "delivered");
    let delivered = FilterChoice { classes: vec![Class::Delivered], statuses: Vec::new(), errors: Vec::new(), ..shown.clone() };
    assert_eq!(menu.choice(), delivered);
    to(&mut menu, "last 1 h");
    assert_eq!(menu.choice(), FilterChoice { window: TimeWindow::usual()[0], ..shown.clone() });
    to(&mut menu, "everything");
    assert_eq!(menu.choice(), FilterChoice::all_of(shown.window), "the time window stays");
}

#[test]
fn a_menu_that_was_not_touched_stands_for_what_is_shown() {
    let mut menu = menu(&FilterChoice { statuses: vec![Status::Failure], ..FilterChoice::default() });
    assert!(menu.is_as_opened());
    menu.go(1);
    assert!(!menu.is_as_opened());
    menu.go(-1);
    assert!(menu.is_as_opened());
    menu.toggle();
    menu.toggle();
    assert!(!menu.is_as_opened(), "ticks were looked at");
}

#[test]
fn what_is_shown_has_a_line_and_a_tick_whether_it_is_loaded_or_not() {
    let own = TimeWindow { to: TimeWindow::usual()[0].from, from: None };
    let shown = FilterChoice {
        statuses: vec![Status::from_api("parked")],
        errors: vec!["gone".to_owned()],
        batches: vec![BatchId::new("b-9")],
        window: own,
        classes: vec![Class::OnTheWay],
    };
    let mut menu = menu(&shown);
    let ticked: Vec<&str> = menu.lines.iter().filter(|line| menu.tick(&line.item) == Some(true)).map(|line| line.text.as_str()).collect();
    assert_eq!(ticked.len(), 5, "{ticked:?}");
    for index in 0..menu.lines.len() {
        if menu.tick(&menu.lines[index].item) == Some(true) {
            menu.go(isize::MIN);
            menu.go(isize::try_from(index).unwrap());
            menu.toggle();
        }
    }
    menu.go(1);
    assert_eq!(menu.draft, FilterChoice::default());
}

#[test]
fn filters_with_a_name_stand_first_and_the_cursor_begins_on_everything() {
    let mut named = NamedFilters::default();
    let late = FilterChoice { statuses: vec![Status::Failure], window: TimeWindow::usual()[2], ..FilterChoice::default() };
    named.save("late", &late);
    named.save("open", &FilterChoice { classes: vec![Class::OnTheWay], ..FilterChoice::default() });
    let mut campaign = campaign();
    let mut menu = FilterMenu::new(&campaign, &named).choices;
    assert_eq!((menu.lines[0].text.as_str(), menu.selected()), ("late", Some(&FilterItem::Everything)));
    menu.go(1);
    assert_eq!(menu.choice().classes, [Class::Failed]);
    menu.go(isize::MIN);
    assert_eq!(menu.choice(), late);
    menu.take_out();
    assert_eq!(menu.lines[0].text, "open");
    let (index, filter) = (0, named.iter().next().cloned().unwrap());
    menu.put_in(index, filter);
    assert_eq!((menu.lines[0].text.as_str(), menu.choice()), ("late", late.clone()));
    campaign.choice = late.clone();
    let menu = FilterMenu::new(&campaign, &named).choices;
    assert!(menu.is_as_opened() && menu.cursor == 0, "it says which one is shown");
    assert_eq!(menu.choice(), late);
}

#[test]
fn a_deleted_filter_that_was_shown_leaves_the_other_lines_usable() {
    let shown = FilterChoice { statuses: vec![Status::Failure], ..FilterChoice::default() };
    let mut named = NamedFilters::default();
    named.save("failed ones", &shown);
    let mut campaign = campaign();
    campaign.choice = shown.clone();
    let mut menu = FilterMenu::new(&campaign, &named).choices;
    assert!(matches!(menu.selected(), Some(FilterItem::Named(_))) && menu.is_as_opened());
    menu.more_batches = Vec::from(["b-1", "b-2", "b-3"].map(|id| ChoiceLine::new(FilterItem::Batch(BatchId::new(id)), id)));
    menu.lines.push(ChoiceLine::new(FilterItem::MoreBatches, "more"));
    menu.take_out();
    assert!(!menu.is_as_opened());
    menu.go(isize::MAX);
    menu.toggle();
    assert!(menu.lines.iter().any(|line| line.item == FilterItem::Batch(BatchId::new("b-3"))), "no line is lost");
    assert!(!menu.is_as_opened());
}
