//! Recipients on the screen: masked or whole, with the digits that were searched for marked.

use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use crate::delivery::{Mask, MessageId, Recipient, RecipientQuery};
use crate::tui::shared::Campaign;

/// The recipient's text.
pub(in crate::tui) fn shown(recipient: &Recipient, masked: bool, query: &RecipientQuery) -> String {
    match masked {
        false => recipient.shown(Mask::Off),
        true if query.is_empty() => recipient.shown(Mask::On),
        true => recipient.shown(Mask::Searched(query)),
    }
}

/// The recipient of a message, masked like the screen; its id where that is all that is known.
pub(in crate::tui) fn who(campaign: &Campaign, message: &MessageId) -> String {
    let row = campaign.store.row(message);
    let known = row.and_then(|row| campaign.store.cells(row).recipient.map(Recipient::new));
    let shown = known.map(|known| shown(&known, campaign.masked, campaign.open_digits()));
    shown.unwrap_or_else(|| message.short(true))
}

/// The recipient's text in pieces, the searched digits in `found`.
pub(in crate::tui) fn spans(recipient: &Recipient, masked: bool, query: &RecipientQuery, base: Style, found: Style) -> Vec<Span<'static>> {
    let text = shown(recipient, masked, query);
    let Some(range) = query.found_in(recipient.as_str()).filter(|_| recipient.as_str().is_ascii()) else {
        return vec![Span::styled(text, base)];
    };
    // Grouping adds blanks and nothing else, so the letters without them are those of the number.
    let mut letters = 0;
    let mut spans: Vec<Span<'static>> = Vec::new();
    for letter in text.chars() {
        let is_blank = letter == ' ' && !recipient.as_str().contains(' ');
        let is_found = if is_blank { letters > range.start && letters < range.end } else { range.contains(&letters) };
        letters += usize::from(!is_blank);
        let style = if is_found { base.patch(found).add_modifier(Modifier::BOLD) } else { base };
        match spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push(letter),
            _ => spans.push(Span::styled(letter.to_string(), style)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(true, "0012", &["65∙∙", "0012", "34"])]
    #[case(false, "0012", &["65 80", "00 12", "34"])]
    #[case(true, "777", &["65∙∙∙∙1234"])]
    fn searched_digits_are_marked(#[case] masked: bool, #[case] query: &str, #[case] pieces: &[&str]) {
        let found = Style::new().underlined();
        let spans = spans(&Recipient::new("6580001234"), masked, &RecipientQuery::parse(query).unwrap(), Style::new(), found);
        assert_eq!(spans.iter().map(|span| span.content.as_ref()).collect::<Vec<_>>(), pieces);
    }
}
