//! The newest run of several retries.

use jiff::Timestamp;

use super::Campaign;
use crate::delivery::MessageId;
use crate::monitor::{RunNews, RunPhase};

#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct RunRecord {
    /// Its messages, in the order of the plan.
    pub messages: Vec<MessageId>,
    /// When a person said yes.
    pub asked_at: Timestamp,
    /// Its progress; `None` while the worker has not reported anything yet.
    pub news: Option<RunNews>,
    /// When it was reported to have ended.
    pub ended_at: Option<Timestamp>,
    /// Whether a person asked it to stop.
    pub stop_asked: bool,
    /// Whether its results were seen.
    pub is_read: bool,
    /// Whether its results have a line for each message.
    pub is_listed: bool,
}

impl RunRecord {
    /// A run that was just agreed to.
    pub fn new(messages: Vec<MessageId>, asked_at: Timestamp) -> Self {
        Self { messages, asked_at, news: None, ended_at: None, stop_asked: false, is_read: false, is_listed: false }
    }

    /// It has progressed. True when it has just ended.
    pub fn note(&mut self, news: RunNews, now: Timestamp) -> bool {
        let was_over = self.is_over();
        self.news = Some(news);
        let has_ended = !was_over && self.is_over();
        if has_ended {
            self.ended_at = Some(now);
        }
        has_ended
    }

    /// Whether no further retry is started.
    pub fn is_over(&self) -> bool {
        self.news.as_ref().is_some_and(|news| matches!(news.phase, RunPhase::Done | RunPhase::Stopped(_)))
    }

    /// Whether it has paused itself.
    pub fn is_paused(&self) -> bool {
        self.news.as_ref().is_some_and(|news| matches!(news.phase, RunPhase::Paused(_)))
    }
}

impl Campaign {
    /// Whether a run is under way or has paused itself.
    pub fn has_run(&self) -> bool {
        // A run without any report is under way as long as its retries are: it may have been
        // refused as a whole.
        self.run.as_ref().is_some_and(|run| !run.is_over() && (run.news.is_some() || self.actions.is_acting()))
    }

    /// How many lines the run and an upload take.
    pub fn run_rows(&self) -> u16 {
        u16::from(self.upload_under_way().is_some()) + self.own_run_rows()
    }

    fn own_run_rows(&self) -> u16 {
        match &self.run {
            Some(_) if self.has_run() => 3,
            Some(run) if run.news.is_none() => 0,
            Some(run) if !run.is_read || self.actions.followed().open > 0 => 1,
            _ => 0,
        }
    }
}
