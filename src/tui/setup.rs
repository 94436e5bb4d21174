//! What the dashboard starts with.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::keys::KeyMap;
use super::{Background, ColourDepth, OwnTheme};
use crate::config::Expected;
use crate::monitor::{CampaignSettings, Notice};
use crate::postman::Explanation;
use crate::state::Session;

/// What the dashboard starts with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The campaigns, in the order of the configuration.
    pub campaigns: Vec<CampaignSettings>,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// The zone's short name for the header, `SGT` for one.
    pub zone_name: String,
    /// The colours.
    pub theme: ThemeChoice,
    /// How many colours the terminal can show.
    pub depth: ColourDepth,
    /// The terminal's background, as far as the environment says.
    pub background: Option<Background>,
    /// No signs outside ASCII.
    pub ascii: bool,
    /// How many bytes the terminal's clipboard takes at most, as far as is known.
    pub copy_limit: Option<usize>,
    /// Whether the mouse is on.
    pub mouse: bool,
    /// Whether the terminal's title says how it is going.
    pub title: bool,
    /// Whether the terminal's bell may ring.
    pub bell: bool,
    /// The embedded simulator is on screen: nothing real is sent.
    pub demo: bool,
    /// Which keys are bound to what.
    pub keys: KeyMap,
    /// What was wrong at the start: mistakes in the configuration, an action left open by an
    /// earlier run.
    pub notices: Vec<Notice>,
    /// What the dashboard showed when it was last closed.
    pub session: Option<Session>,
    /// Why no action can be taken at all, where the journal cannot be written.
    pub actions_refused: Option<Explanation>,
}

/// Which colours are used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// Chosen by the terminal's background once that is known; until then the terminal's own
    /// sixteen colours, which suit light and dark backgrounds alike.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// With the strongest contrast.
    HighContrast,
    /// No colour: signs, words and bold tell ranks and statuses apart.
    None,
    /// From a file of the user's.
    Own(Arc<OwnTheme>),
}

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
