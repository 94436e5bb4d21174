//! The find line: a recipient, searched for in the campaign on the screen or in all of them.

mod across;
mod answers;
mod sentence;

use crossterm::event::KeyEvent;
use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget as _};

use super::{Can, Click, Dialog, Next, Press};
use crate::delivery::grouped;
use crate::monitor::NoticeWeight;
use crate::tui::chrome::campaigns;
use crate::tui::shared::{Campaign, OpenedFrom, Shared, TYPING, ViewKind};
use crate::tui::text::width;
use crate::tui::views::messages;
use crate::tui::views::messages::sum::server;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::{Action, Context, Role};

pub(in crate::tui) use across::Across;

/// The line, over the one that says what the list shows. What is typed narrows the list behind it at once; what all
/// campaigns answer is shown in place of that list.
pub(in crate::tui) struct FindLine {
    /// Where it was opened, where that was not the list of messages.
    from: Option<OpenedFrom>,
}

impl FindLine {
    /// Opens it over the messages, from whichever view.
    pub fn open(shared: &mut Shared) {
        let from = Some(shared.origin()).filter(|from| *from != OpenedFrom::Pane(ViewKind::Messages));
        shared.close_detail();
        shared.find_from_view();
        shared.open(Self { from });
    }

    /// Esc: what was typed is forgotten.
    fn give_up(&mut self, shared: &mut Shared) {
        shared.forget_across();
        shared.end_find();
        match self.from.take() {
            Some(OpenedFrom::Pane(_)) => {
                shared.step_back();
            }
            Some(OpenedFrom::Message(message)) => shared.open_again(&message),
            None => {}
        }
    }
}

impl Dialog for FindLine {
    fn context(&self) -> Context {
        Context::Text
    }

    fn can(&self, action: Action, shared: &Shared) -> Can {
        match action {
            Action::Enter | Action::Back | Action::NextPane | Action::PreviousPane => Can::Yes,
            Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::HalfPageDown => Can::Yes,
            Action::HalfPageUp if is_empty(shared) => Can::Yes,
            Action::First | Action::Last if is_empty(shared) || is_answered(shared) => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        let Some(action) = press.action else {
            edit(press.key, shared);
            return Next::Stay;
        };
        if shared.across.on
            && let Some(outcome) = key_across(action, shared)
        {
            return outcome;
        }
        match action {
            Action::Enter => {
                let now = shared.now;
                if let Some(campaign) = shared.campaign_mut() {
                    campaign.find.hasten(now);
                }
                return Next::Close;
            }
            Action::Back => {
                self.give_up(shared);
                return Next::Back;
            }
            Action::NextPane | Action::PreviousPane => shared.switch_scope(),
            Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::HalfPageDown => messages::key(action, shared),
            Action::HalfPageUp | Action::First | Action::Last if is_empty(shared) => messages::key(action, shared),
            // The line itself handles moving within it.
            _ => edit(press.key, shared),
        }
        Next::Stay
    }

    /// It is searched for at once.
    fn paste(&mut self, text: &str, shared: &mut Shared) {
        let Some(campaign) = shared.campaign_mut() else { return };
        campaign.find.input.paste(text);
        edited(shared, SignedDuration::ZERO);
    }

    /// The list is behind the line, except while it shows what all campaigns answered.
    fn lets_through(&self, at: Position, shared: &Shared) -> bool {
        let layout = shared.layout();
        !shared.across.on && (layout.heads.contains(at) || layout.list.contains(at))
    }

    /// The campaign there.
    fn hit(&self, at: Position, shared: &Shared) -> Option<usize> {
        let pane = shared.layout().campaigns.filter(|pane| pane.contains(at))?;
        campaigns::index_at(shared, pane, at.y)
    }

    /// Another campaign is shown without the line: what is typed next must not go into that one's.
    fn click(&mut self, click: Click, shared: &mut Shared) -> Next {
        if click.hit == shared.campaigns.current() {
            return Next::Stay;
        }
        shared.forget_across();
        shared.show_campaign(click.hit);
        Next::Close
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, _: Rect) -> Option<Position> {
        let campaign = shared.campaign()?;
        let layout = shared.layout_in(buffer.area);
        clear(shared, buffer, layout.filter);
        let cursor = draw_line(shared, campaign, buffer, layout.filter);
        if shared.across.on {
            for area in [layout.heads, layout.list].into_iter().chain(layout.detail) {
                clear(shared, buffer, area);
            }
            answers::draw(shared, buffer, layout.heads, layout.list);
        }
        Some(cursor)
    }
}

fn is_empty(shared: &Shared) -> bool {
    shared.campaign().is_some_and(|campaign| campaign.find.input.is_empty())
}

/// Whether all campaigns were asked what is in the line now.
fn is_answered(shared: &Shared) -> bool {
    shared.across.on && shared.campaign().is_some_and(|campaign| shared.across.is_about(&campaign.find.query))
}

/// A key that is text, or that edits the line.
fn edit(key: KeyEvent, shared: &mut Shared) {
    if shared.campaign_mut().is_some_and(|campaign| campaign.find.input.key(key)) {
        edited(shared, TYPING);
    }
}

/// The text was changed, and is searched for after `rest`.
fn edited(shared: &mut Shared, rest: SignedDuration) {
    let now = shared.now;
    let Some(campaign) = shared.campaign_mut() else { return };
    if campaign.find.edited(now, rest) {
        campaign.list.follow(&campaign.store);
        campaign.narrow();
    }
}

/// A key while all campaigns are searched; `None` for those with the same meaning as for one campaign.
fn key_across(action: Action, shared: &mut Shared) -> Option<Next> {
    match action {
        // The line itself uses these as well, the last two until there are answers.
        Action::HalfPageUp => return None,
        Action::First | Action::Last if !is_answered(shared) => return None,
        Action::Enter => return Some(enter_across(shared)),
        _ => {
            let steps = shared.steps(action)?;
            let last = shared.across_lines().len().saturating_sub(1);
            shared.across.cursor = shared.across.cursor.min(last).saturating_add_signed(steps).min(last);
        }
    }
    Some(Next::Stay)
}

/// Enter: asks, or opens what was answered.
fn enter_across(shared: &mut Shared) -> Next {
    let Some(find) = shared.campaign().map(|campaign| &campaign.find) else { return Next::Stay };
    let (query, refusal) = (find.query.clone(), find.refusal);
    if is_answered(shared) {
        return shared.open_across();
    } else if let Some(why) = refusal {
        shared.tell(NoticeWeight::Info, "not asked: what was typed cannot be searched for", &why.to_string(), "");
    } else if query.is_askable() {
        shared.ask_all(&query);
    } else {
        shared.tell(NoticeWeight::Info, "not asked: the server needs 3 characters of a number", "", "");
    }
    Next::Stay
}

fn clear(shared: &Shared, buffer: &mut Buffer, area: Rect) {
    Clear.render(area, buffer);
    buffer.set_style(area, shared.look.style(Role::Text));
}

/// Draws the line. Returns where the cursor belongs.
fn draw_line(shared: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) -> Position {
    let look = &shared.look;
    let style = |role| look.style(role);
    let find = &campaign.find;
    let room = usize::from(area.width.saturating_sub(2)).saturating_sub("find ".len()).clamp(1, 24);
    let (shown, column) = find.input.shown(room + 1);
    let shown = campaign.hidden_from_others(&shown);
    let text = Piece::new(shown.to_string(), style(Role::Strong), 0).gap(1);
    let everywhere = shared.across.on;
    let here = if everywhere {
        String::new()
    } else if find.is_on() && find.refusal.is_none() {
        format!("{} here", grouped(campaign.list.matching(&campaign.store) + campaign.list.below()))
    } else {
        String::new()
    };
    let (words, role) = if everywhere { across_words(shared, campaign) } else { server(shared, campaign) };
    let prompt = Piece::new("find", style(Role::Accent), 0);
    // Room for the number that is being typed, so that the words beside it stay still.
    let space = Piece::new(" ".repeat(14usize.saturating_sub(width(&shown))), style(Role::Text), 0).gap(0);
    let left = vec![prompt, text, space, Piece::new(here, style(Role::Muted), 2), Piece::new(words, style(role), 0)];
    // A find looks beyond the time window.
    let filter = match campaign.choice.of_all_times().words(&look.zone, shared.now) {
        words if words.is_empty() => words,
        words => format!("only {words}"),
    };
    pieces::draw(buffer, area, left, vec![Piece::new(filter, style(Role::Accent), 4)]);
    let x = area.x + 1 + 5 + u16::try_from(column).unwrap_or(0);
    Position::new(x.min(area.right().saturating_sub(1)), area.y)
}

/// What Enter does while all campaigns are searched.
fn across_words(shared: &Shared, campaign: &Campaign) -> (String, Role) {
    let find = &campaign.find;
    if let Some(why) = find.refusal {
        (why.to_string(), Role::Warning)
    } else if shared.across.is_about(&find.query) {
        ("in all campaigns: Enter opens the line under the cursor".to_owned(), Role::Muted)
    } else if find.query.is_askable() {
        (format!("in all campaigns: Enter asks {}, one call each", grouped(shared.campaigns.len())), Role::Accent)
    } else {
        ("in all campaigns: 3 characters of a number needed".to_owned(), Role::Muted)
    }
}
