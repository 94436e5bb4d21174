//! A batch: the messages of one uploaded file.

use jiff::Timestamp;

use super::{BatchId, counted, grouped};

/// A batch as the messages in it tell of it: the API has no call that reads one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// The name of the uploaded file.
    pub file_name: Option<String>,
    /// The API's word for its state, as it came.
    pub status: Option<String>,
    /// How many messages it has in all.
    pub total: Option<u32>,
    /// When it was uploaded.
    pub created_at: Option<Timestamp>,
}

/// What a batch's own status says about retries in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchRetry {
    /// `messages_enqueued` or `messages_enqueuing_failed`: retries are allowed.
    Allowed,
    /// A status that the reference does not list as allowing it; the server decides.
    Unlikely,
    /// The status was not told; the server decides.
    NotReported,
}

/// Whether a batch in this status takes retries, of single messages or as a whole.
pub fn batch_retry(status: Option<&str>) -> BatchRetry {
    match status {
        Some("messages_enqueued" | "messages_enqueuing_failed") => BatchRetry::Allowed,
        Some(_) => BatchRetry::Unlikely,
        None => BatchRetry::NotReported,
    }
}

/// How many messages a batch has in all, where that can be believed: a total below how many show is a mistake.
pub fn believed_total(total: Option<u32>, shown: usize) -> Option<usize> {
    total.map(|total| total as usize).filter(|total| *total >= shown)
}

/// How much of a batch is loaded once all of its pages are, as a sentence: a page does not tell what it leaves out.
pub fn how_much_shows(total: Option<u32>, shown: usize) -> String {
    let messages = counted(shown, "message");
    match believed_total(total, shown) {
        Some(all) if all == shown => format!("Loaded the whole batch, {messages}."),
        _ if shown == 0 => "No message of the batch shows: it may still be prepared, or there is no batch of this id.".to_owned(),
        Some(all) => format!(
            "Loaded {} of the {} that the batch has: {} did not show, it may still be prepared.",
            grouped(shown),
            counted(all, "message"),
            grouped(all - shown)
        ),
        None => format!("Loaded {messages} of the batch; how many it has is not known."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::all(Some(20), 20, Some(20), "Loaded the whole batch, 20 messages.")]
    #[case::a_part(
        Some(150),
        20,
        Some(150),
        "Loaded 20 of the 150 messages that the batch has: 130 did not show, it may still be prepared."
    )]
    #[case::not_reported(None, 20, None, "Loaded 20 messages of the batch; how many it has is not known.")]
    #[case::fewer_than_show(Some(5), 20, None, "Loaded 20 messages of the batch; how many it has is not known.")]
    #[case::none_reported(Some(0), 1, None, "Loaded 1 message of the batch; how many it has is not known.")]
    #[case::none_shows(None, 0, None, "No message of the batch shows: it may still be prepared, or there is no batch of this id.")]
    fn a_total_is_believed_that_is_no_less_than_what_shows(
        #[case] total: Option<u32>,
        #[case] shown: usize,
        #[case] believed: Option<usize>,
        #[case] words: &str,
    ) {
        assert_eq!((believed_total(total, shown), how_much_shows(total, shown).as_str()), (believed, words));
    }
}
