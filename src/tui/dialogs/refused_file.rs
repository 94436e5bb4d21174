//! Postman's whole answer to a file that it refused after its own check. It quotes the file, and leads to a report that is
//! personal data: nothing fetches that, its address is here to be copied.

use ratatui::text::{Line, Span};

use super::{Can, Next};
use crate::action::{Sha256, Subject};
use crate::delivery::clean_line;
use crate::monitor::{ActionStage, NoticeWeight};
use crate::postman::Refusal;
use crate::tui::shared::Shared;
use crate::tui::text::wrap;
use crate::tui::widgets::page::{self, Page, Reads};
use crate::tui::widgets::words::in_a_line;
use crate::tui::{Action, Role};

/// The field of the answer with the address of its report.
const REPORT: &str = "reportURL";

pub(in crate::tui) struct RefusedFile;

impl RefusedFile {
    /// Opens the answer that came last in the campaign on the screen, or says that there is none.
    pub fn open(shared: &mut Shared) {
        if shared.is_presenting() {
            let next = format!("{} ends that", shared.keymap.command("present"));
            shared.tell(NoticeWeight::Info, "Postman's answer quotes the file, and is not shown while presenting", "", &next);
        } else if answer(shared).is_some() {
            Page::<Self>::open(shared);
        }
    }

    /// Opens the answer to this file. False where there is none.
    pub fn open_of(shared: &mut Shared, sha256: &Sha256) -> bool {
        let Some(campaign) = shared.campaign_mut() else { return false };
        campaign.uploads.note_refused(sha256.clone());
        let is_there = answer(shared).is_some();
        if is_there {
            Self::open(shared);
        }
        is_there
    }
}

/// The refusal, the file's name, and the whole answer.
fn answer(shared: &Shared) -> Option<(&Refusal, &str, &str)> {
    let campaign = shared.campaign()?;
    let sha256 = campaign.uploads.refused()?;
    let Some(ActionStage::Refused(refusal)) = &campaign.actions.on(&Subject::Upload(sha256.clone()))?.stage else { return None };
    let name = campaign.uploads.of(sha256).map_or("a file", |file| file.name.as_str());
    Some((refusal, name, refusal.check.as_ref()?.as_str()))
}

/// The address of the report, wherever it is in the answer.
fn report(answer: &str) -> Option<String> {
    fn find(value: &serde_json::Value) -> Option<&str> {
        match value {
            serde_json::Value::Object(fields) => {
                fields.get(REPORT).and_then(serde_json::Value::as_str).or_else(|| fields.values().find_map(find))
            }
            serde_json::Value::Array(items) => items.iter().find_map(find),
            _ => None,
        }
    }
    find(&serde_json::from_str(answer).ok()?).map(|address| clean_line(address).into_owned())
}

/// The answer in lines of its own, where it is JSON.
fn readable(answer: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(answer).ok();
    value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| answer.to_owned())
}

impl Reads for RefusedFile {
    const TITLE: &'static str = "Postman refused the file: its whole answer";

    fn lines(shared: &Shared, columns: usize) -> Vec<Line<'static>> {
        let Some((refusal, name, answer)) = answer(shared) else { return Vec::new() };
        let room = page::text_width(columns);
        let style = |role| shared.look.style(role);
        let mut lines = Vec::new();
        let mut say = |text: &str, role| {
            lines.extend(wrap(text, room).into_iter().map(|line| Line::from(Span::styled(format!(" {line}"), style(role)))));
        };
        say(&format!("{}: nothing of it was sent.", clean_line(name)), Role::Failed);
        say(&in_a_line(&refusal.why), Role::Text);
        if let Some(address) = report(answer) {
            say("", Role::Text);
            let copy = shared.keymap.name(crate::tui::Context::Page, Action::Copy);
            let words = format!(
                "Its report is your own file with an added column that says what is wrong: {copy} copies the address. Postwatch does not fetch it."
            );
            say(&words, Role::Text);
            say(&address, Role::Strong);
        }
        say("", Role::Text);
        say(&readable(answer), Role::Text);
        lines
    }

    fn can(action: Action, shared: &Shared) -> Can {
        match action {
            Action::Copy if answer(shared).is_some_and(|(_, _, answer)| report(answer).is_some()) => Can::Do("copy the report's address"),
            Action::Copy => Can::Do("copy the answer"),
            _ => Can::NotHere,
        }
    }

    fn key(action: Action, shared: &mut Shared) {
        if action != Action::Copy {
            return;
        }
        let copied = answer(shared).map(|(_, _, answer)| match report(answer) {
            Some(address) => (address, "the report's address", false),
            // It quotes the file.
            None => (readable(answer), "the answer", true),
        });
        if let Some((text, what, is_open)) = copied {
            shared.hand_out(Some(text), what, is_open);
        }
    }

    fn refresh(shared: &mut Shared) -> Next {
        if answer(shared).is_none() || shared.is_presenting() { Next::Back } else { Next::Stay }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(r#"{"isValid":false,"reportURL":"https://files.example/r/1"}"#, Some("https://files.example/r/1"))]
    #[case(r#"{"error":{"details":[{"reportURL":"https://files.example/r/2"}]}}"#, Some("https://files.example/r/2"))]
    #[case(r#"{"isValid":false,"reportURL":null}"#, None)]
    #[case("row 3: bad number", None)]
    fn the_report_is_found_in_any_shape(#[case] answer: &str, #[case] address: Option<&str>) {
        assert_eq!(report(answer).as_deref(), address);
    }
}
