//! Colours by meaning. No colour is named outside this room.

mod choice;
mod depth;
mod palette;
mod sign;

use ratatui::style::Style;

use super::ThemeChoice;

pub use depth::{ColourDepth, ColourWish};
pub use sign::{role_of, sign};

/// What something on the screen means; the theme says how that looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text: the terminal's own colours.
    Text,
    /// Text of the first rank: bold.
    Strong,
    /// Text of the second rank, still to be read.
    Muted,
    /// Headings of columns and panes.
    Heading,
    /// Delivered, all well.
    Fine,
    /// Still moving.
    Moving,
    /// Needs attention, mends itself.
    Warning,
    /// Failed, needs a person.
    Failed,
    /// Not known.
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
    /// The safe answer, and whichever answer has the focus.
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
}

/// How every [`Role`] looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; Role::ALL.len()],
}

impl Theme {
    /// The theme of this choice, as far as the terminal can show it. Without colours every choice
    /// is [`ThemeChoice::None`].
    pub fn new(choice: ThemeChoice, depth: ColourDepth) -> Self {
        Self { styles: Role::ALL.map(|role| palette::style(choice, depth, role)) }
    }

    /// How `role` looks. The whole screen is painted with [`Role::Text`] first: the theme with the
    /// strongest contrast has a background of its own.
    pub fn style(&self, role: Role) -> Style {
        // The discriminants count from 0 in the order of `Role::ALL`.
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
