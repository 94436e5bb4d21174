//! The plan: in JSON for scripts, in sentences for people.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::super::Format;
use super::super::campaigns::ConfiguredCampaign;
use super::super::context::{CommandContext, counted, grouped};
use super::super::moment::{exact, shown};
use super::super::records::{write_document, write_records};
use super::super::table::columns;
use super::choose::{Agenda, Chosen};
use crate::action::{BatchPlan, FRESH_ENOUGH, LineInclusion, OLD_MESSAGE, Plan, SHARE_OF_BUDGET};
use crate::delivery::{MessageId, code_or_none};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlanPart<'a> {
    retry: Vec<&'a str>,
    left_out: Vec<LeftOutPart<'a>>,
    calls: usize,
    seconds: f64,
    oldest: Option<String>,
    newest: Option<String>,
}

#[derive(Serialize)]
struct LeftOutPart<'a> {
    id: &'a str,
    reason: &'a str,
}

/// A message of the plan in CSV.
#[derive(Serialize)]
struct PlanRow<'a> {
    id: &'a str,
    plan: &'static str,
    reason: &'a str,
}

/// Writes the plan to the output.
pub(super) fn write(chosen: &Chosen, campaign: &ConfiguredCampaign, context: &CommandContext, out: &mut impl Write) -> io::Result<()> {
    match context.format() {
        format @ (Format::Json | Format::Ndjson) => write_document(out, format, &document(chosen, campaign, context.zone()))?,
        Format::Csv => {
            let messages = chosen.messages();
            let planned = messages.iter().map(|message| PlanRow { id: message.as_str(), plan: "retry", reason: "" });
            let left_out = chosen.left_out.iter().map(|left| PlanRow { id: &left.id, plan: "leftOut", reason: &left.reason });
            let rows: Vec<PlanRow<'_>> = planned.chain(left_out).collect();
            write_records(out, Format::Csv, &["id", "plan", "reason"], &rows)?;
        }
        Format::Table => {
            writeln!(out, "{}", announcement(chosen, campaign, context.zone(), Timestamp::now()))?;
            for message in chosen.messages() {
                writeln!(out, "  retry     {message}")?;
            }
            for left in &chosen.left_out {
                writeln!(out, "  left out  {}: {}", left.id, left.reason)?;
            }
        }
    }
    out.flush()
}

fn document<'a>(chosen: &'a Chosen, campaign: &ConfiguredCampaign, zone: &TimeZone) -> BTreeMap<&'static str, PlanPart<'a>> {
    let ages = chosen.ages();
    let plan = PlanPart {
        retry: chosen.messages().into_iter().map(MessageId::as_str).collect(),
        left_out: chosen.left_out.iter().map(|left| LeftOutPart { id: &left.id, reason: &left.reason }).collect(),
        calls: chosen.calls(),
        seconds: (seconds(chosen, campaign) * 10.0).round() / 10.0,
        oldest: ages.map(|(oldest, _)| exact(oldest, zone)),
        newest: ages.map(|(_, newest)| exact(newest, zone)),
    };
    BTreeMap::from([("plan", plan)])
}

/// How long it takes, in seconds, at the share of the budget that actions may use, including the
/// reading in between.
fn seconds(chosen: &Chosen, campaign: &ConfiguredCampaign) -> f64 {
    let rate = campaign.settings.calls_per_second;
    match &chosen.agenda {
        Agenda::Messages(plan) => plan.time(rate).as_secs_f64(),
        Agenda::Batch { .. } => chosen.calls() as f64 / (rate * SHARE_OF_BUDGET).max(0.01),
    }
}

/// What will happen, in sentences: environment, campaign, count, and reasons against it.
pub(super) fn announcement(chosen: &Chosen, campaign: &ConfiguredCampaign, zone: &TimeZone, now: Timestamp) -> String {
    let environment = campaign.settings.host_kind.word().to_uppercase();
    let mut lines = vec![format!("{environment} · {}: {}", campaign.settings.name, what(chosen))];
    match &chosen.agenda {
        Agenda::Messages(plan) => lines.extend(of_messages(plan, now)),
        Agenda::Batch { plan, .. } => lines.extend(of_batch(plan)),
    }
    if let Some((oldest, newest)) = chosen.ages() {
        lines.push(format!("Created between {} and {}.", shown(oldest, zone), shown(newest, zone)));
        let old = SignedDuration::try_from(OLD_MESSAGE).unwrap_or(SignedDuration::MAX);
        if now.duration_since(oldest) > old && matches!(chosen.agenda, Agenda::Batch { .. }) {
            lines.push("Some are older than 24 hours; the text may be out of date.".to_owned());
        }
    }
    if chosen.calls() > 0 {
        let time = seconds(chosen, campaign).ceil();
        lines.push(format!("{}, about {time} s at three quarters of the budget.", counted(chosen.calls(), "call")));
    }
    if let Some(charges) = campaign.settings.charges.filter(|_| chosen.count() > 0) {
        let segments = match &chosen.agenda {
            Agenda::Messages(plan) => plan.segments(),
            Agenda::Batch { plan, .. } => plan.segments,
        };
        lines.extend([Some(charges.words(&segments)), charges.source(&segments)].into_iter().flatten());
    }
    lines.extend(chosen.loaded.iter().chain(&chosen.warnings).cloned());
    lines.join("\n")
}

fn what(chosen: &Chosen) -> String {
    let count = chosen.count();
    match &chosen.agenda {
        Agenda::Messages(_) if count == 0 => format!("nothing to retry among the {}.", chosen.words),
        Agenda::Messages(_) if chosen.by_name => format!("retry {}.", counted(count, "message")),
        Agenda::Messages(_) => format!("retry {}, {}.", counted(count, "message"), chosen.words),
        Agenda::Batch { plan, .. } => {
            let file = plan.file_name.as_ref().map(|name| format!(" ({})", crate::delivery::clean_line(name))).unwrap_or_default();
            match &plan.refusal {
                None => format!("retry batch {}{file} as a whole: {}{}.", plan.batch, counted(count, "failure"), plan.beyond()),
                Some(why) => format!("batch {}{file} cannot be retried as a whole: {why}.", plan.batch),
            }
        }
    }
}

fn of_messages(plan: &Plan, now: Timestamp) -> Vec<String> {
    let mut lines = Vec::new();
    let parts = plan.lines();
    if !parts.is_empty() {
        let rows = parts.iter().map(|line| {
            let inclusion = if line.inclusion == LineInclusion::On { "included" } else { "left out" };
            vec![code_or_none(&line.code).to_owned(), grouped(line.count), line.advice.word().to_owned(), inclusion.to_owned()]
        });
        let table = columns(&["error", "messages", "retry", ""], 1, rows.collect());
        lines.extend(table.lines().map(|line| format!(" {line}")));
    }
    for (reason, count) in plan.others_left_out() {
        lines.push(format!("Left out, {reason}: {}.", counted(count, "message")));
    }
    let old = SignedDuration::try_from(OLD_MESSAGE).unwrap_or(SignedDuration::MAX);
    let too_old = plan.items.iter().filter(|item| item.created_at.is_some_and(|created| now.duration_since(created) > old)).count();
    if too_old > 0 {
        lines.push(format!("Older than 24 hours: {}; the text may be out of date.", counted(too_old, "message")));
    }
    let billing = plan.billing();
    if billing.useless > 0 {
        lines.push(format!("Not worth a retry, by the API's table, and may be charged again: {}.", counted(billing.useless, "message")));
    }
    if billing.maybe > 0 {
        lines.push(format!("May fail again, and be charged again: {}.", counted(billing.maybe, "message")));
    }
    lines.extend(plan.interlock());
    if let Some(age) = plan.oldest_reading().filter(|age| *age > FRESH_ENOUGH) {
        lines.push(format!("Loading all of them took a while: the first were loaded {} s ago.", age.as_secs()));
    }
    lines
}

fn of_batch(plan: &BatchPlan) -> Vec<String> {
    let mut lines = Vec::new();
    if plan.refusal.is_none() && plan.useless > 0 {
        lines.push(format!(
            "Of these, not worth a retry, by the API's table, and may be charged again: {}.",
            counted(plan.useless, "message")
        ));
    }
    lines.push(format!("Advice: {}", plan.advice));
    lines
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::action::{BatchReading, LastRead, Planner};
    use crate::config;
    use crate::delivery::{Attempt, Batch, BatchId, DeliveryError, Message, Recipient, Status};
    use crate::store::AnswerKind;

    fn now() -> Timestamp {
        Timestamp::from_second(1_900_000_000).unwrap()
    }

    /// A campaign that counts as production.
    pub(in crate::cli) fn campaign() -> ConfiguredCampaign {
        let text =
            "[[campaigns]]\nname = \"Clinic\"\nid = \"campaign_1\"\nbase_url = \"https://gateway.example/api/v2\"\nkey = \"key_live_1\"\n";
        ConfiguredCampaign::of(config::read(text).0.campaigns.remove(0)).unwrap()
    }

    fn message(id: &str, code: &str, hours: i64) -> Message {
        let attempt = |code: &str| Attempt {
            status: None,
            created_at: Some(now()),
            updated_at: None,
            sent_at: None,
            delivered_at: None,
            error: Some(DeliveryError::new("delivery_error", code)),
        };
        Message {
            status: Some(Status::Failure),
            created_at: Some(now() - SignedDuration::from_hours(hours)),
            attempts: Some(vec![attempt(code); 3]),
            recipient: Some(Recipient::new("6580001234")),
            // Of one segment, and of two.
            full_text: Some("a".repeat(if id == "a" { 160 } else { 161 })),
            ..Message::new(MessageId::new(id))
        }
    }

    fn chosen(agenda: Agenda) -> Chosen {
        let warnings = vec!["One more thing.".to_owned()];
        Chosen { agenda, left_out: Vec::new(), warnings, by_name: true, words: "2 named messages".to_owned(), loaded: None }
    }

    /// A plan of two messages, or of one, without the useless one.
    pub(in super::super) fn messages(include_useless: bool) -> Chosen {
        let messages = [message("a", "recipient_invalid", 1), message("b", "routing_error", 30)];
        let planner = Planner { include_useless, ..Planner::default() };
        chosen(Agenda::Messages(planner.plan(messages.iter().map(|message| (message, LastRead::new(now(), AnswerKind::Single))), now())))
    }

    fn batch(status: &str) -> Chosen {
        let messages = [message("a", "recipient_invalid", 1), message("b", "routing_error", 30)];
        let reported = Batch {
            id: BatchId::new("batch_1"),
            file_name: Some("june.csv".to_owned()),
            status: Some(status.to_owned()),
            total: Some(3),
            created_at: None,
        };
        let mut reading = BatchReading::default();
        reading.add(messages.iter().map(|message| (message.clone(), false)), 0, now(), now());
        let plan = BatchPlan::new(&reported, &messages, Some(&reading), &Planner::default(), now());
        let ages = messages[1].created_at.zip(messages[0].created_at);
        chosen(Agenda::Batch { plan, failures: messages.iter().map(|message| message.id.clone()).collect(), ages })
    }

    fn announced(chosen: &Chosen) -> String {
        announcement(chosen, &campaign(), &TimeZone::UTC, now())
    }

    #[test]
    fn it_names_what_will_happen_and_what_speaks_against_it() {
        assert_eq!(
            announced(&messages(true)),
            "GATEWAY · Clinic: retry 2 messages.\n\
             \x20 error              messages  retry\n\
             \x20 routing_error             1  maybe  included\n\
             \x20 recipient_invalid         1  no     included\n\
             Older than 24 hours: 1 message; the text may be out of date.\n\
             Not worth a retry, by the API's table, and may be charged again: 1 message.\n\
             May fail again, and be charged again: 1 message.\n\
             Created between 16 Mar 2030 11:46:40 and 17 Mar 2030 16:46:40.\n\
             2 calls, about 2 s at three quarters of the budget.\n\
             Up to S$0.14, charged even if they fail.\n\
             Prices as published from 1 July 2025, plus GST.\n\
             One more thing."
        );
        assert!(announced(&messages(false)).contains("recipient_invalid         1  no     left out"));
    }

    #[test]
    fn a_batch_as_a_whole_tells_what_goes_with_it() {
        assert_eq!(
            announced(&batch("messages_enqueued")),
            "GATEWAY · Clinic: retry batch batch_1 (june.csv) as a whole: 2 failures, and any among the 1 not found.\n\
             Of these, not worth a retry, by the API's table, and may be charged again: 1 message.\n\
             Advice: Better one by one: the whole batch would also retry 1 not worth it, perhaps at a charge. \
             Single retries block the batch's own retry until they are queued.\n\
             Created between 16 Mar 2030 11:46:40 and 17 Mar 2030 16:46:40.\n\
             Some are older than 24 hours; the text may be out of date.\n\
             1 call, about 1 s at three quarters of the budget.\n\
             Up to S$0.14, charged even if they fail.\n\
             Prices as published from 1 July 2025, plus GST.\n\
             One more thing."
        );
        let refused = announced(&batch("enqueuing"));
        assert!(
            refused.starts_with("GATEWAY · Clinic: batch batch_1 (june.csv) cannot be retried as a whole: its status is `enqueuing`.\n")
        );
        assert!(!refused.contains("call"), "{refused}");
    }

    #[test]
    fn scripts_get_the_plan_with_its_ages_and_its_time() {
        let written = |chosen: &Chosen| serde_json::to_string(&document(chosen, &campaign(), &TimeZone::UTC)).unwrap();
        assert_eq!(
            written(&messages(true)),
            concat!(
                r#"{"plan":{"retry":["a","b"],"leftOut":[],"calls":2,"seconds":1.3,"#,
                r#""oldest":"2030-03-16T11:46:40.000+00:00","newest":"2030-03-17T16:46:40.000+00:00"}}"#
            )
        );
        assert!(written(&batch("messages_enqueued")).starts_with(r#"{"plan":{"retry":["a","b"],"leftOut":[],"calls":1,"seconds":0.7,"#));
        let refused = r#"{"plan":{"retry":[],"leftOut":[],"calls":0,"seconds":0.0,"oldest":null,"newest":null}}"#;
        assert_eq!(written(&batch("enqueuing")), refused);
    }
}
