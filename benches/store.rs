//! What a million messages cost: memory, merging, lists and searching.
//!
//! `cargo bench --bench store [-- MESSAGES]`. Prints one line a figure; times are medians.

#![allow(clippy::print_stdout, reason = "a benchmark says what it measured")]

use std::time::{Duration, Instant};

use jiff::Timestamp;
use postwatch::delivery::{
    AttemptFields, BatchFields, Class, MessageId, RecipientQuery, Reported, RowFields, Rows, RowsBuilder, Status, TemplateFields,
};
use postwatch::store::{AnswerKind, Filter, Order, Reach, SortBy, Store, View};

/// The newest message's creation, in milliseconds since 1970.
const NOW: i64 = 1_795_500_000_000;

const PAGE: usize = 1000;

const BODY: &str = "Dear {{name}}, this is a reminder of your appointment at {{clinic}} on {{date}} at {{time}}. \
                    Please bring your identity card. To change it, call 6000 0000. This is an automated message.";

const NAMES: [&str; 8] =
    ["Tan Wei Ming", "Nur Aisyah", "Muthu Kumar", "Lim Hui Ling", "Siti Aminah", "Ong Kok Leong", "Priya Nair", "Chua Jia Hui"];

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}

/// Numbers that look random and are the same in every run.
fn mixed(number: u64) -> u64 {
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ (mixed >> 32)
}

/// The page of messages from `first` on, 0 being the newest.
fn page(first: usize, is_fresh: bool) -> Rows {
    let mut builder = RowsBuilder::default();
    for number in first..first + PAGE {
        let random = mixed(number as u64);
        let low = mixed(random);
        let id = format!(
            "message_{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            random >> 32,
            (random >> 16) & 0xffff,
            random & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        );
        let created = NOW - number as i64 * 250;
        let recipient = format!("658{:07}", random % 10_000_000);
        let name = NAMES[(random % 8) as usize];
        let clinic = ["Bedok Polyclinic", "Clementi Polyclinic", "Yishun Polyclinic"][(random % 3) as usize];
        let (date, time) = (format!("{} Dec", 1 + random % 30), format!("{}:30 am", 8 + random % 4));
        let text = BODY.replace("{{name}}", name).replace("{{clinic}}", clinic).replace("{{date}}", &date).replace("{{time}}", &time);
        let status = match random % 100 {
            _ if is_fresh => "sending",
            0..3 => "failure",
            3..8 => "sent_to_telco",
            _ => "success",
        };
        let later = |milliseconds: u64| Reported::Value(at(created + milliseconds as i64));
        let attempt = AttemptFields {
            status: Reported::Value(status),
            created_at: later(random % 300),
            updated_at: later(2000 + random % 9000),
            sent_at: later(700 + random % 900),
            delivered_at: if status == "success" { later(2000 + random % 8000) } else { Reported::Null },
            error_kind: if status == "failure" { Reported::Value("delivery_error") } else { Reported::Null },
            error_code: match random % 2 {
                _ if status != "failure" => Reported::Null,
                0 => Reported::Value("recipient_unavailable"),
                _ => Reported::Value("routing_error"),
            },
        };
        let batch_id = format!("batch_{:08}-0000-4000-8000-000000000022", number / 20_000);
        builder.push(&RowFields {
            id: &id,
            recipient: Reported::Value(&recipient),
            status: Reported::Value(status),
            created_at: Reported::Value(at(created)),
            updated_at: later(2000 + random % 9000),
            language: Reported::Value("english"),
            campaign_id: Reported::Value("campaign_7c1e0b44-2f14-4b1e-9a55-0123456f9b02"),
            batch: Reported::Value(BatchFields {
                id: &batch_id,
                file_name: Reported::Value("clinic reminders.csv"),
                status: Reported::Value("messages_enqueued"),
                total: Reported::Value(20_000),
                created_at: Reported::Value(at(NOW)),
            }),
            values: Reported::Value(vec![("name", name), ("clinic", clinic), ("date", &date), ("time", &time)]),
            full_text: Reported::Value(&text),
            template: Reported::Value(TemplateFields {
                id: Reported::Value("template_body_1"),
                template_id: Reported::Value("template_1"),
                language: Reported::Value("english"),
                body: Reported::Value(BODY),
            }),
            creator: Reported::Value("someone@agency.example"),
            attempts: Reported::Value(vec![attempt]),
            ..RowFields::default()
        });
    }
    builder.finish()
}

/// Bytes of memory in use, if the system says.
fn resident() -> usize {
    memory("VmRSS:")
}

fn memory(kind: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(kind)).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<usize>().unwrap_or_default() * 1024
}

fn say(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!("{what:<58} median {:>10.3?}  p99 {:>10.3?}  most {:>10.3?}", at(50), at(99), at(100));
}

/// The time of one call, several times over.
fn measure(what: &str, mut act: impl FnMut()) {
    let times = (0..15)
        .map(|_| {
            let start = Instant::now();
            act();
            start.elapsed()
        })
        .collect();
    say(what, times);
}

fn main() {
    let messages: usize = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let mut store = Store::new();
    let mut everything = View::new(Filter::default());
    let before = resident();
    let (mut merges, mut follows) = (Vec::new(), Vec::new());
    for first in (0..messages).step_by(PAGE) {
        let rows = page(first, false);
        let start = Instant::now();
        let merged = store.merge(&rows, &AnswerKind::List, at(NOW + first as i64 * 10));
        let last = rows.get(PAGE - 1).map(|row| MessageId::new(row.id()));
        let oldest = at(NOW - (first + PAGE - 1) as i64 * 250);
        store.set_reach(Reach { oldest: last.map(|id| (oldest, id)), ..Reach::default() });
        merges.push(start.elapsed());
        let start = Instant::now();
        everything.apply(&store, &merged);
        follows.push(start.elapsed());
    }
    println!("{} messages, {} covered", store.len(), store.coverage().loaded);
    println!("{:<58} {:>17}", "bytes a message, with one list of all", (resident() - before) / store.len());
    say("merging a page of 1000 new messages and covering it", merges);
    say("the list of all follows it", follows);

    let later = at(NOW + messages as i64 * 20);
    let mut again = Vec::new();
    for first in (0..messages).step_by(PAGE).take(200) {
        let rows = page(first, false);
        let start = Instant::now();
        store.merge(&rows, &AnswerKind::List, later);
        again.push(start.elapsed());
    }
    say("merging a page of 1000 known messages without news", again);
    let mut changed = Vec::new();
    for first in (0..messages).step_by(PAGE).take(20) {
        let rows = page(first, true);
        let start = Instant::now();
        let merged = store.merge(&rows, &AnswerKind::List, later + Duration::from_secs(10));
        everything.apply(&store, &merged);
        changed.push(start.elapsed());
    }
    say("merging a page of 1000 changed messages", changed);

    let list = |what: &str, filter: Filter| {
        let mut view = View::new(filter);
        measure(what, || view.refresh(&store));
        println!("{:<58} {:>17}", "  rows", view.len());
    };
    list("the list of all", Filter::default());
    list("failed ones", Filter { statuses: vec![Status::Failure], ..Filter::default() });
    list("with one error", Filter { errors: vec!["routing_error".to_owned()], ..Filter::default() });
    list("delivered ones", Filter { statuses: vec![Status::Success], ..Filter::default() });
    list("those that wait", Filter { classes: Class::WAITING.to_vec(), ..Filter::default() });
    list("a recipient's last four digits", Filter { query: RecipientQuery::parse("1234").unwrap_or_default(), ..Filter::default() });
    list("a recipient's number", Filter { query: RecipientQuery::parse("6581234567").unwrap_or_default(), ..Filter::default() });
    let mut asked_at = later + Duration::from_secs(20);
    println!("{:<58} {:>13} KiB", "memory before sorting", resident() / 1024);
    for by in SortBy::ALL {
        for order in [Order::rising(by), Order::falling(by)] {
            let name = format!("{:?}, {:?}", order.by, order.direction).to_lowercase();
            let mut view = View::new(Filter::default());
            let (mut asked, mut sorted, mut taken) = (Vec::new(), Vec::new(), Vec::new());
            for round in 0..15 {
                view = View::new(Filter::default());
                view.refresh(&store);
                let start = Instant::now();
                let unsorted = view.start_sort(&store, order);
                asked.push(start.elapsed());
                let start = Instant::now();
                let rows = unsorted.sort();
                sorted.push(start.elapsed());
                // A page that came meanwhile.
                asked_at += Duration::from_secs(1);
                let merged = store.merge(&page(50_000, round % 2 == 0), &AnswerKind::List, asked_at);
                view.apply(&store, &merged);
                let start = Instant::now();
                view.finish_sort(&store, rows);
                taken.push(start.elapsed());
            }
            say(&format!("sorted by {name}: keys for another thread"), asked);
            say("  there", sorted);
            say("  back in the list, with a page that came meanwhile", taken);
            let mut followed = Vec::new();
            for round in 0..10 {
                let rows = page(50_000, round % 2 == 0);
                asked_at += Duration::from_secs(1);
                let merged = store.merge(&rows, &AnswerKind::List, asked_at);
                let start = Instant::now();
                view.apply(&store, &merged);
                followed.push(start.elapsed());
            }
            say("  follows a page of 1000 changed messages", followed);
        }
    }
    let (now, most) = (resident() / 1024, memory("VmHWM:") / 1024);
    println!("{:<58} {now:>13} KiB, at most {most} KiB", "memory after sorting");
    measure("50 rows of cells from the middle of the list", || {
        let widths = everything.rows_from(messages / 2).take(50).map(|row| store.cells(row).text(false).len()).sum::<usize>();
        std::hint::black_box(widths);
    });
    let middle = everything.row(messages / 2);
    measure("the place of a row in the list", || {
        std::hint::black_box(middle.and_then(|row| everything.position(&store, row)));
    });
    let now = at(NOW + 1000);
    measure("the last 15 minutes", || {
        std::hint::black_box(store.recent(now, 15, 0.02, None));
    });
    let day = at(NOW - 24 * 3_600_000);
    measure("classes of the last 24 hours", || {
        std::hint::black_box(store.classes(Some(day), None, now));
    });
    measure("classes of all", || {
        std::hint::black_box(store.classes(None, None, now));
    });
    measure("latency", || {
        std::hint::black_box(store.latency(now));
    });
    measure("latency of the last 24 hours", || {
        std::hint::black_box(store.latency_between(Some(day), None, now));
    });
    measure("coverage", || {
        std::hint::black_box(store.coverage());
    });
}
