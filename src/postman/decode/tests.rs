//! Every generation of body, and hostile ones.

use super::*;
use crate::delivery::{AttemptFields, BatchFields, DeliveryError, Message, TemplateFields, needs_cleaning};
use crate::postman::Cursor;
use jiff::Timestamp;
use proptest::prelude::*;
use rstest::rstest;

const CAMPAIGN: &str = include_str!("../../../tests/fixtures/postman/page_campaign.json");
const BATCH: &str = include_str!("../../../tests/fixtures/postman/page_batch.json");
const OLD: &str = include_str!("../../../tests/fixtures/postman/page_old.json");
const MESSAGE: &str = include_str!("../../../tests/fixtures/postman/message.json");
const SENT: &str = include_str!("../../../tests/fixtures/postman/sent.json");

fn at(text: &str) -> Reported<Timestamp> {
    Reported::Value(text.parse().unwrap())
}

/// The page around one row.
fn page_of(row: &str) -> Rows {
    decode_page(format!(r#"{{"messages":[{row}],"pageData":{{}}}}"#).as_bytes()).unwrap().0
}

fn attempts_of(rows: &Rows, index: usize) -> Vec<AttemptFields<'_>> {
    rows.get(index).unwrap().attempts().value().unwrap().collect()
}

#[test]
fn a_campaigns_page_is_read_whole() {
    let (rows, page) = decode_page(CAMPAIGN.as_bytes()).unwrap();
    assert_eq!(
        page,
        PageData { has_next: true, has_previous: false, start: Some(Cursor::new("WyIy+/A==")), end: Some(Cursor::new("WyIx+/A==")) }
    );
    assert_eq!((rows.len(), rows.bad().len()), (2, 0));
    let row = rows.get(0).unwrap();
    assert_eq!(row.id(), "message_7c1e0b44-2f14-4b1e-9a55-0123456f9b02");
    assert_eq!(row.recipient(), Reported::Value("6580001234"));
    assert_eq!(row.status(), Reported::Value("failure"));
    assert_eq!(row.created_at(), at("2026-11-22T06:02:01.120Z"));
    assert_eq!(row.updated_at(), at("2026-11-22T06:02:01.300Z"));
    assert_eq!(row.language(), Reported::Value("english"));
    assert_eq!(row.campaign_id(), Reported::Value("campaign_1"));
    assert_eq!(row.creator(), Reported::Value("someone@agency.example"));
    assert_eq!(row.full_text(), Reported::Value("Dear Tan Wei Ming, see you at Clinic \"A\"\nLevel 2."));
    assert_eq!(row.values().value().unwrap().collect::<Vec<_>>(), [("name", "Tan Wei Ming"), ("place", "Clinic \"A\"\nLevel 2")]);
    assert_eq!(
        row.template(),
        Reported::Value(TemplateFields {
            id: Reported::Value("template_body_1"),
            template_id: Reported::Value("template_1"),
            language: Reported::Value("english"),
            body: Reported::Value("Dear {{name}}, see you at {{place}}."),
        })
    );
    assert_eq!(
        row.batch(),
        Reported::Value(BatchFields {
            id: "batch_1",
            file_name: Reported::Value("clinic.csv"),
            status: Reported::Value("messages_enqueued"),
            total: Reported::Value(412),
            created_at: at("2026-11-22T06:01:00Z"),
        })
    );
    assert_eq!(
        attempts_of(&rows, 0),
        [AttemptFields {
            status: Reported::Value("failure"),
            created_at: at("2026-11-22T06:02:02Z"),
            updated_at: at("2026-11-22T06:03:20Z"),
            sent_at: at("2026-11-22T06:02:03Z"),
            delivered_at: Reported::Null,
            error_kind: Reported::Value("delivery_error"),
            error_code: Reported::Value("recipient_unavailable"),
        }]
    );
    let single = rows.get(1).unwrap();
    assert_eq!((single.batch(), single.template(), single.values().is_reported()), (Reported::Null, Reported::Absent, false));
    assert!(attempts_of(&rows, 1).is_empty());
}

#[test]
fn a_batchs_page_counts_its_attempts_and_names_no_batch() {
    let (rows, page) = decode_page(BATCH.as_bytes()).unwrap();
    assert_eq!(page, PageData::default());
    let row = rows.get(0).unwrap();
    assert_eq!((row.batch(), row.attempt_count()), (Reported::Absent, Reported::Value(2)));
    let attempts = attempts_of(&rows, 0);
    assert_eq!((attempts[0].sent_at, attempts[0].delivered_at), (at("2026-11-22T06:02:06Z"), at("2026-11-22T06:02:12Z")));
    assert_eq!((attempts[0].error_code, attempts[1].error_code), (Reported::Null, Reported::Value("server_unknown_error")));
    assert_eq!(attempts[1].sent_at, Reported::Absent);
}

#[test]
fn older_pages_tell_batch_and_error_beside_the_lists() {
    let (rows, page) = decode_page(OLD.as_bytes()).unwrap();
    let row = rows.get(0).unwrap();
    assert_eq!(row.batch(), Reported::Value(BatchFields { id: "batch_9", ..BatchFields::default() }));
    assert_eq!(row.legacy_error(), Reported::Value("message_expired"));
    assert!(page.has_previous);
}

#[rstest]
#[case(MESSAGE.to_owned())]
#[case(format!(r#"{{"message":{MESSAGE}}}"#))]
#[case(format!(r#"{{"data":{MESSAGE},"message":"ok"}}"#))]
#[case(format!("\u{feff}{MESSAGE}"))]
fn a_message_is_read_by_itself_or_wrapped(#[case] body: String) {
    let rows = decode_message(body.as_bytes()).unwrap();
    let message = Message::from_row(rows.get(0).unwrap());
    assert_eq!((message.id.as_str(), message.tried()), ("message_5", Some(2)));
    assert_eq!(message.error(), Some(DeliveryError::new("delivery_error", "routing_error")));
}

#[test]
fn a_send_tells_neither_attempts_nor_batch_nor_template() {
    let rows = decode_message(SENT.as_bytes()).unwrap();
    let row = rows.get(0).unwrap();
    assert_eq!((row.batch(), row.template(), row.attempts().is_reported()), (Reported::Absent, Reported::Absent, false));
    assert_eq!(row.creator(), Reported::Value("user_1"));
}

#[rstest]
#[case(r#"{"id":"m"}"#)]
#[case(r#"{"id":"m","recipient":6580001234,"latestStatus":{"a":1},"createdAt":1700000000,"values":"x","batches":"y","attempts":7}"#)]
#[case(r#"{"id":"m","fullMessage":[1,[2]],"templateBody":"x","messageAttempts":{"a":[]},"numAttempts":-1,"error":5,"creatorEmail":true}"#)]
#[case(r#"{"id":"m","createdAt":"yesterday","updatedAt":"","numAttempts":4294967296,"language":1.5,"batchId":["b"]}"#)]
#[case(r#"{"id":"m","numAttempts":1e999,"recipient":"\ud800","newField":{"deep":[[[[{"x":"\udfff"}]]]]}}"#)]
fn a_field_of_the_wrong_type_counts_as_not_told(#[case] row: &str) {
    let rows = page_of(row);
    assert_eq!((rows.len(), rows.bad()), (1, &[][..]));
    let row = rows.get(0).unwrap();
    assert_eq!(row.id(), "m");
    assert_eq!((row.recipient(), row.status(), row.language()), (Reported::Absent, Reported::Absent, Reported::Absent));
    assert_eq!((row.created_at(), row.updated_at()), (Reported::Absent, Reported::Absent));
    assert_eq!((row.attempt_count(), row.legacy_error(), row.creator()), (Reported::Absent, Reported::Absent, Reported::Absent));
    assert_eq!((row.batch(), row.template(), row.full_text()), (Reported::Absent, Reported::Absent, Reported::Absent));
    assert!(!row.values().is_reported() && !row.attempts().is_reported());
}

#[test]
fn null_is_told_apart_from_absence() {
    let rows = page_of(
        r#"{"id":"m","recipient":null,"createdAt":null,"values":null,"batches":null,"attempts":null,"templateBody":null,"error":null}"#,
    );
    let row = rows.get(0).unwrap();
    assert_eq!((row.recipient(), row.created_at(), row.legacy_error()), (Reported::Null, Reported::Null, Reported::Null));
    assert_eq!((row.batch(), row.template()), (Reported::Null, Reported::Null));
    assert!(matches!(row.values(), Reported::Null) && matches!(row.attempts(), Reported::Null));
}

#[test]
fn a_row_that_cannot_be_read_leaves_the_others() {
    let (rows, _) = decode_page(
        br#"{"messages":[7,{"id":"a"},{"recipient":"6580001234"},null,{"id":""},{"id":"b\u001b[31m"},{"id":12},[{"id":"x"}],{"id":"c"}],"pageData":{}}"#,
    )
    .unwrap();
    assert_eq!(rows.iter().map(crate::delivery::Row::id).collect::<Vec<_>>(), ["a", "c"]);
    let bad: Vec<_> = rows.bad().iter().map(|bad| (bad.index, bad.id.as_deref())).collect();
    assert_eq!(bad, [(0, None), (2, None), (3, None), (4, None), (5, Some("b␛[31m")), (6, None), (7, None)]);
    assert!(!format!("{:?}", rows.bad()).contains("80001234"));
}

#[test]
fn what_no_string_can_hold_costs_its_field_only() {
    let (rows, _) = decode_page(br#"{"messages":[{"id":"a","fullMessage":"\ud83d","language":"malay"},{"id":"b","language":"tamil"},{"id":"\ud83d"}],"pageData":{}}"#).unwrap();
    assert_eq!(
        rows.iter().map(|row| (row.id(), row.language())).collect::<Vec<_>>(),
        [("a", Reported::Value("malay")), ("b", Reported::Value("tamil"))]
    );
    assert_eq!(rows.get(0).unwrap().full_text(), Reported::Absent);
    assert_eq!(rows.bad().len(), 1);
}

#[rstest]
#[case::newer_first(
    r#"{"id":"a","latestStatus":"success","updatedAt":"2026-11-22T07:00:00Z"}"#,
    r#"{"id":"a","latestStatus":"created","language":"malay","updatedAt":"2026-11-22T06:00:00Z"}"#
)]
#[case::newer_last(
    r#"{"id":"a","latestStatus":"created","language":"malay","updatedAt":"2026-11-22T06:00:00Z"}"#,
    r#"{"id":"a","latestStatus":"success","updatedAt":"2026-11-22T07:00:00Z"}"#
)]
#[case::by_its_attempt(
    r#"{"id":"a","latestStatus":"created","language":"malay","updatedAt":"2026-11-22T06:00:00Z"}"#,
    r#"{"id":"a","latestStatus":"success","messageAttempts":[{"status":"success","createdAt":"2026-11-22T07:00:00Z"}]}"#
)]
#[case::only_one_with_a_time(
    r#"{"id":"a","latestStatus":"created","language":"malay"}"#,
    r#"{"id":"a","latestStatus":"success","createdAt":"2026-11-22T07:00:00Z"}"#
)]
#[case::no_times(r#"{"id":"a","latestStatus":"success"}"#, r#"{"id":"a","latestStatus":"created","language":"malay"}"#)]
#[case::the_same_time(
    r#"{"id":"a","latestStatus":"success","updatedAt":"2026-11-22T07:00:00Z"}"#,
    r#"{"id":"a","latestStatus":"created","language":"malay","updatedAt":"2026-11-22T07:00:00Z"}"#
)]
fn of_two_rows_of_one_message_the_newer_counts_whole(#[case] first: &str, #[case] second: &str) {
    let rows = page_of(&format!(r#"{first},{{"id":"b"}},{second},{{"id":"c"}},{{"id":"b"}}"#));
    let reported: Vec<_> = rows.iter().map(|row| (row.id(), row.status(), row.language())).collect();
    let (a, others): (Vec<_>, Vec<_>) = reported.into_iter().partition(|(id, ..)| *id == "a");
    assert_eq!(a, [("a", Reported::Value("success"), Reported::Absent)]);
    assert_eq!(others.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), ["b", "c"]);
}

#[test]
fn of_a_key_that_comes_twice_the_last_counts() {
    let rows = page_of(r#"{"id":"a","language":"malay","values":{"n":"1","m":"2","n":"3"},"language":"tamil","id":"b"}"#);
    let row = rows.get(0).unwrap();
    assert_eq!((row.id(), row.language()), ("b", Reported::Value("tamil")));
    assert_eq!(row.values().value().unwrap().collect::<Vec<_>>(), [("m", "2"), ("n", "3")]);
}

#[test]
fn values_of_other_types_are_taken_as_written() {
    let rows = page_of(r#"{"id":"a","values":{"text":"x","count":7,"share":0.5,"below":-2,"yes":true,"none":null,"list":[1],"map":{}}}"#);
    let values: Vec<_> = rows.get(0).unwrap().values().value().unwrap().collect();
    assert_eq!(values, [("text", "x"), ("count", "7"), ("share", "0.5"), ("below", "-2"), ("yes", "true")]);
}

#[test]
fn nothing_that_drives_a_terminal_gets_through() {
    let rows = page_of(
        r#"{"id":"a","recipient":"65\u001b[2J","latestStatus":"a\nb","fullMessage":"x\u009b31m\r\ny\u202e","values":{"n\u0007":"v\u0000\nw"},"creatorEmail":"e\u007f"}"#,
    );
    let row = rows.get(0).unwrap();
    assert_eq!((row.recipient(), row.status()), (Reported::Value("65␛[2J"), Reported::Value("a␊b")));
    assert_eq!((row.full_text(), row.creator()), (Reported::Value("x␦31m\ny␦"), Reported::Value("e␡")));
    assert_eq!(row.values().value().unwrap().collect::<Vec<_>>(), [("n␇", "v␀\nw")]);
    // The same when it is in the body unescaped.
    assert_eq!(page_of("{\"id\":\"a\",\"language\":\"e\u{7f}\u{202e}\u{9b}\"}").get(0).unwrap().language(), Reported::Value("e␡␦␦"));
}

#[rstest]
#[case(r#"{"messages":[{"id":"a"}],"pageData":{"hasNextPage":true,"endCursor":"x"}}"#)]
#[case(r#"{"pageData":{"hasNextPage":true,"endCursor":"x"},"data":[{"id":"a"}]}"#)]
#[case(r#"{"errors":["old"],"rows":[{"id":"a"}],"pageData":{"hasNextPage":true,"endCursor":"x"},"tags":[]}"#)]
#[case(r#"{"data":{"messages":[{"id":"a"}],"pageData":{"hasNextPage":true,"endCursor":"x"}}}"#)]
#[case(r#"{"data":{"messages":[{"id":"a"}]},"pageData":{"endCursor":"x"}}"#)]
#[case(r#"{"messages":[],"messages":[{"id":"a"}],"pageData":{"endCursor":"y"},"pageData":{"endCursor":"x"}}"#)]
fn the_list_is_found_however_it_is_wrapped(#[case] body: &str) {
    let (rows, page) = decode_page(body.as_bytes()).unwrap();
    assert_eq!(rows.iter().map(crate::delivery::Row::id).collect::<Vec<_>>(), ["a"]);
    assert_eq!((page.has_next, page.end), (true, Some(Cursor::new("x"))));
}

#[rstest]
#[case(r#"{"messages":[],"pageData":{"hasNextPage":false,"startCursor":null,"endCursor":null}}"#)]
#[case(r#"{"messages":[]}"#)]
fn an_empty_page_is_a_page(#[case] body: &str) {
    let (rows, page) = decode_page(body.as_bytes()).unwrap();
    assert!(rows.is_empty() && rows.bad().is_empty());
    assert_eq!(page, PageData::default());
}

#[rstest]
#[case("", DecodeError::NotJson)]
#[case("<html>", DecodeError::NotJson)]
#[case("error code: 1010", DecodeError::NotJson)]
#[case(r#"{"messages":[{"id":"a"},{"id"#, DecodeError::Broken("off before its end".to_owned()))]
#[case(r#"{"messages":[{"id":"a"} {"id":"b"}]}"#, DecodeError::Broken("in line 1, column 25".to_owned()))]
#[case(r#"{"messages":[]} trailing"#, DecodeError::Broken("in line 1, column 17".to_owned()))]
#[case("{}", DecodeError::Missing("the answer contains no list of messages"))]
#[case(r#"{"error":{"code":"x"},"errors":["a"]}"#, DecodeError::Missing("the answer contains no list of messages"))]
#[case("null", DecodeError::Missing("the answer contains no list of messages"))]
#[case("[]", DecodeError::Missing("the answer contains no list of messages"))]
fn what_is_no_page(#[case] body: &str, #[case] expected: DecodeError) {
    assert_eq!(decode_page(body.as_bytes()).unwrap_err(), expected);
}

/// Two rows of one message, each with a status and a time.
#[rstest]
#[case::the_newer(("created", Some(1)), ("failure", Some(2)), "failure")]
#[case::the_newer_above(("created", Some(2)), ("success", Some(1)), "created")]
#[case::of_one_time(("created", Some(1)), ("success", Some(1)), "success")]
#[case::delivered_above(("success", Some(1)), ("created", Some(1)), "success")]
#[case::a_failure_may_be_tried_again(("created", Some(1)), ("failure", Some(1)), "created")]
#[case::above_without_a_time(("sent", None), ("created", Some(1)), "sent")]
#[case::delivered_without_a_time(("created", Some(1)), ("success", None), "success")]
#[case::below_without_a_time(("sent", Some(1)), ("created", None), "sent")]
fn of_two_tellings_the_newer_counts(#[case] above: (&str, Option<u8>), #[case] below: (&str, Option<u8>), #[case] status: &str) {
    let row = |(status, minute): (&str, Option<u8>)| {
        let time = minute.map_or("null".to_owned(), |minute| format!("\"2026-11-22T07:0{minute}:00Z\""));
        format!(r#"{{"id":"a","latestStatus":"{status}","updatedAt":{time}}}"#)
    };
    let (rows, _) = decode_page(format!(r#"{{"messages":[{},{}]}}"#, row(above), row(below)).as_bytes()).unwrap();
    assert_eq!(rows.iter().map(|row| row.status().value().map(str::to_owned)).collect::<Vec<_>>(), [Some(status.to_owned())]);
}

#[rstest]
#[case("")]
#[case("{}")]
#[case("[]")]
#[case(r#"{"message":{"recipient":"1"}}"#)]
#[case(r#"{"id":7}"#)]
fn what_is_no_message(#[case] body: &str) {
    assert!(decode_message(body.as_bytes()).is_err());
}

#[test]
fn the_pages_place_is_found_ahead() {
    for body in [CAMPAIGN, BATCH, OLD] {
        assert_eq!(page_data_ahead(body.as_bytes()), Some(decode_page(body.as_bytes()).unwrap().1));
    }
    let quoted = r#"{"pageData":{"endCursor":"x"},"messages":[{"id":"a","fullMessage":"say \"pageData\":{\"endCursor\":\"y\"}"}]}"#;
    assert_eq!(page_data_ahead(quoted.as_bytes()).unwrap().end, Some(Cursor::new("x")));
    assert_eq!(page_data_ahead(br#"{"messages":[]}"#), None);
    assert_eq!(page_data_ahead(br#"{"pageData""#), None);
}

#[test]
fn bytes_that_are_no_text_cost_a_letter() {
    let (rows, _) = decode_page(b"{\"messages\":[{\"id\":\"a\",\"language\":\"x\xff\"}]}").unwrap();
    assert_eq!(rows.get(0).unwrap().language(), Reported::Value("x\u{fffd}"));
}

#[test]
fn depth_and_repetition_do_no_harm() {
    let deep = "[".repeat(100_000);
    assert!(decode_page(deep.as_bytes()).is_err());
    let closed = format!(r#"{{"messages":[{{"id":"a","metadata":{}{}}}]}}"#, "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(decode_page(closed.as_bytes()).unwrap().0.len(), 1);
    let names: String = (0..20_000).map(|number| format!(r#""n{number}":"","#)).collect();
    let rows = page_of(&format!(r#"{{"id":"a","values":{{{names}"n0":"x"}}}}"#));
    assert_eq!(rows.get(0).unwrap().values().value().unwrap().len(), 20_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_give_a_value_or_an_error(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = (decode_page(&body), decode_message(&body), page_data_ahead(&body), api_error(&body), foreign_body(&body), file_verdict(&body));
    }

    #[test]
    fn any_json_like_text_gives_a_value_or_an_error(body in r#"([{}\[\]:,"\\0-9a-z]|"id"|"messages"|"pageData"|null|true|\\u[d0][89]00){0,40}"#) {
        let body = body.as_bytes();
        let _ = (decode_page(body), decode_message(body), page_data_ahead(body), api_error(body), foreign_body(body), file_verdict(body));
    }

    #[test]
    fn mutilated_pages_give_a_value_or_an_error(
        which in 0usize..3,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        end in any::<proptest::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut body = [CAMPAIGN, BATCH, OLD][which].as_bytes().to_vec();
        for (index, byte) in changes {
            let index = index.index(body.len());
            body[index] = byte;
        }
        if is_cut {
            body.truncate(end.index(body.len()));
        }
        if let Ok((rows, _)) = decode_page(&body) {
            for row in rows.iter() {
                prop_assert!(!row.id().is_empty() && !needs_cleaning(row.id()));
                let _ = Message::from_row(row);
            }
        }
        let _ = (decode_message(&body), page_data_ahead(&body), api_error(&body), foreign_body(&body));
    }
}
