//! The whole dashboard: keys and news in, screen and effects out, on ratatui's test backend.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what only tests use fails the test")]

#[path = "dashboard/desk.rs"]
mod desk;

#[path = "dashboard/across.rs"]
mod across;
#[path = "dashboard/any.rs"]
mod any;
#[path = "dashboard/batching.rs"]
mod batching;
#[path = "dashboard/calling.rs"]
mod calling;
#[path = "dashboard/campaigns.rs"]
mod campaigns;
#[path = "dashboard/canary.rs"]
mod canary;
#[path = "dashboard/changing.rs"]
mod changing;
#[path = "dashboard/checked.rs"]
mod checked;
#[path = "dashboard/commanding.rs"]
mod commanding;
#[path = "dashboard/copying.rs"]
mod copying;
#[path = "dashboard/exporting.rs"]
mod exporting;
#[path = "dashboard/failing.rs"]
mod failing;
#[path = "dashboard/figures.rs"]
mod figures;
#[path = "dashboard/filtering.rs"]
mod filtering;
#[path = "dashboard/finding.rs"]
mod finding;
#[path = "dashboard/header.rs"]
mod header;
#[path = "dashboard/helping.rs"]
mod helping;
#[path = "dashboard/journalling.rs"]
mod journalling;
#[path = "dashboard/lasting.rs"]
mod lasting;
#[path = "dashboard/listing.rs"]
mod listing;
#[path = "dashboard/legible.rs"]
mod legible;
#[path = "dashboard/looks.rs"]
mod looks;
#[path = "dashboard/marking.rs"]
mod marking;
#[path = "dashboard/mousing.rs"]
mod mousing;
#[path = "dashboard/moving.rs"]
mod moving;
#[path = "dashboard/opening.rs"]
mod opening;
#[path = "dashboard/ordering.rs"]
mod ordering;
#[path = "dashboard/partial.rs"]
mod partial;
#[path = "dashboard/planning.rs"]
mod planning;
#[path = "dashboard/presenting.rs"]
mod presenting;
#[path = "dashboard/rebinding.rs"]
mod rebinding;
#[path = "dashboard/retrying.rs"]
mod retrying;
#[path = "dashboard/returning.rs"]
mod returning;
#[path = "dashboard/running.rs"]
mod running;
#[path = "dashboard/screens.rs"]
mod screens;
#[path = "dashboard/sending.rs"]
mod sending;
#[path = "dashboard/sending_files.rs"]
mod sending_files;
#[path = "dashboard/showing.rs"]
mod showing;
#[path = "dashboard/shown.rs"]
mod shown;
#[path = "dashboard/spent.rs"]
mod spent;
#[path = "dashboard/telling.rs"]
mod telling;
#[path = "dashboard/trending.rs"]
mod trending;
#[path = "dashboard/trimming.rs"]
mod trimming;
#[path = "dashboard/undelivered.rs"]
mod undelivered;
#[path = "dashboard/windows.rs"]
mod windows;
#[path = "dashboard/taking_back.rs"]
mod taking_back;
#[path = "dashboard/clocks.rs"]
mod clocks;
