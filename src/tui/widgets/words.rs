//! Words and figures that several views share.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use crate::delivery::{Beside, counted, grouped, percent};
use crate::postman::{Explanation, HostKind};
use crate::store::{BatchSummary, Recent};
use crate::tui::Role;
use crate::tui::shared::{Campaign, KeptNotice, Look, Shared};
use crate::tui::text;

/// A notice as it may be shown: with the keys that lead to more of it, and while presenting without the names of files.
pub(in crate::tui) fn shown_notice<'a>(state: &Shared, kept: &'a KeptNotice) -> Cow<'a, Explanation> {
    let mut text = Cow::Borrowed(&kept.notice.text);
    if let Some((campaign, view)) = kept.more {
        text.to_mut().next = state.way_to(campaign, view);
    }
    if !state.is_presenting() {
        return text;
    }
    let batches = state.campaigns.iter().flat_map(|campaign| campaign.store.batches());
    let sent = state.campaigns.iter().flat_map(|campaign| campaign.uploads.names()).map(str::to_owned);
    let names = batches.filter_map(|summary| summary.batch.file_name).chain(state.exports.names().iter().cloned()).chain(sent);
    let mut text = text.into_owned();
    for name in names.filter(|name| !name.is_empty()) {
        for part in [&mut text.what, &mut text.why, &mut text.next] {
            *part = part.replace(&name, "(hidden)");
        }
    }
    Cow::Owned(text)
}

/// What failures that are too many are measured by: `usually 0.3 %`, or where they are no more than usual, `limit 2.0 %`.
pub(in crate::tui) fn too_many_for(recent: &Recent, limit: f64) -> String {
    match recent.usual_share.filter(|_| recent.is_above_usual()) {
        Some(usual) => format!("usually {}", percent(usual)),
        None => format!("limit {}", percent(limit)),
    }
}

/// How long a delivery takes, given in seconds: `1 s` at least.
pub(in crate::tui) fn taking(seconds: f64) -> String {
    text::age(SignedDuration::from_secs(seconds.round().max(1.0) as i64))
}

/// How much of a batch is loaded: `20 of 150 loaded`.
pub(in crate::tui) fn loaded_of(summary: &BatchSummary) -> String {
    match summary.total() {
        Some(total) => format!("{} of {} loaded", grouped(summary.loaded), grouped(total)),
        None => format!("{} loaded", grouped(summary.loaded)),
    }
}

/// A figure of a batch's loaded messages.
pub(in crate::tui) fn figure_of(summary: &BatchSummary, number: usize) -> String {
    figure(number, summary.is_whole)
}

/// A figure. Where not everything it counts is loaded, it is a lower limit, and a zero is not shown.
pub(in crate::tui) fn figure(number: usize, is_whole: bool) -> String {
    match number {
        _ if is_whole => grouped(number),
        0 => "–".to_owned(),
        _ => format!("{}+", grouped(number)),
    }
}

/// The kind of host a campaign is on, in capitals; a gateway's host is named, since nobody can know
/// what is behind it.
pub(in crate::tui) fn environment(look: &Look, campaign: &Campaign) -> String {
    match campaign.settings.host_kind {
        HostKind::Loopback if look.demo => "DEMO".to_owned(),
        HostKind::Gateway => format!("GATEWAY {}", campaign.settings.host),
        kind => kind.word().to_uppercase(),
    }
}

/// Calls a second, without a meaningless zero.
pub(in crate::tui) fn rate(calls: f64) -> String {
    let text = format!("{calls:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// Where nothing is charged, in a sentence.
pub(in crate::tui) fn place(host: HostKind) -> &'static str {
    match host {
        HostKind::Loopback => "a simulator",
        host => host.word(),
    }
}

/// Bytes as people write them: `840 KB`, `3.4 MB`.
pub(in crate::tui) fn bytes(number: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", grouped(usize::try_from(number / unit).unwrap_or(usize::MAX)), number % unit * 10 / unit);
    match number {
        0..1_000_000 => format!("{} KB", number.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

/// So many bytes of so many, in the unit of all of them: `12.1 of 38.4 MB`.
pub(in crate::tui) fn bytes_of(part: u64, all: u64) -> String {
    let (part_words, all_words) = (bytes(part), bytes(all));
    let unit = |words: &str| words.rsplit(' ').next().unwrap_or_default().to_owned();
    match part_words.strip_suffix(&format!(" {}", unit(&all_words))) {
        Some(number) => format!("{number} of {all_words}"),
        None => format!("{part_words} of {all_words}"),
    }
}

/// How long until a time: `4 s`, and `now` for what is due.
pub(in crate::tui) fn until(at: Timestamp, now: Timestamp) -> String {
    let rest = at.duration_since(now);
    if rest <= SignedDuration::ZERO {
        return "now".to_owned();
    }
    // Rounded up: "in 0 s" would be read as "now".
    let whole = SignedDuration::from_secs(rest.as_secs() + i64::from(rest.subsec_nanos() > 0));
    format!("in {}", text::age(whole))
}

/// How many minutes are left until a time, the last one counted whole.
pub(in crate::tui) fn minutes_left(at: Timestamp, now: Timestamp) -> i64 {
    (at.duration_since(now).as_secs() + 59) / 60
}

/// A failure in one line.
pub(in crate::tui) fn in_a_line(text: &Explanation) -> String {
    let parts = [text.what.as_str(), text.why.as_str(), text.next.as_str()];
    let mut line = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    if let Some(trace) = &text.trace_id {
        line.push_str(&format!(" · trace {trace}"));
    }
    line
}

/// Where the cursor is in a list: `row 17 of 41`. Nothing of an empty list.
pub(in crate::tui) fn row_of(index: usize, len: usize) -> String {
    if len == 0 { String::new() } else { format!("row {} of {}", grouped(index.min(len - 1) + 1), grouped(len)) }
}

impl Shared {
    /// The time window in a few columns: `24 h`, `today`.
    pub(in crate::tui) fn window_label(&self, campaign: &Campaign) -> String {
        let window = campaign.choice.window;
        if window.is_all() {
            return "all".to_owned();
        }
        let words = window.words(&self.look.zone, self.now);
        words.strip_prefix("last ").map_or(words.clone(), str::to_owned)
    }

    /// From when on the loaded messages are without a gap; `None` where they are the whole campaign.
    pub(in crate::tui) fn loaded_from(&self, campaign: &Campaign) -> Option<Timestamp> {
        campaign.store.coverage().known_from()
    }

    /// How far back the loaded messages go without a gap; `None` where they are the whole campaign.
    pub(in crate::tui) fn loaded_for(&self, campaign: &Campaign) -> Option<SignedDuration> {
        let from = self.loaded_from(campaign)?;
        Some(self.time_of_day().duration_since(from).max(SignedDuration::ZERO))
    }

    /// How much of the time window is loaded, where that is not all of it: `2`, of `24 h`; `40 min`, of `24 h`.
    pub(in crate::tui) fn loaded_of_window(&self, campaign: &Campaign) -> Option<String> {
        if campaign.is_unread() || campaign.choice.window.is_all() || campaign.is_window_whole() {
            return None;
        }
        let loaded = self.loaded_for(campaign)?;
        let whole_hours = SignedDuration::from_hours(loaded.as_hours());
        let loaded = text::age(if whole_hours.is_zero() { loaded } else { whole_hours });
        let unit = |words: &str| words.rsplit(' ').next().map(str::to_owned);
        let is_same_unit = unit(&loaded) == unit(&self.window_label(campaign));
        Some(if is_same_unit { loaded.split(' ').next().unwrap_or_default().to_owned() } else { loaded })
    }

    /// That more is being loaded, and how far it has come.
    pub(in crate::tui) fn loading_words(&self, campaign: &Campaign) -> String {
        match campaign.store.coverage().oldest {
            Some(oldest) => format!("loading, back to {}", self.look.minute(oldest, self.now)),
            None => "loading".to_owned(),
        }
    }

    /// How far the loaded messages go within the time window, and how that is shown: a window that is not loaded
    /// whole is louder, unless the rest is on its way. `how_far` says how far they go at all.
    pub(in crate::tui) fn how_far_shown(&self, campaign: &Campaign, how_far: &str) -> (String, Role) {
        if campaign.choice.window.is_all() {
            (how_far.to_owned(), Role::Muted)
        } else if campaign.is_window_whole() {
            let until = format!("complete to {}", self.look.minute(campaign.recent_until, self.now));
            let is_live = campaign.is_unread() || campaign.is_live(self.now, true);
            (if is_live { "complete".to_owned() } else { until }, Role::Muted)
        } else {
            let role = if campaign.is_loading() { Role::Muted } else { Role::Warning };
            (format!("{how_far} only"), role)
        }
    }

    /// How far the loaded messages go, where that is said of nothing else: beside a time window, `back to` alone would be
    /// taken for its beginning.
    pub(in crate::tui) fn loaded_how_far(&self, campaign: &Campaign) -> String {
        let (coverage, how_far) = (campaign.store.coverage(), self.how_far(campaign));
        match coverage.oldest {
            _ if coverage.complete => format!("{how_far} is loaded"),
            Some(_) => format!("loaded {how_far}"),
            None => how_far,
        }
    }

    /// What follows `loaded`: how far the loaded messages go, `back to 21 Nov 03:02` or `the whole campaign`; and whether
    /// older ones were dropped because no more are kept.
    pub(in crate::tui) fn how_far(&self, campaign: &Campaign) -> String {
        let coverage = campaign.store.coverage();
        if coverage.complete {
            return "the whole campaign".to_owned();
        }
        match coverage.oldest {
            Some(oldest) if coverage.dropped > 0 => format!("back to {}, older ones dropped", self.look.time(oldest, self.now)),
            Some(oldest) => format!("back to {}", self.look.time(oldest, self.now)),
            None => "nothing loaded yet".to_owned(),
        }
    }
}

/// What a server reported besides the searched number, and why an answer without a message proves
/// nothing.
pub(in crate::tui) fn besides(beside: &Beside, is_empty_of_more: bool) -> String {
    let others = (beside.others > 0).then(|| format!("it did not search, {} left out", counted(beside.others, "other")));
    let rows = (beside.unreadable > 0).then(|| format!("{} could not be read", counted(beside.unreadable, "row")));
    let empty = (is_empty_of_more && beside.is_nothing()).then(|| "the page was empty, but there is more".to_owned());
    others.into_iter().chain(rows).chain(empty).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(2.0, "2")]
    #[case(0.5, "0.5")]
    #[case(1.26, "1.3")]
    fn rates_are_short(#[case] calls: f64, #[case] text: &str) {
        assert_eq!(rate(calls), text);
    }

    #[rstest]
    #[case(0, "0 KB")]
    #[case(1, "1 KB")]
    #[case(999_000, "999 KB")]
    #[case(3_450_000, "3.4 MB")]
    #[case(1_234_000_000, "1.2 GB")]
    fn bytes_are_short(#[case] number: u64, #[case] text: &str) {
        assert_eq!(bytes(number), text);
    }

    #[test]
    fn waiting_is_rounded_up() {
        let now = Timestamp::from_second(1_900_000_000).unwrap();
        assert_eq!(until(now + SignedDuration::from_millis(3_200), now), "in 4 s");
        assert_eq!(until(now, now), "now");
    }

    #[test]
    fn a_failure_in_one_line_keeps_its_trace_id() {
        let text = Explanation::new("a", "", "b").with_trace(Some("t1".into()));
        assert_eq!(in_a_line(&text), "a · b · trace t1");
    }
}
