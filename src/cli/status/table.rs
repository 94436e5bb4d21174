//! The figures for people, and for spreadsheets.

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::super::Format;
use super::super::context::{counted, grouped};
use super::super::moment::shown;
use super::super::records::write_records;
use super::super::table::columns;
use super::report::{FailurePart, LatencyPart, RecentPart, StatusReport};
use crate::delivery::{Class, DeliveryError, Status, believed_total, code_or_none, percent};
use crate::store::Recent;

/// The report in lines and columns.
pub(super) fn text(report: &StatusReport, zone: &TimeZone) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(text.trim_end());
        out.push('\n');
    };
    let time = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok()).map(|time| shown(time, zone));
    let coverage = &report.coverage;
    line(format!("{}  ({}, {})", report.campaign.name, report.campaign.environment, report.campaign.id));
    line(format!("{}.", report.verdict.sentence));
    let missing =
        report.asked_batch().and_then(|batch| believed_total(batch.total, coverage.loaded)).filter(|total| *total > coverage.loaded);
    let reach = match (coverage.complete, missing, time(&coverage.oldest)) {
        (true, ..) => "all there are".to_owned(),
        (false, Some(total), _) => format!("of {} that the batch has", grouped(total)),
        (false, None, _) if report.asked_batch().is_some() => "perhaps not all of the batch".to_owned(),
        (false, None, Some(oldest)) => format!("back to {oldest}"),
        (false, None, None) => "none in this time".to_owned(),
    };
    let as_of = time(&coverage.fetched_at).map(|time| format!(", as of {time}")).unwrap_or_default();
    line(format!("{} loaded, {reach}{as_of}", counted(coverage.loaded, "message")));
    line(String::new());
    // For a batch that is only partly loaded, these figures do not say how it went.
    let of = report.asked_batch().filter(|_| !coverage.complete).map(|_| format!("of the {} loaded", grouped(coverage.loaded)));
    line(columns(&["class", of.as_deref().unwrap_or("messages")], 1, classes(report, of.is_some())));
    if let Some(unfinished) = unfinished(report) {
        line(unfinished);
    }
    if !report.failures.is_empty() {
        line(String::new());
        let heads = ["failures", "messages", "retry", "no attempts left", "advice"];
        line(columns(&heads, 1, report.failures.iter().map(failure).collect()));
    }
    line(String::new());
    if let Some(of) = &of {
        line(format!("Only {of}:"));
    }
    line(recent(&report.recent, zone));
    line(in_time(&report.latency));
    if !report.batches.is_empty() {
        line(String::new());
        let rows = report.batches.iter().map(|batch| {
            let total = believed_total(batch.total, batch.loaded);
            let of = total.map(|total| format!(" of {}", grouped(total))).unwrap_or_default();
            let name = batch.file_name.clone().unwrap_or_default();
            let (delivered, failed) = (batch.statuses.of(&Status::Success), batch.statuses.of(&Status::Failure));
            let moving = batch.loaded - delivered - failed;
            let is_whole = total == Some(batch.loaded);
            let figure = |number: usize| figure(number, is_whole);
            let loaded = format!("{}{of}", grouped(batch.loaded));
            vec![
                name,
                batch.id.clone(),
                loaded,
                figure(delivered),
                figure(failed),
                figure(moving),
                batch.status.clone().unwrap_or_default(),
            ]
        });
        line(columns(&["batch", "id", "loaded", "delivered", "failed", "other", "status"], 2, rows.collect()));
    }
    out
}

/// How long deliveries took; shares that too few have reached are left out.
fn in_time(latency: &LatencyPart) -> String {
    let known = [("half", latency.p50), ("95 %", latency.p95), ("99 %", latency.p99)];
    let known: Vec<String> = known.iter().filter_map(|(part, time)| Some(format!("{part} within {:.1} s", (*time)?))).collect();
    let open = grouped(latency.open);
    if known.is_empty() {
        format!("Time to deliver: not known yet; {open} not finished.")
    } else {
        format!("Time to deliver: {}; {open} not finished.", known.join(", "))
    }
}

/// A figure. For a part it is the least that it can be, and 0 says nothing.
fn figure(number: usize, is_whole: bool) -> String {
    match number {
        _ if is_whole => grouped(number),
        0 => "–".to_owned(),
        _ => format!("{}+", grouped(number)),
    }
}

fn classes(report: &StatusReport, is_part: bool) -> Vec<Vec<String>> {
    let count = |class| report.classes.0[class];
    let shown = Class::ALL.into_iter().filter(|class| count(*class) > 0 || matches!(class, Class::Delivered | Class::Failed));
    shown.map(|class| vec![class.word().to_owned(), figure(count(class), !is_part)]).collect()
}

/// Where the messages are that have neither been delivered nor failed; `None` if there are none.
fn unfinished(report: &StatusReport) -> Option<String> {
    let unfinished = report.statuses.named().filter(|(word, count)| *count > 0 && !matches!(*word, "success" | "failure"));
    let unfinished: Vec<String> = unfinished.map(|(word, count)| format!("{} {}", grouped(count), Status::from_api(word).word())).collect();
    (!unfinished.is_empty()).then(|| format!("Not finished, by status: {}.", unfinished.join(", ")))
}

fn failure(failure: &FailurePart) -> Vec<String> {
    let code = failure.error_code.as_deref().unwrap_or_default();
    let error = DeliveryError::new(failure.error_type.as_deref().unwrap_or_default(), code);
    let advice = error.known().advice();
    let (used_up, retry) = match failure.no_attempts_left {
        0 => (String::new(), failure.retry),
        all if all >= failure.count => (grouped(all), "no"),
        some => (grouped(some), failure.retry),
    };
    vec![code_or_none(code).to_owned(), grouped(failure.count), retry.to_owned(), used_up, advice]
}

fn recent(recent: &RecentPart, zone: &TimeZone) -> String {
    let usual = match recent.usual_share {
        Some(share) if recent.is_day_loaded => format!("usually {} fail", percent(share)),
        Some(share) => format!("usually {} fail, by what is loaded of the day before", percent(share)),
        None if !recent.is_day_loaded => "the usual share is unknown: less than a day is loaded".to_owned(),
        None => "too few finished in the day before to say what is usual".to_owned(),
    };
    let rising = recent.rising_since.map(|since| format!(", rising since {}", shown(since, zone))).unwrap_or_default();
    // Below that a share means nothing.
    let share = (recent.finished >= Recent::ENOUGH).then(|| format!(" ({})", percent(recent.failed as f64 / recent.finished as f64)));
    let (finished, failed) = (grouped(recent.finished), grouped(recent.failed));
    format!(
        "Last {}: {finished} finished, {failed} failed{}{rising}; {usual}.",
        counted(recent.minutes as usize, "minute"),
        share.unwrap_or_default()
    )
}

/// A figure of the report.
#[derive(Serialize)]
struct Figure<'a> {
    part: &'static str,
    name: &'a str,
    /// `None` for the verdict.
    count: Option<usize>,
}

/// The report as CSV: one figure per row, so that spreadsheets can pick theirs.
pub(super) fn csv(report: &StatusReport, out: &mut impl Write) -> io::Result<()> {
    let figure = |part, name, count| Figure { part, name, count: Some(count) };
    let statuses = report.statuses.named().map(|(name, count)| figure("status", name, count));
    let classes = Class::ALL.map(|class| figure("class", class.json_name(), report.classes.0[class]));
    let verdict = Figure { part: "verdict", name: report.verdict.state, count: None };
    let failures =
        report.failures.iter().map(|failure| figure("failure", failure.error_code.as_deref().unwrap_or_default(), failure.count));
    let batches = report.batches.iter().map(|batch| figure("batch", &batch.id, batch.loaded));
    let figures: Vec<Figure<'_>> = statuses.chain(classes).chain([verdict]).chain(failures).chain(batches).collect();
    write_records(out, Format::Csv, &["part", "name", "count"], &figures)
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::{empty_batch, report};
    use super::*;

    #[test]
    fn people_get_the_same_figures_with_advice() {
        let text = text(&report(), &TimeZone::get("Asia/Singapore").unwrap());
        for expected in [
            "Clinic",
            "\nGoing well.\n",
            "Not finished, by status: 1 other.",
            "3 messages loaded, back to 18 Mar 2030 00:46:40",
            "delivered",
            "routing_error",
            "no attempts left",
            "2 of 3",
            "2 finished, 1 failed",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        assert!(text.lines().all(|line| line == line.trim_end()));
    }

    #[test]
    fn what_is_loaded_of_a_batch_is_a_least_and_no_zero() {
        let text = text(&report(), &TimeZone::UTC);
        let batch = text.lines().find(|line| line.contains("clinic.csv")).unwrap();
        let empty = super::text(&empty_batch(), &TimeZone::UTC);
        assert!(empty.contains("0 messages loaded, perhaps not all of the batch"));
        for part in ["of the 0 loaded\n", "failed     –\n", "Only of the 0 loaded:\n"] {
            assert!(empty.contains(part), "{part:?} in {empty}");
        }
        assert_eq!(batch.split_whitespace().collect::<Vec<_>>(), ["clinic.csv", "batch_1", "2", "of", "3", "1+", "1+", "–"], "{text}");
    }

    #[test]
    fn a_rise_is_told_with_its_beginning() {
        let zone = TimeZone::get("Asia/Singapore").unwrap();
        let since = Timestamp::from_second(1_900_000_000).ok();
        let calm = RecentPart {
            minutes: 15,
            finished: 40,
            failed: 10,
            usual_share: Some(0.02),
            rising_since: None,
            leading_error: None,
            is_day_loaded: true,
        };
        assert_eq!(recent(&calm, &zone), "Last 15 minutes: 40 finished, 10 failed (25.0 %); usually 2.0 % fail.");
        let part = RecentPart { minutes: 5, usual_share: None, is_day_loaded: false, ..calm.clone() };
        let reported = "Last 5 minutes: 40 finished, 10 failed (25.0 %); the usual share is unknown: less than a day is loaded.";
        assert_eq!(recent(&part, &zone), reported);
        let rising = RecentPart { rising_since: since, ..calm };
        let reported = "Last 15 minutes: 40 finished, 10 failed (25.0 %), rising since 18 Mar 2030 01:46:40; usually 2.0 % fail.";
        assert_eq!(recent(&rising, &zone), reported);
    }

    #[test]
    fn csv_has_one_figure_a_row() {
        let mut out = Vec::new();
        csv(&report(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("part,name,count\nstatus,created,0\n"), "{text}");
        assert!(text.contains("class,onTheWay,0\n") && text.contains("class,other,1\nverdict,well,\n"), "{text}");
        assert!(text.contains("failure,routing_error,1\n") && text.contains("batch,batch_1,2\n"), "{text}");
    }
}
