//! The figures of the header by class, reached with Tab: ← → choose one, Enter lists exactly its messages. On a screen
//! without room for them in the header they are a menu.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Can, Changed, Click, Dialog, Next, Press};
use crate::delivery::{Class, grouped};
use crate::tui::chrome::{classes, keys};
use crate::tui::key_line;
use crate::tui::shared::{Campaign, FilterChoice, Shared};
use crate::tui::text::{Align, fit, width};
use crate::tui::widgets::frame;
use crate::tui::widgets::menu::Menu;
use crate::tui::{Action, Context, Role, class_role, class_sign, views};

/// The figures while they have the focus.
pub(in crate::tui) struct HeaderFigures {
    /// A class that the chosen figure counts: which classes share a figure depends on the room.
    class: Class,
}

/// How wide the menu is.
const COLUMNS: u16 = 40;

impl HeaderFigures {
    /// Whether there are figures to go to.
    pub fn can(shared: &Shared) -> Can {
        Can::unless(shared.campaign().is_none_or(Campaign::is_unread), "nothing is loaded yet")
    }

    /// Goes to them: to the one whose messages are listed, otherwise to the first.
    pub fn open(shared: &mut Shared) {
        let Some(campaign) = shared.campaign().filter(|campaign| !campaign.is_unread()) else { return };
        let choice = &campaign.choice;
        let is_listed = *choice == FilterChoice { classes: choice.classes.clone(), window: choice.window, ..FilterChoice::default() };
        let listed = choice.classes.first().copied().filter(|_| is_listed);
        shared.open(Self { class: listed.unwrap_or(Class::Delivered) });
    }

    /// The index of the chosen figure. Where its class has no message any more, the one before it is chosen.
    fn index(&self, figures: &[Vec<Class>]) -> usize {
        figures.iter().rposition(|classes| classes.first().is_some_and(|first| *first <= self.class)).unwrap_or(0)
    }

    /// Whether there is no figure so many steps further.
    fn is_at_end(&self, steps: isize, shared: &Shared) -> bool {
        let figures = figures(shared);
        self.index(&figures).checked_add_signed(steps).is_none_or(|index| index >= figures.len())
    }

    fn go(&mut self, steps: isize, shared: &Shared) {
        let figures = figures(shared);
        let index = self.index(&figures).saturating_add_signed(steps).min(figures.len().saturating_sub(1));
        if let Some(class) = figures.get(index).and_then(|classes| classes.first()) {
            self.class = *class;
        }
    }

    fn list(&self, shared: &mut Shared) -> Next {
        let figures = figures(shared);
        if let Some(classes) = figures.get(self.index(&figures)) {
            shared.show_classes(classes.clone());
        }
        Next::Close
    }

    /// The menu, where the header has no room.
    fn menu(&self, shared: &Shared) -> Option<Menu> {
        let figures = figures(shared);
        let menu = Menu { columns: COLUMNS, count: figures.len(), cursor: self.index(&figures), heads: 0, keys: 1 };
        (!is_in_header(shared)).then_some(menu)
    }

    fn draw_menu(&self, shared: &Shared, buffer: &mut Buffer, area: Rect, menu: Menu) -> Option<Position> {
        let campaign = shared.campaign()?;
        let figures = figures(shared);
        let shown: Vec<Class> = figures.into_iter().flatten().collect();
        let counts: Vec<String> = shown.iter().map(|class| grouped(campaign.classes[*class])).collect();
        let widest = counts.iter().map(|count| width(count)).max().unwrap_or(0);
        let room = frame::width(area, COLUMNS);
        let line = |index: usize| {
            let class = shown[index];
            let count = fit(&counts[index], widest, Align::Right);
            let text = fit(&format!("{count} {} {}", class_sign(class), class.word()), room.saturating_sub(2), Align::Left);
            let is_chosen = index == menu.cursor;
            let role = if is_chosen { Role::Selected } else { class_role(class) };
            Line::from(Span::styled(format!("{} {text}", if is_chosen { "›" } else { " " }), shared.look.style(role)))
        };
        let mut lines: Vec<Line<'_>> = menu.shown(area).map(line).collect();
        let named = keys::of_dialog(self, shared, [Action::Enter, Action::Back]);
        lines.push(Line::from(key_line::spans(&named, room, |role| shared.look.style(role))));
        let title = match campaign.choice.window.is_all() {
            true => "All messages".to_owned(),
            false => format!("Messages of {}", classes::label(shared, campaign)),
        };
        Some(frame::draw(shared, buffer, area, &title, COLUMNS, &lines, (0, menu.cursor_line(area))))
    }
}

/// Whether the header shows them.
fn is_in_header(shared: &Shared) -> bool {
    shared.layout().classes.height > 0
}

/// What each figure counts, from left to right.
fn figures(shared: &Shared) -> Vec<Vec<Class>> {
    let Some(campaign) = shared.campaign().filter(|campaign| !campaign.is_unread()) else { return Vec::new() };
    if is_in_header(shared) {
        return classes::targets(shared, shared.layout().classes).into_iter().map(|figure| figure.classes).collect();
    }
    classes::shown(&campaign.classes).map(|class| vec![class]).collect()
}

impl Dialog for HeaderFigures {
    fn context(&self) -> Context {
        Context::Header
    }

    fn can(&self, action: Action, shared: &Shared) -> Can {
        match action {
            Action::Left => Can::unless(self.is_at_end(-1, shared), "it is the first figure"),
            Action::Right => Can::unless(self.is_at_end(1, shared), "it is the last figure"),
            Action::NextPane | Action::PreviousPane => Can::Yes,
            Action::Enter | Action::Back | Action::Quit | Action::Help => Can::Yes,
            _ => views::can(action, shared),
        }
    }

    /// What has nothing to do with the figures is offered by the view.
    fn is_offered(&self, action: Action) -> bool {
        matches!(action, Action::Left | Action::Right | Action::Enter | Action::Back | Action::NextPane | Action::Help)
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        let Some(action) = press.action else { return Next::Stay };
        match action {
            Action::Left => self.go(-1, shared),
            Action::Right => self.go(1, shared),
            Action::Enter => return self.list(shared),
            Action::Back | Action::Quit | Action::PreviousPane => return Next::Back,
            Action::NextPane => {
                shared.close_detail();
                return Next::Close;
            }
            _ => match self.menu(shared).filter(|_| Menu::moves(action)) {
                Some(menu) => self.go(menu.steps(action, shared), shared),
                // The view does everything else, and has the focus again; what it refuses changes nothing.
                None if matches!(self.can(action, shared), Can::Yes | Can::Do(_)) => return Next::Do(action),
                None => {}
            },
        }
        Next::Stay
    }

    fn lets_through(&self, _at: Position, shared: &Shared) -> bool {
        is_in_header(shared)
    }

    /// The line of the menu there.
    fn hit(&self, at: Position, shared: &Shared) -> Option<usize> {
        self.menu(shared)?.line_at(shared.layout().body, at)
    }

    fn click(&mut self, click: Click, shared: &mut Shared) -> Next {
        let figures = figures(shared);
        let was_chosen = self.index(&figures) == click.hit;
        self.class = figures.get(click.hit).and_then(|classes| classes.first()).copied().unwrap_or(self.class);
        if was_chosen { self.list(shared) } else { Next::Stay }
    }

    fn refresh(&mut self, _changed: &Changed, shared: &mut Shared) -> Next {
        if figures(shared).is_empty() { Next::Back } else { Next::Stay }
    }

    /// The chosen figure, or the menu.
    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        if let Some(menu) = self.menu(shared) {
            return self.draw_menu(shared, buffer, area, menu);
        }
        let line = shared.layout_in(buffer.area).classes;
        let targets = classes::targets(shared, line);
        let figures: Vec<Vec<Class>> = targets.iter().map(|target| target.classes.clone()).collect();
        let columns = targets.into_iter().nth(self.index(&figures))?.columns;
        let chosen = Rect { x: columns.start, width: columns.end - columns.start, height: 1, ..line };
        // As in a selected row, the colours of what is chosen are not its own.
        buffer.set_style(chosen, Style::reset().patch(shared.look.style(Role::Text)).patch(shared.look.style(Role::Focus)));
        Some(Position::new(chosen.x, chosen.y))
    }
}
