//! Campaigns that the configuration names under two addresses.

use super::campaigns::Configured;
use crate::postman::Explanation;
use crate::state::Server;

/// A notice for each campaign that is configured again under another address of its server.
/// It is not a mistake: a gateway may have two names, and one of them may be down.
pub(super) fn twice(configured: &Configured) -> Vec<Explanation> {
    let servers: Vec<Server> = configured.campaigns.iter().map(|campaign| Server::of(campaign.base.as_str())).collect();
    let mut warnings = Vec::new();
    for (index, (campaign, server)) in configured.campaigns.iter().zip(&servers).enumerate() {
        let before = configured.campaigns.iter().zip(&servers).take(index);
        let Some((first, _)) = before.into_iter().find(|(first, known)| first.settings.id == campaign.settings.id && *known == server)
        else {
            continue;
        };
        warnings.push(Explanation::new(
            format!("“{}” and “{}” are one campaign under two addresses.", first.settings.name, campaign.settings.name),
            format!("Both have the id {}; they share one budget of calls and one set of retries under way.", campaign.settings.id),
            "Keep one of them, unless you need both addresses.",
        ));
    }
    warnings
}
