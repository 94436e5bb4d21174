//! What the whole dashboard knows, by subject.

mod alarm; // what calls a person
mod journal; // what follows when it cannot be written
pub(super) mod export_job; // what is written to a file
pub(super) mod locking; // what locks a campaign
mod look;
mod news; // what the workers report
mod notices;
mod order; // of the campaigns
mod presence; // whether anyone is there
mod session; // what is saved for the next time
pub(super) mod starting; // the moment after a yes
mod tables; // how they are ordered
mod tour; // of the demo

pub(super) use look::Look;
pub(super) use notices::Notices;
pub(super) use order::CampaignOrder;
pub(super) use presence::Presence;
pub(super) use starting::Starting;
pub(super) use tables::{Ordered, Sortable, Tables, order_sign};
pub(super) use tour::Tour;
