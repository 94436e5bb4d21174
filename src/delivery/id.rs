//! Ids: opaque strings made by the server, each kind with a type of its own.

use std::fmt;
use std::sync::Arc;

macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as the server wrote it.
            pub fn new(id: impl Into<Arc<str>>) -> Self {
                Self(id.into())
            }

            /// The id's text, as used in addresses and JSON.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The id cut in the middle: `message_7c1e…9b02`, or without its prefix if `prefix` is false: `7c1e…02`.
            /// Ids of another shape are cut the same way.
            pub fn short(&self, prefix: bool) -> String {
                shorten(&self.0, prefix)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

opaque_id!(
    /// A message's id. A retried message keeps it.
    MessageId
);
opaque_id!(
    /// A batch's id: the upload that a message came with.
    BatchId
);
opaque_id!(
    /// A campaign's id.
    CampaignId
);

/// The first four and the last characters of the id's own part, so that two ids in a list can be told apart and still
/// fit a column.
fn shorten(id: &str, prefix: bool) -> String {
    let (kind, own) = id.split_once('_').map_or(("", id), |(kind, own)| (kind, own));
    let letters: Vec<char> = own.chars().collect();
    let tail = if prefix { 4 } else { 2 };
    let cut = if letters.len() > 4 + tail + 1 {
        let head: String = letters[..4].iter().collect();
        let end: String = letters[letters.len() - tail..].iter().collect();
        format!("{head}…{end}")
    } else {
        own.to_owned()
    };
    if prefix && !kind.is_empty() { format!("{kind}_{cut}") } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_cut_in_the_middle() {
        let id = MessageId::new("message_7c1e0b44-2f14-4b1e-9a55-0123456f9b02");
        assert_eq!(id.short(true), "message_7c1e…9b02");
        assert_eq!(BatchId::new("batch_a41f0000-0000-4000-8000-000000000022").short(false), "a41f…22");
        assert_eq!(MessageId::new("12345").short(true), "12345");
        assert_eq!(MessageId::new("").short(false), "");
    }
}
