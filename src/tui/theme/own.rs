//! A theme of the user's own: a few colours by meaning, and a base for all the rest.

use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};

use super::{ColourDepth, Role, palette};
use crate::config::{Expected, Mistake, RoleColours, ThemeFile};
use crate::tui::ThemeChoice;

/// A theme of the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTheme {
    /// What is not named looks like this; never another theme of the user's own.
    base: ThemeChoice,
    looks: Vec<(Role, Look)>,
}

/// What differs from the base.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Look {
    text: Option<Color>,
    background: Option<Color>,
    bold: Option<bool>,
    underlined: Option<bool>,
}

impl OwnTheme {
    /// The theme that a file describes, and its mistakes: what is right is still used.
    pub fn new(file: &ThemeFile) -> (OwnTheme, Vec<Mistake>) {
        let mut mistakes = Vec::new();
        let mut keep = |mistake: Mistake| mistakes.push(mistake);
        let base = file.base.as_ref().map_or(Ok(ThemeChoice::Auto), |name| name.parse(ThemeChoice::parse));
        let base = base.map_err(&mut keep).unwrap_or_default();
        let mut looks = Vec::new();
        for (name, colours) in &file.colours {
            let role = name.parse(Role::parse).map_err(&mut keep);
            let look = look(colours, &mut keep);
            if let Ok(role) = role {
                looks.push((role, look));
            }
        }
        (OwnTheme { base, looks }, mistakes)
    }

    /// The theme for what is not named.
    pub(super) fn base(&self) -> &ThemeChoice {
        &self.base
    }

    /// The look of `role`, which would be `usual` in the base.
    pub(super) fn style(&self, role: Role, usual: Style, depth: ColourDepth) -> Style {
        let Some((_, look)) = self.looks.iter().rev().find(|(named, _)| *named == role) else { return usual };
        let mut style = usual;
        if let Some(text) = look.text.and_then(|colour| palette::shown(colour, depth)) {
            style = style.fg(text);
        }
        if let Some(background) = look.background.and_then(|colour| palette::shown(colour, depth)) {
            style = style.bg(background);
        }
        for (setting, modifier) in [(look.bold, Modifier::BOLD), (look.underlined, Modifier::UNDERLINED)] {
            style = match setting {
                Some(true) => style.add_modifier(modifier),
                Some(false) => style.remove_modifier(modifier),
                None => style,
            };
        }
        style
    }
}

fn look(colours: &RoleColours, keep: &mut impl FnMut(Mistake)) -> Look {
    let mut colour = |written: &Option<crate::config::Located<String>>| {
        written.as_ref().and_then(|written| written.parse(parse_colour).map_err(&mut *keep).ok())
    };
    Look { text: colour(&colours.text), background: colour(&colours.background), bold: colours.bold, underlined: colours.underlined }
}

/// The terminal's own sixteen by name, to find the nearest name in a mistake.
const NAMES: [&str; 17] = [
    "default",
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "dark-gray",
    "light-red",
    "light-green",
    "light-yellow",
    "light-blue",
    "light-magenta",
    "light-cyan",
    "white",
];

/// A colour as people write it: `#ff877f`, one of the terminal's own sixteen by name, or an index of
/// the palette of 256.
fn parse_colour(written: &str) -> Result<Color, Expected> {
    let plain = written.trim().to_ascii_lowercase().replace(['_', ' '], "-");
    if plain == "default" {
        return Ok(Color::Reset);
    }
    let name = plain.replace('-', "").replace("bright", "light");
    let is_hex = plain.len() == 7 && plain.starts_with('#') && plain[1..].bytes().all(|digit| digit.is_ascii_hexdigit());
    let is_place = plain.parse::<u8>().is_ok();
    let is_name = NAMES.iter().any(|known| known.replace('-', "") == name) || name == "grey" || name == "darkgrey";
    (is_hex || is_place || is_name).then(|| Color::from_str(&name).ok()).flatten().ok_or_else(|| Expected {
        expected: "a colour: `#ff877f`, a name such as `red`, `light-red` or `default`, or a number from 0 to 255".to_owned(),
        nearest: crate::config::nearest(written, NAMES),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::config::read_theme;
    use crate::tui::Theme;

    #[must_use]
    fn read(text: &str) -> (ThemeChoice, Vec<String>) {
        let (file, mut mistakes) = read_theme(text);
        let (theme, more) = OwnTheme::new(&file);
        mistakes.extend(more);
        (ThemeChoice::Own(theme.into()), mistakes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_is_named_differs_and_all_else_is_as_in_the_base() {
        let (choice, mistakes) =
            read("base = \"light\"\n[colours]\naccent = \"#102030\"\nselected = { background = \"17\", bold = true }\n");
        assert_eq!(mistakes, [""; 0]);
        let (own, light) = (Theme::new(choice, ColourDepth::True), Theme::new(ThemeChoice::Light, ColourDepth::True));
        assert_eq!(own.style(Role::Accent), light.style(Role::Accent).fg(Color::from_u32(0x102030)));
        assert_eq!(own.style(Role::Selected), light.style(Role::Selected).bg(Color::Indexed(17)).add_modifier(Modifier::BOLD));
        for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::Accent | Role::Selected)) {
            assert_eq!(own.style(role), light.style(role));
        }
    }

    #[test]
    fn with_fewer_colours_the_base_stands_for_what_cannot_be_shown() {
        let (choice, _) =
            read("base = \"dark\"\n[colours]\nfine = \"#102030\"\nfailed = \"light-red\"\nmuted = { text = \"245\", bold = true }\n");
        let (own, dark) = (Theme::new(choice.clone(), ColourDepth::Sixteen), Theme::new(ThemeChoice::Dark, ColourDepth::Sixteen));
        assert_eq!(own.style(Role::Fine), dark.style(Role::Fine));
        assert_eq!(own.style(Role::Muted), dark.style(Role::Muted).add_modifier(Modifier::BOLD));
        assert_eq!(own.style(Role::Failed).fg, Some(Color::LightRed));
        let palette = Theme::new(choice.clone(), ColourDepth::Palette);
        assert!(matches!(palette.style(Role::Fine).fg, Some(Color::Indexed(16..))));
        let none = Theme::new(choice, ColourDepth::None);
        assert!(Role::ALL.into_iter().all(|role| (none.style(role).fg, none.style(role).bg) == (None, None)));
    }

    #[test]
    fn every_mistake_is_told_and_the_rest_is_used() {
        let (choice, mistakes) =
            read("base = \"drak\"\n[colours]\nfailled = \"red\"\nfine = \"gren\"\nmuted = \"#12345\"\nrule = \"blue\"\n");
        assert_eq!(mistakes.len(), 4, "{mistakes:?}");
        for (mistake, reported) in mistakes.iter().zip(["line 1, column 8", "line 3, column 1", "line 4, column 8", "line 5, column 9"]) {
            assert!(mistake.starts_with(reported), "{mistake}");
        }
        for (mistake, nearest) in mistakes.iter().zip(["`dark`", "`failed`", "`green`"]) {
            assert!(mistake.ends_with(&format!("did you mean {nearest}?")), "{mistake}");
        }
        assert_eq!(Theme::new(choice, ColourDepth::True).style(Role::Rule).fg, Some(Color::Blue));
    }

    #[rstest]
    #[case("#FF877f", Color::Rgb(0xff, 0x87, 0x7f))]
    #[case("Light Red", Color::LightRed)]
    #[case("bright-red", Color::LightRed)]
    #[case("white", Color::White)]
    #[case("grey", Color::Gray)]
    #[case("default", Color::Reset)]
    #[case("208", Color::Indexed(208))]
    fn a_colour_is_understood(#[case] written: &str, #[case] expected: Color) {
        assert_eq!(parse_colour(written), Ok(expected));
    }

    #[rstest]
    fn what_is_no_colour_is_not(#[values("", "256", "-1", "#12", "#gggggg", "rouge", "#é1234")] written: &str) {
        assert!(parse_colour(written).is_err(), "{written}");
    }
}
