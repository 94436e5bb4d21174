//! The figures, as scripts get them.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

use super::super::campaigns::ConfiguredCampaign;
use super::super::moment::exact;
use crate::delivery::{BatchId, Class, DeliveryError, MessageId, Status, believed_total, grouped};
use crate::store::{Classes, Counts, Latency, STATUS_COUNT, Since, Store, Verdict, status_index};
use crate::tui::text::short_minute;

/// The minutes that are compared with the usual.
pub(super) const RECENT_MINUTES: u32 = 15;

/// The minutes of the day before, which define what is usual.
const DAY_MINUTES: u32 = 24 * 60;

/// What was read, and when.
#[derive(Debug, Clone)]
pub(super) struct ReportBasis {
    /// The batch that was read; `None` for the campaign.
    pub batch: Option<BatchId>,
    /// When the newest page was requested.
    pub fetched_at: Option<Timestamp>,
    /// Whether there is nothing older.
    pub complete: bool,
    /// The time from which messages count; `None` for all that are loaded.
    pub since: Option<Timestamp>,
    /// The server's time after the last page.
    pub now: Timestamp,
}

/// The figures of a campaign or a batch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct StatusReport {
    pub campaign: CampaignPart,
    pub coverage: CoveragePart,
    pub statuses: StatusCounts,
    pub classes: ClassCounts,
    pub verdict: VerdictPart,
    pub failures: Vec<FailurePart>,
    pub recent: RecentPart,
    pub batches: Vec<BatchPart>,
    /// Whether a batch was requested, not the campaign.
    #[serde(skip)]
    pub is_of_batch: bool,
    #[serde(rename = "latencySeconds")]
    pub latency: LatencyPart,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CampaignPart {
    pub name: String,
    pub id: String,
    pub environment: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CoveragePart {
    pub loaded: usize,
    pub complete: bool,
    pub newest: Option<String>,
    pub oldest: Option<String>,
    pub fetched_at: Option<String>,
}

/// Counts by status; in JSON by the API's words, and `other` for the unknown ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct StatusCounts(pub [usize; STATUS_COUNT]);

impl StatusCounts {
    /// The counts with the API's words.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, usize)> {
        const WORDS: [&str; STATUS_COUNT] = ["created", "enqueued", "sending", "sent", "sent_to_telco", "success", "failure", "other"];
        WORDS.into_iter().zip(self.0)
    }

    /// The total.
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }

    /// One of them.
    pub fn of(&self, status: &Status) -> usize {
        self.0[status_index(Some(status))]
    }
}

impl Serialize for StatusCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.named())
    }
}

/// Counts by class; they add up to what is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClassCounts(pub Classes);

impl Serialize for ClassCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Class::ALL.map(|class| (class.json_name(), self.0[class])))
    }
}

/// How it is going, as on the screen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct VerdictPart {
    pub state: &'static str,
    /// Since when it is going badly.
    pub since: Option<String>,
    /// Without a full stop.
    pub sentence: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FailurePart {
    pub error_type: Option<String>,
    pub error_code: Option<String>,
    pub count: usize,
    pub retry: &'static str,
    /// For how many of them the API accepts no further retry.
    pub no_attempts_left: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecentPart {
    pub minutes: u32,
    pub finished: usize,
    pub failed: usize,
    pub usual_share: Option<f64>,
    /// Since when the share rises above the usual one.
    pub rising_since: Option<Timestamp>,
    /// The code of the most frequent error of these minutes.
    pub leading_error: Option<String>,
    /// Whether the day before, which defines what is usual, is loaded whole.
    #[serde(skip)]
    pub is_day_loaded: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BatchPart {
    pub id: String,
    pub file_name: Option<String>,
    pub status: Option<String>,
    pub total: Option<u32>,
    pub loaded: usize,
    pub statuses: StatusCounts,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct LatencyPart {
    pub p50: Option<f64>,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
    pub open: usize,
}

impl StatusReport {
    /// The requested batch; `None` for the campaign.
    pub fn asked_batch(&self) -> Option<&BatchPart> {
        self.batches.first().filter(|_| self.is_of_batch)
    }

    /// The figures of what the store covers. `used_up` are the messages for which the API accepts no further retry.
    pub fn of(store: &Store, window: &ReportBasis, campaign: &ConfiguredCampaign, used_up: &HashSet<MessageId>, zone: &TimeZone) -> Self {
        let time = |time: Option<Timestamp>| time.map(|time| exact(time, zone));
        let (counts, coverage) = (store.counts(), store.coverage());
        let loaded_minutes = loaded_minutes(store, window);
        let minutes = loaded_minutes.map_or(RECENT_MINUTES, |minutes| minutes.clamp(1, RECENT_MINUTES));
        let limit = campaign.settings.failure_limit;
        let recent = store.recent(window.now, minutes, limit, known_from(store, window));
        let word = |word: &str| (!word.is_empty()).then(|| word.to_owned());
        let kind = campaign.settings.host_kind;
        let batches = batches(store, window);
        let unknown = why_unknown(coverage.loaded, window, &batches, loaded_minutes);
        let unknown = unknown.or_else(|| nothing_to_compare(counts, loaded_minutes).filter(|_| recent.stall.is_none()));
        let verdict = Verdict::of(&recent, limit, unknown);
        Self {
            campaign: CampaignPart {
                name: campaign.settings.name.clone(),
                id: campaign.settings.id.as_str().to_owned(),
                environment: kind.word().to_owned(),
            },
            coverage: CoveragePart {
                loaded: coverage.loaded,
                complete: window.complete,
                newest: time(coverage.newest),
                oldest: time(coverage.oldest),
                fetched_at: time(window.fetched_at),
            },
            statuses: StatusCounts(counts.by_status),
            classes: ClassCounts(store.classes(None, None, window.now)),
            verdict: VerdictPart {
                state: verdict.state(),
                since: time(verdict.since()),
                sentence: verdict.sentence(|time| short_minute(time, zone, window.now)),
            },
            failures: counts
                .errors
                .iter()
                .map(|error| FailurePart {
                    error_type: word(&error.error.kind),
                    error_code: word(&error.error.code),
                    count: error.count,
                    retry: error.retry.word(),
                    no_attempts_left: used_up_with(store, used_up, &error.error),
                })
                .collect(),
            recent: RecentPart {
                minutes: recent.minutes,
                finished: recent.finished,
                failed: recent.failed,
                usual_share: recent.usual_share,
                rising_since: recent.rise.and_then(Since::minute),
                leading_error: recent.leading_error.and_then(|error| word(&error.code)),
                is_day_loaded: loaded_minutes.is_none_or(|minutes| minutes >= DAY_MINUTES + RECENT_MINUTES),
            },
            batches,
            is_of_batch: window.batch.is_some(),
            latency: latency(store.latency(window.now)),
        }
    }
}

/// The batches of the covered messages. Counted here and not as the store counts its batches,
/// because a page reaches beyond the window, and the figures of one report must add up.
fn batches(store: &Store, window: &ReportBasis) -> Vec<BatchPart> {
    let mut counts: HashMap<String, StatusCounts> = HashMap::new();
    for row in store.covered_rows() {
        let cells = store.cells(row);
        if let Some(batch) = cells.batch {
            let index = status_index(cells.status);
            match counts.get_mut(batch) {
                Some(counts) => counts.0[index] += 1,
                None => {
                    let mut first = StatusCounts::default();
                    first.0[index] = 1;
                    counts.insert(batch.to_owned(), first);
                }
            }
        }
    }
    let known = store.batches().into_iter().map(|summary| summary.batch);
    let known = known.filter(|batch| window.batch.as_ref().is_none_or(|wanted| *wanted == batch.id));
    let mut parts: Vec<BatchPart> = known
        .filter_map(|batch| {
            let statuses = counts.remove(batch.id.as_str())?;
            let (id, loaded) = (batch.id.as_str().to_owned(), statuses.total());
            Some(BatchPart { id, file_name: batch.file_name, status: batch.status, total: batch.total, loaded, statuses })
        })
        .collect();
    // The requested batch has its line, even if none of its messages show yet.
    if let (true, Some(wanted)) = (parts.is_empty(), &window.batch) {
        let statuses = StatusCounts::default();
        parts.push(BatchPart { id: wanted.as_str().to_owned(), file_name: None, status: None, total: None, loaded: 0, statuses });
    }
    parts
}

/// From when on everything is loaded and counts; `None` if everything is loaded.
fn known_from(store: &Store, window: &ReportBasis) -> Option<Timestamp> {
    let reach = store.reach();
    let oldest = reach.oldest.as_ref().filter(|_| !reach.complete).map(|(oldest, _)| *oldest);
    oldest.max(window.since)
}

/// For how many minutes back that is, including a partial minute.
fn loaded_minutes(store: &Store, window: &ReportBasis) -> Option<u32> {
    let seconds = window.now.duration_since(known_from(store, window)?).as_secs().max(0);
    u32::try_from(seconds / 60 + i64::from(seconds % 60 > 0)).ok()
}

/// Why what is loaded does not tell how it is going; `None` if it does.
fn why_unknown(loaded: usize, window: &ReportBasis, batches: &[BatchPart], loaded_minutes: Option<u32>) -> Option<String> {
    if window.batch.is_some() && !window.complete {
        let total = batches.first().and_then(|batch| believed_total(batch.total, loaded)).filter(|total| *total > loaded);
        return Some(match total {
            Some(total) => format!("{} of the batch's {} messages loaded", grouped(loaded), grouped(total)),
            None => "perhaps not all of the batch is loaded".to_owned(),
        });
    }
    let minutes = loaded_minutes.filter(|minutes| *minutes < RECENT_MINUTES)?;
    Some(format!("only the last {minutes} min are loaded"))
}

/// Why it does not tell whether what is on the way should have finished: nothing has, of less than a day.
fn nothing_to_compare(counts: &Counts, loaded_minutes: Option<u32>) -> Option<String> {
    let has_finished = counts.of(&Status::Success) + counts.of(&Status::Failure) > 0;
    let minutes = loaded_minutes.filter(|minutes| *minutes < DAY_MINUTES && counts.open > 0 && !has_finished)?;
    Some(format!("nothing of the last {minutes} min finished, and nothing older is loaded"))
}

/// For how many of the covered messages that failed with an error the API accepts no further retry.
fn used_up_with(store: &Store, used_up: &HashSet<MessageId>, error: &DeliveryError) -> usize {
    let rows = used_up.iter().filter_map(|message| store.row(message)).filter(|row| store.is_covered(*row));
    let failed = rows.filter(|row| store.status(*row) == Some(&Status::Failure));
    failed.filter(|row| store.error(*row).is_some_and(|known| known == error)).count()
}

/// To the tenth of a second: the figures are exact to 1.6 %.
fn latency(latency: Latency) -> LatencyPart {
    let tenth = |seconds: Option<f64>| seconds.map(|seconds| (seconds * 10.0).round() / 10.0);
    LatencyPart { p50: tenth(latency.p50), p95: tenth(latency.p95), p99: tenth(latency.p99), open: latency.open }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::SignedDuration;
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::config;
    use crate::delivery::{AttemptFields, BatchFields, Reported, RowFields, RowsBuilder};
    use crate::store::{AnswerKind, Reach};

    pub(in super::super) fn now() -> Timestamp {
        Timestamp::from_second(1_900_000_000).unwrap()
    }

    fn campaign() -> ConfiguredCampaign {
        let text =
            "[[campaigns]]\nname = \"Clinic\"\nid = \"campaign_1\"\nbase_url = \"http://127.0.0.1:1/api/v2\"\nkey = \"key_test_1\"\n";
        ConfiguredCampaign::of(config::read(text).0.campaigns.remove(0)).unwrap()
    }

    /// A batch of which no message shows.
    pub(in super::super) fn empty_batch() -> StatusReport {
        let window =
            ReportBasis { batch: Some(BatchId::new("batch_1")), fetched_at: Some(now()), complete: false, since: None, now: now() };
        StatusReport::of(&Store::new(), &window, &campaign(), &HashSet::new(), &TimeZone::UTC)
    }

    pub(in super::super) fn report() -> StatusReport {
        let at = |seconds: i64| Timestamp::from_second(1_900_000_000 - seconds).unwrap();
        let mut rows = RowsBuilder::default();
        let batch =
            BatchFields { id: "batch_1", file_name: Reported::Value("clinic.csv"), total: Reported::Value(3), ..BatchFields::default() };
        for (id, status, age) in [("a", "success", 60), ("b", "failure", 120), ("c", "parked", 180), ("old", "success", 9000)] {
            let attempt = AttemptFields {
                created_at: Reported::Value(at(age)),
                delivered_at: if status == "success" { Reported::Value(at(age - 10)) } else { Reported::Null },
                error_kind: if status == "failure" { Reported::Value("delivery_error") } else { Reported::Null },
                error_code: if status == "failure" { Reported::Value("routing_error") } else { Reported::Null },
                ..AttemptFields::default()
            };
            rows.push(&RowFields {
                id,
                recipient: Reported::Value("6580001234"),
                status: Reported::Value(status),
                created_at: Reported::Value(at(age)),
                batch: if id == "c" { Reported::Null } else { Reported::Value(batch) },
                attempts: Reported::Value(vec![attempt]),
                ..RowFields::default()
            });
        }
        let mut store = Store::new();
        store.merge(&rows.finish(), &AnswerKind::List, now());
        store.set_reach(Reach { oldest: Some((at(3600), MessageId::new(""))), complete: false, gap: None });
        let window = ReportBasis { batch: None, fetched_at: Some(now()), complete: false, since: None, now: now() };
        StatusReport::of(
            &store,
            &window,
            &campaign(),
            &HashSet::from([MessageId::new("b"), MessageId::new("a")]),
            &TimeZone::get("Asia/Singapore").unwrap(),
        )
    }

    #[test]
    fn the_json_is_as_scripts_know_it() {
        let json = serde_json::to_string(&report()).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"campaign":{"name":"Clinic","id":"campaign_1","environment":"simulator"},"#,
                r#""coverage":{"loaded":3,"complete":false,"newest":"2030-03-18T01:45:40.000+08:00","#,
                r#""oldest":"2030-03-18T00:46:40.000+08:00","fetchedAt":"2030-03-18T01:46:40.000+08:00"},"#,
                r#""statuses":{"created":0,"enqueued":0,"sending":0,"sent":0,"sent_to_telco":0,"success":1,"failure":1,"other":1},"#,
                r#""classes":{"delivered":1,"failed":1,"onTheWay":0,"stuck":0,"unconfirmed":0,"sentAbroad":0,"handedOver":0,"other":1},"#,
                r#""verdict":{"state":"well","since":null,"sentence":"Going well"},"#,
                r#""failures":[{"errorType":"delivery_error","errorCode":"routing_error","count":1,"retry":"maybe","noAttemptsLeft":1}],"#,
                r#""recent":{"minutes":15,"finished":2,"failed":1,"usualShare":null,"risingSince":null,"leadingError":"routing_error"},"#,
                r#""batches":[{"id":"batch_1","fileName":"clinic.csv","status":null,"total":3,"loaded":2,"#,
                r#""statuses":{"created":0,"enqueued":0,"sending":0,"sent":0,"sent_to_telco":0,"success":1,"failure":1,"other":0}}],"#,
                r#""latencySeconds":{"p50":10.0,"p95":null,"p99":null,"open":1}}"#
            )
        );
    }

    #[test]
    fn a_batch_that_shows_no_message_has_its_line_and_is_not_complete() {
        let report = empty_batch();
        assert_eq!((report.coverage.complete, report.batches.len()), (false, 1));
        assert_eq!((report.batches[0].id.as_str(), report.batches[0].loaded, report.batches[0].total), ("batch_1", 0, None));
    }

    #[test]
    fn what_is_not_loaded_is_not_judged() {
        assert_eq!(empty_batch().verdict.sentence, "Cannot tell: perhaps not all of the batch is loaded");
        let batch = |total| BatchPart {
            id: "batch_1".to_owned(),
            file_name: None,
            status: None,
            total,
            loaded: 3,
            statuses: StatusCounts::default(),
        };
        let window = |batch, complete| ReportBasis { batch, fetched_at: Some(now()), complete, since: None, now: now() };
        let why = |complete, total| why_unknown(3, &window(Some(BatchId::new("batch_1")), complete), &[batch(total)], None);
        assert_eq!(why(false, Some(150)).as_deref(), Some("3 of the batch's 150 messages loaded"));
        assert_eq!(why(false, None).as_deref(), Some("perhaps not all of the batch is loaded"));
        assert_eq!(why(true, Some(3)), None);
        let why = |minutes| why_unknown(3, &window(None, false), &[], minutes);
        assert_eq!(why(Some(5)).as_deref(), Some("only the last 5 min are loaded"));
        assert_eq!((why(Some(15)), why(None)), (None, None));
    }

    #[test]
    fn a_few_that_wait_are_not_judged_by_less_than_a_day() {
        let mut rows = RowsBuilder::default();
        let begun = Reported::Value(now() - SignedDuration::from_mins(12));
        for id in ["a", "b"] {
            let recipient = Reported::Value("6580001234");
            rows.push(&RowFields { id, recipient, status: Reported::Value("sending"), created_at: begun, ..RowFields::default() });
        }
        let mut store = Store::new();
        store.merge(&rows.finish(), &AnswerKind::List, now());
        store.set_reach(Reach { complete: true, ..Reach::default() });
        let sentence = |since: Option<i64>| {
            let since = since.map(|minutes| now() - SignedDuration::from_mins(minutes));
            let window = ReportBasis { batch: None, fetched_at: Some(now()), complete: since.is_none(), since, now: now() };
            StatusReport::of(&store, &window, &campaign(), &HashSet::new(), &TimeZone::UTC).verdict.sentence
        };
        assert_eq!(sentence(Some(20)), "Cannot tell: nothing of the last 20 min finished, and nothing older is loaded");
        assert_eq!(
            (sentence(None), sentence(Some(24 * 60))),
            ("2 sent, none finished yet".to_owned(), "2 sent, none finished yet".to_owned())
        );
    }

    proptest! {
        #[test]
        fn the_classes_add_up_to_what_is_loaded(
            messages in vec((select(&STATUSES[..]), 0..7200_i64, any::<bool>()), 0..60),
            is_load_test in any::<bool>(),
            reach in option::of(0..7200_i64),
        ) {
            let mut store = if is_load_test { Store::of_load_test() } else { Store::new() };
            let at = |age: i64| now() - SignedDuration::from_secs(age);
            let mut rows = RowsBuilder::default();
            for (index, (status, age, is_abroad)) in messages.iter().enumerate() {
                rows.push(&RowFields {
                    id: &format!("m{index}"),
                    recipient: Reported::Value(if *is_abroad { "447700900123" } else { "6580001234" }),
                    status: Reported::Value(status),
                    created_at: Reported::Value(at(*age)),
                    ..RowFields::default()
                });
            }
            store.merge(&rows.finish(), &AnswerKind::List, now());
            let oldest = reach.map(|age| (at(age), MessageId::new("")));
            store.set_reach(Reach { complete: oldest.is_none(), oldest, gap: None });
            let window = ReportBasis { batch: None, fetched_at: Some(now()), complete: false, since: None, now: now() };
            let report = StatusReport::of(&store, &window, &campaign(), &HashSet::new(), &TimeZone::UTC);
            prop_assert_eq!(report.classes.0.total(), report.coverage.loaded);
            prop_assert_eq!(report.classes.0[Class::Failed], report.statuses.of(&Status::Failure));
            // What was handed over in a load test is not waited for.
            prop_assert_eq!(report.latency.open, report.classes.0.of(&Class::WAITING) + report.classes.0[Class::Other]);
        }
    }

    const STATUSES: [&str; 8] = ["created", "enqueued", "sending", "sent", "sent_to_telco", "success", "failure", "parked"];

    #[test]
    fn the_figures_add_up() {
        let report = report();
        assert_eq!(report.statuses.total(), report.coverage.loaded);
        assert_eq!(report.failures.iter().map(|failure| failure.count).sum::<usize>(), report.statuses.of(&Status::Failure));
        let in_batches: usize = report.batches.iter().map(|batch| batch.loaded).sum();
        assert!(in_batches <= report.coverage.loaded);
    }
}
