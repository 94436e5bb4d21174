//! What an answer does to the ledger.

use std::collections::HashSet;

use jiff::Timestamp;

use super::pace::{PageComparison, Similarity};
use super::stretch::{Open, Opener, Stretch, open_of};
use super::{FULL_PAGE, Fetch, Ledger, PageSeen, SeenMessage};
use crate::delivery::MessageId;
use crate::postman::{Cursor, Position};
use crate::store::Gap;

/// How often an empty page with more behind it is requested again before it is believed: messages it left out by
/// mistake would count as read.
const DOUBTS: u32 = 2;

/// After this many pages in a row that lead to nothing older, a list counts as endless, however new its cursors look.
const AIMLESS: u32 = 20;

/// Two neighbours are merged only up to this many messages on the way: a stretch with many is better read by itself.
const FEW_OPEN: usize = 50;

impl Ledger {
    /// Handles the answer to a fetch.
    pub fn apply(&mut self, fetch: &Fetch, page: &PageSeen) {
        if self.doubts(fetch, page) {
            return;
        }
        if let Position::After(cursor) = fetch.position() {
            self.troubled.remove(&cursor);
        }
        let tally = self.tally(fetch, page);
        self.count(fetch, page.asked_at, tally.as_ref().is_some_and(|tally| tally.moved));
        match fetch {
            Fetch::Head { .. } => {
                self.apply_head(page);
                self.head_read_at = Some(page.asked_at);
            }
            Fetch::Gap { after } => self.apply_gap(after, page),
            Fetch::Stretch { after, limit } => self.apply_stretch(after, usize::from(*limit), page),
            Fetch::History { after } => self.apply_history(after, page),
        }
        if let (Some(tally), Some(stretch)) = (tally, self.asked_for(fetch).and_then(|index| self.stretches.get_mut(index))) {
            tally.tell(stretch);
        }
        self.put_neighbours_together(page.asked_at);
        self.similarity = Similarity::of(self.stretches.iter());
    }

    /// The index of the stretch that a fetch reads again.
    fn asked_for(&self, fetch: &Fetch) -> Option<usize> {
        match fetch {
            Fetch::Head { .. } => (!self.stretches.is_empty()).then_some(0),
            Fetch::Stretch { after, .. } => self.opened_by(after),
            Fetch::Gap { .. } | Fetch::History { .. } => None,
        }
    }

    fn opened_by(&self, cursor: &Cursor) -> Option<usize> {
        self.stretches.iter().position(|stretch| stretch.opener.as_ref().is_some_and(|opener| opener.cursor == *cursor))
    }

    /// What the page shows about changes in the stretch that it reads again.
    fn tally(&mut self, fetch: &Fetch, page: &PageSeen) -> Option<PageComparison> {
        let index = self.asked_for(fetch)?;
        Some(PageComparison::new(&self.stretches[index], page, &mut self.curves, self.similarity))
    }

    /// Counts whose turn it was; `moved` says whether something at rest was found to have changed.
    fn count(&mut self, fetch: &Fetch, asked_at: Timestamp, moved: bool) {
        let index = self.asked_for(fetch).filter(|index| *index > 0);
        let overdue = index.is_some_and(|index| self.stretches[index].is_overdue(asked_at, self.ahead, true));
        if index.is_some_and(|index| self.stands_still(index, asked_at)) {
            self.rest.looked(asked_at, moved);
        } else if moved {
            self.rest.moved();
        }
        self.since_overdue = if overdue { 0 } else { self.since_overdue.saturating_add(1) };
        self.since_history = if matches!(fetch, Fetch::History { .. }) { 0 } else { self.since_history.saturating_add(1) };
    }

    fn apply_head(&mut self, page: &PageSeen) {
        self.empty_head &= page.rows.is_empty();
        let Some(old) = self.stretches.front().cloned() else { return self.begin(page) };
        let Some(met) = old.first.as_ref().and_then(|first| page.index(first)) else { return self.open_gap(page) };
        if met == 0 && page.rows.len() >= old.count && page.rows.iter().map(|row| &row.id).eq(&old.ids) {
            // Nothing new: the same messages, read again.
            if let Some(head) = self.stretches.front_mut() {
                head.open = open_of(&page.rows, page.asked_at);
                head.failed = page.rows.iter().filter_map(|row| row.failed).max();
                (head.read_at, head.whole_at) = (page.asked_at, page.asked_at);
            }
            return;
        }
        if page.end.is_none() && page.has_next {
            // Without a cursor nothing could open the rest below the page.
            if let Some(head) = self.stretches.front_mut() {
                head.read_at = page.asked_at;
            }
            return;
        }
        self.stretches.pop_front();
        // Messages of the next stretch stay there: the head ends where that begins. (Across an old gap the next one
        // may be reached, too: then the gap is closed.)
        let reached = self.stretches.front().and_then(|next| page.reaches(next));
        let rows = &page.rows[..reached.unwrap_or(page.rows.len())];
        let Some(head) = Stretch::new(None, rows, page.asked_at) else { return self.stretches.push_front(old) };
        let mut head = head.with_ids(rows);
        let left = remaining(&old.ids, &page.rows);
        match (left.first(), page.opener_below()) {
            // The page ended above the old head's end: the remainder gets the cursor received.
            (Some(_), Some(opener)) => self.stretches.push_front(old.rest(opener, &left, rows)),
            (_, opener) if reached.is_none() && old.gap_below.is_some() => head.gap_below = opener,
            _ => {}
        }
        self.stretches.push_front(head);
    }

    /// The first page of the campaign.
    fn begin(&mut self, page: &PageSeen) {
        let Some(head) = Stretch::new(None, &page.rows, page.asked_at) else {
            // Nothing at all, or only a cursor, which is odd: the head is requested again.
            self.complete = !page.has_next;
            return;
        };
        self.stretches.push_front(head.with_ids(&page.rows));
        self.go_down(page, page.opener_below());
    }

    /// Forgets every stretch: the server's data was replaced.
    fn forget_all(&mut self) {
        *self = Ledger { again: true, ahead: self.ahead, curves: std::mem::take(&mut self.curves), ..Ledger::default() };
    }

    /// The head does not reach the known messages: there are others in between.
    fn open_gap(&mut self, page: &PageSeen) {
        if page.rows.is_empty() {
            // The campaign had messages and now has none: the server's data was replaced, or it is having trouble
            // right now. Only a second such answer is believed.
            if !page.has_next && std::mem::replace(&mut self.empty_head, true) {
                self.forget_all();
                self.complete = true;
            }
            return;
        }
        let known: HashSet<&MessageId> = self.stretches.front().into_iter().flat_map(|front| &front.ids).collect();
        if !known.is_empty() && page.rows.iter().all(|row| known.contains(&row.id)) {
            // Only known messages, without the newest: a lagging replica answered. There is nothing in between.
            return;
        }
        if !page.has_next {
            // The whole campaign, and nothing known in it: the server's data was replaced.
            self.forget_all();
            return self.begin(page);
        }
        if page.end.is_none() {
            // Without a cursor the messages in between cannot be read: the gap is reported and stays.
            let edges = page.rows.last().and_then(|row| row.created_at).zip(self.stretches.front().and_then(|head| head.newest_at));
            self.lost = edges.map(|(newer, older)| Gap { newer, older });
            self.circular = true;
            return;
        }
        if let Some(head) = Stretch::new(None, &page.rows, page.asked_at) {
            self.stretches.push_front(Stretch { gap_below: page.opener_below(), ..head.with_ids(&page.rows) });
        }
    }

    fn apply_gap(&mut self, after: &Cursor, page: &PageSeen) {
        let opens = |stretch: &Stretch| stretch.gap_below.as_ref().is_some_and(|gap| gap.cursor == *after);
        let Some(above) = self.stretches.iter().position(opens) else { return };
        let opener = self.stretches[above].gap_below.take();
        let reached = self.stretches.get(above + 1).and_then(|below| page.reaches(below));
        if reached.is_none() && !page.has_next {
            // The end of the history without the known messages: the server's data was replaced. Everything is read
            // again, including what is above the gap: the store forgets all messages, so none of them counts as read.
            return self.forget_all();
        }
        let Some(reached) = reached else {
            // Still in between: the gap goes on below this page. Cursors that lead nowhere would make it ask forever,
            // so the gap then stays open.
            self.asked_between.insert(after.clone());
            let leads_down = opener.as_ref().is_some_and(|opener| page.leads_below(opener, self.stretches[above].oldest_at));
            let nowhere = self.leads_nowhere(leads_down);
            let above_next = page.rows.last().filter(|_| leads_down).map(|row| &row.id).or(opener.as_ref().map(|opener| &opener.above));
            let end = page.end.clone().filter(|end| !nowhere && !self.asked_between.contains(end));
            let goes_on = end.zip(above_next.cloned()).map(|(cursor, above)| Opener { cursor, above });
            if goes_on.is_none() {
                let newer = page.rows.last().filter(|_| leads_down).map_or(self.stretches[above].oldest_at, |row| row.created_at);
                let edges = newer.zip(self.stretches.get(above + 1).and_then(|below| below.newest_at));
                self.lost = edges.map(|(newer, older)| Gap { newer, older });
                self.circular = true;
            }
            match Stretch::new(opener, &page.rows, page.asked_at).filter(|_| leads_down) {
                Some(stretch) => self.stretches.insert(above + 1, Stretch { gap_below: goes_on, ..stretch }),
                None => self.stretches[above].gap_below = goes_on,
            }
            return;
        };
        self.asked_between.clear();
        self.leads_nowhere(true);
        if self.stretches[above + 1].opener.is_some() {
            if let Some(stretch) = Stretch::new(opener, &page.rows[..reached], page.asked_at) {
                self.stretches.insert(above + 1, stretch);
            }
            return;
        }
        // Below is a former head, which no cursor opens yet: this page opens it, as far as it reaches.
        let Some(below) = self.stretches.remove(above + 1) else { return };
        let next = self.stretches.get(above + 1).and_then(|next| page.reaches(next));
        let rows = &page.rows[..next.unwrap_or(page.rows.len())];
        let left = remaining(&below.ids, &page.rows);
        let Some(mut stretch) = Stretch::new(opener, rows, page.asked_at) else { return };
        match (left.first(), page.opener_below()) {
            (Some(_), Some(opener)) => self.stretches.insert(above + 1, below.rest(opener, &left, rows)),
            (_, opener) if next.is_none() && below.gap_below.is_some() => stretch.gap_below = opener,
            _ => {}
        }
        self.stretches.insert(above + 1, stretch);
    }

    fn apply_stretch(&mut self, after: &Cursor, limit: usize, page: &PageSeen) {
        let Some(index) = self.opened_by(after) else { return };
        let old = &mut self.stretches[index];
        let end = page.index(&old.last).map(|last| last + 1);
        let rows = &page.rows[..end.unwrap_or(page.rows.len())];
        let Some(read) = Stretch::new(old.opener.clone(), rows, page.asked_at) else { return };
        if end.is_none() && page.has_next && limit < old.count && old.has_known_extent() {
            old.read_in_part(read, rows);
            return;
        }
        if end.is_some() || !page.has_next {
            *old = Stretch { gap_below: old.gap_below.take(), ..read };
            return;
        }
        // Messages were inserted (recorded late), so its end was not reached: the rest becomes a stretch of its own,
        // as old as it was.
        let Some(opener) = page.opener_below() else { return };
        let seen: HashSet<&MessageId> = rows.iter().map(|row| &row.id).collect();
        let below = |open: &Open| Open { index: open.index.saturating_sub(rows.len()), ..open.clone() };
        let open: Vec<_> = old.open.iter().filter(|open| !seen.contains(&open.id)).map(below).collect();
        let rest = Stretch {
            opener: Some(opener),
            first: None,
            // At least the last one; late messages make it more.
            count: old.count.saturating_sub(rows.len()).max(1),
            open,
            newest_at: rows.last().and_then(|row| row.created_at),
            ids: Vec::new(),
            ..old.clone()
        };
        *old = read;
        self.stretches.insert(index + 1, rest);
    }
}

/// Going down to older history, and where that stops.
impl Ledger {
    /// Whether an answer is not believed. Then its cursor is requested again, less and less often.
    fn doubts(&mut self, fetch: &Fetch, page: &PageSeen) -> bool {
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
    fn leads_nowhere(&mut self, leads_down: bool) -> bool {
        self.aimless = if leads_down { 0 } else { self.aimless + 1 };
        self.aimless >= AIMLESS
    }

    fn apply_history(&mut self, after: &Cursor, page: &PageSeen) {
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
    fn go_down(&mut self, page: &PageSeen, below: Option<Opener>) {
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

    /// Merges small quiet neighbours into one stretch of at most a page, so that one call reads both.
    fn put_neighbours_together(&mut self, now: Timestamp) {
        let move_few = |stretch: &Stretch| stretch.open.iter().filter(|open| !open.stands(now)).count() < FEW_OPEN;
        let mut index = 1;
        while index + 1 < self.stretches.len() {
            let (upper, lower) = (&self.stretches[index], &self.stretches[index + 1]);
            let fits = upper.count + lower.count <= FULL_PAGE
                && move_few(upper)
                && move_few(lower)
                && upper.has_known_extent()
                && lower.has_known_extent()
                && upper.gap_below.is_none()
                && upper.opener.is_some()
                && lower.opener.is_some();
            if !fits {
                index += 1;
                continue;
            }
            if let Some(lower) = self.stretches.remove(index + 1) {
                let upper = &mut self.stretches[index];
                upper.last = lower.last;
                let (above, pace) = (upper.count, upper.pace.with(lower.pace));
                upper.open.extend(lower.open.into_iter().map(|open| Open { index: above + open.index, ..open }));
                upper.pace = pace;
                upper.edge_rates.bottom = lower.edge_rates.bottom;
                upper.moved_at = upper.moved_at.max(lower.moved_at);
                upper.whole_at = upper.whole_at.min(lower.whole_at);
                upper.count += lower.count;
                upper.failed = upper.failed.max(lower.failed);
                upper.read_at = upper.read_at.min(lower.read_at);
                upper.oldest_at = lower.oldest_at;
                upper.gap_below = lower.gap_below;
            }
        }
    }
}

impl PageSeen {
    /// Whether a page requested below a message, created at that time if known, holds older ones.
    fn leads_below(&self, opener: &Opener, created: Option<Timestamp>) -> bool {
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

/// The ids that are not among the rows, in their order.
fn remaining(ids: &[MessageId], rows: &[SeenMessage]) -> Vec<MessageId> {
    let read: HashSet<&MessageId> = rows.iter().map(|row| &row.id).collect();
    ids.iter().filter(|id| !read.contains(id)).cloned().collect()
}
