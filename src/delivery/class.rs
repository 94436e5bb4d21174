//! What became of a message: the classes that every figure counts. Each message is in exactly one, so they add up.

use jiff::SignedDuration;

use super::Status;

/// What became of a message, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The telco has confirmed it.
    Delivered,
    /// Its last attempt failed.
    Failed,
    /// On its way, and not overdue.
    OnTheWay,
    /// Not with the telco after longer than is usual.
    Stuck,
    /// With a telco of Singapore for longer than is usual: its report is overdue.
    Unconfirmed,
    /// With a telco abroad, from where no report ever comes.
    SentAbroad,
    /// Handed over in a load test, where nothing comes after that.
    HandedOver,
    /// In a status that this program does not know, or that was not given.
    Other,
}

impl Class {
    /// All of them, in the order of the screen.
    pub const ALL: [Class; 8] = [
        Class::Delivered,
        Class::Failed,
        Class::OnTheWay,
        Class::Stuck,
        Class::Unconfirmed,
        Class::SentAbroad,
        Class::HandedOver,
        Class::Other,
    ];

    /// Who did not get it, as far as one can know today.
    pub const NOT_DELIVERED: [Class; 3] = [Class::Failed, Class::Stuck, Class::Unconfirmed];

    /// What is waited for, overdue or not.
    pub const WAITING: [Class; 3] = [Class::OnTheWay, Class::Stuck, Class::Unconfirmed];

    /// The words on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Class::Delivered => "delivered",
            Class::Failed => "failed",
            Class::OnTheWay => "on the way",
            Class::Stuck => "stuck",
            Class::Unconfirmed => "unconfirmed",
            Class::SentAbroad => "sent abroad",
            Class::HandedOver => "handed over",
            Class::Other => "other",
        }
    }

    /// The name in JSON.
    pub fn json_name(self) -> &'static str {
        match self {
            Class::OnTheWay => "onTheWay",
            Class::SentAbroad => "sentAbroad",
            Class::HandedOver => "handedOver",
            _ => self.word(),
        }
    }

    /// The name as an argument.
    pub fn argument(self) -> &'static str {
        match self {
            Class::OnTheWay => "on-the-way",
            Class::SentAbroad => "sent-abroad",
            Class::HandedOver => "handed-over",
            _ => self.word(),
        }
    }

    /// The class that a person typed: as an argument, in JSON, or as on the screen.
    pub fn parse(text: &str) -> Option<Class> {
        let wanted = text.trim().to_ascii_lowercase().replace(['_', '-'], " ");
        Class::ALL.into_iter().find(|class| class.word() == wanted || class.json_name().to_ascii_lowercase() == wanted)
    }
}

/// Where a message is, whatever the time: its [`Class`] without the waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Station {
    /// The telco has confirmed it.
    Delivered,
    /// Its last attempt failed.
    Failed,
    /// Not with a telco yet.
    BeforeTelco,
    /// With a telco of Singapore.
    WithTelco,
    /// With a telco abroad.
    SentAbroad,
    /// Handed over in a load test.
    HandedOver,
    /// In another status, or in none.
    Other,
}

impl Station {
    /// The number of stations: each has an index below it.
    pub const COUNT: usize = 7;

    /// The station of a message. In a load test (`ends_at_sent`) nothing comes after `sent`.
    pub fn of(status: Option<&Status>, is_abroad: bool, ends_at_sent: bool) -> Station {
        match status {
            Some(Status::Success) => Station::Delivered,
            Some(Status::Failure) => Station::Failed,
            Some(Status::Sent | Status::SentToTelco) if ends_at_sent => Station::HandedOver,
            Some(Status::Created | Status::Enqueued | Status::Sending | Status::Sent) => Station::BeforeTelco,
            Some(Status::SentToTelco) if is_abroad => Station::SentAbroad,
            Some(Status::SentToTelco) => Station::WithTelco,
            Some(Status::Other(_)) | None => Station::Other,
        }
    }

    /// Whether it can become overdue.
    pub fn is_waiting(self) -> bool {
        matches!(self, Station::BeforeTelco | Station::WithTelco)
    }

    /// The class of a message that has been at this station, since its newest attempt began, for so many minutes; `None`
    /// where that is not known, which is never overdue.
    pub fn class(self, minutes: Option<i64>, patience: Patience) -> Class {
        let is_longer = |than: i64| minutes.is_some_and(|minutes| minutes > than);
        match self {
            Station::Delivered => Class::Delivered,
            Station::Failed => Class::Failed,
            Station::BeforeTelco if is_longer(patience.before_telco) => Class::Stuck,
            Station::WithTelco if is_longer(patience.with_telco) => Class::Unconfirmed,
            Station::BeforeTelco | Station::WithTelco => Class::OnTheWay,
            Station::SentAbroad => Class::SentAbroad,
            Station::HandedOver => Class::HandedOver,
            Station::Other => Class::Other,
        }
    }
}

/// For how many minutes a message is only on the way, and not overdue yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Before it is stuck.
    pub before_telco: i64,
    /// With the telco, before it is unconfirmed.
    pub with_telco: i64,
}

impl Patience {
    /// Nothing is overdue earlier, in minutes.
    const LEAST: i64 = 10;

    /// What is not with the telco by then is stuck, however slow the campaign is.
    const MOST_BEFORE_TELCO: i64 = 30;

    /// The telco's report is overdue by then, however slow the campaign is.
    const MOST_WITH_TELCO: i64 = 60;

    /// The patience with a campaign in which 99 % of the finished messages took no longer than `usual`; `None` if
    /// nothing has finished.
    pub fn of(usual: Option<SignedDuration>) -> Self {
        let minutes = usual.map_or(0, |usual| (usual.as_secs() + 59) / 60);
        Self {
            before_telco: minutes.clamp(Self::LEAST, Self::MOST_BEFORE_TELCO),
            with_telco: minutes.clamp(Self::LEAST, Self::MOST_WITH_TELCO),
        }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self::of(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn a_class_comes_back_from_each_of_its_names() {
        for class in Class::ALL {
            for name in [class.word(), class.json_name(), class.argument()] {
                assert_eq!(Class::parse(name), Some(class), "{name}");
            }
        }
        assert_eq!(Class::parse("lost"), None);
    }

    #[rstest]
    #[case("success", false, 1_000, Class::Delivered)]
    #[case("failure", false, 1_000, Class::Failed)]
    #[case("created", false, 10, Class::OnTheWay)]
    #[case("enqueued", true, 11, Class::Stuck)]
    #[case("sent", false, 11, Class::Stuck)]
    #[case("sent_to_telco", false, 10, Class::OnTheWay)]
    #[case("sent_to_telco", false, 11, Class::Unconfirmed)]
    #[case("sent_to_telco", true, 11, Class::SentAbroad)]
    #[case("parked", false, 1_000, Class::Other)]
    fn statuses_and_time_make_the_class(#[case] status: &str, #[case] is_abroad: bool, #[case] minutes: i64, #[case] class: Class) {
        let station = Station::of(Some(&Status::from_api(status)), is_abroad, false);
        assert_eq!(station.class(Some(minutes), Patience::default()), class);
    }

    #[test]
    fn in_a_load_test_what_was_sent_is_handed_over() {
        for (status, class) in [("sending", Class::Stuck), ("sent", Class::HandedOver), ("sent_to_telco", Class::HandedOver)] {
            assert_eq!(Station::of(Some(&Status::from_api(status)), true, true).class(Some(99), Patience::default()), class);
        }
    }

    #[rstest]
    #[case(None, 10, 10)]
    #[case(Some(40), 10, 10)]
    #[case(Some(14 * 60 + 1), 15, 15)]
    #[case(Some(50 * 60), 30, 50)]
    #[case(Some(3 * 3_600), 30, 60)]
    fn patience_follows_what_is_usual_within_limits(#[case] usual: Option<i64>, #[case] before_telco: i64, #[case] with_telco: i64) {
        assert_eq!(Patience::of(usual.map(SignedDuration::from_secs)), Patience { before_telco, with_telco });
    }

    #[test]
    fn what_has_no_time_is_never_overdue() {
        assert_eq!(Station::BeforeTelco.class(None, Patience::default()), Class::OnTheWay);
    }
}
