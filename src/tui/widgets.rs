//! What several dialogs and views draw with.

pub(super) mod frame; // the box of a dialog
pub(super) mod menu; // a list of lines with a cursor, in such a box
pub(super) mod page; // lines to read in place of the view
pub(super) mod ascii;
pub(super) mod bar;
pub(super) mod pieces;
pub(super) mod recipient;
pub(super) mod sentences;
pub(super) mod sparkline;
pub(super) mod stacked; // a bar of several parts
pub(super) mod table;
pub(super) mod words;
pub(super) mod question; // what questions before something with consequences share
pub(super) mod line_box; // a line for typing in a box
pub(super) mod typed_line; // a line for typing
pub(super) mod typed_text; // the same of several lines
pub(super) mod fields; // what forms are made of
