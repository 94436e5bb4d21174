//! The text of a message as it will arrive, and what is said of its length and its cost.

use zeroize::Zeroize as _;

use crate::action::{Charges, DraftCheck};
use crate::delivery::{KnownTexts, clean};
use crate::postman::HostKind;
use crate::tui::text::wrap;
use crate::tui::widgets::words::place;

/// A text as it will arrive.
#[derive(Default)]
pub(super) struct TextPreview {
    text: String,
    /// Where the part begins that tells messages apart, behind the header.
    body_at: usize,
}

impl Drop for TextPreview {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

impl TextPreview {
    /// The text as far as it is known; one-time passwords are not filled in. `None` where no template is known.
    pub fn of(known: &KnownTexts, check: &DraftCheck, language: &str, is_secret: bool) -> Option<Self> {
        let template = known.of(language)?;
        let frame = template.frame.as_ref();
        let text = match (is_secret, frame) {
            (false, _) => check.text.clone()?,
            (true, Some(frame)) => format!("{}{}{}", frame.before, template.body, frame.after),
            (true, None) => template.body.clone(),
        };
        let text = clean(&text).into_owned();
        let header = frame.map(|frame| clean(&frame.before).into_owned()).filter(|header| text.starts_with(header));
        Some(Self { body_at: header.map_or(0, |header| header.len()), text })
    }

    /// Its lines in so many columns.
    pub fn lines(&self, columns: usize) -> Vec<String> {
        wrap(&self.text, columns)
    }

    /// With which of these lines its body begins.
    pub fn body_line(&self, columns: usize) -> usize {
        self.text.get(..self.body_at).map_or(0, |header| wrap(header, columns).len())
    }
}

/// Its length and what it costs: `268 characters, GSM-7, 2 segments; up to S$0.10`. `None` where the length is not known.
pub(super) fn size(check: &DraftCheck, charges: Option<Charges>, host: HostKind) -> Option<String> {
    let size = check.size?;
    if !check.is_whole {
        return Some(format!("{} without the header and footer that Postman adds", size.words()));
    }
    let cost = match charges {
        // Which price it is depends on the number.
        Some(charges) => charges.at_most(&check.segments),
        None => Some(format!("free in {}", place(host))),
    };
    Some(cost.map_or_else(|| size.words(), |cost| format!("{}; {cost}", size.words())))
}
