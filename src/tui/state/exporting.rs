//! A file that is being written, and what to write.

use std::sync::Arc;

use super::{OldDialog, Prompt, PromptKind, Shared};
use crate::store::RowNumber;
use crate::tui::ExportId;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Export {
    /// Its content in a word: `messages`.
    pub what: &'static str,
    /// Its content, for the journal, with nothing personal: `results, 22 rows`.
    pub detail: String,
    /// The rows themselves.
    pub content: Content,
    /// Whether it was offered as masked: then it stays so, whatever the screen shows meanwhile.
    pub masked: bool,
}

/// The rows of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum Content {
    /// The file's whole text, for short lists.
    Ready(Arc<str>),
    /// These messages, each as it is when its turn comes. Their rows are kept until then.
    Messages(Arc<[RowNumber]>),
}

/// An export under way.
#[derive(Debug)]
pub(in crate::tui) struct Exporting {
    /// Its number: answers about others are old.
    pub id: ExportId,
    /// The index of its campaign.
    pub campaign: usize,
    pub export: Export,
    /// The file, as typed.
    pub path: String,
    /// How many rows were handed over.
    pub at: usize,
    /// Whether all of it was handed over, so that only the answer is missing.
    pub is_whole: bool,
}

impl Export {
    /// How many messages are written one by one; none where the text is ready.
    pub fn rows(&self) -> &[RowNumber] {
        match &self.content {
            Content::Ready(_) => &[],
            Content::Messages(rows) => rows,
        }
    }
}

impl Shared {
    /// Whether an export still needs the rows of a campaign, so that none may be reused.
    pub(in crate::tui) fn holds_rows(&self, index: usize) -> bool {
        let is_asked = || {
            let OldDialog::Prompt(prompt) = &self.dialog else { return false };
            matches!(**prompt, Prompt { kind: PromptKind::Export(ref export), .. } if !export.rows().is_empty())
        };
        self.exporting.as_ref().is_some_and(|exporting| exporting.campaign == index) || (index == self.current && is_asked())
    }
}
