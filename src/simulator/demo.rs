//! Ready-made campaigns for the demo.

use super::options::{CampaignOptions, SimulatedEnvironment};

/// A campaign of the demo: name, text, share of the messages, number of batches, share of the live
/// traffic, share of failures.
struct Part {
    name: &'static str,
    template: &'static str,
    weight: u64,
    batches: u32,
    live_weight: f64,
    failure_rate: f64,
}

/// A visitor sees the first one first: large, lively, with failures worth a retry.
const PARTS: [Part; 8] = [
    Part { name: "Clinic reminders", template: "clinic_reminder", weight: 40, batches: 6, live_weight: 3.0, failure_rate: 0.012 },
    Part { name: "One-time codes", template: "one_time_code", weight: 25, batches: 0, live_weight: 5.0, failure_rate: 0.006 },
    Part { name: "Flood alerts", template: "flood_alert", weight: 15, batches: 4, live_weight: 0.3, failure_rate: 0.02 },
    Part { name: "Tax reminders", template: "tax_reminder", weight: 12, batches: 3, live_weight: 0.5, failure_rate: 0.009 },
    Part { name: "Library notices", template: "library_notice", weight: 8, batches: 2, live_weight: 1.2, failure_rate: 0.008 },
    Part { name: "Vaccination invitations", template: "clinic_reminder", weight: 10, batches: 5, live_weight: 0.4, failure_rate: 0.015 },
    Part { name: "Licence renewals", template: "tax_reminder", weight: 6, batches: 2, live_weight: 0.3, failure_rate: 0.01 },
    Part { name: "Portal sign-in codes", template: "one_time_code", weight: 9, batches: 0, live_weight: 2.0, failure_rate: 0.005 },
];

/// The first `n` campaigns of the demo, `messages` and `live_per_second` divided among them
/// by believable shares that add up exactly. More than there are names for are numbered.
#[must_use]
pub fn demo_campaigns(n: usize, messages: u64, live_per_second: f64, environment: SimulatedEnvironment) -> Vec<CampaignOptions> {
    let parts: Vec<&Part> = PARTS.iter().cycle().take(n).collect();
    let weights: u64 = parts.iter().map(|part| part.weight).sum();
    let live_weights: f64 = parts.iter().map(|part| part.live_weight).sum();
    let mut left = messages;
    let mut weights_left = weights;
    parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| {
            // Dividing the rest by the remaining weights hands out every message exactly once.
            let share = u128::from(left) * u128::from(part.weight) / u128::from(weights_left.max(1));
            let share = u64::try_from(share).unwrap_or(left).min(left);
            left -= share;
            weights_left -= part.weight;
            let round = index / PARTS.len();
            CampaignOptions {
                template: Some(part.template.to_owned()),
                messages: share,
                batches: part.batches,
                live_per_second: live_per_second * part.live_weight / live_weights,
                failure_rate: part.failure_rate,
                environment,
                ..CampaignOptions::new(if round == 0 { part.name.to_owned() } else { format!("{} {}", part.name, round + 1) })
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_divided_without_loss() {
        for (n, messages) in [(1, 7), (3, 30_000), (5, 1), (8, 999_999), (20, 12_345)] {
            let campaigns = demo_campaigns(n, messages, 4.0, SimulatedEnvironment::Test);
            assert_eq!(campaigns.len(), n);
            assert_eq!(campaigns.iter().map(|c| c.messages).sum::<u64>(), messages);
            let live: f64 = campaigns.iter().map(|c| c.live_per_second).sum();
            assert!((live - 4.0).abs() < 1e-9);
        }
        assert!(demo_campaigns(0, 10, 1.0, SimulatedEnvironment::Test).is_empty());
    }

    #[test]
    fn names_do_not_repeat() {
        let mut names: Vec<String> = demo_campaigns(20, 100, 0.0, SimulatedEnvironment::Test).into_iter().map(|c| c.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 20);
    }
}
