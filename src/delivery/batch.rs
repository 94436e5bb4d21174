//! A batch: the messages of one uploaded file.

use jiff::Timestamp;

use super::{BatchId, counted, grouped};

/// A batch as its messages describe it: the API has no call that reads one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// The name of the uploaded file.
    pub file_name: Option<String>,
    /// The API's word for its state, as received.
    pub status: Option<String>,
    /// How many messages it has in total.
    pub total: Option<u32>,
    /// When it was uploaded.
    pub created_at: Option<Timestamp>,
}

/// What a batch's own status says about retries in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchRetry {
    /// `messages_enqueued` or `messages_enqueuing_failed`: retries are allowed.
    Allowed,
    /// A status that the reference does not list as allowing retries; the server decides.
    Unlikely,
    /// The status was not given; the server decides.
    NotReported,
}

/// Whether a batch in this status allows retries, of single messages or as a whole.
pub fn batch_retry(status: Option<&str>) -> BatchRetry {
    match status {
        Some("messages_enqueued" | "messages_enqueuing_failed") => BatchRetry::Allowed,
        Some(_) => BatchRetry::Unlikely,
        None => BatchRetry::NotReported,
    }
}

/// How many messages a batch has in total, where that can be believed: a total below the number found is a mistake.
pub fn believed_total(total: Option<u32>, shown: usize) -> Option<usize> {
    total.map(|total| total as usize).filter(|total| *total >= shown)
}

/// How much of a batch is loaded once all of its pages are, as a sentence: a page does not say what it leaves out.
pub fn how_much_shows(total: Option<u32>, shown: usize) -> String {
    let messages = counted(shown, "message");
    match believed_total(total, shown) {
        Some(all) if all == shown => format!("The whole batch is loaded: {messages}."),
        _ if shown == 0 => {
            "No message of the batch was found: Postman may still be preparing it, or there is no batch with this id.".to_owned()
        }
        Some(all) => format!(
            "Loaded {} of the batch's {}: {} not found, Postman may still be preparing it.",
            grouped(shown),
            counted(all, "message"),
            grouped(all - shown)
        ),
        None => format!("Loaded {messages} of the batch; how many it has is unknown."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::all(Some(20), 20, Some(20), "The whole batch is loaded: 20 messages.")]
    #[case::a_part(Some(150), 20, Some(150), "Loaded 20 of the batch's 150 messages: 130 not found, Postman may still be preparing it.")]
    #[case::not_reported(None, 20, None, "Loaded 20 messages of the batch; how many it has is unknown.")]
    #[case::fewer_than_show(Some(5), 20, None, "Loaded 20 messages of the batch; how many it has is unknown.")]
    #[case::none_reported(Some(0), 1, None, "Loaded 1 message of the batch; how many it has is unknown.")]
    #[case::none_shows(
        None,
        0,
        None,
        "No message of the batch was found: Postman may still be preparing it, or there is no batch with this id."
    )]
    fn a_total_is_believed_that_is_no_less_than_what_shows(
        #[case] total: Option<u32>,
        #[case] shown: usize,
        #[case] believed: Option<usize>,
        #[case] words: &str,
    ) {
        assert_eq!((believed_total(total, shown), how_much_shows(total, shown).as_str()), (believed, words));
    }
}
