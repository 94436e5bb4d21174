//! The themes by name.

use crate::config::Expected;
use crate::tui::ThemeChoice;

impl ThemeChoice {
    /// All that have a name.
    const NAMED: [(&'static str, ThemeChoice); 5] = [
        ("auto", ThemeChoice::Auto),
        ("dark", ThemeChoice::Dark),
        ("light", ThemeChoice::Light),
        ("high-contrast", ThemeChoice::HighContrast),
        ("none", ThemeChoice::None),
    ];

    /// The theme with this name.
    ///
    /// # Errors
    ///
    /// [`Expected`] with the existing names.
    pub fn parse(name: &str) -> Result<ThemeChoice, Expected> {
        let wanted = name.trim().to_ascii_lowercase().replace('_', "-");
        ThemeChoice::NAMED
            .into_iter()
            .find(|(known, _)| *known == wanted)
            .map(|(_, choice)| choice)
            .ok_or_else(|| Expected::one_of(name, &ThemeChoice::NAMED.map(|(known, _)| known)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_is_found_by_its_name_and_a_wrong_name_leads_to_the_nearest() {
        for (name, choice) in ThemeChoice::NAMED {
            assert_eq!(ThemeChoice::parse(name), Ok(choice));
        }
        assert_eq!(ThemeChoice::parse("High_Contrast"), Ok(ThemeChoice::HighContrast));
        let mistake = ThemeChoice::parse("drak").unwrap_err();
        assert_eq!(mistake.nearest.as_deref(), Some("dark"));
    }
}
