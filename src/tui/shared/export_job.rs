//! What is written to a file, one export at a time. Its parts are made one by one, each when the one before is on the
//! disk, so that no key waits for a million rows.

use crate::tui::views::messages::cells::message_heads;
use std::path::Path;
use std::sync::Arc;

use crate::monitor::{CampaignIndex, Notice, NoticeWeight};
use crate::postman::Explanation;
use crate::store::RowNumber;
use crate::tui::dialogs::ExportFile;
use crate::tui::shared::Shared;
use crate::tui::text::csv::{BOM, csv_lines};
use crate::tui::{Copied, Effect, ExportAnswer, ExportId, ExportStep, FoundFile};

/// How many messages a part has: as many as are made in a few milliseconds.
const PART: usize = 2_000;

/// What to write.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Export {
    /// Its content in a word: `messages`.
    pub what: &'static str,
    /// Its content, for the journal, with nothing personal: `results, 22 rows`.
    pub detail: String,
    pub content: Content,
    /// Whether it was offered as masked: then it stays so, whatever the screen shows meanwhile.
    pub masked: bool,
}

/// The rows of an export.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum Content {
    /// The file's whole text, for short lists.
    Ready(Arc<str>),
    /// These messages, each as it is when its turn comes. Their rows are kept until then.
    Messages(Arc<[RowNumber]>),
    /// All mistakes of a file, which whoever writes them makes: there can be a million.
    Mistakes(FoundFile),
}

impl Export {
    /// How many messages are written one by one; none where the text is ready.
    pub fn rows(&self) -> &[RowNumber] {
        match &self.content {
            Content::Ready(_) | Content::Mistakes(_) => &[],
            Content::Messages(rows) => rows,
        }
    }
}

/// The export under way, and the names of those before.
#[derive(Debug, Default)]
pub(in crate::tui) struct ExportJob {
    under_way: Option<UnderWay>,
    /// The number of the newest export.
    last: u64,
    /// The exported files: their names are nobody else's business.
    names: Vec<String>,
}

#[derive(Debug)]
struct UnderWay {
    /// Its number: answers about others are old.
    id: ExportId,
    /// The index of its campaign.
    campaign: usize,
    export: Export,
    /// The file, as typed.
    path: String,
    /// How many rows were handed over.
    at: usize,
    /// Whether all of it was handed over, so that only the answer is missing.
    is_whole: bool,
}

impl ExportJob {
    pub fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// What is being written, in a word.
    pub fn what(&self) -> Option<&'static str> {
        self.under_way.as_ref().map(|under_way| under_way.export.what)
    }

    /// How many messages of how many were handed over; none of none where the text was ready.
    pub fn progress(&self) -> (usize, usize) {
        let rows = |under_way: &UnderWay| under_way.export.rows().len();
        self.under_way.as_ref().map_or((0, 0), |under_way| (under_way.at.min(rows(under_way)), rows(under_way)))
    }

    /// What no one else must see of the names of the exported files.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether it still needs the rows of a campaign, so that none may be reused.
    pub fn holds_rows(&self, campaign: usize) -> bool {
        self.under_way.as_ref().is_some_and(|under_way| under_way.campaign == campaign)
    }
}

impl Shared {
    /// Starts writing.
    pub(in crate::tui) fn begin_export(&mut self, export: Export, path: String) {
        if !export.masked && self.lacks_journal("nothing is exported unmasked") {
            return;
        }
        self.exports.last += 1;
        let id = ExportId(self.exports.last);
        self.effects.push(Effect::Export { export: id, step: ExportStep::Begin { path: path.clone() } });
        self.exports.names.push(reported_part(&path));
        self.exports.under_way = Some(UnderWay { id, campaign: self.campaigns.current(), export, path, at: 0, is_whole: false });
    }

    /// The outcome of a step.
    pub(super) fn export_answered(&mut self, id: ExportId, answer: ExportAnswer) {
        if self.exports.under_way.as_ref().is_none_or(|under_way| under_way.id != id) {
            return;
        }
        match answer {
            ExportAnswer::Written => self.export_part(),
            ExportAnswer::Done(text) => self.end_export(NoticeWeight::Info, text),
            ExportAnswer::Failed(text) => self.end_export(NoticeWeight::Problem, text),
            ExportAnswer::Taken { free } => self.ask_for_another(&free),
        }
    }

    fn end_export(&mut self, weight: NoticeWeight, text: Explanation) {
        self.exports.under_way = None;
        self.notices.answer(Notice { at: self.now, weight, text });
    }

    /// The file already exists: another name is proposed, unless the user is doing something else by
    /// now.
    fn ask_for_another(&mut self, free: &str) {
        let Some(UnderWay { campaign, export, path, .. }) = self.exports.under_way.take() else { return };
        let problem = format!("{path} already exists and was left as it is");
        if self.has_nothing_open() && campaign == self.campaigns.current() {
            ExportFile::open(self, export, free, problem);
        } else {
            self.tell(NoticeWeight::Warning, &format!("no file was written: {problem}"), "", "");
        }
    }

    /// The next part, or the end.
    fn export_part(&mut self) {
        let Some(under_way) = &self.exports.under_way else { return };
        let Some(campaign) = self.campaigns.get(under_way.campaign).filter(|_| !under_way.is_whole) else { return };
        let masked = under_way.export.masked || campaign.masked;
        let is_first = under_way.at == 0;
        let (text, next) = match &under_way.export.content {
            Content::Ready(text) => (text.to_string(), 1),
            // Written by the step itself.
            Content::Mistakes(_) => (String::new(), 1),
            Content::Messages(rows) => {
                let next = (under_way.at + PART).min(rows.len());
                let part = rows.get(under_way.at..next).unwrap_or_default();
                let cells = part.iter().map(|row| crate::tui::views::messages::cells::message_cells(self, campaign, *row, masked));
                let heads = is_first.then(message_heads);
                let lines: Vec<Vec<String>> = heads.into_iter().chain(cells).collect();
                let mark = if is_first { BOM.to_string() } else { String::new() };
                (format!("{mark}{}", csv_lines(&lines)), next)
            }
        };
        let is_over = under_way.at >= under_way.export.rows().len().max(1);
        let id = under_way.id;
        let step = if is_over {
            let masked = under_way.export.masked;
            let open = if masked { "" } else { ", not masked" };
            let detail = format!("{}{open}", under_way.export.detail);
            ExportStep::End { campaign: CampaignIndex(under_way.campaign), detail, masked }
        } else {
            match &under_way.export.content {
                Content::Mistakes(found) => ExportStep::Mistakes(found.clone()),
                Content::Ready(_) | Content::Messages(_) => ExportStep::Part(Copied(text)),
            }
        };
        if let Some(under_way) = &mut self.exports.under_way {
            under_way.at = next;
            under_way.is_whole = is_over;
        }
        self.effects.push(Effect::Export { export: id, step });
    }

    /// Stops the export under way; no file is left. False where there is none.
    pub(super) fn stop_export(&mut self, why: &str) -> bool {
        let Some(under_way) = self.exports.under_way.take() else { return false };
        self.effects.push(Effect::Export { export: under_way.id, step: ExportStep::Drop });
        self.tell(NoticeWeight::Info, "the export was stopped: no file was written", why, "");
        true
    }

    /// The rows of a campaign are no longer valid.
    pub(super) fn forget_export(&mut self, campaign: usize) {
        if self.exports.holds_rows(campaign) {
            self.stop_export("its messages are no longer loaded");
        }
    }
}

/// What notices show of a path, whatever name the file gets: without the folder that `~` stands for, and without
/// the ending, before which a number is put where the name is taken.
fn reported_part(path: &str) -> String {
    let path = path.strip_prefix("~/").unwrap_or(path);
    let ending = Path::new(path).extension().map_or(0, |ending| ending.len() + 1);
    path.get(..path.len() - ending).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("~/clinic.csv", "clinic")]
    #[case("/tmp/clinic.nov.txt", "/tmp/clinic.nov")]
    #[case("clinic", "clinic")]
    #[case(".csv", ".csv")]
    fn every_name_that_a_file_may_get_has_it(#[case] path: &str, #[case] part: &str) {
        assert_eq!(reported_part(path), part);
    }
}
