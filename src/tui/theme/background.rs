//! Whether the terminal's background is dark or light.

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
    fn what_the_environment_tells(#[case] reported: Option<&str>, #[case] expected: Option<Background>) {
        let env = |name: &str| reported.filter(|_| name == "COLORFGBG").map(str::to_owned);
        assert_eq!(Background::of_environment(env), expected);
    }
}
