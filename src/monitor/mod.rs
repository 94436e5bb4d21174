//! The worker of a campaign: what to read next, within its budget, and the retries it was asked to make. Commands in,
//! updates out; it knows nothing about the screen and keeps no messages.

mod active_action;
mod active_run;
mod budget;
mod clock;
mod command;
mod scheduler;
mod ledger;
mod reader;
mod settings;
mod call_slots;
mod update;
mod worker;
#[cfg(test)]
mod tests;

pub use budget::Budget;
pub use clock::{Clock, Moment, ServerTime};
pub use command::{Attendance, Command, CommandSender, Generation, Inbox, ToPrepare, inbox};
pub use ledger::{FULL_PAGE, Fetch, Ledger, Outlook, PageSeen, SeenMessage, Stage};
pub use reader::{ListRequest, Pages, ReadError, Reader, ReaderNews};
pub use settings::CampaignSettings;
pub use update::{
    ActionNews, ActionStage, BatchState, CampaignIndex, Connection, Meter, News, NotStarted, NoteLost, Notice, NoticeWeight,
    OpenActionNews, PreparedState, Purpose, RunNews, RunPhase, SearchState, TakenBack, Update, UpdateSender, UploadedNews,
};
pub use worker::{AWAY_CALLS_PER_SECOND, KeyAgain, Monitor, MonitorOptions, ReadKey};
