//! An opened message, or the one under the cursor: everything that is known of it, in words.

mod lines;
mod number; // other messages to the same number
mod timeline; // an attempt as a line in time
mod title;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::lines::lines;
pub(in crate::tui) use self::number::SameNumber;
use super::messages;
use crate::delivery::{MessageId, counted};
use crate::monitor::{Command, Generation};
use crate::postman::Explanation;
use crate::tui::dialogs::{Can, HeaderFigures};
use crate::tui::layout::ScreenLayout;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::{Action, Role};

/// The phase of loading an opened message. What was already known of it stays on the screen.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum DetailPhase {
    /// The server has been asked.
    Reading,
    /// It answered.
    Read,
    /// It could not be loaded.
    Failed(Explanation),
}

/// An opened message: it has the focus and is kept fresh.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct MessageDetail {
    /// The number of the request for it.
    pub generation: Generation,
    pub message: MessageId,
    /// How many lines it is scrolled down.
    pub scroll: usize,
    /// The phase of its loading.
    pub phase: DetailPhase,
    /// Whether it was opened from a line of another view: Esc goes back there, past the list.
    pub is_of_a_line: bool,
}

impl MessageDetail {
    /// The server's answer; answers to older requests are dropped.
    pub fn answered(&mut self, generation: Generation, result: Result<(), Explanation>) {
        if self.generation == generation {
            self.phase = result.map_or_else(DetailPhase::Failed, |()| DetailPhase::Read);
        }
    }
}

pub(super) fn can(action: Action, shared: &Shared, campaign: &Campaign) -> Can {
    match action {
        Action::Enter => Can::not("it is open already"),
        Action::NextPane | Action::PreviousPane => Can::Yes,
        // By its menu: the list behind it is exported.
        Action::Export => messages::nothing_kept(campaign),
        _ => messages::of_message(action, shared, campaign),
    }
}

pub(super) fn key(action: Action, shared: &mut Shared) {
    let page = areas(&shared.layout()).map_or(1, |[_, text]| isize::from(text.height.clamp(2, 999) as i16) - 1);
    match action {
        // The list goes on, and the message follows; the text has the larger keys.
        Action::Up => step(shared, -1),
        Action::Down => step(shared, 1),
        Action::NextPane if HeaderFigures::can(shared) == Can::Yes => HeaderFigures::open(shared),
        Action::NextPane | Action::PreviousPane => shared.close_detail(),
        Action::Back | Action::Quit => {
            let leads_on = shared.campaign().and_then(|campaign| campaign.opened.as_ref()).is_some_and(|opened| opened.is_of_a_line);
            shared.close_detail();
            if leads_on {
                shared.step_back();
            }
        }
        _ => match action.steps(page) {
            Some(lines) => scroll(shared, lines),
            None => messages::message_key(action, shared),
        },
    }
}

/// Opens the message above or below in the list.
fn step(shared: &mut Shared, steps: isize) {
    let Some(campaign) = shared.campaign() else { return };
    let index = campaign.list.index(&campaign.store).checked_add_signed(steps);
    let Some(index) = index.filter(|index| *index < campaign.list.len()) else { return };
    let is_of_a_line = campaign.opened.as_ref().is_some_and(|opened| opened.is_of_a_line);
    shared.go(index);
    shared.open_detail();
    if let Some(opened) = shared.campaign_mut().and_then(|campaign| campaign.opened.as_mut()) {
        opened.is_of_a_line = is_of_a_line;
    }
}

/// Scrolls the text by so many lines.
pub(in crate::tui) fn scroll(shared: &mut Shared, lines: isize) {
    let last = last_scroll(shared);
    let Some(opened) = shared.campaign_mut().and_then(|campaign| campaign.opened.as_mut()) else { return };
    opened.scroll = opened.scroll.min(last).saturating_add_signed(lines).min(last);
}

/// The largest useful scroll.
fn last_scroll(shared: &Shared) -> usize {
    let Some([_, text]) = areas(&shared.layout()) else { return 0 };
    lines(shared, usize::from(text.width)).len().saturating_sub(usize::from(text.height))
}

/// Where its title and its lines are: the rule above it is its title, and where there is none, its first line.
fn areas(layout: &ScreenLayout) -> Option<[Rect; 2]> {
    let pane = layout.detail?;
    if let Some(rule) = layout.rule.filter(|rule| rule.height == 1 && rule.bottom() == pane.y) {
        return Some([rule, pane]);
    }
    let title = Rect { height: pane.height.min(1), ..pane };
    Some([title, Rect { y: pane.y + title.height, height: pane.height - title.height, ..pane }])
}

impl Shared {
    /// Opens the message under the cursor: it gets the focus and is loaded whole.
    pub(in crate::tui) fn open_detail(&mut self) {
        let generation = self.next_generation();
        let Some(campaign) = self.campaign_mut() else { return };
        let Some(row) = campaign.list.selected() else { return };
        campaign.list.hold(&campaign.store);
        let message = campaign.store.id(row);
        campaign.opened =
            Some(MessageDetail { generation, message: message.clone(), scroll: 0, phase: DetailPhase::Reading, is_of_a_line: false });
        self.effects.push(self.command(Command::Open { generation, message }));
    }

    /// Back to the list.
    pub(in crate::tui) fn close_detail(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        if campaign.opened.take().is_some() {
            self.effects.push(self.command(Command::Close));
        }
    }
}

/// Draws the detail of the open message, or of the one under the cursor. Where it has the focus,
/// says where its title is.
pub(in crate::tui) fn draw(shared: &Shared, buffer: &mut Buffer, layout: &ScreenLayout) -> Option<Position> {
    let campaign = shared.campaign()?;
    let [title, area] = areas(layout)?;
    title::draw(shared, buffer, title);
    let lines = lines(shared, usize::from(area.width));
    let last = lines.len().saturating_sub(usize::from(area.height));
    let scroll = campaign.opened.as_ref().map_or(0, |opened| opened.scroll.min(last));
    let below = lines.len().saturating_sub(scroll + usize::from(area.height));
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(scroll)) {
        buffer.set_line(area.x, y, line, area.width);
    }
    if below > 0 && area.height > 1 {
        // How much is cut off is said where it is cut off; the line that takes is counted, too.
        let y = area.bottom() - 1;
        let next = shared.key_for(if campaign.opened.is_some() { Action::PageDown } else { Action::Enter });
        let words = format!(" … {}: {next}", counted(below + 1, "more line"));
        buffer.set_stringn(
            area.x,
            y,
            format!("{:1$}", "", usize::from(area.width)),
            usize::from(area.width),
            shared.look.style(Role::Text),
        );
        buffer.set_stringn(area.x, y, words, usize::from(area.width), shared.look.style(Role::Muted));
    }
    campaign.opened.as_ref().map(|_| Position::new(title.x, title.y))
}
