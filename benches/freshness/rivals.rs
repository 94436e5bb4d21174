//! Simpler schedules, for comparison: fixed stretches of 1000 and the head every two seconds.

use std::collections::HashMap;

use super::mixes::STRETCH;
use super::server::Server;

/// Which stretch is read next.
#[derive(Clone, Copy, PartialEq)]
pub enum Rule {
    /// One after the other, those with messages on the way.
    RoundRobin,
    /// The one with the most expected changes.
    ExpectedChanges,
}

/// A schedule over fixed stretches.
pub struct Fixed {
    rule: Rule,
    head_s: f64,
    /// By stretch: when it was read, and the last changes of its messages on the way then.
    known: HashMap<usize, (f64, Vec<f64>)>,
}

impl Fixed {
    pub fn new(rule: Rule) -> Self {
        Self { rule, head_s: f64::MIN, known: HashMap::new() }
    }

    /// Makes the next call, if there is one. Gives how many rows came.
    pub fn ask(&mut self, server: &mut Server<'_>, now_s: f64) -> Option<usize> {
        let recorded = server.recorded(now_s);
        if now_s - self.head_s >= 2.0 {
            self.head_s = now_s;
            let recent = recorded - server.recorded(now_s - 32.0);
            let rows = (recent + 50).min(STRETCH).min(recorded);
            server.see(recorded - rows..recorded, now_s);
            return Some(rows);
        }
        let worth = |stretch: usize| match (self.known.get(&stretch), self.rule) {
            (None, _) => Some(f64::MAX),
            (Some((_, open)), _) if open.is_empty() && (stretch + 1) * STRETCH <= recorded => None,
            (Some((read_s, _)), Rule::RoundRobin) => Some(now_s - read_s),
            (Some((read_s, open)), Rule::ExpectedChanges) => {
                let moved = |changed: &f64| 1.0 - (read_s - changed + 10.0) / (now_s - changed + 10.0);
                Some(open.iter().map(moved).sum())
            }
        };
        let stretches = (0..recorded.div_ceil(STRETCH)).rev().filter_map(|stretch| Some((stretch, worth(stretch)?)));
        let (stretch, _) = stretches.max_by(|(_, one), (_, other)| one.total_cmp(other))?;
        let rows = stretch * STRETCH..((stretch + 1) * STRETCH).min(recorded);
        server.see(rows.clone(), now_s);
        let changes = rows.clone().map(|place| server.message(place).change(now_s));
        self.known.insert(stretch, (now_s, changes.filter(|change| change.stage.is_some()).map(|change| change.at_s).collect()));
        Some(rows.len())
    }
}
