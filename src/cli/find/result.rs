//! What the campaigns answered, and the sentence about it.

use std::collections::HashSet;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::campaigns::ConfiguredCampaign;
use super::super::context::counted;
use super::super::moment::shown;
use super::super::{Exit, Failure};
use crate::config::BrokenCampaign;
use crate::delivery::{Beside, Message, Status, recipient_key};
use crate::postman::record::RecordFormat;

/// What all campaigns answered, in the order of the configuration.
pub(super) struct FindResult {
    /// Whether part of a number was searched for, which may fit several.
    pub is_part: bool,
    pub answers: Vec<CampaignAnswer>,
    /// Campaigns that cannot be asked because of a mistake in the configuration.
    pub broken: Vec<NotAsked>,
}

/// A campaign and what it answered.
pub(super) struct CampaignAnswer {
    pub campaign: ConfiguredCampaign,
    /// How its messages are shown.
    pub layout: RecordFormat,
    pub reported: Result<SearchAnswer, Failure>,
}

/// An answer.
pub(super) struct SearchAnswer {
    /// The messages found, newest first.
    pub messages: Vec<Message>,
    /// What else the answer held.
    pub beside: Beside,
    /// Whether the server has more.
    pub more: bool,
    /// When it was asked.
    pub at: Timestamp,
}

/// A campaign that could not be asked. Nothing is known about the number there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotAsked {
    pub campaign: String,
    pub why: Failure,
}

impl SearchAnswer {
    /// Whether it has nothing, but says that there is more.
    pub fn is_empty_of_more(&self) -> bool {
        self.messages.is_empty() && self.more && self.beside.is_nothing()
    }

    /// Whether it has a message, or says for certain that there is none.
    pub fn is_certain(&self) -> bool {
        !self.messages.is_empty() || self.beside.proves_none(self.more)
    }
}

impl NotAsked {
    /// One with a mistake in the configuration.
    pub fn broken(broken: &BrokenCampaign, path: &Path) -> Self {
        let what = format!("It has a mistake in the configuration (line {}).", broken.line);
        let next = format!("`postwatch check` lists the mistakes in {}.", path.display());
        Self { campaign: broken.name.clone(), why: Failure::usage(what, next) }
    }
}

impl CampaignAnswer {
    /// A campaign that has not answered yet.
    pub fn waiting(campaign: &ConfiguredCampaign, layout: RecordFormat) -> Self {
        let why = Failure::new(Exit::Failed, "There was no answer.", "", "Run the command again.");
        Self { campaign: campaign.clone(), layout, reported: Err(why) }
    }
}

impl FindResult {
    /// The campaigns that answered.
    pub fn asked(&self) -> impl Iterator<Item = (&CampaignAnswer, &SearchAnswer)> {
        self.answers.iter().filter_map(|answer| Some((answer, answer.reported.as_ref().ok()?)))
    }

    /// The campaigns that could not be asked.
    pub fn not_asked(&self) -> Vec<NotAsked> {
        let failed = self.answers.iter().filter_map(|answer| {
            let why = answer.reported.as_ref().err()?.clone();
            Some(NotAsked { campaign: answer.campaign.settings.name.clone(), why })
        });
        failed.chain(self.broken.iter().cloned()).collect()
    }

    /// The exit code: nothing found is not a failure; a campaign that could not be asked is one, and
    /// so is an answer that leaves open whether there is a message.
    pub fn exit(&self) -> Exit {
        let answered = if self.asked().all(|(_, asked)| asked.is_certain()) { Exit::Done } else { Exit::Failed };
        self.not_asked().iter().fold(answered, |exit, not_asked| exit.and(not_asked.why.exit))
    }

    /// A sentence to say aloud, for instance on the telephone: without the number, and without the
    /// text.
    pub fn sentence(&self, zone: &TimeZone) -> String {
        let asked = self.asked().count();
        let missing = self.not_asked().len();
        let open = match missing {
            0 => String::new(),
            1 => " 1 campaign could not be asked.".to_owned(),
            more => format!(" {more} campaigns could not be asked."),
        };
        let number = if self.is_part { "a number with these digits" } else { "this number" };
        let with: Vec<_> = self.asked().filter(|(_, asked)| !asked.messages.is_empty()).collect();
        let doubts = self.doubts();
        let certain = self.asked().filter(|(_, asked)| asked.is_certain()).count();
        let Some((campaign, newest)) = self.newest() else {
            return match (asked, missing) {
                (1.., _) if certain == 0 => format!("It is not known whether there is a message to {number}.{doubts}{open}"),
                (asked, _) if certain < asked => {
                    let of = if certain == 1 { "the 1 campaign".to_owned() } else { format!("the {certain} campaigns") };
                    format!("There is no message to {number} in {of} with a clear answer.{doubts}{open} There may be one in the others.")
                }
                (0, _) => format!("No campaign could be asked, so nothing is known about {number}."),
                (1, 0) => format!("There is no message to {number} in “{}”, the one campaign that was asked.{doubts}", self.only_name()),
                (asked, 0) => format!("There is no message to {number} in any of the {asked} campaigns.{doubts}"),
                (asked, _) => {
                    let of = if asked == 1 { "the 1 campaign that was".to_owned() } else { format!("the {asked} campaigns that were") };
                    format!("There is no message to {number} in {of} asked.{doubts}{open} There may be one in what was not asked.")
                }
            };
        };
        let messages: usize = with.iter().map(|(_, asked)| asked.messages.len()).sum();
        let at_least = if with.iter().any(|(_, asked)| asked.more) { "At least " } else { "" };
        let recipients = with.iter().flat_map(|(_, asked)| &asked.messages).filter_map(|message| message.recipient.as_ref());
        let numbers: HashSet<String> = recipients.map(|recipient| recipient_key(recipient.as_str())).collect();
        let whom = match numbers.len() {
            0 | 1 => format!("to {number}"),
            several => format!("to {several} numbers with these digits"),
        };
        let index = if with.len() == 1 { String::new() } else { format!(" in {} campaigns", with.len()) };
        let when = newest.created_at.map(|created| format!(" of {}", shown(created, zone))).unwrap_or_default();
        let became = became(newest);
        let count = counted(messages, "message");
        let which = if messages == 1 { "it is" } else { "the newest is" };
        format!("{at_least}{count} {whom}{index}; {which} from “{campaign}”{when} and {became}.{doubts}{open}")
    }

    /// What else the answers held, as sentences after a space: the reasons why more messages may exist.
    fn doubts(&self) -> String {
        let unsearched: Vec<_> = self.asked().filter(|(_, asked)| asked.beside.others > 0).collect();
        let others = counted(unsearched.iter().map(|(_, asked)| asked.beside.others).sum(), "message");
        let mut doubts = match unsearched.as_slice() {
            [] => String::new(),
            [(answer, _)] => {
                format!(" “{}” did not search: it answered with {others} to other numbers, left out here.", answer.campaign.settings.name)
            }
            several => format!(" {} campaigns did not search: they answered with {others} to other numbers, left out here.", several.len()),
        };
        let unreadable: usize = self.asked().map(|(_, asked)| asked.beside.unreadable).sum();
        if unreadable > 0 {
            doubts.push_str(&format!(" {} could not be read.", counted(unreadable, "row")));
        }
        for (answer, _) in self.asked().filter(|(_, asked)| asked.is_empty_of_more()) {
            let name = &answer.campaign.settings.name;
            doubts.push_str(&format!(" “{name}” answered with an empty page, but says that there is more."));
        }
        doubts
    }

    fn newest(&self) -> Option<(&str, &Message)> {
        let messages = self.asked().flat_map(|(answer, asked)| asked.messages.iter().map(move |message| (answer, message)));
        let newest = messages.max_by_key(|(_, message)| message.created_at)?;
        Some((newest.0.campaign.settings.name.as_str(), newest.1))
    }

    fn only_name(&self) -> &str {
        self.asked().next().map(|(answer, _)| answer.campaign.settings.name.as_str()).unwrap_or_default()
    }
}

/// What became of a message, as the end of a sentence.
fn became(message: &Message) -> String {
    match &message.status {
        Some(Status::Success) => "was delivered".to_owned(),
        Some(Status::Failure) => match message.error().filter(|error| !error.code.is_empty()) {
            Some(error) => format!("failed ({})", error.code),
            None => "failed".to_owned(),
        },
        Some(Status::SentToTelco) => "is with the telco".to_owned(),
        Some(status) => format!("is {}", status.word()),
        None => "has no known status".to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests;
