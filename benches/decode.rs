//! How fast pages are decoded, on one thread, compared with plain borrowed serde_json structs with
//! the same fields: `cargo bench --bench decode`.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::borrow::Cow;
use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use postwatch::postman::{decode_page, page_data_ahead};
use serde::Deserialize;

const MESSAGES: usize = 1000;

/// How long each way is measured; the best round counts, because other programs can only slow one
/// down.
const MEASURED: Duration = Duration::from_secs(2);

fn main() {
    let body = page();
    println!("a page of {MESSAGES} messages, {} bytes each", body.len() / MESSAGES);
    let ours = best(|| {
        black_box(decode_page(black_box(body.as_bytes())).is_ok());
    });
    let plain = best(|| {
        black_box(serde_json::from_slice::<Page<'_>>(black_box(body.as_bytes())).is_ok());
    });
    let ahead = best(|| {
        black_box(page_data_ahead(black_box(body.as_bytes())).is_some());
    });
    let rate = |time: Duration| MESSAGES as f64 / time.as_secs_f64();
    println!("decode_page           {:>9.0} messages/s  ({:.0} % of plain structs)", rate(ours), 100.0 * rate(ours) / rate(plain));
    println!("plain borrowed serde  {:>9.0} messages/s", rate(plain));
    println!("pageData ahead        {:>9.1} µs a page", ahead.as_secs_f64() * 1e6);
}

fn best(mut run: impl FnMut()) -> Duration {
    let (begun, mut best) = (Instant::now(), Duration::MAX);
    while begun.elapsed() < MEASURED {
        let round = Instant::now();
        run();
        best = best.min(round.elapsed());
    }
    best
}

/// A page as the API writes it, with every field, about 2.2 KB a message.
fn page() -> String {
    let mut rows = String::new();
    for place in 0..MESSAGES {
        let id = format!("message_7c1e0b44-2f14-4b1e-9a55-{place:012}");
        let (batch, time) =
            ("batch_a41f0000-0000-4000-8000-000000000022", format!("2026-11-22T14:{:02}:{:02}.123+08:00", place / 60 % 60, place % 60));
        let body = "Dear {{name}}, your appointment at {{place}} is on {{date}} at {{time}}.\\nPlease bring your identity card and your appointment letter, and arrive ten minutes early. To change it call 6000 0000.";
        let text = format!(
            "Dear Tan Wei Ming {place}, your appointment at Bukit Timah Polyclinic is on 24 Nov 2026 at 9.30am.\\nPlease bring your identity card and your appointment letter, and arrive ten minutes early. To change it call 6000 0000."
        );
        let attempt = |number: usize, status: &str, kind: &str, code: &str| {
            format!(
                r#"{{"id":"attempt_5b2f0b44-2f14-4b1e-9a55-{place:010}{number:02}","messageId":"{id}","status":"{status}","createdAt":"{time}","updatedAt":"{time}","sentAt":"{time}","deliveredAt":null,"externalAttemptId":"","errorType":{kind},"errorCode":{code},"metadata":null,"creatorId":"user_3c1e0b44-2f14-4b1e-9a55-000000000001"}}"#
            )
        };
        let attempts =
            [attempt(2, "success", "null", "null"), attempt(1, "failure", "\"delivery_error\"", "\"recipient_unavailable\"")].join(",");
        let separator = if place == 0 { "" } else { "," };
        let _ = write!(
            rows,
            r#"{separator}{{"id":"{id}","createdAt":"{time}","updatedAt":"{time}","recipient":"65800{place:05}","values":{{"name":"Tan Wei Ming {place}","place":"Bukit Timah Polyclinic","date":"24 Nov 2026","time":"9.30am"}},"fullMessage":"{text}","latestStatus":"success","templateBodyId":"template_body_1c1e0b44-2f14-4b1e-9a55-000000000001","campaignId":"campaign_9c1e0b44-2f14-4b1e-9a55-000000000001","language":"english","creatorId":"user_3c1e0b44-2f14-4b1e-9a55-000000000001","creatorEmail":"clinic_sender@agency.example","templateBody":{{"id":"template_body_1c1e0b44","templateId":"template_1c1e0b44","language":"english","body":"{body}","creatorId":"user_3c1e0b44","createdAt":"{time}","updatedAt":"{time}"}},"batches":[{{"id":"{batch}","originalFileName":"clinic-november.csv","status":"messages_enqueued","totalMessages":1000,"campaignId":"campaign_9c1e0b44","creatorId":"user_3c1e0b44","createdAt":"2026-11-22T13:59:00.000+08:00","updatedAt":"2026-11-22T14:00:00.000+08:00","BatchMessage":{{"id":"batch_message_{place:08}","batchId":"{batch}","messageId":"{id}"}}}}],"messageAttempts":[{attempts}]}}"#
        );
    }
    format!(r#"{{"messages":[{rows}],"pageData":{{"hasNextPage":true,"hasPreviousPage":false,"startCursor":"WyIx","endCursor":"WyIy"}}}}"#)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoded, not read")]
struct Page<'a> {
    #[serde(borrow)]
    messages: Vec<Message<'a>>,
    page_data: PageData<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoded, not read")]
struct PageData<'a> {
    has_next_page: bool,
    has_previous_page: bool,
    start_cursor: Option<&'a str>,
    end_cursor: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoded, not read")]
struct Message<'a> {
    id: &'a str,
    created_at: &'a str,
    updated_at: &'a str,
    recipient: &'a str,
    values: std::collections::HashMap<&'a str, &'a str>,
    #[serde(borrow)]
    full_message: Cow<'a, str>,
    latest_status: &'a str,
    template_body_id: &'a str,
    campaign_id: &'a str,
    language: &'a str,
    creator_id: &'a str,
    creator_email: &'a str,
    #[serde(borrow)]
    template_body: Template<'a>,
    batches: Vec<Batch<'a>>,
    message_attempts: Vec<Attempt<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoded, not read")]
struct Template<'a> {
    id: &'a str,
    template_id: &'a str,
    language: &'a str,
    #[serde(borrow)]
    body: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoded, not read")]
struct Batch<'a> {
    id: &'a str,
    original_file_name: &'a str,
    status: &'a str,
    total_messages: u32,
    created_at: &'a str,
    #[serde(rename = "BatchMessage")]
    link: Link<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoded, not read")]
struct Link<'a> {
    batch_id: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoded, not read")]
struct Attempt<'a> {
    status: &'a str,
    created_at: &'a str,
    updated_at: &'a str,
    sent_at: &'a str,
    delivered_at: Option<&'a str>,
    error_type: Option<&'a str>,
    error_code: Option<&'a str>,
}
