//! What scripts and people get.

use super::*;
use crate::delivery::MessageId;

fn change(from: Option<Status>, to: Status, code: Option<&str>) -> SeenChange {
    SeenChange {
        at: "2026-11-24T06:02:13.5Z".parse().unwrap(),
        id: MessageId::new("message_1"),
        recipient: Some("6580001234".to_owned()),
        from,
        to,
        error_code: code.map(str::to_owned),
    }
}

fn written(format: Format, masked: bool) -> String {
    written_with(
        format,
        masked,
        Figures { changes: 2, appeared: 1, finished: 1, failed: 1, open: 0, waited_for: 0, loaded: 9, complete: true },
    )
}

fn written_with(format: Format, masked: bool, figures: Figures) -> String {
    let zone = TimeZone::get("Asia/Singapore").unwrap();
    let mut bytes = Vec::new();
    let mut output = ChangeWriter::begin(&mut bytes, format, zone, masked, false).unwrap();
    let failed = change(Some(Status::Sending), Status::Failure, Some("routing_error"));
    output.changes(&[change(None, Status::Created, None), failed]).unwrap();
    let summary = Summary {
        campaign: "Clinic",
        batch: None,
        started_at: "2026-11-24T06:00:00Z".parse().unwrap(),
        ended_at: "2026-11-24T06:30:00Z".parse().unwrap(),
        finish: Finish::Done,
        figures,
        oldest: None,
    };
    output.finish(&summary).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_line_for_each_change_and_the_summary_last() {
    assert_eq!(
        written(Format::Ndjson, false),
        concat!(
            r#"{"seenAt":"2026-11-24T14:02:13.500+08:00","id":"message_1","recipient":"6580001234","from":null,"to":"created","errorCode":null}"#,
            "\n",
            r#"{"seenAt":"2026-11-24T14:02:13.500+08:00","id":"message_1","recipient":"6580001234","from":"sending","to":"failure","errorCode":"routing_error"}"#,
            "\n",
            r#"{"summary":{"campaign":"Clinic","batch":null,"startedAt":"2026-11-24T14:00:00.000+08:00","endedAt":"2026-11-24T14:30:00.000+08:00","#,
            r#""ended":"done","changes":2,"appeared":1,"finished":1,"failed":1,"open":0,"waitedFor":0,"loaded":9,"complete":true,"oldest":null}}"#,
            "\n"
        )
    );
}

#[test]
fn the_other_formats_are_whole_documents() {
    let json: serde_json::Value = serde_json::from_str(&written(Format::Json, false)).unwrap();
    assert_eq!((json[0]["to"].as_str(), json[2]["summary"]["changes"].as_u64()), (Some("created"), Some(2)));
    let csv = written(Format::Csv, false);
    assert_eq!(csv.lines().next(), Some("seenAt,id,recipient,from,to,errorCode"));
    assert!(csv.ends_with(",message_1,6580001234,sending,failure,routing_error\n"), "{csv}");
    let table = written(Format::Table, true);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "14:02:13  65∙∙∙∙1234    new → created           message_1");
    assert_eq!(lines[1], "14:02:13  65∙∙∙∙1234    sending → failed        routing_error  message_1");
    assert_eq!(lines[2], "Done: nothing is left to wait for. 2 changes, 1 finished, 1 failed (100.0 %), 0 still on the way.");
}

#[test]
fn what_was_not_loaded_is_not_counted_as_nothing() {
    let none = Figures { changes: 0, appeared: 0, finished: 0, failed: 0, open: 0, waited_for: 0, loaded: 0, complete: false };
    let last = |figures| written_with(Format::Table, true, figures).lines().last().unwrap().to_owned();
    assert!(last(none).ends_with(", none finished, nothing loaded: how many are on the way is unknown."), "{}", last(none));
    let some = Figures { open: 3, loaded: 2_000, ..none };
    assert!(last(some).ends_with(", none finished, 3 of the 2,000 loaded still on the way."), "{}", last(some));
    assert!(last(Figures { complete: true, loaded: 0, ..none }).ends_with(", 0 still on the way."));
    assert!(written_with(Format::Ndjson, true, none).contains(r#""loaded":0,"complete":false"#));
}

#[test]
fn a_mask_hides_recipients_everywhere() {
    for format in [Format::Ndjson, Format::Json, Format::Csv, Format::Table] {
        let text = written(format, true);
        assert!(!text.contains("80001234") && text.contains("65∙∙∙∙1234"), "{text}");
    }
}
