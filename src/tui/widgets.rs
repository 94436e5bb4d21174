//! What several dialogs and views draw with.

pub(super) mod frame; // the box of a dialog
pub(super) mod menu; // a list of lines with a cursor, in such a box
pub(super) mod page; // lines to read in place of the view
