//! How many colours the terminal can show.

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
    fn what_the_environment_tells(#[case] setting: ColourSetting, #[case] env: &[(&str, &str)], #[case] expected: ColourDepth) {
        let reported = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(ColourDepth::of(setting, reported), expected);
    }
}
