//! Colours by meaning. No colour is named outside this room.

mod own; // the user's own
mod palette;
mod terminal; // what it can show

use ratatui::style::Style;

use super::ThemeChoice;
use crate::config::Expected;
use crate::delivery::{Class, Status};

pub use own::OwnTheme;
pub use terminal::{Background, ColourDepth, ColourSetting};

/// What something on the screen means; the theme says how that looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text: the terminal's own colours.
    Text,
    /// Primary text: bold.
    Strong,
    /// Secondary text, still readable.
    Muted,
    /// Headings of columns and panes.
    Heading,
    /// Delivered, all well.
    Fine,
    /// On the way.
    Moving,
    /// Needs attention, recovers without a person.
    Warning,
    /// Failed, needs a person.
    Failed,
    /// Unknown.
    Unknown,
    /// The one accent: keys, the open tab, matched digits.
    Accent,
    /// The selected row in the pane with the focus; wins over the colours of its cells.
    Selected,
    /// The selected row in a pane without the focus.
    SelectedElsewhere,
    /// The header line of a production campaign.
    Production,
    /// The header line of any other campaign.
    Header,
    /// A changed cell, for a moment. Only adds to the style of the cell.
    Changed,
    /// Rules and borders.
    Rule,
    /// The safe answer, and any other focused answer.
    Focus,
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 17] = [
        Role::Text,
        Role::Strong,
        Role::Muted,
        Role::Heading,
        Role::Fine,
        Role::Moving,
        Role::Warning,
        Role::Failed,
        Role::Unknown,
        Role::Accent,
        Role::Selected,
        Role::SelectedElsewhere,
        Role::Production,
        Role::Header,
        Role::Changed,
        Role::Rule,
        Role::Focus,
    ];

    /// Its name in a theme file.
    const fn name(self) -> &'static str {
        match self {
            Role::Text => "text",
            Role::Strong => "strong",
            Role::Muted => "muted",
            Role::Heading => "heading",
            Role::Fine => "fine",
            Role::Moving => "moving",
            Role::Warning => "warning",
            Role::Failed => "failed",
            Role::Unknown => "unknown",
            Role::Accent => "accent",
            Role::Selected => "selected",
            Role::SelectedElsewhere => "selected_elsewhere",
            Role::Production => "production",
            Role::Header => "header",
            Role::Changed => "changed",
            Role::Rule => "rule",
            Role::Focus => "focus",
        }
    }

    /// The role with this name.
    ///
    /// # Errors
    ///
    /// [`Expected`] with the existing names.
    pub fn parse(name: &str) -> Result<Role, Expected> {
        let wanted = name.trim().to_ascii_lowercase().replace('-', "_");
        let found = Role::ALL.into_iter().find(|role| role.name() == wanted);
        found.ok_or_else(|| Expected::one_of(name, &Role::ALL.map(Role::name)))
    }
}

/// How every [`Role`] looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    choice: ThemeChoice,
    depth: ColourDepth,
    background: Option<Background>,
    styles: [Style; Role::ALL.len()],
}

impl Theme {
    /// The theme for this choice, as far as the terminal can show it, while its background is
    /// unknown. Without colours every choice is [`ThemeChoice::None`].
    pub fn new(choice: ThemeChoice, depth: ColourDepth) -> Self {
        Self::made(choice, depth, None)
    }

    /// The same on a terminal with this background. It only matters for a choice that leaves the
    /// colours to the terminal.
    #[must_use]
    pub fn on(self, background: Option<Background>) -> Self {
        Self::made(self.choice, self.depth, background.or(self.background))
    }

    /// Whether the terminal's background makes a difference.
    pub fn asks_background(&self) -> bool {
        let dark = Self::made(self.choice.clone(), self.depth, Some(Background::Dark));
        dark.styles != Self::made(self.choice.clone(), self.depth, Some(Background::Light)).styles
    }

    fn made(choice: ThemeChoice, depth: ColourDepth, background: Option<Background>) -> Self {
        let styles = Role::ALL.map(|role| palette::style(&choice, depth, background, role));
        Self { choice, depth, background, styles }
    }

    /// How `role` looks. The whole screen is painted with [`Role::Text`] first: the theme with the
    /// strongest contrast has a background of its own.
    pub fn style(&self, role: Role) -> Style {
        // The discriminants count from 0 in the order of `Role::ALL`.
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}

/// The sign of a status, so that colour is never the only difference: one column wide. Only signs that every terminal draws one column wide, and
/// with `ascii` only letters of every keyboard.
pub fn sign(status: &Status, ascii: bool) -> &'static str {
    let (sign, letter) = match status {
        Status::Created => ("·", "."),
        Status::Enqueued => ("…", ":"),
        Status::Sending => ("›", ">"),
        Status::Sent => ("–", "-"),
        Status::SentToTelco => ("≥", "="),
        Status::Success => ("✓", "+"),
        Status::Failure => ("✗", "x"),
        Status::Other(_) => ("?", "?"),
    };
    if ascii { letter } else { sign }
}

/// The sign of a class, one column wide.
pub fn class_sign(class: Class) -> &'static str {
    match class {
        Class::Delivered => "✓",
        Class::Failed => "✗",
        Class::OnTheWay => "›",
        Class::Stuck | Class::Unconfirmed => "!",
        Class::SentAbroad | Class::HandedOver => "≥",
        Class::Other => "?",
    }
}

/// The style of a graph in a row: it keeps its colours where the row is selected.
pub(in crate::tui) fn graph_style(style: Style) -> Style {
    palette::graph(style)
}

/// What a class means on the screen.
pub fn class_role(class: Class) -> Role {
    match class {
        Class::Delivered | Class::HandedOver => Role::Fine,
        Class::Failed => Role::Failed,
        Class::OnTheWay => Role::Moving,
        Class::Stuck | Class::Unconfirmed => Role::Warning,
        Class::SentAbroad => Role::Muted,
        Class::Other => Role::Unknown,
    }
}

/// What a status means on the screen.
pub fn role_of(status: &Status) -> Role {
    match status {
        Status::Success => Role::Fine,
        Status::Failure => Role::Failed,
        Status::Created | Status::Enqueued | Status::Sending | Status::Sent | Status::SentToTelco => Role::Moving,
        Status::Other(_) => Role::Unknown,
    }
}

#[cfg(test)]
mod tests;
