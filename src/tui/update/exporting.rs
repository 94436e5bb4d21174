//! An export under way: its parts are made one at a time, each when the one before is on the disk, so
//! that no key waits for a million rows.

use std::path::Path;

use super::super::export::{BOM, csv_lines};
use super::super::state::{Content, Export, Exporting, OldDialog, PromptKind, Shared};
use super::super::{Copied, Effect, ExportAnswer, ExportId, ExportStep, view};
use crate::monitor::{CampaignIndex, Notice, NoticeWeight};

/// How many messages a part has: as many as are made in a few milliseconds.
const PART: usize = 2_000;

impl Shared {
    /// Starts writing.
    pub(in crate::tui) fn begin_export(&mut self, export: Export, path: String) {
        if !export.masked && self.lacks_journal("nothing is exported unmasked") {
            return;
        }
        self.last_export += 1;
        let id = ExportId(self.last_export);
        self.effects.push(Effect::Export { export: id, step: ExportStep::Begin { path: path.clone() } });
        self.exported.push(reported_part(&path));
        self.exporting = Some(Exporting { id, campaign: self.current, export, path, at: 0, is_whole: false });
    }

    /// The outcome of a step.
    pub(in crate::tui) fn export_answered(&mut self, id: ExportId, answer: ExportAnswer) {
        if self.exporting.as_ref().is_none_or(|exporting| exporting.id != id) {
            return;
        }
        match answer {
            ExportAnswer::Written => self.export_part(),
            ExportAnswer::Done(text) => {
                self.exporting = None;
                self.notices.answer(Notice { at: self.now, weight: NoticeWeight::Info, text });
            }
            ExportAnswer::Failed(text) => {
                self.exporting = None;
                self.notices.answer(Notice { at: self.now, weight: NoticeWeight::Problem, text });
            }
            ExportAnswer::Taken { free } => self.ask_for_another(&free),
        }
    }

    /// The file already exists: another name is proposed, unless the user is doing something else by
    /// now.
    fn ask_for_another(&mut self, free: &str) {
        let Some(exporting) = self.exporting.take() else { return };
        let problem = format!("{} already exists and was left as it is", exporting.path);
        if self.help.is_some() || !matches!(self.dialog, OldDialog::None) || exporting.campaign != self.current {
            self.tell(NoticeWeight::Warning, &format!("no file was written: {problem}"), "", "");
            return;
        }
        self.open_prompt(PromptKind::Export(exporting.export), free);
        if let OldDialog::Prompt(prompt) = &mut self.dialog {
            prompt.problem = problem;
        }
    }

    /// The next part, or the end.
    fn export_part(&mut self) {
        let Some(exporting) = &self.exporting else { return };
        let Some(campaign) = self.campaigns.get(exporting.campaign).filter(|_| !exporting.is_whole) else { return };
        let masked = exporting.export.masked || campaign.masked;
        let is_first = exporting.at == 0;
        let (text, next) = match &exporting.export.content {
            Content::Ready(text) => (text.to_string(), 1),
            Content::Messages(rows) => {
                let next = (exporting.at + PART).min(rows.len());
                let part = rows.get(exporting.at..next).unwrap_or_default();
                let cells = part.iter().map(|row| view::message_cells(self, campaign, *row, masked));
                let heads = is_first.then(view::message_heads);
                let lines: Vec<Vec<String>> = heads.into_iter().chain(cells).collect();
                let mark = if is_first { BOM.to_string() } else { String::new() };
                (format!("{mark}{}", csv_lines(&lines)), next)
            }
        };
        let is_over = exporting.at >= exporting.export.rows().len().max(1);
        let id = exporting.id;
        let step = if is_over {
            let masked = exporting.export.masked;
            let open = if masked { "" } else { ", not masked" };
            let detail = format!("{}{open}", exporting.export.detail);
            ExportStep::End { campaign: CampaignIndex(exporting.campaign), detail, masked }
        } else {
            ExportStep::Part(Copied(text))
        };
        if let Some(exporting) = &mut self.exporting {
            exporting.at = next;
            exporting.is_whole = is_over;
        }
        self.effects.push(Effect::Export { export: id, step });
    }

    /// Stops the export under way; no file is left. False where there is none.
    pub(in crate::tui) fn stop_export(&mut self, why: &str) -> bool {
        let Some(exporting) = self.exporting.take() else { return false };
        self.effects.push(Effect::Export { export: exporting.id, step: ExportStep::Drop });
        self.tell(NoticeWeight::Info, "the export was stopped: no file was written", why, "");
        true
    }

    /// The rows of a campaign are no longer valid.
    pub(in crate::tui) fn forget_export(&mut self, index: usize) {
        if !self.holds_rows(index) {
            return;
        }
        if !self.stop_export("its messages are no longer loaded") {
            self.dialog = OldDialog::None;
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
