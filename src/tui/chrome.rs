//! What is around the view: the header, the campaigns, the views' names, a run's progress, notices, and the keys.

pub(super) mod campaigns;
pub(super) mod header;
pub(super) mod keys;
pub(super) mod notice;
pub(super) mod run;
pub(super) mod summary;
pub(super) mod tabs;
