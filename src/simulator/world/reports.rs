//! The reports on refused files: each is the caller's own file with one more column, under an address of its own.

use std::collections::VecDeque;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::dice::{Dice, For};
use super::wire::id_text;

/// So many are kept: a file can have 40 MB.
const KEPT: usize = 8;

/// An id of the API's own form stays as it is.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-');

/// The reports of a campaign.
pub(super) struct Reports {
    dice: Dice,
    campaign: String,
    /// What comes before the campaign's id in their addresses.
    base_url: String,
    made: u64,
    /// The newest, by their ids.
    kept: VecDeque<(String, Vec<u8>)>,
}

impl Reports {
    pub(super) fn new(dice: Dice, campaign: &str) -> Self {
        let base_url = "http://127.0.0.1/validation-reports".to_owned();
        Self { dice, campaign: campaign.to_owned(), base_url, made: 0, kept: VecDeque::new() }
    }

    pub(super) fn serve_below(&mut self, base_url: &str) {
        base_url.clone_into(&mut self.base_url);
    }

    /// Keeps a report; gives its address.
    pub(super) fn keep(&mut self, report: Vec<u8>) -> String {
        let id = id_text("report_", self.dice.uuid(For::ReportFile, self.made));
        self.made += 1;
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((id.clone(), report));
        format!("{}/{}/{id}", self.base_url, utf8_percent_encode(&self.campaign, IN_PATH))
    }

    pub(super) fn find(&self, id: &str) -> Option<&[u8]> {
        self.kept.iter().find(|(known, _)| known == id).map(|(_, report)| report.as_slice())
    }
}
