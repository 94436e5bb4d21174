//! What the dashboard gets at its start, with what it showed last: that is saved when it quits.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::campaigns::{Configured, ConfiguredCampaign, sentence, under_two_addresses};
use super::super::context::{env, is_utf8};
use super::super::keys::missing;
use super::super::{Common, theme};
use super::workers::StateFolder;
use super::{background, depth};
use crate::config::{Display, Mistake};
use crate::monitor::{Notice, NoticeWeight};
use crate::postman::Explanation;
use crate::state::Session;
use crate::tui::{Action, CampaignSettings, Context, KeyMap, Setup, TerminalScreen, ThemeChoice};

/// For the configured campaigns.
pub(super) fn setup(configured: &Configured, common: &Common) -> Setup {
    let now = Timestamp::now();
    let (theme, of_theme) = theme::chosen(configured);
    let of_theme = of_theme.iter().map(|(path, mistake)| of_mistake(mistake, path, now));
    let mistakes = configured.mistakes.iter().map(|mistake| of_mistake(mistake, &configured.path, now)).chain(of_theme);
    let warnings = configured.campaigns.iter().filter_map(|campaign| campaign.key_warning.clone()).map(|what| Notice {
        at: now,
        weight: NoticeWeight::Warning,
        text: Explanation::new(
            what,
            "Known keys begin with key_live_, key_prod_ or key_test_.",
            "Nothing, as long as the campaign can be read.",
        ),
    });
    let twice = under_two_addresses(configured).into_iter();
    let warnings = warnings.chain(twice.map(|text| Notice { at: now, weight: NoticeWeight::Warning, text }));
    let display = &configured.config.display;
    // Their mistakes are already listed.
    let keys = KeyMap::configured(&configured.config.keys).0;
    Setup {
        campaigns: configured.campaigns.iter().map(|campaign| settings(campaign, &keys)).collect(),
        zone: display.time_zone.clone(),
        zone_name: zone_name(&display.time_zone, now),
        theme,
        depth: depth(common),
        background: background(),
        ascii: display.ascii || wants_ascii(),
        copy_limit: copy_limit(),
        mouse: display.mouse,
        title: display.title,
        bell: configured.config.notify.bell,
        demo: false,
        keys,
        notices: mistakes.chain(warnings).collect(),
        session: None,
        actions_refused: None,
    }
}

/// For the demo.
pub(super) fn demo(campaigns: &[ConfiguredCampaign], common: &Common) -> Setup {
    let zone = Display::default().time_zone;
    Setup {
        campaigns: campaigns.iter().map(|campaign| settings(campaign, &KeyMap::default())).collect(),
        zone_name: zone_name(&zone, Timestamp::now()),
        zone,
        theme: ThemeChoice::Auto,
        depth: depth(common),
        background: background(),
        ascii: wants_ascii(),
        copy_limit: copy_limit(),
        mouse: false,
        title: true,
        // Nothing in a demo is worth a bell.
        bell: false,
        demo: true,
        keys: KeyMap::default(),
        notices: Vec::new(),
        session: None,
        actions_refused: None,
    }
}

fn settings(campaign: &ConfiguredCampaign, keys: &KeyMap) -> CampaignSettings {
    CampaignSettings { broken: missing(campaign, &keys.name(Context::MESSAGES, Action::ReadNow)), ..campaign.settings.clone() }
}

fn of_mistake(mistake: &Mistake, path: &Path, at: Timestamp) -> Notice {
    let text = Explanation::new(
        "The configuration has a mistake.",
        mistake.to_string(),
        format!("Fix it in {} and start again; what is right is used meanwhile.", path.display()),
    );
    Notice { at, weight: NoticeWeight::Problem, text }
}

/// The most that the terminal's clipboard accepts.
fn copy_limit() -> Option<usize> {
    TerminalScreen::copy_limit(env)
}

/// A zone's short name, `SGT` for Singapore: the database has only a number for it.
fn zone_name(zone: &TimeZone, now: Timestamp) -> String {
    match zone.iana_name() {
        Some("Asia/Singapore") => "SGT".to_owned(),
        _ => zone.to_offset_info(now).abbreviation().to_owned(),
    }
}

/// Whether the environment rules UTF-8 out: then characters outside ASCII would be broken.
pub(super) fn wants_ascii() -> bool {
    !is_utf8(env)
}

/// Starts the dashboard where the user left off. A session that cannot be read is reported and ignored.
pub(super) fn restore(setup: &mut Setup, state: &StateFolder) {
    // An unusable folder is reported with the journal, which matters more.
    let Ok(folder) = state.path() else { return };
    match Session::load(&folder) {
        Ok(session) => setup.session = session,
        Err(error) => setup.notices.push(Notice {
            at: Timestamp::now(),
            weight: NoticeWeight::Info,
            text: Explanation::new(
                "The screen starts as if for the first time.",
                sentence(&error),
                "Nothing: it is written again when the dashboard quits.",
            ),
        }),
    }
}

/// Saves what was shown. If that fails, the next start is like the first one and nothing else is
/// lost, so it is not reported while quitting.
pub(super) fn keep(session: &Session, state: &StateFolder) {
    if let Ok(folder) = state.path()
        && let Err(error) = session.save(&folder)
    {
        tracing::warn!(error = %error.explained(), "what was on the screen cannot be saved");
    }
}
