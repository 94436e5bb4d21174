//! What the dashboard showed last: kept when it ends, begun with at the next start.

use jiff::Timestamp;

use super::workers::StateFolder;
use crate::monitor::{Notice, NoticeWeight};
use crate::postman::Explanation;
use crate::state::Session;
use crate::tui::Setup;

/// Lets the dashboard begin where it was left. A session that cannot be read is told and left aside.
pub(super) fn restore(setup: &mut Setup, state: &StateFolder) {
    // A folder that cannot be used is told with the journal, which matters more.
    let Ok(folder) = state.path() else { return };
    match Session::load(&folder) {
        Ok(session) => setup.session = session,
        Err(error) => setup.notices.push(Notice {
            at: Timestamp::now(),
            weight: NoticeWeight::Info,
            text: Explanation::new(
                "The screen starts as if for the first time.",
                super::super::campaigns::sentence(&error),
                "Nothing: it is written again when the dashboard quits.",
            ),
        }),
    }
}

/// Keeps what was shown. Where that cannot be done the next start begins as the first one did, and
/// nothing else is lost, so nobody is told while leaving.
pub(super) fn keep(session: &Session, state: &StateFolder) {
    if let Ok(folder) = state.path()
        && let Err(error) = session.save(&folder)
    {
        tracing::warn!(error = %error.explained(), "what was on the screen cannot be saved");
    }
}
