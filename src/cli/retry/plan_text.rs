//! The plan: in JSON for scripts, in sentences for people.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::super::Format;
use super::super::campaigns::Campaign;
use super::super::context::{Context, counted};
use super::super::end::of_csv;
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
                writer.write_record(record).map_err(of_csv)?;
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
        lines.push(format!("Left out: {}.", counted(chosen.left_out.len(), "message")));
    }
    let old = SignedDuration::try_from(OLD_MESSAGE).unwrap_or(SignedDuration::MAX);
    let too_old = plan.items.iter().filter(|item| item.created_at.is_some_and(|created| now.duration_since(created) > old)).count();
    if too_old > 0 {
        lines.push(format!("Older than 24 hours: {}; the text may be out of date.", counted(too_old, "message")));
    }
    let billing = plan.billing();
    if billing.useless > 0 {
        lines.push(format!("A retry cannot help, says the API's table, and may be billed again: {}.", counted(billing.useless, "message")));
    }
    if billing.maybe > 0 {
        lines.push(format!("May fail again, and be billed again: {}.", counted(billing.maybe, "message")));
    }
    let used_up = plan.items.iter().filter(|item| item.may_be_used_up()).count();
    if used_up > 0 {
        lines.push(format!("Tried three times or more: {}; the server may refuse.", counted(used_up, "message")));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::delivery::{Attempt, DeliveryError, Message, MessageId, Status};
    use crate::postman::{ApiKey, BaseUrl};
    use crate::retry::Planner;
    use crate::store::AnswerKind;

    fn now() -> Timestamp {
        Timestamp::from_second(1_900_000_000).unwrap()
    }

    fn campaign() -> Campaign {
        let text =
            "[[campaigns]]\nname = \"Clinic\"\nid = \"campaign_1\"\nbase_url = \"https://gateway.example/api/v2\"\nkey = \"key_live_1\"\n";
        let key = Ok(ApiKey::new(&"key_live_1".into()).unwrap());
        let base = BaseUrl::parse("https://gateway.example/api/v2").unwrap();
        Campaign { config: config::read(text).0.campaigns.remove(0), base, key, key_warning: None }
    }

    fn chosen() -> Chosen {
        let attempt = |code| Attempt {
            status: None,
            created_at: Some(now()),
            updated_at: None,
            sent_at: None,
            delivered_at: None,
            error: Some(DeliveryError::new("delivery_error", code)),
        };
        let message = |id: &str, code, hours| Message {
            status: Some(Status::Failure),
            created_at: Some(now() - SignedDuration::from_hours(hours)),
            attempts: Some(vec![attempt(code); 3]),
            ..Message::new(MessageId::new(id))
        };
        let messages = [message("a", "recipient_invalid", 1), message("b", "routing_error", 30)];
        let planner = Planner { include_useless: true, ..Planner::default() };
        let plan = planner.plan(messages.iter().map(|message| (message, now(), AnswerKind::Single)), now());
        Chosen { plan, left_out: Vec::new(), warnings: vec!["One more thing.".to_owned()] }
    }

    #[test]
    fn the_question_names_what_will_happen_and_what_speaks_against_it() {
        assert_eq!(
            question(&chosen(), &campaign(), now()),
            "GATEWAY · Clinic: retry 2 messages.\n\
             Older than 24 hours: 1 message; the text may be out of date.\n\
             A retry cannot help, says the API's table, and may be billed again: 1 message.\n\
             May fail again, and be billed again: 1 message.\n\
             Tried three times or more: 2 messages; the server may refuse.\n\
             One more thing.\n\
             Retry now? [y/N] "
        );
    }

    #[test]
    fn scripts_get_the_plan_with_its_ages_and_its_time() {
        let document = serde_json::to_string(&document(&chosen(), &campaign(), &TimeZone::UTC)).unwrap();
        assert_eq!(
            document,
            concat!(
                r#"{"plan":{"retry":["a","b"],"leftOut":[],"calls":2,"seconds":1.3,"#,
                r#""oldest":"2030-03-16T11:46:40.000+00:00","newest":"2030-03-17T16:46:40.000+00:00"}}"#
            )
        );
    }
}
