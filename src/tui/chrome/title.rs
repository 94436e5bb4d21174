//! What the terminal's title says: in one phrase, the campaign that needs a person most, or else the one on the screen.

use crate::delivery::{Status, grouped};
use crate::store::Verdict;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::sign;

/// `✗ 38 One-time codes · postwatch`; `None` where the title is to be left alone.
pub(in crate::tui) fn text(shared: &Shared) -> Option<String> {
    if !shared.look.title {
        return None;
    }
    let dot = if shared.look.ascii { '-' } else { '·' };
    let named = named(shared).map(|text| format!("{text} {dot} "));
    Some(format!("{}postwatch", named.unwrap_or_default()))
}

fn named(shared: &Shared) -> Option<String> {
    // The one on the screen comes first among those that are equally bad.
    let all = &shared.campaigns;
    let places = (0..all.len()).map(|step| (all.current() + step) % all.len());
    let judged = places.filter_map(|place| all.get(place)).enumerate().map(|(step, campaign)| {
        let (urgency, words) = state(shared, campaign, step == 0);
        (urgency, format!("{words}{}", campaign.settings.name))
    });
    judged.min_by_key(|(urgency, _)| *urgency).map(|(_, text)| text)
}

/// What is said of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    /// It fails, or nothing finishes.
    Alarm,
    /// A person must decide.
    Decision,
    /// It cannot be read.
    Unreadable,
    /// It is the one on the screen.
    Shown,
    /// It is not.
    Other,
}

fn state(shared: &Shared, campaign: &Campaign, is_shown: bool) -> (Urgency, String) {
    let ascii = shared.look.ascii;
    let rest = if is_shown { Urgency::Shown } else { Urgency::Other };
    match campaign.verdict(shared.now, is_shown) {
        Verdict::Failing { failed, .. } => (Urgency::Alarm, format!("{} {} ", sign(&Status::Failure, ascii), grouped(failed))),
        Verdict::Stalled(_) => (Urgency::Alarm, "! nothing finishes: ".to_owned()),
        _ if campaign.actions.needs_person() => (Urgency::Decision, "! to decide: ".to_owned()),
        Verdict::Unknown(_) if campaign.needs_person() => (Urgency::Unreadable, "? ".to_owned()),
        // At the start nothing is wrong yet.
        Verdict::Unknown(_) if campaign.is_unread() => (rest, String::new()),
        Verdict::Unknown(_) => (rest, "? ".to_owned()),
        Verdict::Well { waiting: None } => (rest, format!("{} ", sign(&Status::Success, ascii))),
        Verdict::Well { waiting: Some(_) } | Verdict::Quiet => (rest, String::new()),
    }
}
