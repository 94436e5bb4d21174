//! What several dialogs and views draw with.

pub(super) mod frame; // the box of a dialog
