//! What actions may cost. Postman publishes a price for a segment, and which ends of a message are charged, but not
//! whether every attempt is: so an amount is only ever the most that it can be.

use crate::delivery::{Message, TextSize, agreeing, grouped};

/// The prices of a segment in production, in millionths of a Singapore dollar, without tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charges {
    /// To a number in Singapore.
    singapore: u64,
    /// To any other number.
    abroad: u64,
    /// Whether they are all Postman's own.
    is_published: bool,
}

/// What Postman publishes.
const PUBLISHED: Charges = Charges { singapore: 46_000, abroad: 230_000, is_published: true };

/// From when on that holds.
const PUBLISHED_FROM: &str = "1 July 2025";

/// So many millionths are a cent.
const CENT: u64 = 10_000;

impl Charges {
    /// The prices that are given, in dollars, and Postman's own for the others.
    pub fn new(singapore: Option<f64>, abroad: Option<f64>) -> Self {
        let millionths = |dollars: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a price is small and not negative")]
            let millionths = (dollars * 1_000_000.0).ceil() as u64;
            millionths
        };
        Self {
            singapore: singapore.map_or(PUBLISHED.singapore, millionths),
            abroad: abroad.map_or(PUBLISHED.abroad, millionths),
            is_published: singapore.is_none() && abroad.is_none(),
        }
    }

    /// The most that these can cost: `Up to S$1.02, charged even if they fail.`
    pub fn words(&self, of: &SegmentSum) -> String {
        let amount = self.amount(of);
        let [known, unknown] = [of.known, of.unknown].map(|number| number as usize);
        let all = known + unknown;
        match (known, unknown) {
            (_, 0) => format!("Up to {amount}, charged even if {}.", agreeing(all, "it fails", "they fail")),
            (0, _) => format!("May be charged, even if {}; how much is not known.", agreeing(all, "it fails", "they fail")),
            (known, unknown) => {
                format!("Up to {amount} for {}, charged even if they fail; the cost of {} is not known.", grouped(known), grouped(unknown))
            }
        }
    }

    /// The same in a few words: `up to S$1.02`; `None` where nothing is known.
    pub fn at_most(&self, of: &SegmentSum) -> Option<String> {
        (of.known > 0).then(|| format!("up to {}", self.amount(of)))
    }

    /// The most that these can cost: `S$1.02`.
    fn amount(&self, of: &SegmentSum) -> String {
        let cents = (u64::from(of.singapore) * self.singapore + u64::from(of.abroad) * self.abroad).div_ceil(CENT);
        format!("S${}.{:02}", grouped(usize::try_from(cents / 100).unwrap_or(usize::MAX)), cents % 100)
    }

    /// Where the prices of an amount come from; `None` where none is named.
    pub fn source(&self, of: &SegmentSum) -> Option<String> {
        if of.known == 0 {
            None
        } else if self.is_published {
            Some(format!("Prices as published from {PUBLISHED_FROM}, plus GST."))
        } else {
            Some("Prices from the configuration.".to_owned())
        }
    }
}

/// What one message takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments {
    /// How many segments its text has.
    number: u32,
    is_abroad: bool,
}

impl Segments {
    /// Those of a message; `None` where its whole text or its number is not given. The template alone is not enough:
    /// Postman adds a header and a footer to it.
    pub fn of(message: &Message) -> Option<Self> {
        let (text, _) = message.full_text.as_ref().zip(message.recipient.as_ref())?;
        Some(Self { number: TextSize::of(text).segments, is_abroad: !message.is_in_singapore() })
    }

    /// Those of a text to a number in Singapore or abroad.
    pub fn of_text(size: TextSize, is_abroad: bool) -> Self {
        Self { number: size.segments, is_abroad }
    }
}

/// What several messages take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SegmentSum {
    /// To numbers in Singapore.
    singapore: u32,
    /// To other numbers.
    abroad: u32,
    /// Of how many messages these are.
    known: u32,
    /// How many more messages there are, of which nothing is known.
    unknown: u32,
}

impl SegmentSum {
    /// Adds a message, or one of which nothing is known.
    pub fn add(&mut self, segments: Option<Segments>) {
        match segments {
            Some(Segments { number, is_abroad: true }) => self.abroad = self.abroad.saturating_add(number),
            Some(Segments { number, is_abroad: false }) => self.singapore = self.singapore.saturating_add(number),
            None => {}
        }
        let side = if segments.is_some() { &mut self.known } else { &mut self.unknown };
        *side += 1;
    }

    /// The same where there are so many messages: of the others nothing is known.
    pub fn among(self, messages: usize) -> Self {
        Self { unknown: u32::try_from(messages).unwrap_or(u32::MAX).saturating_sub(self.known), ..self }
    }
}

impl FromIterator<Option<Segments>> for SegmentSum {
    fn from_iter<I: IntoIterator<Item = Option<Segments>>>(messages: I) -> Self {
        let mut sum = Self::default();
        messages.into_iter().for_each(|segments| sum.add(segments));
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{MessageId, Recipient};
    use rstest::rstest;

    fn message(recipient: &str, text: &str) -> Option<Segments> {
        let recipient = (!recipient.is_empty()).then(|| Recipient::new(recipient));
        let full_text = (!text.is_empty()).then(|| text.to_owned());
        Segments::of(&Message { recipient, full_text, ..Message::new(MessageId::new("m")) })
    }

    #[rstest]
    #[case(&["6580001234"; 22], "Up to S$1.02, charged even if they fail.")]
    #[case(&["6580001234"], "Up to S$0.05, charged even if it fails.")]
    #[case(&["447700900123", "S1234567A"], "Up to S$0.28, charged even if they fail.")]
    #[case(&["6580001234"; 25_000], "Up to S$1,150.00, charged even if they fail.")]
    #[case(&["6580001234", "6580001234", ""], "Up to S$0.10 for 2, charged even if they fail; the cost of 1 is not known.")]
    #[case(&["", ""], "May be charged, even if they fail; how much is not known.")]
    fn an_amount_is_rounded_up_and_names_what_it_leaves_out(#[case] recipients: &[&str], #[case] words: &str) {
        let sum = recipients.iter().map(|recipient| message(recipient, "Dear Tan Wei Ming")).collect();
        assert_eq!(Charges::new(None, None).words(&sum), words);
    }

    #[test]
    fn a_text_of_two_segments_costs_twice_and_none_is_not_guessed() {
        let sum: SegmentSum = [message("6580001234", &"long ".repeat(40)), message("6580001234", "")].into_iter().collect();
        assert_eq!(
            Charges::new(Some(0.05), None).words(&sum),
            "Up to S$0.10 for 1, charged even if they fail; the cost of 1 is not known."
        );
        assert_eq!(Charges::new(Some(0.05), None).source(&sum).unwrap(), "Prices from the configuration.");
        assert_eq!(Charges::new(None, None).source(&sum).unwrap(), "Prices as published from 1 July 2025, plus GST.");
        assert_eq!(Charges::new(None, None).source(&SegmentSum::default()), None);
        assert_eq!(sum.among(5).unknown, 4);
    }
}
