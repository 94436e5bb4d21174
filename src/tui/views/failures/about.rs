//! Below the failures: what the selected error means, what to do, and who has it.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{FailureGroup, GroupKey};
use crate::delivery::{BatchId, ErrorCode, MessageId, RetryAdvice, Status, grouped};
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, cut, fit, wrap};
use crate::tui::widgets::recipient::who;
use crate::tui::widgets::table;
use crate::tui::{Action, Role};

/// Fewer lines than these say too little.
const FEWEST: u16 = 4;

/// The widest lines that read well.
const WIDEST: usize = 100;

/// Draws it, where there is room.
pub(super) fn draw(shared: &Shared, campaign: &Campaign, group: &FailureGroup, buffer: &mut Buffer, area: Rect) {
    if area.height < FEWEST {
        return;
    }
    let width = usize::from(area.width).saturating_sub(table::MARGIN + 1);
    let x = area.x + table::MARGIN as u16;
    let mut y = area.y;
    let mut put = |text: &str, role: Role| {
        if y < area.bottom() {
            buffer.set_stringn(x, y, cut(text, width), width, shared.look.style(role));
            y += 1;
        }
    };
    put(group.name(), Role::Heading);
    for (text, role) in says(shared, campaign, group) {
        wrap(&text, width.min(WIDEST)).iter().for_each(|line| put(line, role));
    }
    let newest = newest(shared, campaign, group);
    if !newest.is_empty() {
        put("", Role::Text);
        let of = match newest.len() < group.count {
            true => format!("recipients, the newest {} of {}", grouped(newest.len()), grouped(group.count)),
            false => "recipients".to_owned(),
        };
        put(&of, Role::Heading);
        newest.iter().for_each(|line| put(line, Role::Text));
    }
}

/// What it means, and what to do.
fn says(shared: &Shared, campaign: &Campaign, group: &FailureGroup) -> Vec<(String, Role)> {
    let GroupKey::Error(code) = &group.key else {
        let worth = campaign.failures.groups().iter().filter(|group| group.advice == RetryAdvice::Yes && group.key != GroupKey::WorthRetry);
        let names = worth.map(FailureGroup::name).collect::<Vec<_>>().join(", ");
        let key = shared.key_for(Action::PlanRetry);
        let more = format!("{key} plans them; what is only maybe worth a retry can be included there.");
        return vec![(format!("All that failed with {names}."), Role::Text), (more, Role::Text)];
    };
    let error = ErrorCode::from_api(code);
    let (meaning, what_to_do) = match code.as_str() {
        "" => ("The API gave no reason.", ErrorCode::DeliveryUnknownError.what_to_do()),
        _ => (error.meaning(), error.what_to_do()),
    };
    let mut said = vec![(format!("{meaning} {}", error.prospect()), Role::Text), (what_to_do.to_owned(), Role::Text)];
    if group.used_up > 0 {
        said.push((format!("{} of {} have no attempts left.", grouped(group.used_up), grouped(group.count)), Role::Warning));
    }
    said
}

/// The newest of them that are still failed with this error, a line each.
fn newest(shared: &Shared, campaign: &Campaign, group: &FailureGroup) -> Vec<String> {
    let line = |(began, message): &(Timestamp, MessageId)| {
        let row = campaign.store.row(message)?;
        let cells = campaign.store.cells(row);
        let code = cells.error.map_or("", |error| &*error.code);
        let is_it = matches!(&group.key, GroupKey::Error(wanted) if wanted == code) && cells.status == Some(&Status::Failure);
        let time = shared.look.time(*began, shared.now);
        let tried = cells.tried.map(|tried| format!("attempt {tried}")).unwrap_or_default();
        let batch = cells.batch.map(|batch| BatchId::new(batch).short(false)).unwrap_or_default();
        let file = cells.file_name.map(|file| campaign.shown_name(file)).unwrap_or_default();
        let who = fit(&who(campaign, message), RECIPIENT, Align::Left);
        let tried = fit(&tried, "attempt 4".len(), Align::Left);
        is_it.then(|| format!("{}  {who}  {tried}  {batch} {file}", fit(&time, TIME, Align::Left)).trim_end().to_owned())
    };
    group.newest_messages.iter().filter_map(line).collect()
}

/// How wide a recipient is, and a time of another day.
const RECIPIENT: usize = 14;
const TIME: usize = 12;
