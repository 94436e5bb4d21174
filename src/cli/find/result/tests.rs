//! The sentences, each with what it must not hide.

use super::*;
use crate::delivery::{MessageId, Recipient};
use crate::postman::record::tests::{layout, message};
use crate::postman::{ApiKey, BaseUrl};

fn zone() -> TimeZone {
    TimeZone::get("Asia/Singapore").unwrap()
}

fn answer(name: &str, reported: Result<SearchAnswer, Failure>) -> CampaignAnswer {
    let base = BaseUrl::parse("http://127.0.0.1:1/api/v2").unwrap();
    let campaign = ConfiguredCampaign::simulated(name, "campaign_1", base, ApiKey::new(&"key_test_1".into()).unwrap());
    CampaignAnswer { campaign, layout: layout(true), reported }
}

fn asked(messages: Vec<Message>) -> Result<SearchAnswer, Failure> {
    Ok(SearchAnswer { messages, beside: Beside::default(), more: false, at: Timestamp::UNIX_EPOCH })
}

fn refused() -> Result<SearchAnswer, Failure> {
    Err(Failure::new(Exit::Refused, "The key is not this campaign's.", "", "Look at the portal."))
}

fn to(recipient: &str, status: Status, second: i64) -> Message {
    Message {
        id: MessageId::new(format!("message_{second}")),
        recipient: Some(Recipient::new(recipient)),
        status: Some(status),
        created_at: Timestamp::from_second(1_900_000_000 + second).ok(),
        attempts: None,
        ..message()
    }
}

fn said(answers: Vec<CampaignAnswer>) -> String {
    let broken = BrokenCampaign { name: "Broken".to_owned(), line: 3, ..BrokenCampaign::default() };
    let broken = if answers.len() == 4 { vec![NotAsked::broken(&broken, Path::new("c.toml"))] } else { Vec::new() };
    FindResult { is_part: false, answers, broken }.sentence(&zone())
}

#[test]
fn nothing_found_is_not_the_same_as_not_asked() {
    assert_eq!(said(vec![answer("A", asked(vec![]))]), "There is no message to this number in “A”, the one campaign that was asked.");
    assert_eq!(
        said(vec![answer("A", asked(vec![])), answer("B", asked(vec![]))]),
        "There is no message to this number in any of the 2 campaigns."
    );
    assert_eq!(
        said(vec![answer("A", asked(vec![])), answer("B", refused())]),
        "There is no message to this number in the 1 campaign that was asked. 1 campaign could not be asked. There may be one in what was not asked."
    );
    assert_eq!(said(vec![answer("B", refused())]), "No campaign could be asked, so nothing is known about this number.");
}

#[test]
fn what_was_found_is_said_with_what_became_of_the_newest() {
    let delivered = to("6580001234", Status::Success, 0);
    assert_eq!(
        said(vec![answer("A", asked(vec![delivered.clone()])), answer("B", asked(vec![]))]),
        "1 message to this number; it is from “A” of 18 Mar 2030 01:46:40 and was delivered."
    );
    let queued = to("6580001234", Status::Enqueued, 60);
    assert_eq!(
        said(vec![answer("A", asked(vec![delivered.clone()])), answer("B", asked(vec![queued.clone()])), answer("C", refused())]),
        "2 messages to this number in 2 campaigns; the newest is from “B” of 18 Mar 2030 01:47:40 and is queued. 1 campaign could not be asked."
    );
    let other = to("6580001235", Status::Failure, -60);
    let more = Ok(SearchAnswer { more: true, ..asked(vec![queued, other, delivered]).unwrap() });
    assert_eq!(
        said(vec![answer("A", more), answer("B", refused()), answer("C", refused()), answer("D", asked(vec![]))]),
        "At least 3 messages to 2 numbers with these digits; the newest is from “A” of 18 Mar 2030 01:47:40 and is queued. 3 campaigns could not be asked."
    );
    let failed = Message { status: Some(Status::Failure), ..message() };
    assert!(said(vec![answer("A", asked(vec![failed]))]).ends_with("and failed (routing_error)."));
}

fn answered(messages: Vec<Message>, others: usize, unreadable: usize, more: bool) -> Result<SearchAnswer, Failure> {
    Ok(SearchAnswer { beside: Beside { others, unreadable }, more, ..asked(messages).unwrap() })
}

#[test]
fn a_server_that_did_not_search_proves_nothing() {
    let unsearched = || answer("A", answered(vec![], 30, 0, true));
    assert_eq!(
        said(vec![unsearched()]),
        "It is not known whether there is a message to this number. “A” did not search: it answered with 30 messages to other numbers, left out here."
    );
    assert_eq!(
        said(vec![unsearched(), answer("B", asked(vec![]))]),
        "There is no message to this number in the 1 campaign with a clear answer. “A” did not search: it answered with 30 messages to other numbers, left out here. There may be one in the others."
    );
    assert!(
        said(vec![unsearched(), answer("B", answered(vec![], 1, 0, true))])
            .contains(" 2 campaigns did not search: they answered with 31 messages")
    );
    // Its whole list was loaded, and searched here.
    let whole = said(vec![answer("A", answered(vec![], 30, 0, false))]);
    assert!(whole.starts_with("There is no message to this number in “A”") && whole.contains("“A” did not search"), "{whole}");
    let found = said(vec![answer("A", answered(vec![to("6580001234", Status::Success, 0)], 30, 0, true))]);
    assert!(found.starts_with("At least 1 message to this number;") && found.contains("“A” did not search"), "{found}");
}

#[test]
fn rows_that_could_not_be_read_are_no_reason_for_no_message() {
    assert_eq!(
        said(vec![answer("A", answered(vec![], 0, 4, false))]),
        "It is not known whether there is a message to this number. 4 rows could not be read."
    );
    let found = said(vec![answer("A", answered(vec![to("6580001234", Status::Success, 0)], 0, 1, false))]);
    assert!(found.ends_with("and was delivered. 1 row could not be read."), "{found}");
}

#[test]
fn an_empty_page_of_more_is_no_reason_for_no_message() {
    let empty = || answer("A", answered(vec![], 0, 0, true));
    assert_eq!(
        said(vec![empty()]),
        "It is not known whether there is a message to this number. “A” answered with an empty page, but says that there is more."
    );
    assert_eq!(FindResult { is_part: false, answers: vec![empty()], broken: Vec::new() }.exit(), Exit::Failed);
}

#[test]
fn a_part_of_a_number_is_not_called_one() {
    let said = |answers| FindResult { is_part: true, answers, broken: Vec::new() }.sentence(&zone());
    assert!(said(vec![answer("A", asked(vec![]))]).starts_with("There is no message to a number with these digits in “A”"));
    let one = || to("6580001234", Status::Success, 0);
    assert!(said(vec![answer("A", asked(vec![one()]))]).starts_with("1 message to a number with these digits;"));
    assert!(said(vec![answer("A", refused())]).ends_with("nothing is known about a number with these digits."));
}

#[test]
fn one_number_written_in_several_ways_is_one() {
    let ways = ["6580001234", "+65 8000 1234", "80001234", "65-8000-1234", "006580001234"];
    let messages = ways.map(|way| to(way, Status::Success, 0)).to_vec();
    let said = said(vec![answer("A", asked(messages))]);
    assert!(said.starts_with("5 messages to this number;"), "{said}");
}

#[test]
fn the_sentence_holds_no_number() {
    for status in Status::KNOWN {
        assert!(!said(vec![answer("A", asked(vec![to("6580001234", status, 0)]))]).contains("8000"));
    }
}

#[test]
fn the_exit_tells_what_could_not_be_asked_and_not_that_nothing_was_found() {
    let exit = |answers| FindResult { is_part: false, answers, broken: Vec::new() }.exit();
    assert_eq!(exit(vec![answer("A", asked(vec![]))]), Exit::Done);
    assert_eq!(exit(vec![answer("A", asked(vec![message()])), answer("B", refused())]), Exit::Refused);
    assert_eq!(exit(vec![answer("A", answered(vec![], 0, 4, false))]), Exit::Failed);
    assert_eq!(exit(vec![answer("A", answered(vec![], 30, 0, true)), answer("B", refused())]), Exit::Refused.and(Exit::Failed));
    assert_eq!(exit(vec![answer("A", answered(vec![], 30, 0, false))]), Exit::Done);
    assert_eq!(exit(vec![answer("A", answered(vec![message()], 30, 4, true))]), Exit::Done);
    let offline = || Err(Failure::new(Exit::Failed, "The network is down.", "", ""));
    assert_eq!(exit(vec![answer("A", offline())]), Exit::Failed);
    assert_eq!(exit(vec![answer("A", offline()), answer("B", refused())]), Exit::Failed, "it says more");
}
