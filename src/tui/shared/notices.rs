//! What a person should know: kept in order, the newest shown, all readable.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::delivery::{agreeing, counted};
use crate::monitor::{Notice, NoticeWeight};
use crate::postman::Explanation;
use crate::tui::campaign::Alert;
use crate::tui::shared::{Shared, ViewKind};
use crate::tui::{Action, Effect};

/// How many are kept. More than anyone reads; a worker that repeats itself must not fill the
/// memory.
const KEPT: usize = 200;

/// How long the answer to a key comes before everything else: long enough to be read.
const NOTICE_TIME: SignedDuration = SignedDuration::from_secs(5);

/// A notice as it is kept.
#[derive(Debug, Clone)]
pub(in crate::tui) struct KeptNotice {
    pub notice: Notice,
    /// The campaign whose view shows more of it.
    pub more: Option<(usize, ViewKind)>,
}

impl From<Notice> for KeptNotice {
    fn from(notice: Notice) -> Self {
        Self { notice, more: None }
    }
}

/// The notices so far.
#[derive(Debug, Default)]
pub(in crate::tui) struct Notices {
    notices: VecDeque<KeptNotice>,
    dropped: usize,
    read: usize,
    /// What comes before everything else for a while.
    front: Option<FrontNotice>,
}

/// A notice that comes before everything else.
#[derive(Debug)]
struct FrontNotice {
    notice: KeptNotice,
    until: Timestamp,
    /// Whether it says that what a key asked for was not done: nothing that comes by itself takes its place.
    stays: bool,
}

impl Notices {
    /// Adds the answer to a key: it comes before everything else for a while.
    pub fn answer(&mut self, notice: impl Into<KeptNotice>) {
        self.show(notice.into(), true);
    }

    /// Adds what a person is called for: it comes before everything else for a while, but for a key that failed.
    pub fn call(&mut self, notice: impl Into<KeptNotice>) {
        self.show(notice.into(), false);
    }

    fn show(&mut self, notice: KeptNotice, is_answer: bool) {
        self.push(notice.clone());
        if is_answer || self.front.as_ref().is_none_or(|front| !front.stays) {
            let (until, stays) = (notice.notice.at + NOTICE_TIME, is_answer && notice.notice.weight == NoticeWeight::Problem);
            self.front = Some(FrontNotice { notice, until, stays });
        }
    }

    /// The one that comes before everything else.
    pub fn front(&self) -> Option<&KeptNotice> {
        self.front.as_ref().map(|front| &front.notice)
    }

    /// When it no longer does.
    pub fn due(&self) -> Option<Timestamp> {
        self.front.as_ref().map(|front| front.until)
    }

    /// Lets it step back when its time is over.
    pub fn expire(&mut self, now: Timestamp) {
        self.front.take_if(|front| front.until <= now);
    }

    /// Adds a notice.
    pub fn push(&mut self, notice: impl Into<KeptNotice>) {
        let notice = notice.into();
        if let Some(front) = self.front.as_mut().filter(|front| !front.stays) {
            front.notice = notice.clone();
        }
        // A repeated notice replaces the earlier one, wherever that is: several campaigns that come
        // and go must not push out everything else.
        if let Some(at) = self.notices.iter().rposition(|known| known.notice.text == notice.notice.text) {
            self.notices.remove(at);
            self.read -= usize::from(at < self.read);
        }
        self.notices.push_back(notice);
        if self.notices.len() > KEPT {
            self.notices.pop_front();
            self.dropped += 1;
            self.read = self.read.saturating_sub(1);
        }
    }

    pub fn newest(&self) -> Option<&KeptNotice> {
        self.notices.back()
    }

    /// How many there were, including those that were dropped.
    pub fn count(&self) -> usize {
        self.notices.len() + self.dropped
    }

    /// How many have not been seen yet.
    pub fn unread(&self) -> usize {
        self.notices.len() - self.read
    }

    /// All have been seen.
    pub fn mark_read(&mut self) {
        self.read = self.notices.len();
    }

    /// All kept ones, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &KeptNotice> {
        self.notices.iter().rev()
    }

    /// How many are no longer kept.
    pub fn dropped(&self) -> usize {
        self.dropped
    }
}

impl Shared {
    /// Shows a notice that the dashboard itself has: the answer to a key.
    pub(in crate::tui) fn tell(&mut self, weight: NoticeWeight, what: &str, why: &str, next: &str) {
        let text = Explanation::new(what.to_owned(), why.to_owned(), next.to_owned());
        self.notices.answer(Notice { at: self.now, weight, text });
    }

    /// The configuration was to be read again and cannot be used.
    pub(super) fn tell_not_reloaded(&mut self, text: Explanation) {
        self.notices.answer(Notice { at: self.now, weight: NoticeWeight::Problem, text });
    }

    /// Calls a person for something in each of these campaigns: notices, and the bell for the first of them.
    pub(super) fn call(&mut self, weight: NoticeWeight, alerts: Vec<(usize, Alert)>) {
        if let Some((_, first)) = alerts.first().filter(|_| self.look.bell) {
            let more = if alerts.len() > 1 { format!(", and {} more", alerts.len() - 1) } else { String::new() };
            self.effects.push(Effect::Call(format!("{}{more}", first.text.what)));
        }
        for (campaign, Alert { text, view }) in alerts {
            let notice = Notice { at: self.now, weight, text };
            self.notices.call(KeptNotice { notice, more: view.map(|view| (campaign, view)) });
        }
    }

    /// Which keys lead to a view of a campaign: first those that show another campaign.
    pub(in crate::tui) fn way_to(&self, campaign: usize, view: ViewKind) -> String {
        let what = format!("shows the {}", view.about().label.to_lowercase());
        if campaign == self.campaigns.current() {
            return format!("{} {what}", self.key_for(Action::Show(view)));
        }
        let key = self.keymap.name(self.pane(), Action::Show(view));
        if self.campaigns.next_in_need() == Some(campaign) {
            return format!("{} leads to it; then {key} {what}", self.key_for(Action::NextInNeed));
        }
        format!("{} lists all campaigns; in this one, {key} {what}", self.key_for(Action::ShowCampaigns))
    }

    /// Calls for every campaign that has just begun to fail more than usual, or in which nothing finishes any more.
    pub(super) fn watch_failures(&mut self) {
        let (now, look) = (self.now, &self.look);
        let calls = self.campaigns.iter_mut().enumerate().flat_map(|(index, campaign)| {
            let rising = campaign.rising_failures(now);
            let stall = campaign.stall(|since| look.minute(since, now));
            rising.into_iter().chain(stall).map(move |alert| (index, alert))
        });
        let calls = calls.collect();
        self.call(NoticeWeight::Problem, calls);
    }

    /// A paste outside a text field was dropped.
    pub(super) fn tell_dropped(&mut self, keys: Option<usize>) {
        let what = match keys {
            Some(keys) => {
                let were = agreeing(keys, "was", "were");
                format!("{} arrived at once and {were} taken for a paste. Nothing was done.", counted(keys, "key"))
            }
            None => "Text was pasted outside a text field. Nothing was done.".to_owned(),
        };
        self.tell(NoticeWeight::Info, &what, "", "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::NoticeWeight;
    use crate::postman::Explanation;
    use jiff::Timestamp;

    fn notice(what: &str) -> Notice {
        let text = Explanation::new(what.to_owned(), "", "");
        Notice { at: Timestamp::UNIX_EPOCH, weight: NoticeWeight::Info, text }
    }

    #[test]
    fn notices_queue_and_the_same_one_again_does_not() {
        let mut notices = Notices::default();
        for what in ["a", "b", "b", "a"] {
            notices.push(notice(what));
        }
        assert_eq!(notices.iter().map(|kept| kept.notice.text.what.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        notices.mark_read();
        notices.push(notice("c"));
        assert_eq!((notices.count(), notices.unread()), (3, 1));
        notices.push(notice("b"));
        assert_eq!((notices.count(), notices.unread()), (3, 2));
    }

    #[test]
    fn nothing_that_comes_by_itself_takes_the_place_of_a_key_that_failed() {
        let mut notices = Notices::default();
        let front = |notices: &Notices| notices.front().map(|kept| kept.notice.text.what.clone());
        let failed = |what| Notice { weight: NoticeWeight::Problem, ..notice(what) };
        notices.answer(notice("following"));
        notices.call(failed("failing"));
        assert_eq!(front(&notices).as_deref(), Some("failing"));
        notices.answer(failed("not reloaded"));
        notices.call(failed("stalled"));
        notices.push(failed("no answer"));
        assert_eq!((front(&notices).as_deref(), notices.count()), (Some("not reloaded"), 5));
        notices.answer(notice("copied"));
        assert_eq!(front(&notices).as_deref(), Some("copied"));
        notices.expire(Timestamp::UNIX_EPOCH + NOTICE_TIME);
        assert_eq!((front(&notices), notices.newest().map(|kept| kept.notice.text.what.as_str())), (None, Some("copied")));
    }

    #[test]
    fn the_oldest_are_dropped_and_counted() {
        let mut notices = Notices::default();
        for number in 0..KEPT + 5 {
            notices.push(notice(&number.to_string()));
        }
        assert_eq!((notices.iter().count(), notices.dropped(), notices.count()), (KEPT, 5, KEPT + 5));
    }
}
