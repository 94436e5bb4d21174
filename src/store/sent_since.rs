//! To whom messages went since a time, so that a file says who had one today.

use jiff::Timestamp;

use super::Store;
use crate::delivery::{Recipient, SentNumbers};

/// How many of the newest messages are looked at: done at once, and more than most campaigns send in a day.
const NEWEST: usize = 100_000;

impl Store {
    /// The numbers of the messages created at `since` or later. They are not whole where more messages than are looked at
    /// were created since, or where not everything back to then is loaded.
    pub fn numbers_since(&self, since: Timestamp) -> SentNumbers {
        let since_milliseconds = since.as_millisecond();
        let mut rows = self.order.iter().take_while(|row| self.columns.created[row.index()] >= since_milliseconds);
        let reaches_back = self.coverage().reaches_back_to(since);
        let newest: Vec<_> = rows.by_ref().take(NEWEST).collect();
        let mut numbers = SentNumbers::new(reaches_back && rows.next().is_none());
        for row in newest {
            if let Some(recipient) = self.columns.recipients.get(row.index()) {
                numbers.insert(&Recipient::new(recipient));
            }
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{MessageId, Reported, RowFields};
    use crate::store::tests::model::{NOW, at, rows};
    use crate::store::{AnswerKind, Reach};

    /// A store of messages to these numbers, one a second, the newest first.
    fn store(recipients: &[&str], reach: Reach) -> Store {
        let ids: Vec<String> = (0..recipients.len()).map(|index| format!("message_{index}")).collect();
        let fields = recipients.iter().zip(&ids).zip(0_i64..).map(|((recipient, id), seconds)| RowFields {
            id,
            recipient: Reported::Value(recipient),
            created_at: Reported::Value(at(NOW - seconds * 1000)),
            ..RowFields::default()
        });
        let mut store = Store::new();
        store.set_reach(reach);
        store.merge(&rows(&fields.collect::<Vec<_>>()), &AnswerKind::List, at(NOW));
        store
    }

    fn back_to(milliseconds: i64) -> Reach {
        Reach { oldest: Some((at(milliseconds), MessageId::new("message_"))), ..Reach::default() }
    }

    #[test]
    fn numbers_are_those_of_messages_since_then() {
        let recipients = ["6580001234", "6580001235", "S1234567A", "6580001236"];
        let numbers = store(&recipients, Reach { complete: true, ..Reach::default() }).numbers_since(at(NOW - 1000));
        assert_eq!((numbers.len(), numbers.is_whole()), (2, true));
        assert!(numbers.contains(6_580_001_235) && !numbers.contains(6_580_001_236));
    }

    #[test]
    fn they_are_whole_only_where_everything_back_to_then_is_loaded() {
        let is_whole = |reach: Reach, since: i64| store(&["6580001234", "6580001235"], reach).numbers_since(at(since)).is_whole();
        assert!(is_whole(back_to(NOW - 1000), NOW - 1000));
        assert!(!is_whole(back_to(NOW - 1000), NOW - 1001));
        assert!(!is_whole(Reach::default(), NOW), "nothing is loaded yet");
    }

    #[test]
    fn of_very_many_the_newest_are_looked_at() {
        let recipients = vec!["6580001234"; NEWEST + 1];
        let complete = Reach { complete: true, ..Reach::default() };
        let store = store(&recipients, complete);
        assert!(!store.numbers_since(at(0)).is_whole());
        assert!(store.numbers_since(at(NOW - NEWEST as i64 * 1000 + 1)).is_whole());
    }
}
