//! Colours by meaning. No colour is named outside this room.

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
    /// A changed cell, for a moment.
    Changed,
    /// Rules and borders.
    Rule,
    /// The safe answer, and whichever answer has the focus.
    Focus,
}
