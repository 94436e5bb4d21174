//! Finding a recipient: at once in what is loaded, then at the server, each told apart.

use postwatch::delivery::{Beside, RecipientQuery};
use postwatch::monitor::{Command, Connection, Generation, News, SearchState};
use postwatch::postman::CallProblem;
use postwatch::store::AnswerKind;
use postwatch::tui::Event;

use crate::desk::{Desk, Sms, explanation, sms};

fn some() -> Vec<Sms> {
    (0..20).map(|number| sms(9_120 + number, "success", i64::from(number) * 60)).collect()
}

/// The only search among the commands.
#[track_caller]
fn search(desk: &mut Desk) -> (Generation, RecipientQuery) {
    match desk.commands().as_slice() {
        [Command::Search { generation, query }] => (*generation, query.clone()),
        other => panic!("not one search: {other:?}"),
    }
}

#[test]
fn digits_are_matched_at_once_and_asked_after_typing_rests() {
    let mut desk = Desk::with(&some(), 80, 24);
    desk.keys("/ 9 1").sees("3 characters needed").sees("20 here");
    desk.keys("2 3").sees("1 here").sees("65∙∙∙∙9123").sees("about to be asked");
    desk.wait(249);
    assert_eq!(desk.commands(), []);
    desk.wait(1);
    assert_eq!(search(&mut desk).1, RecipientQuery::parse("9123").unwrap());
    desk.sees("server: being asked").wait(5_000);
    assert_eq!(desk.commands(), []);
}

#[test]
fn from_every_view_it_looks_in_the_messages_and_esc_leads_back() {
    for (view, shown) in [("2", "[2 Batches"), ("3", "[3 Failures"), ("4", "[4 Trends"), ("5", "[5 Activity")] {
        let mut desk = Desk::with(&some(), 80, 24);
        desk.keys(view).sees(shown).keys("/ 9 1 2 3").sees("find 9123").sees("[1 Messages").sees("1 here");
        desk.keys("Enter").sees("65∙∙∙∙9123").misses("65∙∙∙∙9124");
        desk.keys("Esc").sees(shown);
    }
}

#[test]
fn the_loop_is_woken_for_a_question_that_is_due() {
    use postwatch::tui::Dashboard;
    let mut desk = Desk::with(&some(), 80, 24);
    desk.keys("/ 9 1 2");
    assert_eq!(desk.state.next_wake(), Some(desk.now + jiff::SignedDuration::from_millis(250)));
}

#[test]
fn a_paste_is_asked_at_once_and_understood() {
    let mut desk = Desk::with(&some(), 80, 24);
    desk.keys("/").event(Event::Paste(" +65 8000-9123\n".to_owned()));
    assert_eq!(search(&mut desk).1, RecipientQuery::parse("6580009123").unwrap());
    desk.event(Event::Paste(String::new()));
    assert_eq!(desk.commands(), []);
}

#[test]
fn a_paste_outside_the_find_line_is_not_a_key() {
    let mut desk = Desk::with(&some(), 80, 24);
    let before = desk.screen();
    desk.event(Event::Paste("/q9ry".to_owned()));
    assert_eq!(desk.screen(), before);
    assert!(desk.effects.iter().all(|effect| !matches!(effect, postwatch::tui::Effect::Quit)));
}

#[test]
fn what_was_asked_last_is_not_asked_again() {
    let mut desk = Desk::with(&some(), 80, 24);
    desk.keys("/ 9 1 2").wait(250);
    search(&mut desk);
    desk.keys("3 Backspace").wait(1_000);
    assert_eq!(desk.commands(), []);
}

#[test]
fn answers_are_told_apart_and_old_ones_dropped() {
    let mut desk = Desk::with(&some(), 100, 24);
    desk.keys("/ 9 1 2").wait(250);
    let (first, _) = search(&mut desk);
    desk.keys("9").wait(250);
    let (second, _) = search(&mut desk);
    let answered = |generation, found: &[Sms], more| News::Search {
        generation,
        state: SearchState::Answered {
            found: found.iter().map(Sms::id).collect(),
            more,
            beside: Beside::default(),
            asked_at: crate::desk::start(),
        },
    };
    desk.news(0, answered(first, &some(), false)).sees("server: being asked");
    desk.news(0, answered(second, &[], false)).sees("server: no such number");
    desk.news(0, News::Search { generation: second, state: SearchState::Failed(explanation("no answer came")) });
    desk.sees("server: not asked: no answer came").misses("server: none");
    let island = sms(912_900, "failure", 900_000);
    desk.answer(0, std::slice::from_ref(&island), AnswerKind::Search, None, false);
    desk.news(0, answered(second, &[island], true)).sees("server: 1+ found").sees("65∙∙912900");
    desk.keys("Enter G j Enter");
    assert_eq!(desk.commands(), [Command::SearchFurther(second)]);
}

#[test]
fn a_server_that_is_waited_for_is_not_said_to_be_asked_now() {
    let mut desk = Desk::with(&some(), 100, 24);
    desk.keys("/ 6 1 2").wait(250).sees("server: being asked");
    let until = desk.now + jiff::SignedDuration::from_secs(8);
    desk.news(0, News::Connection(Connection::Waiting { until, met: CallProblem::NoAnswer, why: explanation("the connection broke") }));
    desk.sees("server: asked again in 8 s").sees("The server will be asked again").misses("being asked");
    desk.news(0, News::Connection(Connection::Live)).sees("server: being asked");
}

#[test]
fn enter_keeps_the_find_and_esc_forgets_it() {
    let mut desk = Desk::with(&some(), 80, 24);
    desk.keys("/ 9 1 2 Enter");
    search(&mut desk);
    desk.sees("find 912").keys("/ Esc").sees("last 24 h");
    assert_eq!(desk.commands(), [Command::EndSearch]);
    desk.keys("/ 9 1 2 Enter");
    search(&mut desk);
    desk.keys("Esc").sees("find 912").keys("0").sees("last 24 h");
    assert_eq!(desk.commands(), [Command::EndSearch]);
}

#[test]
fn too_few_digits_end_the_question() {
    let mut desk = Desk::with(&some(), 80, 24);
    desk.keys("/ 9 1 2").wait(250);
    search(&mut desk);
    desk.keys("Backspace").sees("3 characters needed");
    assert_eq!(desk.commands(), [Command::EndSearch]);
}

#[test]
fn tab_says_where_there_is_no_other_campaign() {
    let mut desk = Desk::with(&some(), 80, 24);
    desk.keys("/ 9 1 2 Tab").sees("there is no other campaign to search").wait(1_000);
    search(&mut desk);
}

#[test]
fn letters_in_the_find_line_are_text() {
    let mut desk = Desk::with(&some(), 80, 24);
    desk.keys("/ q r y").sees("find qry").sees("neither an NRIC nor only digits").misses("here");
    desk.sees("This cannot be searched for: neither an NRIC nor only digits").wait(1_000);
    assert_eq!(desk.commands(), []);
    assert!(!desk.has_quit());
    assert!(desk.cursor_line().starts_with(" find"));
}

#[test]
fn searched_digits_are_shown_and_marked() {
    let mut desk = Desk::with(&some(), 80, 24);
    desk.keys("/ 0 0 9 1 Enter j k");
    desk.sees("65∙∙009123");
    assert!(desk.style_of("009123").add_modifier.contains(ratatui::style::Modifier::UNDERLINED));
}

#[test]
fn a_campaign_that_is_left_is_asked_no_longer_and_asked_again_on_return() {
    use crate::desk::{card, setup};
    use postwatch::postman::HostKind;
    let mut desk = Desk::new(setup(vec![card("One", HostKind::Test), card("Two", HostKind::Test)]), 80, 24);
    desk.head(0, &some(), true).keys("/ 9 1 2 Enter");
    search(&mut desk);
    desk.keys("]");
    assert_eq!(desk.commands(), [Command::EndSearch]);
    desk.keys("[");
    search(&mut desk);
}

#[test]
fn n_goes_through_what_was_found_and_says_where_it_ends() {
    let messages: Vec<Sms> = [11, 912, 12, 913, 914].iter().zip(1..).map(|(number, age)| sms(*number, "success", age * 60)).collect();
    let mut desk = Desk::with(&messages, 100, 30);
    desk.keys("n").sees("nothing is searched for").sees("/ starts a find");
    desk.keys("/ 0 0 9 1 Enter n");
    assert!(desk.cursor_line().contains("0913"), "{}", desk.screen());
    desk.keys("n n").sees("this is the last of 3 hits").sees("N goes the other way");
    assert!(desk.cursor_line().contains("0914"));
    desk.keys("N N N").sees("this is the first of 3 hits");
    assert!(desk.cursor_line().contains("0912"));
    // What was cleared is not looked for again.
    desk.keys("0 n").sees("nothing is searched for");
    desk.keys("/ 9 1 3 Enter n").sees("this is the only hit").keys("0 / 7 7 Enter n").sees("no loaded message has this number");
}

/// Sent, with failures among them that have `91` in their numbers, and an older one below all windows.
fn mixed() -> Vec<Sms> {
    let mut messages = some();
    messages.push(sms(9_150, "failure", 2_000));
    messages.push(sms(9_151, "failure", 90_000));
    messages
}

#[test]
fn a_find_looks_through_everything_whatever_filter_and_window_there_is() {
    let mut desk = Desk::with(&mixed(), 100, 30);
    // The failures of the last hours.
    desk.keys("f j Space Enter").sees("failed").keys("t g j j Enter").sees("1 of 21 loaded in this window");
    desk.keys("/ 0 0 9 1 2 3").sees("1 here").sees("65∙∙009123").misses("clears the filter").misses("No number");
    desk.keys("Backspace Backspace").sees("22 here");
    desk.keys("Enter").sees("22 shown, 20 – outside the filter");
    // What the filter keeps comes first, what it would hide is marked.
    let screen = desk.screen();
    let (kept, hidden) = (screen.find("65∙∙009150").unwrap(), screen.find("65∙∙009120").unwrap());
    assert!(kept < hidden && screen.contains("–  ✓") && !screen.contains("–  ✗ failed     13"), "{screen}");
    // A row of either part opens, and is what keys are about.
    desk.keys("j j Enter").sees("65∙∙009121").keys("Esc");
    desk.keys("0").sees("last 6 h").misses("failed · ");
}

#[test]
fn what_a_filter_hides_is_not_planned_marked_or_exported_with_the_rest() {
    let mut failures = mixed();
    failures.push(sms(9_152, "failure", 3_000).error("routing_error"));
    let mut desk = Desk::with(&failures, 100, 36);
    desk.keys("f");
    for _ in 0..60 {
        if desk.cursor_line().contains("routing_error") {
            break;
        }
        desk.keys("j");
    }
    desk.keys("Space Enter").sees("1 of 22 loaded").keys("/ 0 0 9 1 Enter").sees("22 – outside the filter");
    desk.keys(": m a r k - a l l Enter").sees("1 marked");
    desk.keys("u 0 f j Space Enter / 0 0 9 1 2 0 Enter").sees("1 shown, 1 – outside the filter");
    desk.keys(": m a r k - a l l Enter").misses("1 marked").misses("2 marked").sees("the filter hides all of these messages");
}

#[test]
fn a_message_that_leaves_the_filter_goes_below_with_the_cursor() {
    let mut desk = Desk::with(&mixed(), 100, 30);
    desk.keys("f j Space Enter / 0 0 9 1 Enter").sees("22 shown").keys("j k");
    let before = desk.cursor_line();
    assert!(before.contains("9150"), "{before}");
    let retried = sms(9_150, "success", 2_000).tried(2);
    desk.answer(0, std::slice::from_ref(&retried), AnswerKind::Search, None, false);
    let after = desk.cursor_line();
    assert!(after.contains("9150") && after.contains("delivered"), "{after}");
    assert_eq!(desk.screen().lines().filter(|line| line.contains("9150") && line.contains("delivered  ")).count(), 1);
}

#[test]
fn numbers_are_understood_as_people_write_them() {
    for typed in [
        "006580009123",
        "tel:+6580009123",
        "+65(0)80009123",
        "6580009123.0",
        "80009123 (mobile)",
        "６５８０００９１２３",
        "65\u{a0}8000\u{a0}9123",
    ] {
        let mut desk = Desk::with(&some(), 100, 24);
        desk.keys("/").event(Event::Paste(typed.to_owned()));
        let asked = search(&mut desk).1;
        assert!("6580009123".ends_with(asked.as_str()) && asked.as_str().len() >= 8, "{typed}: {}", asked.as_str());
        desk.sees("1 here");
    }
}

#[test]
fn what_is_no_number_is_told_while_it_is_typed_and_never_asked() {
    for (typed, why) in [
        ("6.58E+09", "rounded by a spreadsheet: the last digits are lost"),
        ("65 8000 9123, 65 8000 9124", "more than one number: search for one at a time"),
        ("6580009123\n6580009124", "more than one number"),
        ("8OOO9123", "neither an NRIC nor only digits"),
    ] {
        let mut desk = Desk::with(&some(), 100, 24);
        desk.keys("/").event(Event::Paste(typed.to_owned()));
        desk.wait(1_000).sees(why).misses(" here").misses("knows no such number").misses("65∙∙");
        assert_eq!(desk.commands(), [], "{typed}");
        desk.keys("Enter").sees(why).keys("0").sees("last 24 h");
    }
}

#[test]
fn a_masked_number_that_was_copied_finds_its_own_again() {
    let mut desk = Desk::with(&some(), 100, 24);
    desk.keys("/").event(Event::Paste("65∙∙∙∙9123".to_owned()));
    desk.sees("1 here");
    assert_eq!(search(&mut desk).1, RecipientQuery::parse("9123").unwrap());
}

#[test]
fn a_server_that_did_not_search_does_not_answer_for_the_number() {
    let mut desk = Desk::with(&some(), 120, 24);
    desk.keys("/ 7 7 7").wait(250);
    let (generation, _) = search(&mut desk);
    let told = |others, unreadable, more| {
        let beside = Beside { others, unreadable };
        News::Search { generation, state: SearchState::Answered { found: Vec::new(), more, beside, asked_at: crate::desk::start() } }
    };
    desk.news(0, told(100, 0, true)).sees("server: unknown, it did not search, 100 others left out");
    desk.sees("Whether the server has any is unknown").misses("knows no such number");
    desk.news(0, told(0, 4, false)).sees("server: unknown, 4 rows could not be read").misses("knows no such number");
    // Its list was all there.
    desk.news(0, told(30, 0, false)).sees("server: none, it did not search").sees("Its whole list, 30 messages, holds no such number");
    desk.news(0, told(0, 0, false)).sees("server: no such number");
}

#[test]
fn no_sentence_names_a_key_that_is_text_where_it_stands() {
    let mut desk = Desk::with(&some(), 100, 24);
    // A filter that shows nothing, the line open and empty.
    desk.keys("f j Space Enter").sees("0 clears it").keys("/").sees("Enter then 0 clears it").misses(", 0 clears it");
    desk.keys("Enter 0").sees("last 24 h");
    let mut desk = Desk::with(&some(), 100, 24);
    desk.keys("/ 9 1 2").wait(250);
    let (generation, _) = search(&mut desk);
    let found: Vec<_> = some().iter().map(Sms::id).collect();
    let state = SearchState::Answered { found, more: true, beside: Beside::default(), asked_at: crate::desk::start() };
    desk.news(0, News::Search { generation, state }).sees("Enter on this line loads more");
    desk.keys("Enter").sees("· Enter on this line loads more").misses("then Enter");
}

#[test]
fn the_tour_and_a_run_name_no_key_that_is_text_in_the_find_line() {
    use crate::desk::{card, setup};
    use postwatch::postman::HostKind;
    let mut demo = setup(vec![card("Clinic reminders", HostKind::Test)]);
    demo.demo = true;
    let mut desk = Desk::new(demo, 100, 24);
    desk.live(0).head(0, &some(), true).sees("Tour 1 of 5: 3 groups");
    desk.keys("/").misses("Tour ").keys("Enter").sees("Tour 4 of 5");
}

#[test]
fn an_answer_to_an_earlier_question_is_none_to_this_one() {
    let mut desk = Desk::with(&some(), 100, 24);
    desk.keys("/ 9 1 2").wait(250);
    let (generation, _) = search(&mut desk);
    let state =
        SearchState::Answered { found: vec![some()[0].id()], more: false, beside: Beside::default(), asked_at: crate::desk::start() };
    desk.news(0, News::Search { generation, state }).sees("server: 1 found").keys("Enter / 7 7");
    desk.sees("No number with 91277").sees("The server is about to be asked.").misses("The server found some");
    desk.keys("Backspace Backspace").sees("server: 1 found");
}

#[test]
fn while_reading_is_paused_the_server_is_not_said_to_be_asked() {
    let mut desk = Desk::with(&some(), 100, 24);
    desk.news(0, News::Connection(Connection::Paused)).keys("/ 7 7 7 7");
    desk.sees("server: not asked, paused")
        .wait(250)
        .sees("server: not asked, paused")
        .sees("The server is not asked: paused. Enter then p continues.");
    desk.keys("Enter").sees("The server is not asked: paused. p continues.").misses("being asked");
}

#[test]
fn an_empty_page_of_more_is_not_none() {
    let mut desk = Desk::with(&some(), 100, 24);
    desk.keys("/ 7 7 7 7").wait(250);
    let (generation, _) = search(&mut desk);
    let state = SearchState::Answered { found: Vec::new(), more: true, beside: Beside::default(), asked_at: crate::desk::start() };
    desk.news(0, News::Search { generation, state });
    desk.sees("server: unknown, the page was empty").sees("Whether the server has any is unknown").misses("knows no such number");
}

#[test]
fn the_last_line_names_the_key_where_it_works() {
    let mut desk = Desk::with(&some(), 100, 24);
    desk.keys("/ 9 1 2 3").wait(250);
    let (generation, _) = search(&mut desk);
    let beside = Beside { others: 100, unreadable: 0 };
    let state = SearchState::Answered { found: Vec::new(), more: true, beside, asked_at: crate::desk::start() };
    desk.news(0, News::Search { generation, state }).sees("0 found so far; the server did not search · Enter on this line loads more");
    desk.misses("what the server found").keys("Enter").sees("Enter on this line loads more").keys("j Enter");
    assert_eq!(desk.commands(), [Command::SearchFurther(generation)]);
}

#[test]
fn a_step_to_a_hit_of_what_was_not_searched_says_so() {
    let mut desk = Desk::with(&some(), 100, 24);
    desk.keys("/ T a n Enter n").sees("nothing was searched for").misses("no loaded message has this number");
    desk.sees("nothing searched for, 20 loaded").misses("0 of 20");
}

#[test]
fn a_row_that_the_cursor_left_with_a_find_is_masked_again() {
    let mut desk = Desk::with(&some(), 100, 24);
    desk.keys("j / 9 1 2 Enter v").wait(10);
    desk.sees("65 8000 91").keys("/ 7 7 7 7 Esc 0").misses("65 8000 91");
}
