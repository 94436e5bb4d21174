//! Going down to older history, and where that stops.

use jiff::Timestamp;

use super::stretch::{Opener, Stretch};
use super::{Fetch, Ledger, PageSeen, SeenMessage};
use crate::postman::{Cursor, Position};

/// How often an empty page with more behind it is requested again before it is believed: messages it left out by
/// mistake would count as read.
const DOUBTS: u32 = 2;

/// After this many pages in a row that lead to nothing older, a list counts as endless, however new its cursors look.
const AIMLESS: u32 = 20;

impl Ledger {
    /// Whether an answer is not believed. Then its cursor is requested again, less and less often.
    pub(super) fn doubts(&mut self, fetch: &Fetch, page: &PageSeen) -> bool {
        let Position::After(cursor) = fetch.position() else { return false };
        let doubted = self.troubled.get(&cursor).map_or(0, |before| before.failures);
        let doubtful = match self.asked_for(fetch) {
            Some(index) => {
                let above = index.checked_sub(1).and_then(|above| self.stretches.get(above)?.oldest_at);
                let stretch = &mut self.stretches[index];
                let astray = page.leads_astray(stretch, above);
                if astray {
                    // The stretch is gone, or the page is of another one.
                    (stretch.read_at, stretch.whole_at) = (page.asked_at, page.asked_at);
                }
                astray
            }
            None => page.rows.is_empty() && page.has_next && doubted < DOUBTS,
        };
        if doubtful {
            self.failed(fetch, page.asked_at);
        }
        doubtful
    }

    /// Counts the pages in a row that lead to nothing older, and returns whether there were too many. One that
    /// repeats messages above it counts like an empty one.
    pub(super) fn leads_nowhere(&mut self, leads_down: bool) -> bool {
        self.aimless = if leads_down { 0 } else { self.aimless + 1 };
        self.aimless >= AIMLESS
    }

    pub(super) fn apply_history(&mut self, after: &Cursor, page: &PageSeen) {
        self.asked_below.insert(after.clone());
        let Some(opener) = self.bottom.take() else { return };
        let leads_down = page.leads_below(&opener, self.oldest.as_ref().map(|(oldest, _)| *oldest));
        if leads_down {
            let below = page.opener_below();
            self.stretches.extend(Stretch::new(Some(opener), &page.rows, page.asked_at));
            self.leads_nowhere(true);
            return self.go_down(page, below);
        }
        // An empty page with a cursor is not the end: the same message is above the next one.
        let below = page.end.clone().map(|cursor| Opener { cursor, above: opener.above });
        let nowhere = self.leads_nowhere(false);
        self.go_down(page, below.filter(|_| !nowhere));
    }

    /// Sets where older history continues, after its newest page so far.
    pub(super) fn go_down(&mut self, page: &PageSeen, below: Option<Opener>) {
        self.note_oldest(page.rows.last());
        self.complete = !page.has_next;
        // A cursor seen before would lead in a circle.
        self.bottom = below.filter(|below| page.has_next && !self.asked_below.contains(&below.cursor));
        self.circular |= page.has_next && self.bottom.is_none();
    }

    fn note_oldest(&mut self, last: Option<&SeenMessage>) {
        let Some((last, created)) = last.and_then(|last| Some((last, last.created_at?))) else { return };
        if self.oldest.as_ref().is_none_or(|(oldest, _)| created <= *oldest) {
            self.oldest = Some((created, last.id.clone()));
        }
    }
}

impl PageSeen {
    /// Whether a page requested below a message, created at that time if known, holds older ones.
    pub(super) fn leads_below(&self, opener: &Opener, created: Option<Timestamp>) -> bool {
        let Some(last) = self.rows.last() else { return false };
        let newer = matches!((last.created_at, created), (Some(last), Some(above)) if last > above);
        last.id != opener.above && !newer
    }

    /// Whether a page requested for a stretch holds nothing of it, and nothing that could belong to it.
    fn leads_astray(&self, stretch: &Stretch, above: Option<Timestamp>) -> bool {
        let Some(opener) = &stretch.opener else { return false };
        self.index(&stretch.last).is_none() && !self.leads_below(opener, above)
    }
}
