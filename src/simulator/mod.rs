//! The Postman v2 API, simulated, for the demo, for tests, and for people who integrate with it.
//!
//! Two parts. [`World`] is pure: seeded, with no clock, socket or random source of its own; a call and
//! the current time go in, an answer comes out. [`serve`] puts it behind a real socket on loopback.
//!
//! This room uses no other room of the program, not even for the names of statuses: were both sides
//! to share a definition, a mistake in it would cancel out and no test could see it.

mod options;
mod server;
mod world;

pub use options::{
    CampaignOptions, KeyRights, LanguageExpected, RetryAfter, SimulatedEnvironment, SimulatedLanguage, WorldOptions, demo_campaigns,
};
pub use server::{Fault, FaultExpected, FaultKind, FaultyCalls, ServeError, Simulator, serve};
pub use world::{Answer, Call, CallLog, CampaignCard, LoggedCall, TemplateExpected, World, template_text};
