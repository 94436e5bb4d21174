//! The line for the file that an export is written to.

use super::Next;
use crate::delivery::counted;
use crate::monitor::NoticeWeight;
use crate::tui::shared::Shared;
use crate::tui::shared::export_job::{Content, Export};
use crate::tui::text::csv::csv;
use crate::tui::widgets::line_box::{AsksLine, LineBox, LineDialog};
use crate::tui::widgets::sentences::Sentence;
use crate::tui::{FoundFile, Role};

pub(in crate::tui) struct ExportFile(Export);

impl ExportFile {
    /// Proposes a name, and says what was wrong with the one before.
    pub fn open(shared: &mut Shared, export: Export, name: &str, problem: String) {
        shared.open(LineDialog { asks: Self(export), line: LineBox::new(name, problem) });
    }
}

impl AsksLine for ExportFile {
    const ENTER: &'static str = "write it";

    fn says(&self, _shared: &Shared) -> Option<(String, Vec<Sentence>)> {
        let Self(Export { detail, masked, content, .. }) = self;
        if matches!(content, Content::Mistakes(_)) {
            let above = vec![
                Sentence::new(format!("{detail}: rows, columns and what is wrong, without any text of a cell."), Role::Text, 1),
                Sentence::new(
                    "As CSV, or as lines of JSON where the name ends in .ndjson. An existing file is not overwritten.",
                    Role::Muted,
                    2,
                ),
            ];
            return Some(("Write the mistakes to a file".to_owned(), above));
        }
        let masked = if *masked { "masked, as on the screen" } else { "NOT masked" };
        let above = vec![
            Sentence::new(format!("{detail}: {masked}. Only you can read the file. It is noted in the journal."), Role::Text, 1),
            Sentence::new("An existing file is not overwritten.", Role::Muted, 2),
        ];
        Some(("Export to a file".to_owned(), above))
    }

    fn enter(&mut self, typed: &str, shared: &mut Shared) -> Result<Next, String> {
        let path = typed.trim();
        if path.is_empty() {
            return Err("type a file name, or Esc".to_owned());
        }
        shared.begin_export(self.0.clone(), path.to_owned());
        // A plan, or the results of a run, are there as before.
        Ok(Next::Back)
    }

    fn holds_rows(&self) -> bool {
        !self.0.rows().is_empty()
    }
}

impl Shared {
    /// Asks where to write these rows, headers first.
    pub(super) fn ask_where(&mut self, what: &'static str, rows: &[Vec<String>]) {
        self.ask_where_of(what, rows.len().saturating_sub(1), Content::Ready(csv(rows).into()));
    }

    /// The same for the lines of a view.
    pub(in crate::tui) fn ask_where_lines<const N: usize>(&mut self, what: &'static str, heads: [&str; N], lines: Vec<Vec<String>>) {
        self.ask_where(what, &[vec![heads.map(str::to_owned).to_vec()], lines].concat());
    }

    /// Asks where to write all mistakes of a file. Nothing personal is in them, so they are as good as masked.
    pub(in crate::tui) fn ask_where_mistakes(&mut self, found: FoundFile) {
        let number = usize::try_from(found.checked.mistakes().len()).unwrap_or(usize::MAX);
        self.ask_where_of("mistakes", number, Content::Mistakes(found));
    }

    /// Asks for the file and proposes a name that is free.
    pub(in crate::tui) fn ask_where_of(&mut self, what: &'static str, number: usize, content: Content) {
        if number == 0 {
            self.tell(NoticeWeight::Info, "there is nothing to export", "", "");
            return;
        }
        if let Some(what) = self.exports.what() {
            let next = format!("{} stops it", self.keymap.command("stop"));
            self.tell(NoticeWeight::Info, "one export at a time", &format!("{what} are being written"), &next);
            return;
        }
        let at = self.time_of_day().to_zoned_datetime(self.look.zone.clone()).strftime("%Y%m%d-%H%M%S");
        let name = format!("postwatch-{}-{at}.csv", what.replace(' ', "-"));
        let is_impersonal = matches!(content, Content::Mistakes(_));
        let masked = is_impersonal || self.campaign().is_none_or(|campaign| campaign.masked);
        let detail = if is_impersonal { counted(number, "mistake") } else { format!("{what}, {}", counted(number, "row")) };
        let export = Export { what, detail, content, masked };
        ExportFile::open(self, export, &name, String::new());
    }
}
