//! What the system says about a process. Linux only: elsewhere nothing.

use std::time::Duration;

use super::Result;

/// The processor time that a process has used, user and system.
pub fn used(id: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name, in brackets, may hold anything.
    let after = stat.rsplit_once(')').map(|(_, after)| after).unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>();
    // A tick is a hundredth of a second on every known Linux.
    Ok(Duration::from_millis(ticks * 10))
}

/// A figure of `/proc/…/status` in MiB.
pub fn mebibytes(id: u32, name: &str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let kibibytes: f64 = line.trim_start_matches(':').trim().trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes / 1024.0)
}
