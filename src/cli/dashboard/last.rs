//! What the dashboard showed last: saved when it quits, restored at the next start.

use jiff::Timestamp;

use super::workers::StateFolder;
use crate::monitor::{Notice, NoticeWeight};
use crate::postman::Explanation;
use crate::state::Session;
use crate::tui::Setup;

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
                super::super::campaigns::sentence(&error),
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
