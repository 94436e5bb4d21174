//! The plan: in JSON for scripts, in sentences for people.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::super::Format;
use super::super::campaigns::Campaign;
use super::super::context::{Context, counted};
use super::super::moment::exact;
use super::choose::Chosen;
use crate::retry::OLD_MESSAGE;

#[derive(Serialize)]
struct PlanDocument<'a> {
    plan: PlanPart<'a>,
}

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

/// Writes the plan to the output.
pub(super) fn write(chosen: &Chosen, campaign: &Campaign, context: &Context, out: &mut impl Write) -> io::Result<()> {
    match context.format() {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &document(chosen, campaign, context.zone())).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        Format::Ndjson => {
            serde_json::to_writer(&mut *out, &document(chosen, campaign, context.zone())).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        Format::Csv => {
            let rows = chosen.plan.items.iter().map(|item| [item.message.as_str(), "retry", ""]);
            let left_out = chosen.left_out.iter().map(|left| [left.message.as_str(), "leftOut", left.reason.as_str()]);
            let mut writer = csv::Writer::from_writer(&mut *out);
            for record in std::iter::once(["id", "plan", "reason"]).chain(rows).chain(left_out) {
                writer.write_record(record).map_err(|error| io::Error::other(error.to_string()))?;
            }
            writer.flush()?;
        }
        Format::Table => {
            writeln!(out, "{}", announcement(chosen, campaign, Timestamp::now()))?;
            for item in &chosen.plan.items {
                writeln!(out, "  retry     {}", item.message)?;
            }
            for left in &chosen.left_out {
                writeln!(out, "  left out  {}: {}", left.message, left.reason)?;
            }
        }
    }
    out.flush()
}

fn document<'a>(chosen: &'a Chosen, campaign: &Campaign, zone: &TimeZone) -> PlanDocument<'a> {
    let plan = &chosen.plan;
    let ages = plan.ages();
    PlanDocument {
        plan: PlanPart {
            retry: plan.items.iter().map(|item| item.message.as_str()).collect(),
            left_out: chosen.left_out.iter().map(|left| LeftOutPart { id: left.message.as_str(), reason: &left.reason }).collect(),
            calls: plan.calls(),
            seconds: (plan.time(campaign.config.calls_per_second).as_secs_f64() * 10.0).round() / 10.0,
            oldest: ages.map(|(oldest, _)| exact(oldest, zone)),
            newest: ages.map(|(_, newest)| exact(newest, zone)),
        },
    }
}

/// What will happen, in sentences: environment, campaign, count, and what speaks against it.
pub(super) fn announcement(chosen: &Chosen, campaign: &Campaign, now: Timestamp) -> String {
    let plan = &chosen.plan;
    let place = campaign.base.kind().word().to_uppercase();
    let mut lines = vec![format!("{place} · {}: retry {}.", campaign.config.name, counted(plan.items.len(), "message"))];
    if !chosen.left_out.is_empty() {
        lines.push(format!("{} left out.", counted(chosen.left_out.len(), "message")));
    }
    let old = SignedDuration::try_from(OLD_MESSAGE).unwrap_or(SignedDuration::MAX);
    let too_old = plan.items.iter().filter(|item| item.created_at.is_some_and(|created| now.duration_since(created) > old)).count();
    if too_old > 0 {
        lines.push(format!("{} of over 24 hours ago: what it says may be out of date.", counted(too_old, "message")));
    }
    let billing = plan.billing();
    if billing.useless > 0 {
        lines.push(format!(
            "{} cannot be helped by a retry, says the API's table, and may be billed again.",
            counted(billing.useless, "message")
        ));
    }
    if billing.maybe > 0 {
        lines.push(format!("{} may fail again, and may be billed again.", counted(billing.maybe, "message")));
    }
    let used_up = plan.items.iter().filter(|item| item.may_be_used_up()).count();
    if used_up > 0 {
        lines.push(format!("{} was tried three times or more: the server may refuse.", counted(used_up, "message")));
    }
    if plan.items.iter().any(|item| item.batch.is_some()) {
        lines.push("A batch of these messages cannot be retried as a whole until they have left `created`.".to_owned());
    }
    lines.extend(chosen.warnings.iter().cloned());
    lines.join("\n")
}

/// The question: the safe answer is the one that Enter gives.
pub(super) fn question(chosen: &Chosen, campaign: &Campaign, now: Timestamp) -> String {
    format!("{}\nRetry now? [y/N] ", announcement(chosen, campaign, now))
}
