//! What all campaigns answered about a recipient, as a sentence to say on the telephone.

use crate::delivery::{Message, recipient_key};
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::spoken;

/// What can be said on the telephone: without the number, and without the text.
pub(super) fn sentence(shared: &Shared) -> String {
    let (answered, missing, _) = shared.across.counts();
    let mut found: Vec<(&Campaign, Message)> = Vec::new();
    let mut numbers: Vec<String> = Vec::new();
    for (index, campaign) in shared.campaigns.iter().enumerate() {
        let messages = shared.across.listed_of(index);
        for message in messages.iter().filter_map(|message| Some(campaign.store.message(campaign.store.row(message)?))) {
            if let Some(number) = message.recipient.as_ref().map(|recipient| recipient_key(recipient.as_str()))
                && !numbers.contains(&number)
            {
                numbers.push(number);
            }
            found.push((campaign, message));
        }
    }
    let mut open = match missing {
        0 => String::new(),
        1 => " One campaign could not be asked.".to_owned(),
        more => format!(" {more} campaigns could not be asked."),
    };
    let (uncertain, beside) = shared.across.uncertain();
    match uncertain {
        0 => {}
        1 => open.push_str(" One campaign gave no clear answer."),
        more => open.push_str(&format!(" {more} campaigns gave no clear answer.")),
    }
    if !beside.is_nothing() && uncertain == 0 {
        open.push_str(" There may be more: a campaign did not search, or some of its rows could not be read.");
    }
    if numbers.len() > 1 {
        return format!("These digits belong to {} numbers: ask for more of them.{open}", numbers.len());
    }
    let number = if is_part(shared) { "a number with these digits" } else { "this number" };
    let newest = found.into_iter().max_by_key(|(_, message)| message.created_at);
    let Some((campaign, message)) = newest else {
        return match answered.saturating_sub(uncertain) {
            0 if uncertain > 0 => format!("It is not known whether there is a message to {number}.{open}"),
            0 => format!("No campaign could be asked, so nothing is known about {number}."),
            1 if uncertain > 0 => format!("There is no message to {number} in the one campaign with a clear answer.{open}"),
            asked if uncertain > 0 => format!("There is no message to {number} in the {asked} campaigns with a clear answer.{open}"),
            1 => format!("There is no message to {number} in the one campaign that was asked.{open}"),
            asked => format!("There is no message to {number} in the {asked} campaigns that were asked.{open}"),
        };
    };
    let course = spoken::course(&message, &shared.look.zone, shared.time_of_day());
    format!("The newest message, from “{}”, {course}.{open}", campaign.settings.name)
}

/// Whether the search is for part of a number.
pub(super) fn is_part(shared: &Shared) -> bool {
    shared.campaign().is_some_and(|campaign| campaign.find.query.is_part())
}
