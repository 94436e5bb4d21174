//! The third line: what finished in the last minutes, as a graph and in words: is it going well, and since when not.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use super::{classes, label_width};
use crate::delivery::{Class, grouped, percent};
use crate::store::{Recent, Since};
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, fit, width};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::sparkline::{self, Bin};
use crate::tui::widgets::words::{taking, too_many_for};
use crate::tui::{Role, class_sign};

/// How many minutes the graph has where there is room, and otherwise: the last minutes alone.
const GRAPH: (usize, usize) = (60, 15);

/// From this width on there is room for the hour.
const ROOMY: u16 = 140;

/// From this width on the label says "last"; below, which error leads says more.
const ROOM_FOR_LAST: u16 = 120;

/// Draws the line.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let Some(campaign) = state.campaign() else { return };
    if area.height == 0 || area.width < 20 {
        return;
    }
    let look = &state.look;
    let label = label(state, campaign, area.width);
    let label_columns = label_width(&label, &classes::label(state, campaign), area.width);
    let label = fit(&label, label_columns, Align::Left);
    // What was so when the last answer came calls nobody.
    let is_alarming = campaign.fails_too_often() && campaign.is_live(state.now, true);
    let role = if is_alarming { Role::Failed } else { Role::Heading };
    buffer.set_stringn(area.x + 1, area.y, &label, usize::from(area.width) - 1, look.style(role));
    let taken = u16::try_from(label_columns + 2).unwrap_or(u16::MAX);
    let rest = Rect { x: area.x.saturating_add(taken), width: area.width.saturating_sub(taken), ..area };
    if campaign.is_unread() {
        return pieces::draw(buffer, rest, vec![Piece::new("not loaded yet", look.style(Role::Muted), 0)], Vec::new());
    }
    let minutes = if area.width >= ROOMY { GRAPH.0 } else { GRAPH.1 };
    let columns = columns(state, campaign, minutes);
    let most = columns.iter().filter_map(|column| column.value).max().unwrap_or(0);
    // A blank behind the graph, and one at each end of the words.
    let room = usize::from(rest.width).saturating_sub(minutes + 3);
    let words = words(state, campaign, room);
    let ends = ends(state, campaign, minutes);
    // A graph of nothing has no ends that anybody would see.
    let has_room = most > 0 && pieces::total(&words) + ends.iter().map(|end| width(end)).sum::<usize>() <= room;
    let [start, end] = if has_room { ends } else { Default::default() };
    let parts = [width(&start), minutes, width(&end), 1].map(|columns| Constraint::Length(columns as u16));
    let [before, graph, behind, _, rest] =
        Layout::horizontal(parts.into_iter().chain([Constraint::Fill(1)])).areas(Rect { height: 1, ..rest });
    sparkline::draw(buffer, graph, &columns, most);
    for (text, area) in [(start, before), (end, behind)] {
        buffer.set_stringn(area.x, area.y, &text, usize::from(area.width), look.style(Role::Muted));
    }
    pieces::draw(buffer, rest, words, Vec::new());
}

/// What is beside the graph, where there is room: from when to when it is, unless the label says so.
fn ends(state: &Shared, campaign: &Campaign, minutes: usize) -> [String; 2] {
    let is_longer = minutes > GRAPH.1;
    if campaign.is_live(state.now, true) {
        let start = if is_longer { format!(" {minutes} min ago ") } else { String::new() };
        return [start, " now".to_owned()];
    }
    if !is_longer {
        return Default::default();
    }
    let until = campaign.recent_until;
    let from = until.saturating_sub(SignedDuration::from_mins(minutes as i64 - 1)).unwrap_or(until);
    let time = |at| state.look.minute(at, state.now);
    [format!(" {} ", time(from)), format!(" {}", time(until))]
}

/// How many minutes it is about, or of when it is where the newest messages are older than usual.
pub(super) fn label(state: &Shared, campaign: &Campaign, columns: u16) -> String {
    if !campaign.is_unread() && !campaign.is_live(state.now, true) {
        return format!("as of {}", state.look.minute(campaign.recent_until, state.now));
    }
    let minutes = i64::from(campaign.recent.minutes);
    match state.loaded_for(campaign).map(|loaded| loaded.as_mins()) {
        Some(loaded) if loaded < minutes && !campaign.is_unread() => format!("{loaded} of {minutes} min"),
        _ if columns >= ROOM_FOR_LAST => format!("last {minutes} min"),
        _ => format!("{minutes} min"),
    }
}

/// A column a minute, the newest last, those before the last minutes muted.
fn columns(state: &Shared, campaign: &Campaign, minutes: usize) -> Vec<Bin> {
    let mut columns = history(state, campaign, minutes, 1);
    let older = state.look.style(Role::Rule);
    for column in columns.iter_mut().take(minutes.saturating_sub(GRAPH.1)).filter(|column| !column.is_loud) {
        column.style = older;
    }
    columns
}

/// What finished in each of the last `count` spans of so many minutes, the newest last. A span in which too many failed
/// has the colour of failures, or its sign.
pub(in crate::tui) fn history(state: &Shared, campaign: &Campaign, count: usize, minutes: i64) -> Vec<Bin> {
    let look = &state.look;
    let minute = |at: Timestamp| at.as_millisecond().div_euclid(60_000);
    let last = minute(campaign.recent_until);
    // Spans end with the current minute, so that the newest one is whole.
    let index = |at: Timestamp| count as i64 - 1 - (last - minute(at)).div_euclid(minutes);
    let loaded_from = state.loaded_from(campaign).map_or(i64::MIN, index);
    let (plain, failed) = (look.style(Role::Moving), look.style(Role::Failed));
    let mut sums = vec![(0, 0); count];
    let start = Timestamp::from_millisecond((last - count as i64 * minutes + 1) * 60_000).unwrap_or(Timestamp::MIN);
    let end = Timestamp::from_millisecond((last + 1) * 60_000).unwrap_or(Timestamp::MAX);
    for ends in campaign.store.ends_by_minute(start, end) {
        if let Some((finished, failed)) = usize::try_from(index(ends.minute)).ok().and_then(|at| sums.get_mut(at)) {
            *finished += ends.finished;
            *failed += ends.failed;
        }
    }
    let column = |(at, (finished, failures)): (usize, (usize, usize))| {
        let is_loud = campaign.recent.is_too_many(failures, finished, campaign.settings.failure_limit);
        Bin {
            value: (at as i64 >= loaded_from).then_some(finished),
            style: if is_loud { failed } else { plain },
            sign: (is_loud && failed.fg.is_none()).then_some("✗"),
            is_loud,
        }
    };
    sums.into_iter().enumerate().map(column).collect()
}

/// The same in words, in so many columns.
fn words(state: &Shared, campaign: &Campaign, room: usize) -> Vec<Piece> {
    let look = &state.look;
    let recent = &campaign.recent;
    let piece = |text: String, role: Role, rank: u8| Piece::new(text, look.style(role), rank).gap(0);
    let minute = |minute| look.minute(minute, state.now);
    if let Some(stall) = recent.stall {
        return vec![
            piece(format!("nothing {}", stall.finished(minute)), Role::Warning, 0),
            piece(format!("; {}", stall.unfinished(minute)), Role::Warning, 1),
        ];
    }
    match (recent.finished, recent.begun) {
        (0, 0) => return vec![piece("quiet: nothing sent".to_owned(), Role::Muted, 0)],
        (0, begun) => return vec![piece(format!("{} sent, none finished yet", grouped(begun)), Role::Muted, 0)],
        _ => {}
    }
    let is_failing = campaign.fails_too_often();
    let failed_role = if is_failing || recent.failed > 0 { Role::Failed } else { Role::Text };
    let (finished, failed, cross) = (grouped(recent.finished), grouped(recent.failed), class_sign(Class::Failed));
    let whole = piece(format!("{finished} finished"), Role::Text, 0);
    let Some(share) = recent.share() else {
        if recent.failed == 0 {
            return vec![whole];
        }
        let line = vec![whole, piece(format!(", {failed} {cross}: too few for a share"), failed_role, 0)];
        let short = piece(format!("{failed} {cross} of {finished}: too few"), failed_role, 0);
        return if pieces::total(&line) <= room { line } else { vec![short, piece(" for a share".to_owned(), failed_role, 1)] };
    };
    let compared = if is_failing { format!(", {}", too_many_for(recent, campaign.settings.failure_limit)) } else { usual(recent, share) };
    let compared = piece(compared, Role::Text, 1);
    // Of none the share says nothing.
    let share = if recent.failed > 0 { percent(share) } else { String::new() };
    let since = recent.rise.filter(|_| is_failing).map(|since| format!(", {}", since.words(minute))).unwrap_or_default();
    let alone = piece(format!("{failed} {cross} {share}").trim_end().to_owned(), failed_role, 0).gap(3);
    let share = if share.is_empty() { share } else { format!(": {share}") };
    let of = piece(format!("{failed} {cross} of {finished}{share}"), failed_role, 0);
    // When it changed says more than what is usual, and both say more than one word for each figure.
    let changed = recent.rise.and_then(Since::minute).map_or("", |_| &*since);
    let forms = [vec![whole, alone.clone(), compared.clone()], vec![of.clone(), compared], vec![of], vec![alone]];
    let has_room = |line: &[Piece], more: &str| pieces::total(line) + width(more) <= room;
    let longest = |more: &str| forms.iter().position(|line| has_room(line, more));
    let chosen = longest(changed).or(longest("")).unwrap_or(1);
    let mut line = forms.into_iter().nth(chosen).unwrap_or_default();
    if is_failing {
        line.push(piece(since, Role::Failed, 2));
        line.push(piece(leading(recent), Role::Failed, 3));
    } else {
        line.push(piece(takes(campaign), Role::Text, 3).gap(3));
    }
    line
}

/// The usual share; the same rounded figure is as usual.
fn usual(recent: &Recent, share: f64) -> String {
    match recent.usual_share {
        None => String::new(),
        Some(usual) if percent(share) == percent(usual) => ", as usual".to_owned(),
        Some(usual) => format!(", usually {}", percent(usual)),
    }
}

fn leading(recent: &Recent) -> String {
    match &recent.leading_error {
        Some(error) if !error.code.is_empty() => format!(", mostly {}", error.code),
        _ => String::new(),
    }
}

/// How long deliveries take in these minutes, those on the way counted in.
fn takes(campaign: &Campaign) -> String {
    match (campaign.latency.p50, campaign.latency.p95) {
        (Some(half), Some(most)) => format!("takes {}, 95 % within {}", taking(half), taking(most)),
        (Some(half), None) => format!("takes {}", taking(half)),
        _ => String::new(),
    }
}
