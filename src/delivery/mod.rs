//! What messages, statuses, attempts, delivery errors, batches, recipients and templates are.
//!
//! Plain values and pure functions: no IO, no async, no JSON, nothing about the screen. Facts about the Postman v2
//! API that are stated here (the life cycle of a status, which errors are worth a retry) come from its public
//! reference.

mod batch;
mod class;
mod country;
mod error;
mod fields;
mod id;
mod kept; // which rows of an answer are kept
mod known_texts;
mod message;
mod numbers;
mod phone; // a number to send to
mod query;
mod recipient;
mod rows;
mod segments;
mod sent_numbers;
mod status;
mod template;
mod text;
mod wording; // numbers with their nouns, sentences

pub use batch::{Batch, BatchRetry, batch_retry, believed_total, how_much_shows};
pub use class::{Class, Patience, Station};
pub use country::calling_country;
pub use error::{DeliveryError, ErrorCode, RetryAdvice, code_or_none};
pub use fields::{AttemptFields, BadRow, BatchFields, Reported, RowFields, TemplateFields};
pub use id::{BatchId, CampaignId, MessageId};
pub use kept::Beside;
pub use known_texts::{KnownText, KnownTexts, LANGUAGES, TextFrame};
pub use message::{Attempt, Message, TELCO_SILENCE, fill_text};
pub use numbers::impersonal;
pub use phone::{NotAPhoneNumber, PHONE_DIGITS, check_digits, is_usual_number, phone_number};
pub use query::{Held, NotANumber, RecipientQuery, recipient_key};
pub use recipient::{Mask, Recipient, RecipientKind};
pub use rows::{Row, Rows, RowsBuilder};
pub use segments::{Coding, TextSize, TextSum, beyond_gsm, not_in_english};
pub use sent_numbers::{SentNumbers, number_of};
pub use status::{Progress, Status, progress};
pub use template::{Template, TemplatePart, fill, parts, text_body};
pub use text::{clean, clean_line, is_invisible, named, needs_cleaning};
pub use wording::{agreeing, counted, full_stop, grouped, percent, sentences};
