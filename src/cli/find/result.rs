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
pub(super) mod tests {
    //! The sentences, each with what it must not hide.

    use super::*;
    use crate::delivery::{MessageId, Recipient};
    use crate::postman::record::tests::{layout, message};
    use crate::postman::{ApiKey, BaseUrl};

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Singapore").unwrap()
    }

    fn answer(name: &str, reported: Result<SearchAnswer, Failure>) -> CampaignAnswer {
        let base = BaseUrl::parse("http://127.0.0.1:1/api/v2").unwrap();
        let campaign = ConfiguredCampaign::simulated(name, "campaign_1", base, ApiKey::new(&"key_test_1".into()).unwrap());
        CampaignAnswer { campaign, layout: layout(true), reported }
    }

    fn asked(messages: Vec<Message>) -> Result<SearchAnswer, Failure> {
        Ok(SearchAnswer { messages, beside: Beside::default(), more: false, at: Timestamp::UNIX_EPOCH })
    }

    fn refused() -> Result<SearchAnswer, Failure> {
        Err(Failure::new(Exit::Refused, "The key is not this campaign's.", "", "Look at the portal."))
    }

    fn to(recipient: &str, status: Status, second: i64) -> Message {
        Message {
            id: MessageId::new(format!("message_{second}")),
            recipient: Some(Recipient::new(recipient)),
            status: Some(status),
            created_at: Timestamp::from_second(1_900_000_000 + second).ok(),
            attempts: None,
            ..message()
        }
    }

    fn said(answers: Vec<CampaignAnswer>) -> String {
        let broken = BrokenCampaign { name: "Broken".to_owned(), line: 3, ..BrokenCampaign::default() };
        let broken = if answers.len() == 4 { vec![NotAsked::broken(&broken, Path::new("c.toml"))] } else { Vec::new() };
        FindResult { is_part: false, answers, broken }.sentence(&zone())
    }

    #[test]
    fn nothing_found_is_not_the_same_as_not_asked() {
        assert_eq!(said(vec![answer("A", asked(vec![]))]), "There is no message to this number in “A”, the one campaign that was asked.");
        assert_eq!(
            said(vec![answer("A", asked(vec![])), answer("B", asked(vec![]))]),
            "There is no message to this number in any of the 2 campaigns."
        );
        assert_eq!(
            said(vec![answer("A", asked(vec![])), answer("B", refused())]),
            "There is no message to this number in the 1 campaign that was asked. 1 campaign could not be asked. There may be one in what was not asked."
        );
        assert_eq!(said(vec![answer("B", refused())]), "No campaign could be asked, so nothing is known about this number.");
    }

    #[test]
    fn what_was_found_is_said_with_what_became_of_the_newest() {
        let delivered = to("6580001234", Status::Success, 0);
        assert_eq!(
            said(vec![answer("A", asked(vec![delivered.clone()])), answer("B", asked(vec![]))]),
            "1 message to this number; it is from “A” of 18 Mar 2030 01:46:40 and was delivered."
        );
        let queued = to("6580001234", Status::Enqueued, 60);
        assert_eq!(
            said(vec![answer("A", asked(vec![delivered.clone()])), answer("B", asked(vec![queued.clone()])), answer("C", refused())]),
            "2 messages to this number in 2 campaigns; the newest is from “B” of 18 Mar 2030 01:47:40 and is queued. 1 campaign could not be asked."
        );
        let other = to("6580001235", Status::Failure, -60);
        let more = Ok(SearchAnswer { more: true, ..asked(vec![queued, other, delivered]).unwrap() });
        assert_eq!(
            said(vec![answer("A", more), answer("B", refused()), answer("C", refused()), answer("D", asked(vec![]))]),
            "At least 3 messages to 2 numbers with these digits; the newest is from “A” of 18 Mar 2030 01:47:40 and is queued. 3 campaigns could not be asked."
        );
        let failed = Message { status: Some(Status::Failure), ..message() };
        assert!(said(vec![answer("A", asked(vec![failed]))]).ends_with("and failed (routing_error)."));
    }

    fn answered(messages: Vec<Message>, others: usize, unreadable: usize, more: bool) -> Result<SearchAnswer, Failure> {
        Ok(SearchAnswer { beside: Beside { others, unreadable }, more, ..asked(messages).unwrap() })
    }

    #[test]
    fn a_server_that_did_not_search_proves_nothing() {
        let unsearched = || answer("A", answered(vec![], 30, 0, true));
        assert_eq!(
            said(vec![unsearched()]),
            "It is not known whether there is a message to this number. “A” did not search: it answered with 30 messages to other numbers, left out here."
        );
        assert_eq!(
            said(vec![unsearched(), answer("B", asked(vec![]))]),
            "There is no message to this number in the 1 campaign with a clear answer. “A” did not search: it answered with 30 messages to other numbers, left out here. There may be one in the others."
        );
        assert!(
            said(vec![unsearched(), answer("B", answered(vec![], 1, 0, true))])
                .contains(" 2 campaigns did not search: they answered with 31 messages")
        );
        // Its whole list was loaded, and searched here.
        let whole = said(vec![answer("A", answered(vec![], 30, 0, false))]);
        assert!(whole.starts_with("There is no message to this number in “A”") && whole.contains("“A” did not search"), "{whole}");
        let found = said(vec![answer("A", answered(vec![to("6580001234", Status::Success, 0)], 30, 0, true))]);
        assert!(found.starts_with("At least 1 message to this number;") && found.contains("“A” did not search"), "{found}");
    }

    #[test]
    fn rows_that_could_not_be_read_are_no_reason_for_no_message() {
        assert_eq!(
            said(vec![answer("A", answered(vec![], 0, 4, false))]),
            "It is not known whether there is a message to this number. 4 rows could not be read."
        );
        let found = said(vec![answer("A", answered(vec![to("6580001234", Status::Success, 0)], 0, 1, false))]);
        assert!(found.ends_with("and was delivered. 1 row could not be read."), "{found}");
    }

    #[test]
    fn an_empty_page_of_more_is_no_reason_for_no_message() {
        let empty = || answer("A", answered(vec![], 0, 0, true));
        assert_eq!(
            said(vec![empty()]),
            "It is not known whether there is a message to this number. “A” answered with an empty page, but says that there is more."
        );
        assert_eq!(FindResult { is_part: false, answers: vec![empty()], broken: Vec::new() }.exit(), Exit::Failed);
    }

    #[test]
    fn a_part_of_a_number_is_not_called_one() {
        let said = |answers| FindResult { is_part: true, answers, broken: Vec::new() }.sentence(&zone());
        assert!(said(vec![answer("A", asked(vec![]))]).starts_with("There is no message to a number with these digits in “A”"));
        let one = || to("6580001234", Status::Success, 0);
        assert!(said(vec![answer("A", asked(vec![one()]))]).starts_with("1 message to a number with these digits;"));
        assert!(said(vec![answer("A", refused())]).ends_with("nothing is known about a number with these digits."));
    }

    #[test]
    fn one_number_written_in_several_ways_is_one() {
        let ways = ["6580001234", "+65 8000 1234", "80001234", "65-8000-1234", "006580001234"];
        let messages = ways.map(|way| to(way, Status::Success, 0)).to_vec();
        let said = said(vec![answer("A", asked(messages))]);
        assert!(said.starts_with("5 messages to this number;"), "{said}");
    }

    #[test]
    fn the_sentence_holds_no_number() {
        for status in Status::KNOWN {
            assert!(!said(vec![answer("A", asked(vec![to("6580001234", status, 0)]))]).contains("8000"));
        }
    }

    #[test]
    fn the_exit_tells_what_could_not_be_asked_and_not_that_nothing_was_found() {
        let exit = |answers| FindResult { is_part: false, answers, broken: Vec::new() }.exit();
        assert_eq!(exit(vec![answer("A", asked(vec![]))]), Exit::Done);
        assert_eq!(exit(vec![answer("A", asked(vec![message()])), answer("B", refused())]), Exit::Refused);
        assert_eq!(exit(vec![answer("A", answered(vec![], 0, 4, false))]), Exit::Failed);
        assert_eq!(exit(vec![answer("A", answered(vec![], 30, 0, true)), answer("B", refused())]), Exit::Refused.and(Exit::Failed));
        assert_eq!(exit(vec![answer("A", answered(vec![], 30, 0, false))]), Exit::Done);
        assert_eq!(exit(vec![answer("A", answered(vec![message()], 30, 4, true))]), Exit::Done);
        let offline = || Err(Failure::new(Exit::Failed, "The network is down.", "", ""));
        assert_eq!(exit(vec![answer("A", offline())]), Exit::Failed);
        assert_eq!(exit(vec![answer("A", offline()), answer("B", refused())]), Exit::Failed, "it says more");
    }
}
