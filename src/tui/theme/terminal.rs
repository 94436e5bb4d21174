//! What the terminal can show: how many colours, on a dark or a light background.

/// How many colours the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColourDepth {
    /// None are wanted, or there are none.
    None,
    /// The sixteen of the terminal's own palette.
    Sixteen,
    /// The fixed palette of 256.
    Palette,
    /// Any colour.
    True,
}

/// The user's setting for colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourSetting {
    /// As the environment says.
    #[default]
    Auto,
    /// Colours, whatever the environment says against them.
    Always,
    /// None.
    Never,
}

impl ColourDepth {
    /// What the environment says: `NO_COLOR` (any text but an empty one), `COLORTERM`, `TERM`, and
    /// `WT_SESSION`, which Windows Terminal sets instead of `COLORTERM`.
    pub fn of(setting: ColourSetting, env: impl Fn(&str) -> Option<String>) -> Self {
        let reported = |name: &str| env(name).unwrap_or_default().to_ascii_lowercase();
        let term = reported("TERM");
        match setting {
            ColourSetting::Never => return ColourDepth::None,
            ColourSetting::Auto if !reported("NO_COLOR").is_empty() || term == "dumb" || term.starts_with("vt") => {
                return ColourDepth::None;
            }
            ColourSetting::Auto | ColourSetting::Always => {}
        }
        let colorterm = reported("COLORTERM");
        if colorterm == "truecolor" || colorterm == "24bit" || term.ends_with("-direct") || !reported("WT_SESSION").is_empty() {
            // GNU screen passes COLORTERM on, but drops the long form of a colour.
            if term.starts_with("screen") && reported("TMUX").is_empty() { ColourDepth::Palette } else { ColourDepth::True }
        } else if term.contains("256") || ["alacritty", "foot", "xterm-kitty", "xterm-ghostty", "wezterm"].contains(&term.as_str()) {
            ColourDepth::Palette
        } else {
            ColourDepth::Sixteen
        }
    }
}

/// Whether the terminal's background is dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Background {
    /// Light text is easier to read on it.
    Dark,
    /// Dark text is easier to read on it.
    Light,
}

impl Background {
    /// The kind of a background with this colour, by WCAG 2's relative luminance.
    pub fn of_colour(red: u8, green: u8, blue: u8) -> Self {
        let part = |value: u8| {
            let part = f64::from(value) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let luminance = 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
        // Where black and white text have the same contrast: (1.05 / x) = (x / 0.05).
        if luminance > 0.179 { Background::Light } else { Background::Dark }
    }

    /// What the environment says: some terminals set `COLORFGBG` to the indices of text and
    /// background in their palette of sixteen, such as `15;0` or `0;default;15`. A guess: it is
    /// passed on to terminals inside terminals, so the terminal's own answer counts more.
    pub fn of_environment(env: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let reported = env("COLORFGBG")?;
        match reported.rsplit(';').next()?.trim().parse::<u8>().ok()? {
            7 | 9..=15 => Some(Background::Light),
            0..=6 | 8 => Some(Background::Dark),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(ColourSetting::Auto, &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], ColourDepth::True)]
    #[case(ColourSetting::Auto, &[("TERM", "xterm-256color")], ColourDepth::Palette)]
    #[case(ColourSetting::Auto, &[("TERM", "xterm")], ColourDepth::Sixteen)]
    #[case(ColourSetting::Auto, &[("TERM", "linux")], ColourDepth::Sixteen)]
    #[case(ColourSetting::Auto, &[], ColourDepth::Sixteen)]
    #[case(ColourSetting::Auto, &[("WT_SESSION", "1")], ColourDepth::True)]
    #[case(ColourSetting::Auto, &[("TERM", "screen-256color"), ("COLORTERM", "truecolor")], ColourDepth::Palette)]
    #[case(ColourSetting::Auto, &[("TERM", "screen-256color"), ("COLORTERM", "truecolor"), ("TMUX", "/tmp/x")], ColourDepth::True)]
    #[case(ColourSetting::Auto, &[("TERM", "xterm-256color"), ("NO_COLOR", "1")], ColourDepth::None)]
    #[case(ColourSetting::Auto, &[("TERM", "xterm-256color"), ("NO_COLOR", "")], ColourDepth::Palette)]
    #[case(ColourSetting::Auto, &[("TERM", "dumb")], ColourDepth::None)]
    #[case(ColourSetting::Auto, &[("TERM", "vt100")], ColourDepth::None)]
    #[case(ColourSetting::Always, &[("TERM", "xterm-256color"), ("NO_COLOR", "1")], ColourDepth::Palette)]
    #[case(ColourSetting::Never, &[("TERM", "xterm-256color"), ("COLORTERM", "24bit")], ColourDepth::None)]
    fn how_many_colours_the_environment_tells(#[case] setting: ColourSetting, #[case] env: &[(&str, &str)], #[case] expected: ColourDepth) {
        let reported = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(ColourDepth::of(setting, reported), expected);
    }

    #[rstest]
    #[case(0, 0, 0, Background::Dark)]
    #[case(0x10, 0x12, 0x16, Background::Dark)]
    #[case(0x00, 0x2b, 0x36, Background::Dark)] // Solarized
    #[case(0x30, 0x0a, 0x24, Background::Dark)] // Ubuntu's
    #[case(0x00, 0x00, 0xff, Background::Dark)]
    #[case(0xfd, 0xf6, 0xe3, Background::Light)]
    #[case(0xff, 0xff, 0xff, Background::Light)]
    #[case(0xbb, 0xbb, 0xbb, Background::Light)]
    fn a_colour_is_dark_or_light(#[case] red: u8, #[case] green: u8, #[case] blue: u8, #[case] expected: Background) {
        assert_eq!(Background::of_colour(red, green, blue), expected);
    }

    #[rstest]
    #[case(Some("15;0"), Some(Background::Dark))]
    #[case(Some("0;15"), Some(Background::Light))]
    #[case(Some("0;default;15"), Some(Background::Light))]
    #[case(Some("12;8"), Some(Background::Dark))]
    #[case(Some("default;default"), None)]
    #[case(Some("0;231"), None)]
    #[case(Some(""), None)]
    #[case(None, None)]
    fn which_background_the_environment_tells(#[case] reported: Option<&str>, #[case] expected: Option<Background>) {
        let env = |name: &str| reported.filter(|_| name == "COLORFGBG").map(str::to_owned);
        assert_eq!(Background::of_environment(env), expected);
    }
}
