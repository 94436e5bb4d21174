//! The column that says what came of a message: why it failed and whether to retry it, how long its delivery took, for
//! how long it has been on the way.

use jiff::Timestamp;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::delivery::{DeliveryError, RetryAdvice, Status, code_or_none};
use crate::monitor::ActionStage;
use crate::store::{Cells, RowNumber};
use crate::tui::Role;
use crate::tui::shared::Campaign;
use crate::tui::text::{Align, age, cut, fit, width as text_width};

/// The cell in exactly `width` columns, at the time of day `now`.
pub(super) fn spans(
    campaign: &Campaign,
    row: RowNumber,
    cells: &Cells<'_>,
    (width, now): (usize, Timestamp),
    style: impl Fn(Role) -> Style,
) -> Vec<Span<'static>> {
    let whole = |text: &str, role| vec![Span::styled(fit(text, width, Align::Left), style(role))];
    let is_failed = cells.status == Some(&Status::Failure);
    let code = code_or_none(cells.error.map_or("", DeliveryError::shown));
    if let Some((word, role)) = action(campaign, row) {
        // What a retry is about to change comes last.
        let text = format!("retry {word}, {code}");
        let fits = is_failed && text_width(&text) <= width;
        return whole(if fits { &text } else { text.split(',').next().unwrap_or_default() }, role);
    }
    if is_failed {
        let (full, short, role) = advice(campaign, row, cells);
        let (text, advice) = failure(code, cells.tried, [full, short], width);
        let text = cut(&text, width).into_owned();
        let rest = width.saturating_sub(text_width(&text));
        return vec![Span::styled(text, style(Role::Text)), Span::styled(fit(advice, rest, Align::Left), style(role))];
    }
    let (text, role) = unfailed(cells, width, now);
    let times = cells.tried.filter(|tried| *tried > 1).map(|tried| format!("{text}, attempt {tried}"));
    whole(&times.filter(|whole| text_width(whole) <= width).unwrap_or(text), role)
}

/// Whether to retry, in full and in a word, and how that looks: no where the API has said that no attempts are left.
fn advice(campaign: &Campaign, row: RowNumber, cells: &Cells<'_>) -> (&'static str, &'static str, Role) {
    if campaign.is_used_up(row) {
        return ("no attempts left", "no", Role::Muted);
    }
    match cells.retry.unwrap_or(RetryAdvice::Maybe) {
        RetryAdvice::Yes => ("retry yes", "yes", Role::Text),
        RetryAdvice::Maybe => ("retry maybe", "maybe", Role::Text),
        RetryAdvice::No => ("retry no", "no", Role::Muted),
    }
}

/// The progress of a message's retry, in a word.
fn action(campaign: &Campaign, row: RowNumber) -> Option<(&'static str, Role)> {
    // Most campaigns have no action, and every row asks.
    let acted_on = campaign.actions.len() > 0;
    let record = acted_on.then(|| campaign.actions.of(&campaign.store.id(row))).flatten()?;
    let word = record.stage.as_ref().map_or(Some("asked"), ActionStage::short_word)?;
    Some((word, if matches!(record.stage, Some(ActionStage::Unknown { .. })) { Role::Unknown } else { Role::Moving }))
}

/// A failure: its code, its attempts from two on, and whether to retry, as far as there is room. The advice loses the
/// word "retry" first; then the attempts go, then the advice. Only a code alone is cut, with its sign.
fn failure<'a>(code: &str, tried: Option<u32>, [full, short]: [&'a str; 2], width: usize) -> (String, &'a str) {
    let times = tried.filter(|tried| *tried > 1).map(|tried| format!(" ×{tried}")).unwrap_or_default();
    let forms = [(times.as_str(), full), (times.as_str(), short), ("", short)];
    let fits = |(times, advice): &(&str, &str)| text_width(code) + text_width(times) + ", ".len() + text_width(advice) <= width;
    match forms.into_iter().find(fits) {
        Some((times, advice)) => (format!("{code}{times}, "), advice),
        None => (code.to_owned(), ""),
    }
}

/// What became of a message that has not failed.
fn unfailed(cells: &Cells<'_>, width: usize, now: Timestamp) -> (String, Role) {
    let since = match cells.status {
        Some(Status::Success) => return cells.delivered_after.map_or_else(unknown, |took| (format!("in {}", age(took)), Role::Muted)),
        Some(Status::SentToTelco) if cells.abroad => {
            let forms = ["no report from abroad", "no report"];
            return (forms.into_iter().find(|form| form.len() <= width).unwrap_or("abroad").to_owned(), Role::Muted);
        }
        Some(Status::Other(_)) | None => None,
        Some(_) => cells.begun_at,
    };
    since.map_or_else(unknown, |since| (format!("for {}", age(now.duration_since(since))), Role::Text))
}

fn unknown() -> (String, Role) {
    ("–".to_owned(), Role::Muted)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use rstest::rstest;

    use super::*;
    use crate::delivery::{AttemptFields, MessageId, Reported, RowFields, RowsBuilder};
    use crate::store::AnswerKind;

    const BEGUN: &str = "2026-11-24T06:00:00Z";

    /// A campaign with one message: how many attempts it has had, a minute apart, and how that ended.
    fn campaign(recipient: &str, status: &str, error: &str, tried: usize) -> Campaign {
        let begun: Timestamp = BEGUN.parse().unwrap();
        let at = |minutes: usize| begun + SignedDuration::from_mins(minutes as i64);
        let attempt = |index: usize| {
            let began = at(tried - 1 - index);
            let is_newest = index == 0;
            AttemptFields {
                status: Reported::Value(if is_newest { status } else { "failure" }),
                created_at: Reported::Value(began),
                delivered_at: match status {
                    "success" if is_newest => Reported::Value(began + SignedDuration::from_secs(12)),
                    _ => Reported::Absent,
                },
                error_kind: if error.is_empty() { Reported::Null } else { Reported::Value("delivery_error") },
                error_code: if error.is_empty() { Reported::Null } else { Reported::Value(error) },
                ..AttemptFields::default()
            }
        };
        let mut rows = RowsBuilder::default();
        rows.push(&RowFields {
            id: "message_1",
            recipient: Reported::Value(recipient),
            status: Reported::Value(status),
            created_at: Reported::Value(begun),
            attempts: Reported::Value((0..tried).map(attempt).collect()),
            ..RowFields::default()
        });
        let mut campaign = crate::tui::campaign::tests::campaign();
        campaign.merge(&rows.finish(), &AnswerKind::List, begun);
        campaign
    }

    /// Its cell, 31 seconds after its third minute began.
    fn cell(campaign: &Campaign, width: usize) -> String {
        let now = BEGUN.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(2 * 60 + 31);
        let row = campaign.store.row(&MessageId::new("message_1")).unwrap();
        let spans = spans(campaign, row, &campaign.store.cells(row), (width, now), |_| Style::new());
        let text: String = spans.iter().map(|span| span.content.as_ref()).collect();
        assert_eq!(text_width(&text), width, "`{text}`");
        text.trim_end().to_owned()
    }

    const HERE: &str = "6580001234";

    #[rstest]
    #[case(HERE, "failure", "recipient_unavailable", 1, "recipient_unavailable, retry yes")]
    #[case(HERE, "failure", "routing_error", 3, "routing_error ×3, retry maybe")]
    #[case(HERE, "failure", "recipient_invalid", 1, "recipient_invalid, retry no")]
    #[case(HERE, "failure", "", 1, "no reason given, retry maybe")]
    #[case(HERE, "success", "", 1, "in 12 s")]
    #[case(HERE, "success", "", 2, "in 12 s, attempt 2")]
    #[case(HERE, "sending", "", 3, "for 31 s, attempt 3")]
    #[case(HERE, "created", "", 0, "for 2 min")]
    #[case(HERE, "sent_to_telco", "", 1, "for 2 min")]
    #[case("6281200001234", "sent_to_telco", "", 1, "no report from abroad")]
    #[case("6281200001234", "sent", "", 1, "for 2 min")]
    #[case(HERE, "parked", "", 1, "–")]
    fn it_says_what_came_of_a_message(
        #[case] recipient: &str,
        #[case] status: &str,
        #[case] error: &str,
        #[case] tried: usize,
        #[case] expected: &str,
    ) {
        assert_eq!(cell(&campaign(recipient, status, error, tried), 60), expected);
    }

    /// The API often leaves the time of the delivery out.
    #[test]
    fn a_delivery_ended_when_its_record_last_changed() {
        let mut campaign = campaign(HERE, "success", "", 0);
        let begun: Timestamp = BEGUN.parse().unwrap();
        let mut rows = RowsBuilder::default();
        let updated_at = Reported::Value(begun + SignedDuration::from_secs(70));
        rows.push(&RowFields { id: "message_1", status: Reported::Value("success"), updated_at, ..RowFields::default() });
        campaign.merge(&rows.finish(), &AnswerKind::List, begun + SignedDuration::from_secs(100));
        assert_eq!(cell(&campaign, 20), "in 1 min");
    }

    #[test]
    fn a_delivery_without_its_time_has_none() {
        assert_eq!(cell(&campaign(HERE, "success", "", 0), 20), "–");
    }

    #[rstest]
    #[case(38, "delivery_unknown_error ×2, retry maybe")]
    #[case(37, "delivery_unknown_error ×2, maybe")]
    #[case(31, "delivery_unknown_error, maybe")]
    #[case(28, "delivery_unknown_error")]
    #[case(21, "delivery_unknown_err…")]
    #[case(1, "…")]
    fn where_it_is_narrow_words_go_and_only_a_code_is_cut(#[case] width: usize, #[case] expected: &str) {
        assert_eq!(cell(&campaign(HERE, "failure", "delivery_unknown_error", 2), width), expected);
    }

    #[rstest]
    #[case(17, "for 31 s, attempt 3", "for 31 s")]
    #[case(21, "", "no report from abroad")]
    #[case(20, "", "no report")]
    #[case(8, "", "abroad")]
    fn others_lose_what_matters_least(#[case] width: usize, #[case] whole: &str, #[case] expected: &str) {
        let campaign = match whole {
            "" => campaign("6281200001234", "sent_to_telco", "", 1),
            _ => campaign(HERE, "sending", "", 3),
        };
        assert_eq!(cell(&campaign, width), expected);
    }

    #[test]
    fn what_the_api_has_said_of_attempts_counts() {
        let mut campaign = campaign(HERE, "failure", "routing_error", 3);
        campaign.out_of_attempts.insert(MessageId::new("message_1"));
        assert_eq!(cell(&campaign, 34), "routing_error ×3, no attempts left");
        assert_eq!(cell(&campaign, 33), "routing_error ×3, no");
    }
}
