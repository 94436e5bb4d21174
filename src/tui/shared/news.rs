//! What the workers report.

use crate::tui::views::activity;
use jiff::Timestamp;

use crate::delivery::{Rows, Status};
use crate::monitor::{ActionStage, Command, Connection, News, Notice, NoticeWeight, Update};
use crate::postman::Explanation;
use crate::store::{AnswerKind, Merged, Reach};
use crate::tui::Effect;
use crate::tui::shared::{ActionRecord, Campaign, FollowedEnd, Shared, ViewKind};
use crate::tui::text::age;

impl Shared {
    pub(in crate::tui) fn news(&mut self, update: Update) {
        let index = update.campaign.0;
        let is_shown = index == self.campaigns.current();
        let now = self.now;
        if let News::Journal(refused) = update.news {
            // There is one for all campaigns.
            return self.journal_news(refused);
        }
        let Some(campaign) = self.campaigns.get_mut(index) else { return };
        match update.news {
            News::Run(news) => self.run_news(index, news),
            News::TakenBack(taken) => self.taken_back(index, taken),
            News::OpenActions(open) => {
                campaign.uploads.note_open(&open);
                campaign.actions.note_open(open);
            }
            News::Uploaded(uploaded) => campaign.uploads.note_uploaded(&uploaded),
            News::NotStarted(left) => activity::note_not_started(index, left, self),
            News::OutOfAttempts(messages) => {
                let rows: Vec<_> = messages.iter().filter_map(|message| campaign.store.row(message)).collect();
                campaign.out_of_attempts.extend(messages);
                campaign.failures.refused();
                if is_shown {
                    self.settle_failures();
                    self.changed.rows.extend(rows);
                }
            }
            News::Rows { rows, from, asked_at, reach, head } => {
                let merged = self.rows(index, &rows, &from, asked_at, reach, head);
                let calls = self.campaigns.get_mut(index).map(|campaign| campaign.new_errors(&merged, now)).unwrap_or_default();
                self.call(NoticeWeight::Warning, calls.into_iter().map(|alert| (index, alert)).collect());
                self.keep_within_limit(index);
                self.watch_failures();
                let calls = self.campaigns.get_mut(index).map(|campaign| campaign.ended_batches(&merged)).unwrap_or_default();
                self.call(NoticeWeight::Info, calls.into_iter().map(|alert| (index, alert)).collect());
                let ends = self.campaigns.get_mut(index).map(|campaign| campaign.followed_ends(&merged)).unwrap_or_default();
                self.tell_ends(index, &ends);
                self.tell_outage(index);
                if is_shown {
                    self.fill_window();
                }
            }
            News::Connection(connection) => {
                if !matches!(connection, Connection::Live) {
                    // The request may be lost: it can be made again.
                    campaign.further_asked = false;
                }
                campaign.pause_asked = campaign.pause_asked.filter(|paused| *paused != (connection == Connection::Paused));
                let begins = matches!(campaign.connection, Connection::Connecting | Connection::Live | Connection::Paused);
                let name = campaign.settings.name.clone();
                campaign.note_outage(&connection, now);
                campaign.connection = connection.clone();
                // A worker that reports its connection has a key, even where the start found none.
                campaign.settings.broken = None;
                self.across_refused(index, &connection);
                // There is room on the screen for what happened; what to do is among the notices.
                if let (true, Connection::Refused { why, .. } | Connection::Waiting { why, .. }) = (begins, connection) {
                    let text = Explanation { what: format!("{name}: {}", why.what), ..why };
                    self.notices.push(Notice { at: now, weight: NoticeWeight::Warning, text });
                }
                self.tell_outage(index);
            }
            News::Meter(meter) => campaign.meter = Some(meter),
            News::Search { generation, state } => {
                self.across_answered(index, generation, &state);
                if let Some(campaign) = self.campaigns.get_mut(index) {
                    campaign.find.answered(generation, state);
                }
            }
            News::Opened { generation, result } => {
                if let Some(opened) = &mut campaign.opened {
                    opened.answered(generation, result);
                }
            }
            News::Batch { generation, state } => {
                if !campaign.batch_loads.note(generation, &state) && is_shown {
                    self.changed.batch = Some((generation, state));
                }
            }
            News::Prepared { generation, state } => {
                if is_shown {
                    self.changed.prepared = Some((generation, state));
                }
            }
            News::Action(news) => {
                // The line on the screen is cut where it is narrow: the API's words are kept whole. A
                // run has its page of results for that.
                let in_run = campaign.actions.on(&news.subject).is_some_and(ActionRecord::is_in_run);
                let is_no = matches!(
                    news.stage,
                    ActionStage::Refused(_) | ActionStage::NotSent(_) | ActionStage::NotTaken(_) | ActionStage::Skipped(_)
                );
                // A batch says why in its own view.
                let is_told_elsewhere = in_run || news.subject.batch().is_some();
                if let (false, true, Some(why)) = (is_told_elsewhere, is_no, news.stage.why()) {
                    self.notices.push(Notice { at: news.at, weight: NoticeWeight::Warning, text: why.clone() });
                }
                campaign.follow_rest(&news.subject, &news.stage);
                campaign.follow_sent(&news);
                campaign.follow_upload(&news);
                let end = campaign.followed_end(&news);
                campaign.actions.note(news.clone());
                self.tell_ends(index, end.as_slice());
                self.note_refused_file(index, &news);
            }
            News::Notice(notice) => self.notices.push(notice),
            News::StartedOver => self.start_over(index),
            News::NoteLost(lost) => self.note_lost(update.campaign, &lost),
            News::Journal(_) | News::Refused(_) | News::Stopped => {}
        }
        if let Some(campaign) = self.campaigns.get_mut(index) {
            campaign.marks.expire(now);
        }
        self.note_found_uploads(index);
        if is_shown {
            self.select_sent();
        }
    }

    /// Calls for messages that a person waited for. What leaves the screen says nothing of whose they are.
    fn tell_ends(&mut self, index: usize, ends: &[FollowedEnd]) {
        let Some(campaign) = self.campaigns.get(index) else { return };
        let words = |end: &FollowedEnd| (campaign.actions.has_line_of(&end.message), campaign.end_words(end, &self.look, self.now));
        let ended = ends.iter().map(words).collect::<Vec<_>>();
        if let Some(end) = ends.first().filter(|_| self.look.bell) {
            let more = if ends.len() > 1 { format!(", and {} more", ends.len() - 1) } else { String::new() };
            let ended = if end.status == Status::Success { "was delivered" } else { "has failed" };
            self.effects.push(Effect::Call(format!("{}: a message you follow {ended}{more}", campaign.settings.name)));
        }
        for (end, (is_retry, what)) in ends.iter().zip(ended) {
            let notice = Notice { at: end.seen_at, weight: NoticeWeight::Info, text: Explanation::new(what, "", "") };
            // The outcome of a retry has a line of its own, which says more.
            if is_retry { self.notices.push(notice) } else { self.notices.call(Notice { at: self.now, ..notice }) }
        }
    }

    /// Says that answers come again, once nothing of what came meanwhile is missing.
    fn tell_outage(&mut self, index: usize) {
        let Some(campaign) = self.campaigns.get_mut(index) else { return };
        if let Some(lasted) = campaign.take_outage() {
            let what = format!("{}: answers again after {}, nothing was missed", campaign.settings.name, age(lasted));
            self.notices.push(Notice { at: self.now, weight: NoticeWeight::Info, text: Explanation::new(what, "", "") });
        }
    }

    /// What was shown no longer exists: a question about it must not be answered.
    fn start_over(&mut self, index: usize) {
        self.forget_export(index);
        let now = self.now;
        let Some(campaign) = self.campaigns.get_mut(index) else { return };
        campaign.start_over(now);
        crate::tui::views::look(self);
        let Some(campaign) = self.campaigns.get_mut(index) else { return };
        let name = campaign.settings.name.clone();
        self.across.start_over(index);
        if self.sending.is_of(index) {
            self.take_back_yes("the server has different messages than before");
        }
        if index == self.campaigns.current() && self.is_about_rows() {
            self.changed.are_rows_gone = true;
        }
        let what = format!("{name}: the server has different messages than before");
        self.tell(NoticeWeight::Warning, &what, "none of those shown exist any more", "they are being loaded again");
    }

    fn rows(&mut self, index: usize, rows: &Rows, from: &AnswerKind, asked_at: Timestamp, reach: Option<Reach>, head: bool) -> Merged {
        let (of_day, now, is_shown) = (self.time_of_day(), self.now, index == self.campaigns.current());
        let Some(campaign) = self.campaigns.get_mut(index) else { return Merged::default() };
        let newest_before = campaign.head_at.and_then(|_| campaign.store.coverage().newest);
        let merged = campaign.merge(rows, from, asked_at);
        campaign.note_changes(&merged, from, newest_before, asked_at);
        if let Some(reach) = reach {
            // Only an answer that goes further back is the requested one.
            if reach.complete || reach.oldest != campaign.store.reach().oldest {
                campaign.further_asked = false;
            }
            campaign.store.set_reach(reach);
        }
        campaign.list.apply(&campaign.store, &merged);
        let failures_in_view = self.view == ViewKind::Failures && is_shown;
        campaign.failures.apply(&campaign.store, &campaign.out_of_attempts, &merged, failures_in_view);
        campaign.marks.note(&merged, now);
        let mut is_window_found = false;
        if head {
            campaign.changes.begin(asked_at);
            campaign.head_at = campaign.head_at.max(Some(asked_at));
            is_window_found = campaign.find_window();
        }
        campaign.count(of_day, now);
        if is_window_found {
            self.read_window(index);
        }
        if is_shown {
            self.changed.rows.extend(&merged.touched);
        }
        merged
    }

    /// Drops the oldest messages where there are too many. Not during a question or an export,
    /// which are about rows that must not change their meaning.
    fn keep_within_limit(&mut self, index: usize) {
        if (index == self.campaigns.current() && self.is_about_rows()) || self.exports.holds_rows(index) {
            return;
        }
        if self.campaigns.get_mut(index).is_some_and(Campaign::keep_within_limit) {
            self.send_to(index, Command::NoOlder);
        }
    }
}
