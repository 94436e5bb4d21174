//! The colours themselves: the only place where a colour is named.

use ratatui::style::{Color, Modifier, Style};

use super::{Background, ColourDepth, Role};
use crate::tui::ThemeChoice;

/// The look of `role`.
pub(super) fn style(choice: &ThemeChoice, depth: ColourDepth, background: Option<Background>, role: Role) -> Style {
    match (choice, depth) {
        (ThemeChoice::None, _) | (_, ColourDepth::None) => colourless(role),
        (ThemeChoice::Own(own), depth) => own.style(role, style(own.base(), depth, background, role), depth),
        (ThemeChoice::Auto, depth) => match background {
            Some(Background::Dark) => style(&ThemeChoice::Dark, depth, None, role),
            Some(Background::Light) => style(&ThemeChoice::Light, depth, None, role),
            None => sixteen(role),
        },
        (ThemeChoice::Dark, ColourDepth::Sixteen) => bright(role),
        (ThemeChoice::Light, ColourDepth::Sixteen) => deep(role),
        (ThemeChoice::HighContrast, ColourDepth::Sixteen) => strongest_of_sixteen(role),
        (ThemeChoice::Dark, depth) => painted(role, &DARK, depth),
        (ThemeChoice::Light, depth) => painted(role, &LIGHT, depth),
        (ThemeChoice::HighContrast, depth) => painted(role, &HIGH_CONTRAST, depth),
    }
}

/// A named colour, as far as it can be shown; `None` where only a different one could be.
pub(super) fn shown(colour: Color, depth: ColourDepth) -> Option<Color> {
    match (colour, depth) {
        (_, ColourDepth::None) => None,
        (Color::Rgb(..), ColourDepth::Sixteen) | (Color::Indexed(16..), ColourDepth::Sixteen) => None,
        (Color::Rgb(red, green, blue), ColourDepth::Palette) => Some(Color::Indexed(nearest(u32::from_be_bytes([0, red, green, blue])))),
        (colour, _) => Some(colour),
    }
}

/// Ranks by bold, underlined and reversed only. The dim attribute is never used: on many terminals
/// it cannot be read.
fn colourless(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Text | Role::Muted | Role::Fine | Role::Moving | Role::Rule => plain,
        Role::Strong | Role::Accent | Role::SelectedElsewhere | Role::Unknown => plain.add_modifier(Modifier::BOLD),
        Role::Heading | Role::Changed | Role::Header => plain.add_modifier(Modifier::UNDERLINED),
        Role::Warning | Role::Failed => plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        Role::Selected => plain.add_modifier(Modifier::REVERSED).remove_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        Role::Production | Role::Focus => plain.add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
    }
}

/// The row with the focus, in the terminal's own colours reversed. The colours of its cells are
/// removed: reversed they would make stripes.
fn reversed() -> Style {
    Style::new().fg(Color::Reset).bg(Color::Reset).add_modifier(Modifier::REVERSED).remove_modifier(Modifier::BOLD)
}

/// The look of a graph, which keeps its colours and the background under them in the selected row, too.
pub(super) fn graph(style: Style) -> Style {
    let Some(_) = style.fg else { return style };
    Style { bg: style.bg.or(Some(Color::Reset)), ..style }.remove_modifier(Modifier::REVERSED)
}

/// White on red: nothing else on the screen looks like that.
fn production() -> Style {
    Style::new().fg(Color::White).bg(Color::Red).add_modifier(Modifier::BOLD)
}

/// Colours of the terminal's own palette, on a background that may be light or dark. Blue and both
/// greys are left out, because one of the two backgrounds swallows them; yellow is only a
/// background, with black letters on it.
fn sixteen(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Fine => plain.fg(Color::Green),
        Role::Moving => plain.fg(Color::Cyan),
        // Whole words would be a wall of yellow; a few of them in the first line are not.
        Role::Warning => plain.add_modifier(Modifier::BOLD),
        // In bold, many terminals would show black as grey.
        Role::Failed => plain.fg(Color::Red).add_modifier(Modifier::BOLD),
        Role::Unknown => plain.fg(Color::Magenta),
        Role::Accent => plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
        Role::Heading | Role::Header | Role::Changed => plain.add_modifier(Modifier::BOLD),
        // Only lines are drawn with it, no text.
        Role::Rule => plain.fg(Color::DarkGray),
        Role::Selected => reversed(),
        Role::Production => production(),
        Role::Text | Role::Strong | Role::Muted | Role::SelectedElsewhere | Role::Focus => colourless(role),
    }
}

/// The bright eight, for a dark background.
fn bright(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Muted => plain.fg(Color::Gray),
        Role::Fine => plain.fg(Color::LightGreen),
        Role::Moving => plain.fg(Color::LightCyan),
        Role::Warning => plain.fg(Color::LightYellow),
        Role::Failed => plain.fg(Color::LightRed).add_modifier(Modifier::BOLD),
        Role::Unknown => plain.fg(Color::LightMagenta),
        Role::Accent => plain.fg(Color::LightCyan).add_modifier(Modifier::BOLD),
        _ => sixteen(role),
    }
}

/// The deep eight, for a light background.
fn deep(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Muted => plain.fg(Color::DarkGray),
        Role::Moving => plain.fg(Color::Blue),
        Role::Accent => plain.fg(Color::Blue).add_modifier(Modifier::BOLD),
        _ => sixteen(role),
    }
}

/// White on black, whatever the terminal's own background is.
fn strongest_of_sixteen(role: Role) -> Style {
    let black = Style::new().fg(Color::White).bg(Color::Black);
    match role {
        Role::Fine => black.fg(Color::LightGreen),
        Role::Moving | Role::Accent => black.fg(Color::LightCyan).add_modifier(Modifier::BOLD),
        Role::Warning => black.fg(Color::LightYellow).add_modifier(Modifier::BOLD),
        Role::Failed => black.fg(Color::LightRed).add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        Role::Unknown => black.fg(Color::LightMagenta).add_modifier(Modifier::BOLD),
        Role::Selected | Role::Focus => Style::new().fg(Color::Black).bg(Color::LightYellow).remove_modifier(Modifier::BOLD),
        Role::Production => production(),
        Role::Changed => Style::new().add_modifier(Modifier::BOLD),
        Role::Strong | Role::Heading | Role::Header | Role::SelectedElsewhere => black.add_modifier(Modifier::BOLD),
        Role::Text | Role::Muted | Role::Rule => black,
    }
}

/// A colour as red, green and blue.
type Rgb = u32;

/// The colours of a theme with true colour or 256.
struct Palette {
    /// Text and its background; `None` is the terminal's own.
    base: Option<(Rgb, Rgb)>,
    muted: Rgb,
    fine: Rgb,
    moving: Rgb,
    warning: Rgb,
    failed: Rgb,
    unknown: Rgb,
    accent: Rgb,
    rule: Rgb,
    /// Text and background.
    selected: (Rgb, Rgb),
    focus: (Rgb, Rgb),
    header: (Rgb, Rgb),
    production: (Rgb, Rgb),
}

/// For a dark background.
const DARK: Palette = Palette {
    base: None,
    muted: 0x9e9e9e,
    fine: 0x87c98f,
    moving: 0x87b8f0,
    warning: 0xe8b95c,
    failed: 0xff877f,
    unknown: 0xd7a0f0,
    accent: 0x5fd0df,
    rule: 0x767d88,
    selected: (0xffffff, 0x2a4d75),
    focus: (0x101216, 0x5fd0df),
    header: (0xe6e8ec, 0x2c313a),
    production: (0xffffff, 0xaf001c),
};

/// For a light background.
const LIGHT: Palette = Palette {
    base: None,
    muted: 0x585858,
    fine: 0x1a672c,
    moving: 0x1c589e,
    warning: 0x854d00,
    failed: 0xaf001c,
    unknown: 0x762c9c,
    accent: 0x005f70,
    rule: 0x7c828b,
    selected: (0x000000, 0xc5def8),
    focus: (0xffffff, 0x005f70),
    header: (0x1b1f26, 0xdde1e8),
    production: (0xffffff, 0xaf001c),
};

/// White on black.
const HIGH_CONTRAST: Palette = Palette {
    base: Some((0xffffff, 0x000000)),
    muted: 0xe4e4e4,
    fine: 0x87ff87,
    moving: 0x87ffff,
    warning: 0xffff5f,
    failed: 0xffafaf,
    unknown: 0xffafff,
    accent: 0x87ffff,
    rule: 0xffffff,
    selected: (0x000000, 0xffff5f),
    focus: (0x000000, 0xffff5f),
    header: (0x000000, 0xffffff),
    production: (0xffffff, 0xaf0000),
};

/// `role` in the colours of `palette`.
fn painted(role: Role, palette: &Palette, depth: ColourDepth) -> Style {
    // An index of the fixed palette takes half the bytes of a true colour. The most frequent
    // colours are such ones: each step of the cursor sends them again, often over a slow line.
    let colour = |rgb: Rgb| {
        let place = nearest(rgb);
        if depth == ColourDepth::True && fixed(place) != rgb { Color::from_u32(rgb) } else { Color::Indexed(place) }
    };
    let base = palette.base.map_or_else(Style::new, |(text, background)| Style::new().fg(colour(text)).bg(colour(background)));
    let on = |(text, background): (Rgb, Rgb)| Style::new().fg(colour(text)).bg(colour(background));
    match role {
        Role::Text => base,
        Role::Strong | Role::SelectedElsewhere => base.add_modifier(Modifier::BOLD),
        // Headings stand back: what changes below them should be seen first.
        Role::Heading => base.fg(colour(palette.muted)).add_modifier(Modifier::BOLD),
        Role::Muted => base.fg(colour(palette.muted)),
        Role::Fine => base.fg(colour(palette.fine)),
        Role::Moving => base.fg(colour(palette.moving)),
        Role::Warning => base.fg(colour(palette.warning)),
        Role::Failed => base.fg(colour(palette.failed)).add_modifier(Modifier::BOLD),
        Role::Unknown => base.fg(colour(palette.unknown)),
        Role::Accent => base.fg(colour(palette.accent)).add_modifier(Modifier::BOLD),
        Role::Rule => base.fg(colour(palette.rule)),
        Role::Changed => Style::new().add_modifier(Modifier::BOLD),
        Role::Selected => on(palette.selected).remove_modifier(Modifier::BOLD),
        Role::Focus => on(palette.focus).add_modifier(Modifier::BOLD),
        Role::Header => on(palette.header),
        Role::Production => on(palette.production).add_modifier(Modifier::BOLD),
    }
}

/// The steps of red, green and blue in the palette of 256.
pub(super) const STEPS: [u32; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest of the 240 fixed colours: the cube of 216 from 16 on, and 24 greys from 232 on. The
/// first sixteen are the user's own and may look like anything.
fn nearest(rgb: Rgb) -> u8 {
    (16..=255)
        .min_by_key(|&index| {
            let of = |shift: u32| (fixed(index) >> shift & 0xff).abs_diff(rgb >> shift & 0xff).pow(2);
            of(16) + of(8) + of(0)
        })
        .unwrap_or(16)
}

/// The colour at an index of the palette of 256, from 16 on.
pub(super) fn fixed(index: u8) -> Rgb {
    let index = u32::from(index);
    if index >= 232 {
        let grey = 8 + 10 * (index - 232);
        return grey << 16 | grey << 8 | grey;
    }
    let place = index.saturating_sub(16);
    let step = |of: u32| STEPS.get((of % 6) as usize).copied().unwrap_or_default();
    step(place / 36) << 16 | step(place / 6) << 8 | step(place)
}
