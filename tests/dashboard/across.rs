//! Finding a recipient in all campaigns: one call each, not asked told apart from nothing found.

use postwatch::delivery::{Beside, RecipientQuery};
use postwatch::monitor::{CampaignIndex, Command, Connection, Generation, News, SearchState};
use postwatch::postman::{CallProblem, HostKind};
use postwatch::store::AnswerKind;
use postwatch::tui::Effect;

use crate::desk::{Desk, Sms, card, explanation, setup, sms};

/// Four campaigns: two that can be asked, one whose key cannot be had, one that is refused.
fn desk(columns: u16, rows: u16) -> Desk {
    let mut broken = card("Flood alerts", HostKind::Test);
    broken.broken = Some(explanation("the key is not set"));
    let cards =
        vec![card("Clinic reminders", HostKind::Test), card("One-time codes", HostKind::Test), broken, card("Road works", HostKind::Test)];
    let mut desk = Desk::new(setup(cards), columns, rows);
    for campaign in [0, 1, 3] {
        desk.live(campaign).head(campaign, &[sms(4_018, "success", 60)], false);
    }
    let until = desk.now + jiff::SignedDuration::from_secs(60);
    desk.news(3, News::Connection(Connection::Refused { until, met: CallProblem::Refused, why: explanation("the key is refused") }));
    desk.commands();
    desk
}

/// The searches among the effects, by campaign.
fn searches(desk: &mut Desk) -> Vec<(usize, Generation, RecipientQuery)> {
    let found = std::mem::take(&mut desk.effects).into_iter().filter_map(|effect| match effect {
        Effect::Command { campaign: CampaignIndex(place), command: Command::Search { generation, query } } => {
            Some((place, generation, query))
        }
        _ => None,
    });
    found.collect()
}

fn answered(generation: Generation, found: &[Sms]) -> News {
    let found = found.iter().map(Sms::id).collect();
    News::Search {
        generation,
        state: SearchState::Answered { found, more: false, beside: Beside::default(), asked_at: crate::desk::start() },
    }
}

#[test]
fn every_campaign_that_can_be_asked_is_asked_once_and_the_answer_can_be_said_aloud() {
    let mut desk = desk(120, 36);
    desk.keys("/ Tab").sees("Enter asks all 4 campaigns on the server, one call each");
    desk.keys("9 1 2 3").wait(2_000);
    assert_eq!(searches(&mut desk), [], "nothing is asked before Enter");
    desk.sees("Enter asks 4, one call each").keys("Enter");
    let asked = searches(&mut desk);
    let [(0, generation, query), (1, same, _)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((query, generation), (&RecipientQuery::parse("9123").unwrap(), same));
    let generation = *generation;
    desk.sees("2 being asked").sees("2 NOT ASKED").sees("NOT ASKED: the key is not set").sees("NOT ASKED: the key is refused");
    desk.misses("SAY").news(1, answered(generation, &[])).sees("no message to a number with these digits").misses("SAY");
    assert!(desk.commands().contains(&Command::EndSearch), "one call, and no more by itself");
    let island = sms(9_123, "success", 900_000);
    desk.answer(0, std::slice::from_ref(&island), AnswerKind::Search, None, false).news(0, answered(generation, &[island]));
    desk.sees("2 of 4 campaigns asked, whole history").sees("✓ Clinic reminders").sees("65∙∙∙∙9123").misses("65 8000 9123");
    desk.sees("SAY  The newest message, from “Clinic reminders”").sees("2 campaigns could not be asked");
    desk.keys("Enter").sees("find 9123");
    assert!(desk.commands().iter().any(|command| matches!(command, Command::Open { .. })), "the message is opened");
}

#[test]
fn a_line_of_another_campaign_leads_there() {
    let mut desk = desk(120, 36);
    desk.keys("/ Tab 9 1 2 3 Enter");
    let generation = searches(&mut desk)[0].1;
    let there = sms(9_123, "failure", 900_000);
    desk.answer(1, std::slice::from_ref(&there), AnswerKind::Search, None, false).news(1, answered(generation, &[there]));
    desk.news(0, answered(generation, &[]))
        .sees("not delivered: the phone was off")
        .sees("the phone was off or out of reach")
        .keys("Enter");
    desk.sees("find 9123").keys("Esc");
    assert_eq!(desk.state.session().campaign.as_deref(), Some("One-time codes"));
    // The answers are still there for the next line.
    desk.keys("/").sees("SAY").keys("Esc /").misses("SAY").misses("in all campaigns");
}

#[test]
fn nothing_found_is_not_said_of_what_was_not_asked() {
    let mut desk = desk(80, 24);
    desk.keys("/ Tab 9 1 2 3 Enter");
    let generation = searches(&mut desk)[0].1;
    desk.news(0, answered(generation, &[])).news(1, News::Search { generation, state: SearchState::Failed(explanation("no answer came")) });
    desk.sees("3 NOT ASKED").sees("There is no message to a number with these digits in the one campaign");
    desk.sees("3 campaigns could not be asked");
}

#[test]
fn a_campaign_that_is_kept_out_meanwhile_was_not_asked() {
    let mut desk = desk(120, 36);
    desk.keys("/ Tab 9 1 2 3 Enter").sees("2 being asked");
    let until = desk.now + jiff::SignedDuration::from_secs(60);
    desk.news(
        0,
        News::Connection(Connection::Refused { until, met: CallProblem::Refused, why: explanation("the address is not allowed") }),
    );
    desk.sees("1 being asked").sees("NOT ASKED: the address is not allowed");
}

#[test]
fn several_numbers_are_not_taken_for_one() {
    let mut desk = desk(120, 36);
    desk.keys("/ Tab 9 1 2 Enter");
    let generation = searches(&mut desk)[0].1;
    let found = [sms(9_123, "success", 900_000), sms(9_124, "success", 900_001)];
    desk.answer(0, &found, AnswerKind::Search, None, false).news(0, answered(generation, &found)).news(1, answered(generation, &[]));
    desk.sees("These digits belong to 2 numbers");
}

#[test]
fn it_is_taken_back_with_esc_and_with_tab() {
    let mut desk = desk(120, 36);
    desk.keys("/ Tab 9 1 2 3 Enter");
    searches(&mut desk);
    desk.keys("Esc").sees("last 24 h");
    assert_eq!(desk.commands().iter().filter(|command| **command == Command::EndSearch).count(), 2);
    desk.keys("/ Tab 9 1 2 3 Tab").wait(1_000);
    let asked = searches(&mut desk);
    assert!(matches!(asked.as_slice(), [(0, _, _)]), "this campaign alone is asked by itself: {asked:?}");
}

#[test]
fn what_cannot_be_looked_for_is_asked_nowhere() {
    let mut desk = desk(120, 36);
    desk.keys("/ Tab").event(postwatch::tui::Event::Paste("6.58E+09".to_owned()));
    desk.sees("rounded by a spreadsheet: the last digits are lost").keys("Enter").sees("not asked");
    assert_eq!(searches(&mut desk), []);
    desk.keys(&"Backspace ".repeat(8)).keys("9 1 2 3").misses("This cannot be searched for").keys("Enter");
    assert_eq!(searches(&mut desk).len(), 2);
}

#[test]
fn a_campaign_that_did_not_search_is_no_reason_for_no_message() {
    let mut desk = desk(120, 36);
    desk.keys("/ Tab 9 1 2 3 Enter");
    let generation = searches(&mut desk)[0].1;
    let told = |others, unreadable, more| {
        let beside = Beside { others, unreadable };
        News::Search { generation, state: SearchState::Answered { found: Vec::new(), more, beside, asked_at: crate::desk::start() } }
    };
    desk.news(0, told(100, 0, true)).sees("unknown: it did not search, 100 others left out");
    desk.news(1, told(0, 4, false)).sees("unknown: 4 rows could not be read");
    desk.sees("It is not known whether there is a message to a number with these digits.").sees("2 campaigns gave no clear answer");
    desk.misses("There is no message");
}

#[test]
fn what_is_loaded_is_listed_whatever_the_servers_answer() {
    let mut desk = desk(120, 36);
    desk.keys("/ Tab 4 0 1 8 Enter");
    let generation = searches(&mut desk)[0].1;
    // The one that is refused has loaded it, too; the first does not search, the second answers nothing.
    let beside = Beside { others: 100, unreadable: 0 };
    let state = SearchState::Answered { found: Vec::new(), more: true, beside, asked_at: crate::desk::start() };
    desk.news(0, News::Search { generation, state })
        .news(1, News::Search { generation, state: SearchState::Failed(explanation("no answer came")) });
    for name in ["✓ Clinic reminders", "✓ One-time codes", "✓ Road works"] {
        desk.sees(name);
    }
    desk.sees("NOT ASKED: no answer came").sees("NOT ASKED: the key is refused").misses("unknown").misses("no clear answer");
    desk.sees("SAY  The newest message").sees("3 campaigns could not be asked").sees("There may be more");
    desk.misses("There is no message");
}

#[test]
fn a_paused_campaign_names_a_way_that_pauses_no_other() {
    let mut desk = desk(120, 36);
    desk.news(1, News::Connection(Connection::Paused)).keys("/ Tab 4 0 1 8 Enter").commands();
    desk.sees("✓ One-time codes").sees("NOT ASKED: paused · Enter goes there, then p continues");
    desk.misses("Esc then p");
}

#[test]
fn how_many_more_a_campaign_has_is_said() {
    let mut desk = desk(120, 36);
    desk.keys("/ Tab 9 1 2 3 Enter");
    let generation = searches(&mut desk)[0].1;
    let many: Vec<Sms> = (0..100).map(|place| sms(912_300 + place, "success", 900_000 + i64::from(place))).collect();
    desk.answer(0, &many, AnswerKind::Search, None, false).news(0, answered(generation, &many)).news(1, answered(generation, &[]));
    desk.sees("and 97 more");
}

#[test]
fn an_empty_page_of_more_is_no_reason_for_no_message() {
    let mut desk = desk(120, 36);
    desk.keys("/ Tab 9 1 2 3 Enter");
    let generation = searches(&mut desk)[0].1;
    let state = SearchState::Answered { found: Vec::new(), more: true, beside: Beside::default(), asked_at: crate::desk::start() };
    desk.news(0, News::Search { generation, state: state.clone() }).news(1, News::Search { generation, state });
    desk.sees("unknown: the page was empty, but there is more").sees("It is not known whether there is a message");
    desk.misses("There is no message");
}

#[test]
fn a_part_of_a_number_is_not_called_a_number() {
    let mut desk = desk(120, 36);
    desk.keys("/ Tab 9 1 2 3 Enter");
    let generation = searches(&mut desk)[0].1;
    desk.news(0, answered(generation, &[])).news(1, answered(generation, &[]));
    desk.sees("no message to a number with these digits").sees("There is no message to a number with these digits");
    desk.misses("to this number");
}
