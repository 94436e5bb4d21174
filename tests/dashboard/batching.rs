//! The batches: how far each is, what became of it, and loading one to its end.

use insta::assert_snapshot;
use postwatch::monitor::{BatchState, Connection, News};
use postwatch::postman::HostKind;
use postwatch::tui::ThemeChoice;
use ratatui::style::Modifier;
use rstest::rstest;

use crate::copying::copied;
use crate::desk::{Desk, Sms, card, explanation, setup, sms};

const WHOLE: &str = "batch_a41f0000-0000-4000-8000-000000000022";
const SMALL: &str = "batch_77b00000-0000-4000-8000-00000000001c";
const PART: &str = "batch_47eb0000-0000-4000-8000-00000000002c";

/// So many of the messages of the batch that is loaded in part.
fn part(loaded: u32) -> Vec<Sms> {
    (0..loaded).map(|number| sms(2_000 + number, "success", 21_000 + i64::from(number)).batch(PART).uploaded(22_000, 150)).collect()
}

/// Three batches: one whole, with everything that can become of a message; one that is done; one of which 20 of 150 are
/// loaded. And a message of none.
fn batches() -> Vec<Sms> {
    let mut messages: Vec<Sms> = (0..90).map(|number| sms(number, "success", 3_600 + i64::from(number))).collect();
    messages.extend((90..94).map(|number| sms(number, "failure", 3_600)));
    messages.extend([sms(94, "sending", 3_600), sms(95, "sent_to_telco", 3_600), sms(96, "sent", 60), sms(97, "sent_to_telco", 50)]);
    let mut messages: Vec<Sms> = messages.into_iter().map(|message| message.batch(WHOLE).uploaded(3_700, 98)).collect();
    messages.extend((200..240).map(|number| sms(number, "success", 15_000 + i64::from(number)).batch(SMALL).uploaded(16_000, 40)));
    messages.extend(part(20));
    messages.push(sms(9_000, "success", 30));
    messages
}

fn desk(columns: u16, rows: u16) -> Desk {
    Desk::with(&batches(), columns, rows)
}

#[rstest]
#[case(60, 15)]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn they_look_so(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(columns, rows);
    desk.keys("2 j");
    assert_snapshot!(format!("batches_{columns}x{rows}"), desk.screen());
    desk.keys("j Enter");
    assert_snapshot!(format!("loading_{columns}x{rows}"), desk.screen());
}

#[test]
fn the_classes_of_a_batch_are_those_of_the_campaign() {
    let mut desk = desk(120, 36);
    desk.keys("2");
    let line = desk.line("a41f…22");
    assert!(line.contains(" 91.8 % ") && line.contains("    4  yes"), "{line}");
    // Without colours each class has its sign, and each that is not 0 a cell.
    for (sign, cells) in [("▒", 1), ("!", 2), ("✗", 1)] {
        assert_eq!(line.matches(sign).count(), cells, "{sign}: {line}");
    }
    desk.keys("x Enter");
    let (_, text) = crate::shown::exported(&desk, "batches");
    assert!(text.lines().any(|line| line.starts_with(WHOLE) && line.ends_with(",98,98,90,4,2,1,1,0,0,0,yes")), "{text}");
}

/// A share of nearly all is not all.
#[test]
fn one_of_thousands_that_failed_is_no_hundred_percent() {
    let mut messages: Vec<Sms> = (0..3_000).map(|number| sms(number, "success", 600).batch(WHOLE).uploaded(700, 3_001)).collect();
    messages.push(sms(3_000, "failure", 600).batch(WHOLE).uploaded(700, 3_001));
    let mut desk = Desk::with(&messages, 120, 36);
    desk.keys("2").sees(" 99.9 % ").misses("100 %");
}

#[test]
fn opening_one_loads_it_to_its_end_with_the_time_left() {
    let mut desk = desk(120, 36);
    desk.keys("2 j j");
    let line = desk.cursor_line();
    assert!(line.contains("▒ 20 of 150 loaded") && line.contains("–") && line.contains("Enter loads the rest"), "{line}");
    assert!(desk.loads_asked.is_empty(), "nothing is loaded that nobody opens");
    desk.keys("Enter").sees("batch: loading, 20 of 150, 1 s left");
    let (generation, batch) = desk.loads_asked[0].clone();
    assert_eq!(batch.as_str(), PART);
    // Of the campaign's own pages none is needed for it.
    assert!(desk.commands().is_empty());
    // It goes on when the list is left, and is not asked for again.
    desk.keys("Esc").sees("[2 Batches]");
    assert!(desk.cursor_line().contains("loading, 1 s left"), "{}", desk.cursor_line());
    desk.keys("Enter Esc Enter").sees("batch: loading, 20 of 150");
    assert_eq!((desk.loads_asked.len(), desk.batches_left), (1, 0));
    desk.answer(0, &part(100), postwatch::store::AnswerKind::Batch(batch), None, false);
    desk.news(0, News::Batch { generation, state: BatchState::Reading(100) }).sees("batch: loading, 100 of 150");
    desk.load_batch(0, &part(150)).misses("batch: ").keys("G j").sees("the whole batch is loaded: 150 messages");
    desk.keys("Esc").sees("100 %");
    assert!(desk.cursor_line().contains("nothing failed"), "{}", desk.cursor_line());
    desk.keys("Enter Esc");
    assert_eq!(desk.loads_asked.len(), 1, "it is whole");
}

#[test]
fn one_that_cannot_be_loaded_says_why_and_is_asked_for_again_by_a_key() {
    let mut desk = desk(120, 36);
    desk.keys("2 j j Enter");
    let failed = |desk: &mut Desk, again| {
        let (generation, _) = desk.loads_asked.last().unwrap().clone();
        desk.news(0, News::Batch { generation, state: BatchState::Failed { why: explanation("the server is away"), again } });
    };
    failed(&mut desk, true);
    desk.sees("20 of 150 loaded, trying again: the server is away");
    failed(&mut desk, false);
    desk.sees("20 of 150 loaded, the rest cannot be: the server is away").keys("G j").sees("Enter loads the rest");
    assert_eq!(desk.loads_asked.len(), 1);
    desk.keys("Enter").sees("loading, 20 of 150");
    assert_eq!(desk.loads_asked.len(), 2);
    // Postman may still be preparing it.
    desk.load_batch(0, &part(20)).sees("20 of 150 loaded, Postman shows no more yet").keys("G j").sees("Enter loads it again").keys("^r");
    assert_eq!(desk.loads_asked.len(), 3);
    desk.news(0, News::Connection(Connection::Paused)).sees("batch: loading, 20 of 150, paused");
}

/// Where nothing else reads its messages, a batch on the screen is loaded again, and elsewhere it says how old it is.
#[test]
fn beyond_the_loaded_range_a_shown_batch_is_loaded_again_and_others_say_their_age() {
    let mut desk = desk(120, 36);
    let with_open = |age: i64| {
        let sending = (0..3).map(|number| sms(2_147 + number, "sending", 30_000 + age).batch(PART).uploaded(31_000 + age, 150));
        part(147).into_iter().map(|message| Sms { age: message.age + age, ..message }).chain(sending).collect::<Vec<_>>()
    };
    desk.keys("2 j j Enter").load_batch(0, &with_open(0));
    desk.keys("Esc").wait(60_000).wait(1_000);
    assert_eq!(desk.loads_asked.len(), 1, "nothing is loaded again that nobody looks at");
    assert!(!desk.cursor_line().contains(" old"), "{}", desk.cursor_line());
    desk.wait(100_000);
    assert!(desk.cursor_line().contains(" 2 min old"), "{}", desk.screen());
    let old = desk.screen().lines().skip(5).filter(|line| line.contains(" min old")).count();
    assert_eq!(old, 1, "{}", desk.screen());
    desk.resize(60, 15).sees("figures up to 2 min old").resize(120, 36);
    // Once it is listed, it is loaded again, and once more when it is old again.
    desk.keys("Enter").sees("batch: last loaded 2 min ago").wait(1_000);
    assert_eq!(desk.loads_asked.len(), 2);
    desk.wait(5_000).wait(61_000);
    assert_eq!(desk.loads_asked.len(), 2, "it is under way");
    desk.load_batch(0, &with_open(228)).wait(1_000).misses("last loaded").wait(57_000);
    assert_eq!(desk.loads_asked.len(), 2);
    desk.wait(3_000);
    assert_eq!(desk.loads_asked.len(), 3);
    desk.load_batch(0, &with_open(289)).keys("^r");
    assert_eq!(desk.loads_asked.len(), 4, "asked for, it is loaded at once");
    // A refusal is not asked for again by itself.
    let (generation, _) = desk.loads_asked.last().unwrap().clone();
    desk.news(0, News::Batch { generation, state: BatchState::Failed { why: explanation("the key is refused"), again: false } });
    desk.wait(300_000).wait(1_000).sees("batch: last loaded 5 min ago");
    assert_eq!(desk.loads_asked.len(), 4);
    // Of who did not get it as well.
    desk.keys("d").sees("last loaded 5 min ago").keys("^r");
    assert_eq!(desk.loads_asked.len(), 5);
    // Once nothing of it is on the way, nothing of it grows old.
    let done = part(150).into_iter().map(|message| Sms { age: message.age + 700, ..message }).collect::<Vec<_>>();
    desk.load_batch(0, &done).wait(1_000).misses("last loaded").keys("^r");
    assert_eq!(desk.loads_asked.len(), 5);
}

#[test]
fn at_sixty_columns_it_still_says_how_much_is_loaded() {
    let mut desk = desk(60, 15);
    desk.keys("2").sees(" 20 of 150 ");
}

/// The newest request goes first: the others wait for it.
#[test]
fn the_time_left_counts_what_goes_before() {
    let large = |number: u32, batch| sms(number, "success", 500).batch(batch).uploaded(900, 30_000);
    let mut desk = Desk::with(&[large(1, WHOLE), large(2, SMALL)], 120, 36);
    desk.keys("2 Enter").sees("loading, 1 of 30,000, 20 s left").keys("Esc j Enter").sees("loading, 1 of 30,000, 20 s left");
    desk.keys("Esc");
    let lines: Vec<String> = ["77b0", "a41f"].iter().map(|batch| desk.line(batch)).collect();
    assert!(lines[0].contains("loading, 40 s left") && lines[1].contains("loading, 20 s left"), "{lines:?}");
}

/// What the view lists is what the figures, the filter and the list of the window have messages of.
#[test]
fn a_batch_is_in_a_window_by_its_messages_in_every_list() {
    let messages = [
        // Uploaded two days ago, sent an hour ago.
        sms(1, "success", 1_800).batch(WHOLE).uploaded(180_000, 1),
        // Uploaded just now; its only message is of yesterday by its own time.
        sms(2, "success", 90_000).batch(SMALL).uploaded(60, 1),
    ];
    let mut desk = Desk::with(&messages, 120, 36);
    desk.keys("t g j j Enter").sees("a41f…22").misses("77b0…1c").keys("2").sees("1 batch · last 6 h · each counted whole");
    desk.sees("a41f…22").misses("77b0…1c").keys("f").sees("a41f…22").misses("77b0…1c");
}

/// The colours of a bar tell what became of the messages, in the selected row as well.
#[rstest]
#[case(ThemeChoice::Dark)]
#[case(ThemeChoice::Light)]
#[case(ThemeChoice::Auto)]
fn a_bar_keeps_its_colours_in_the_selected_row(#[case] theme: ThemeChoice, #[values("2", "3")] view: &str) {
    let mut look = setup(vec![card("Clinic reminders", HostKind::Test)]);
    look.theme = theme;
    let mut desk = Desk::new(look, 120, 36);
    let mut messages = batches();
    messages.push(sms(300, "failure", 90).error("routing_error"));
    desk.live(0).head(0, &messages, false).keys(view);
    // Of the first line, which has the cursor until the next key.
    let bar = |desk: &Desk| {
        let buffer = desk.terminal.backend().buffer();
        let cell = (20..120).map(|x| &buffer[(x, 6)]).find(|cell| cell.symbol() == "█").unwrap();
        (cell.fg, cell.modifier.contains(Modifier::REVERSED))
    };
    let selected = bar(&desk);
    desk.keys("j");
    assert_eq!(selected, bar(&desk));
    assert!(!selected.1);
}

#[test]
fn who_did_not_get_it_is_of_the_batch_where_there_is_one() {
    let mut desk = desk(120, 36);
    // From the view of batches, of the one under the cursor.
    desk.keys("2 d").sees("6 of 98 not delivered · batch a41f…22 clinic-nov.csv").sees("d the whole campaign");
    let sentence = "Batch a41f…22 clinic-nov.csv: 90 of 98 messages delivered (91.8 %). \
                    8 not, or not yet: 4 failed (4 worth a retry), 2 on the way, 1 stuck, 1 unconfirmed.";
    desk.sees("Batch a41f…22 clinic-nov.csv: 90 of 98 messages delivered").keys("c");
    assert_eq!(copied(&desk), [sentence]);
    desk.keys("Enter").sees("failed, stuck, unconfirmed · batch a41f…22").sees("6 of").keys("Esc").sees("6 of 98 not delivered");
    desk.keys("r").sees("Retry 4 messages, TEST").keys("Esc x").sees("messages, 6 rows").keys("Esc Esc");
    // The same key leads to the whole campaign, and Esc back to the batches.
    desk.keys("d").sees("6 of 159 not delivered").misses("batch a41f").keys("Esc").sees("[2 Batches]");
    // From a list of one batch, of that.
    desk.keys("j Enter d").sees("0 of 40 not delivered · batch 77b0…1c").keys("Esc").sees("[1 Messages]").sees("batch 77b0…1c");
    desk.keys("Esc").sees("[2 Batches]").keys("1 d").sees("6 of 159 not delivered");
}

#[test]
fn of_a_part_of_a_batch_it_says_so_and_loads_the_rest() {
    let mut desk = desk(120, 36);
    desk.keys("2 j j d").sees("0 of 20 not delivered · batch 47eb…2c").sees("loading, 20 of 150");
    desk.sees("Batch 47eb…2c clinic-nov.csv, only 20 of 150 loaded: 20 of 20 messages delivered");
    assert_eq!(desk.loads_asked.len(), 1);
    desk.load_batch(0, &part(150)).sees("0 of 150 not delivered").sees("all of it is loaded").misses("only 20");
}

#[test]
fn what_is_presented_names_no_file() {
    let mut desk = desk(120, 36);
    desk.keys(": p r e s e n t Enter 2 d").sees("batch a41f…22 (hidden)").misses("clinic-nov");
}
