//! What an answer does to the ledger.

use std::collections::HashSet;

use super::stretch::{Stretch, open_of};
use super::{FULL_PAGE, Fetch, Ledger, PageSeen, Seen};
use crate::delivery::MessageId;
use crate::postman::Cursor;

/// Up to how many open messages two neighbours are put together: a stretch with many is better
/// read by itself.
const FEW_OPEN: usize = 50;

impl Ledger {
    /// Takes in the answer to a fetch.
    pub fn apply(&mut self, fetch: &Fetch, page: &PageSeen) {
        match fetch {
            Fetch::Head { .. } => {
                self.apply_head(page);
                self.head_read_at = Some(page.asked_at);
            }
            Fetch::Gap { after } => self.apply_gap(after, page),
            Fetch::Stretch { after, .. } => self.apply_stretch(after, page),
            Fetch::History { after } => self.apply_history(after, page),
        }
        self.since_history = match fetch {
            Fetch::History { .. } => 0,
            Fetch::Stretch { .. } => self.since_history.saturating_add(1),
            _ => self.since_history,
        };
        self.put_neighbours_together();
    }

    fn apply_head(&mut self, page: &PageSeen) {
        let Some(old) = self.stretches.front().cloned() else { return self.begin(page) };
        let Some(met) = old.first.as_ref().and_then(|first| page.place(first)) else { return self.open_gap(page) };
        if met == 0 && page.rows.len() >= old.count && page.rows.iter().map(|row| &row.id).eq(&old.ids) {
            // Nothing new: the same messages, read anew.
            if let Some(head) = self.stretches.front_mut() {
                head.open = open_of(&page.rows);
                head.failed = page.rows.iter().filter_map(|row| row.failed).max();
                head.read_at = page.asked_at;
            }
            return;
        }
        if page.end.is_none() && page.has_next {
            // Without a cursor nothing could open what the page leaves below it.
            if let Some(head) = self.stretches.front_mut() {
                head.read_at = page.asked_at;
            }
            return;
        }
        self.stretches.pop_front();
        // What belongs to the next stretch stays there: the head ends where that begins.
        let below = old.gap_below.is_none().then(|| self.stretches.front().and_then(|next| next.first.clone())).flatten();
        let end = below.and_then(|below| page.place(&below)).unwrap_or(page.rows.len());
        let rows = &page.rows[..end];
        let Some(head) = Stretch::new(None, rows, page.asked_at) else { return self.stretches.push_front(old) };
        let mut head = head.with_ids(rows);
        let left: Vec<MessageId> = remaining(&old.ids, rows);
        if let (Some(first), Some(opener)) = (left.first(), page.end.clone()) {
            // The page ended above the old head's end: what is left gets the cursor that came.
            self.stretches.push_front(Stretch {
                opener: Some(opener),
                first: Some(first.clone()),
                count: left.len(),
                open: old.open.iter().filter(|open| left.contains(&open.id)).cloned().collect(),
                newest_at: rows.last().and_then(|row| row.created_at),
                ids: Vec::new(),
                ..old
            });
        } else if old.gap_below.is_some() {
            // It went past the old head's end into the gap below.
            let next = self.stretches.front().and_then(|next| next.first.clone());
            if let Some(place) = next.and_then(|next| page.place(&next)) {
                let rows = &page.rows[..place];
                if let Some(closed) = Stretch::new(None, rows, page.asked_at) {
                    head = closed.with_ids(rows);
                }
            } else {
                head.gap_below = page.end.clone();
            }
        }
        self.stretches.push_front(head);
    }

    /// The first page of the campaign.
    fn begin(&mut self, page: &PageSeen) {
        let Some(head) = Stretch::new(None, &page.rows, page.asked_at) else {
            self.complete = !page.has_next;
            self.bottom = page.end.clone().filter(|_| page.has_next);
            return;
        };
        self.stretches.push_front(head.with_ids(&page.rows));
        self.go_down(page);
    }

    /// The head does not reach what was known: there are messages between.
    fn open_gap(&mut self, page: &PageSeen) {
        if page.rows.is_empty() {
            // The campaign had messages and now has none: the server was given other data.
            if !page.has_next {
                *self = Ledger { complete: true, ..Ledger::default() };
            }
            return;
        }
        if !page.has_next {
            // The whole campaign, and nothing known in it: the server was given other data.
            *self = Ledger::default();
            return self.begin(page);
        }
        if let Some(head) = Stretch::new(None, &page.rows, page.asked_at) {
            self.stretches.push_front(Stretch { gap_below: page.end.clone(), ..head.with_ids(&page.rows) });
        }
    }

    fn apply_gap(&mut self, after: &Cursor, page: &PageSeen) {
        let Some(above) = self.stretches.iter().position(|stretch| stretch.gap_below.as_ref() == Some(after)) else { return };
        let met = self.stretches.get(above + 1).and_then(|below| below.first.as_ref()).and_then(|first| page.place(first));
        if met.is_none() && !page.has_next {
            // The end of the history without what was known: the server was given other data.
            self.stretches.truncate(above + 1);
            self.stretches[above].gap_below = None;
            if let Some(stretch) = Stretch::new(Some(after.clone()), &page.rows, page.asked_at) {
                self.stretches.push_back(stretch);
            }
            self.bottom = None;
            self.complete = true;
            self.note_oldest(page.rows.last());
            return;
        }
        let Some(place) = met else {
            // Still between: the gap goes on below this page. A cursor that does not move would
            // ask for ever, so the gap then counts as closed.
            let goes_on = page.end.clone().filter(|end| end != after);
            let stretch = Stretch::new(Some(after.clone()), &page.rows, page.asked_at);
            self.circular |= goes_on.is_none();
            match stretch {
                Some(stretch) => {
                    self.stretches[above].gap_below = None;
                    self.stretches.insert(above + 1, Stretch { gap_below: goes_on, ..stretch });
                }
                None => self.stretches[above].gap_below = goes_on,
            }
            return;
        };
        self.stretches[above].gap_below = None;
        let Some(below) = self.stretches.get(above + 1).cloned() else { return };
        if below.opener.is_some() {
            if let Some(stretch) = Stretch::new(Some(after.clone()), &page.rows[..place], page.asked_at) {
                self.stretches.insert(above + 1, stretch);
            }
            return;
        }
        // Below is a former head, which no cursor opens yet: this page opens it, as far as it goes.
        self.stretches.remove(above + 1);
        let next = below.gap_below.is_none().then(|| self.stretches.get(above + 1).and_then(|next| next.first.clone())).flatten();
        let end = next.and_then(|next| page.place(&next)).unwrap_or(page.rows.len());
        let rows = &page.rows[..end];
        let left = remaining(&below.ids, rows);
        if let (Some(first), Some(opener)) = (left.first(), page.end.clone()) {
            self.stretches.insert(
                above + 1,
                Stretch {
                    opener: Some(opener),
                    first: Some(first.clone()),
                    count: left.len(),
                    open: below.open.iter().filter(|open| left.contains(&open.id)).cloned().collect(),
                    newest_at: rows.last().and_then(|row| row.created_at),
                    ids: Vec::new(),
                    ..below
                },
            );
            if let Some(stretch) = Stretch::new(Some(after.clone()), rows, page.asked_at) {
                self.stretches.insert(above + 1, stretch);
            }
        } else if let Some(stretch) = Stretch::new(Some(after.clone()), rows, page.asked_at) {
            let gap_below = below.gap_below.as_ref().and(page.end.clone());
            self.stretches.insert(above + 1, Stretch { gap_below, ..stretch });
        }
    }

    fn apply_stretch(&mut self, after: &Cursor, page: &PageSeen) {
        let Some(place) = self.stretches.iter().position(|stretch| stretch.opener.as_ref() == Some(after)) else { return };
        let old = &mut self.stretches[place];
        let end = page.place(&old.last).map(|last| last + 1);
        let rows = &page.rows[..end.unwrap_or(page.rows.len())];
        let Some(read) = Stretch::new(Some(after.clone()), rows, page.asked_at) else {
            // The stretch is gone; it is asked again in its turn, in case that passes.
            old.read_at = page.asked_at;
            return;
        };
        if end.is_some() || !page.has_next {
            *old = Stretch { gap_below: old.gap_below.take(), ..read };
            return;
        }
        // Messages came in between (recorded late), so its end was not met: the rest is a stretch
        // of its own, as old as it was.
        let Some(opener) = page.end.clone() else { return };
        let seen: HashSet<&MessageId> = rows.iter().map(|row| &row.id).collect();
        let open: Vec<_> = old.open.iter().filter(|open| !seen.contains(&open.id)).cloned().collect();
        let rest = Stretch {
            opener: Some(opener),
            first: None,
            count: old.count.saturating_sub(rows.len()).max(HARD_TO_TELL),
            open,
            newest_at: rows.last().and_then(|row| row.created_at),
            ids: Vec::new(),
            ..old.clone()
        };
        *old = read;
        self.stretches.insert(place + 1, rest);
    }

    fn apply_history(&mut self, after: &Cursor, page: &PageSeen) {
        self.asked_below.insert(after.clone());
        if let Some(stretch) = Stretch::new(Some(after.clone()), &page.rows, page.asked_at) {
            self.stretches.push_back(stretch);
        }
        self.go_down(page);
    }

    /// Sets where older history goes on, after its newest page so far.
    fn go_down(&mut self, page: &PageSeen) {
        self.note_oldest(page.rows.last());
        self.complete = !page.has_next;
        self.bottom = page.end.clone().filter(|_| page.has_next);
        // An empty page with a cursor is not the end, but a cursor that came before is a circle.
        if self.bottom.as_ref().is_some_and(|bottom| self.asked_below.contains(bottom)) || (page.has_next && page.end.is_none()) {
            self.bottom = None;
            self.circular = true;
        }
    }

    fn note_oldest(&mut self, last: Option<&Seen>) {
        if let Some((last, created)) = last.and_then(|last| Some((last, last.created_at?))) {
            self.oldest = Some((created, last.id.clone()));
        }
    }

    /// Small quiet neighbours become one stretch of at most a page, so that one call reads both.
    fn put_neighbours_together(&mut self) {
        let mut place = 1;
        while place + 1 < self.stretches.len() {
            let (upper, lower) = (&self.stretches[place], &self.stretches[place + 1]);
            let fits = upper.count + lower.count <= FULL_PAGE
                && upper.open.len() < FEW_OPEN
                && lower.open.len() < FEW_OPEN
                && upper.gap_below.is_none()
                && upper.opener.is_some()
                && lower.opener.is_some();
            if !fits {
                place += 1;
                continue;
            }
            if let Some(lower) = self.stretches.remove(place + 1) {
                let upper = &mut self.stretches[place];
                upper.last = lower.last;
                upper.count += lower.count;
                upper.open.extend(lower.open);
                upper.failed = upper.failed.max(lower.failed);
                upper.read_at = upper.read_at.min(lower.read_at);
                upper.oldest_at = lower.oldest_at;
                upper.gap_below = lower.gap_below;
            }
        }
    }
}

/// How many messages to ask for where the count of a split stretch's rest cannot be told.
const HARD_TO_TELL: usize = 50;

/// The ids that are not among the rows, in their order.
fn remaining(ids: &[MessageId], rows: &[Seen]) -> Vec<MessageId> {
    let read: HashSet<&MessageId> = rows.iter().map(|row| &row.id).collect();
    ids.iter().filter(|id| !read.contains(id)).cloned().collect()
}
