//! Where things are on the screen: a pure function of its size and of what is open.

use ratatui::layout::Rect;

use super::chrome::{all_campaigns, campaigns, overview};
use super::shared::{Campaign, Shared, ViewKind};
use super::text::width;

/// The smallest screen that shows more than a request for more room.
pub(super) const SMALLEST: (u16, u16) = (60, 15);

/// From this many columns on, the campaigns are on the left.
const WIDE_COLUMNS: u16 = 140;

/// From this many columns and rows on, the detail is below the list.
const MEDIUM: (u16, u16) = (100, 30);

/// Below this many rows there is only ever one pane.
const ONE_PANE_ROWS: u16 = 24;

/// The campaigns' pane, and how wide it becomes for the sake of whole names.
const CAMPAIGNS_COLUMNS: (u16, u16) = (34, 60);

/// From this many columns and rows on there is room below the campaigns for what they sum up to.
const ROOMY: (u16, u16) = (200, 40);

/// The detail beside the list: an id of the usual length in one line; with room for the heads, too; as wide as a text
/// reads well.
const DETAIL_COLUMNS: [u16; 3] = [57, 64, 72];

/// How wide the list is at least with a text that tells messages apart.
const LIST_COLUMNS: u16 = 107;

/// How wide the list is before the campaigns become wider for the sake of whole names.
const WIDE_LIST_COLUMNS: u16 = 140;

/// How wide the detail and the list are at least, side by side on a screen that is too low for one below the other.
const BESIDE: (u16, u16) = (40, 62);

/// How many lines the detail has below the list while it only follows the cursor.
const DETAIL_ROWS: u16 = 6;

/// From this many rows on the message leaves room below it.
const HIGH_ROWS: u16 = 40;

/// How much fits at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Too small for anything.
    Tiny,
    /// One pane at a time.
    Small,
    /// The detail below the list.
    Medium,
    /// Campaigns on the left, then the list, the detail on its right or below.
    Wide,
}

/// What the layout depends on besides the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// How many campaigns there are.
    pub campaigns: usize,
    /// How wide the longest of their names is.
    pub longest_name: u16,
    /// Whether a message is open.
    pub opened: bool,
    /// Whether the list of messages is shown: a detail only makes sense beside it.
    pub messages: bool,
    /// How many lines a run takes.
    pub run_rows: u16,
}

/// Where everything is. What has no room is `None` or has no lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ScreenLayout {
    /// How much fits.
    pub kind: Kind,
    /// Environment, campaign, age of the data.
    pub header: Rect,
    /// The campaigns in a pane.
    pub campaigns: Option<Rect>,
    /// What they sum up to, below them.
    pub all_campaigns: Option<Rect>,
    /// The time window by class.
    pub classes: Rect,
    /// The last 15 minutes.
    pub recent: Rect,
    /// The views.
    pub tabs: Rect,
    /// What the list shows, and of how many.
    pub filter: Rect,
    /// The heads of the columns.
    pub heads: Rect,
    pub list: Rect,
    /// The rule above the detail, which is its title, or left of it.
    pub rule: Option<Rect>,
    /// The rule right of the campaigns.
    pub campaigns_rule: Option<Rect>,
    pub detail: Option<Rect>,
    /// What failed and the last 24 hours, below the detail.
    pub overview: Option<Rect>,
    /// Whether the detail covers the list.
    pub covers_list: bool,
    /// The progress of a run.
    pub run: Rect,
    /// The newest outcome or notice.
    pub notice: Rect,
    pub keys: Rect,
    /// Everything between the header and the last two lines: for pages and dialogs.
    pub body: Rect,
}

/// Takes lines from the top of an area.
fn take(area: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    let taken = Rect { height: rows, ..*area };
    area.y += rows;
    area.height -= rows;
    taken
}

/// Takes lines from the bottom of an area.
fn take_bottom(area: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    area.height -= rows;
    Rect { y: area.y + area.height, height: rows, ..*area }
}

fn take_left(area: &mut Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    let taken = Rect { width: columns, ..*area };
    area.x += columns;
    area.width -= columns;
    taken
}

fn take_right(area: &mut Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    area.width -= columns;
    Rect { x: area.x + area.width, width: columns, ..*area }
}

impl Kind {
    /// What this size is enough for.
    pub fn of(columns: u16, rows: u16) -> Self {
        if columns < SMALLEST.0 || rows < SMALLEST.1 {
            Kind::Tiny
        } else if rows < ONE_PANE_ROWS {
            Kind::Small
        } else if columns >= WIDE_COLUMNS {
            Kind::Wide
        } else if columns >= MEDIUM.0 && rows >= MEDIUM.1 {
            Kind::Medium
        } else {
            Kind::Small
        }
    }
}

/// How wide the panes of a wide screen are; 0 where there is none.
#[derive(Debug, Clone, Copy)]
struct Widths {
    campaigns: u16,
    detail: u16,
}

/// The detail is beside the list where both have what they need, otherwise below it; and where the screen is too low for
/// that, beside it while it is open. What is left goes to the detail and the list until both read well, to whole names of
/// campaigns, and to the list. The campaigns stay as they are whatever is shown beside them.
fn widths(room: Rect, rows: u16, shape: Shape) -> Widths {
    let (mut campaigns, rule) = if shape.campaigns > 1 { (CAMPAIGNS_COLUMNS.0, 1) } else { (0, 0) };
    let [mut detail, roomy, widest] = DETAIL_COLUMNS;
    let left = room.width.saturating_sub(campaigns + rule);
    let is_beside = left > LIST_COLUMNS + detail;
    let mut spare = left.saturating_sub(LIST_COLUMNS + if is_beside { detail + 1 } else { 0 });
    let mut grow = |columns: &mut u16, wanted: u16| {
        let more = wanted.saturating_sub(*columns).min(spare);
        *columns += more;
        spare -= more;
    };
    if is_beside {
        grow(&mut detail, roomy);
    }
    if campaigns > 0 {
        let mut list = LIST_COLUMNS;
        grow(&mut list, WIDE_LIST_COLUMNS);
        grow(&mut campaigns, campaigns::columns(shape.campaigns, shape.longest_name, room).min(CAMPAIGNS_COLUMNS.1));
    }
    if is_beside {
        grow(&mut detail, widest);
    } else if shape.opened && rows < MEDIUM.1 {
        detail = room.width.saturating_sub(campaigns + rule + BESIDE.1 + 1).clamp(BESIDE.0, widest);
    } else {
        detail = 0;
    }
    Widths { campaigns, detail: if shape.messages { detail } else { 0 } }
}

pub(super) fn layout(area: Rect, shape: Shape) -> ScreenLayout {
    let kind = Kind::of(area.width, area.height);
    let mut rest = area;
    let header = take(&mut rest, 1);
    let keys = take_bottom(&mut rest, 1);
    let notice = take_bottom(&mut rest, 1);
    let body = rest;
    // On a low screen the rows of the list are worth more than the figures of the window.
    let is_low = area.height < ONE_PANE_ROWS;
    let classes = take(&mut rest, u16::from(!is_low));
    let recent = take(&mut rest, 1);
    let tabs = take(&mut rest, u16::from(!is_low));
    // On a low screen the list needs its rows more than a run needs its sentences.
    let run_rows = if is_low { shape.run_rows.min(1) } else { shape.run_rows };
    let run = take_bottom(&mut rest, run_rows);
    let (mut campaigns, mut all_campaigns, mut campaigns_rule) = (None, None, None);
    let (mut rule, mut detail, mut overview) = (None, None, None);
    let is_roomy = area.width >= ROOMY.0 && area.height >= ROOMY.1;
    let for_campaigns = Rect { height: rest.height.saturating_sub(if is_roomy { all_campaigns::ROWS } else { 0 }), ..rest };
    let beside = (kind == Kind::Wide).then(|| widths(for_campaigns, area.height, shape));
    if let Some(beside) = beside.filter(|beside| beside.campaigns > 0) {
        let mut left = take_left(&mut rest, beside.campaigns);
        campaigns_rule = Some(take_left(&mut rest, 1));
        if is_roomy {
            let listed = campaigns::rows(shape.campaigns, shape.longest_name, Rect { width: left.width, ..for_campaigns });
            campaigns = Some(take(&mut left, listed));
            all_campaigns = Some(left);
        } else {
            campaigns = Some(left);
        }
    }
    match (kind, beside.map_or(0, |beside| beside.detail)) {
        (Kind::Wide, columns) if columns > 0 => {
            let mut right = take_right(&mut rest, columns);
            overview = (right.height >= HIGH_ROWS).then(|| take_bottom(&mut right, overview::ROWS));
            detail = Some(right);
            rule = Some(take_right(&mut rest, 1));
        }
        (Kind::Wide | Kind::Medium, _) if shape.messages && area.height >= MEDIUM.1 => {
            let rows = if shape.opened { (rest.height / 2).max(DETAIL_ROWS) } else { DETAIL_ROWS };
            detail = Some(take_bottom(&mut rest, rows));
            rule = Some(take_bottom(&mut rest, 1));
        }
        (Kind::Small, _) if shape.opened => detail = Some(rest),
        _ => {}
    }
    let filter = take(&mut rest, 1);
    let heads = take(&mut rest, 1);
    ScreenLayout {
        kind,
        header,
        campaigns,
        all_campaigns,
        classes,
        recent,
        tabs,
        filter,
        heads,
        list: rest,
        rule,
        campaigns_rule,
        detail,
        overview,
        covers_list: kind == Kind::Small && shape.opened,
        run,
        notice,
        keys,
        body,
    }
}

impl ScreenLayout {
    /// Where a page to read is: below the last 15 minutes, which are in every view.
    pub fn page(&self) -> Rect {
        let mut rest = self.body;
        take(&mut rest, 1);
        rest
    }
}

impl Shared {
    /// The layout of the terminal at its reported size.
    pub(super) fn layout(&self) -> ScreenLayout {
        let (columns, rows) = self.size();
        self.layout_in(Rect::new(0, 0, columns, rows))
    }

    /// How wide the longest name of a campaign is.
    pub(super) fn longest_name(&self) -> u16 {
        let longest = self.campaigns.iter().map(|campaign| width(&campaign.settings.name)).max();
        longest.map_or(0, |longest| u16::try_from(longest).unwrap_or(u16::MAX))
    }

    pub(super) fn layout_in(&self, area: Rect) -> ScreenLayout {
        // Beside a list without a single message there is no detail to show.
        let messages = self.view == ViewKind::Messages && self.campaign().is_some_and(|campaign| !campaign.store.is_empty());
        let opened = messages && self.campaign().is_some_and(|campaign| campaign.opened.is_some());
        let shape = Shape {
            campaigns: self.campaigns.len(),
            longest_name: self.longest_name(),
            opened,
            messages,
            run_rows: self.campaign().map_or(0, Campaign::run_rows),
        };
        layout(area, shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(59, 40, Kind::Tiny)]
    #[case(200, 14, Kind::Tiny)]
    #[case(60, 15, Kind::Small)]
    #[case(80, 24, Kind::Small)]
    #[case(200, 23, Kind::Small)]
    #[case(100, 29, Kind::Small)]
    #[case(100, 30, Kind::Medium)]
    #[case(139, 60, Kind::Medium)]
    #[case(140, 24, Kind::Wide)]
    fn sizes_and_what_they_are_enough_for(#[case] columns: u16, #[case] rows: u16, #[case] kind: Kind) {
        assert_eq!(Kind::of(columns, rows), kind);
    }

    #[test]
    fn eighty_by_twenty_four_has_room_for_fifteen_rows() {
        let layout = layout(Rect::new(0, 0, 80, 24), SHAPE);
        assert!(layout.list.height >= 15);
    }

    const SHAPE: Shape = Shape { campaigns: 3, longest_name: 29, opened: false, messages: true, run_rows: 0 };

    /// The campaigns, the list and the detail, each with its width and height.
    fn panes(columns: u16, rows: u16, shape: Shape) -> [(u16, u16); 3] {
        let layout = layout(Rect::new(0, 0, columns, rows), shape);
        let of = |pane: Option<Rect>| pane.map_or((0, 0), |pane| (pane.width, pane.height));
        [of(layout.campaigns), of(Some(layout.list)), of(layout.detail)]
    }

    #[rstest]
    #[case(140, 40, [(34, 34), (105, 25), (105, 6)])]
    #[case(160, 24, [(34, 18), (125, 16), (0, 0)])]
    #[case(199, 40, [(34, 34), (164, 25), (164, 6)])]
    #[case(200, 38, [(34, 32), (107, 30), (57, 32)])]
    #[case(200, 60, [(34, 9), (107, 52), (57, 40)])]
    #[case(240, 60, [(34, 9), (140, 52), (64, 40)])]
    #[case(300, 60, [(34, 9), (192, 52), (72, 40)])]
    fn a_wide_screen_has_room_for_texts_first(#[case] columns: u16, #[case] rows: u16, #[case] expected: [(u16, u16); 3]) {
        assert_eq!(panes(columns, rows, SHAPE), expected);
    }

    #[test]
    fn a_low_screen_makes_room_for_a_message_once_it_is_open() {
        assert_eq!(panes(160, 24, Shape { opened: true, ..SHAPE }), [(34, 18), (62, 16), (62, 18)]);
    }

    #[test]
    fn the_campaigns_are_as_wide_in_every_view_and_wider_for_long_names() {
        for columns in [150, 200, 240, 300] {
            let shape = Shape { longest_name: 50, ..SHAPE };
            let [campaigns, ..] = panes(columns, 60, shape);
            assert_eq!(campaigns, panes(columns, 60, Shape { messages: false, ..shape })[0]);
            assert_eq!(campaigns.0 >= 54, columns >= 300, "{campaigns:?} of {columns}");
        }
    }

    proptest! {
        #[test]
        fn nothing_overlaps_or_leaves_the_screen(
            columns in 1..300u16, rows in 1..120u16, campaigns in 1..50usize, longest_name in 1..80u16, opened: bool,
            messages: bool, run_rows in 0..4u16,
        ) {
            let area = Rect::new(0, 0, columns, rows);
            let layout = layout(area, Shape { campaigns, longest_name, opened: opened && messages, messages, run_rows });
            let mut parts = vec![layout.header, layout.classes, layout.recent, layout.tabs, layout.run, layout.notice, layout.keys];
            parts.extend([layout.campaigns, layout.all_campaigns, layout.campaigns_rule].into_iter().flatten());
            parts.extend([layout.rule, layout.detail, layout.overview].into_iter().flatten());
            if !layout.covers_list {
                parts.extend([layout.filter, layout.heads, layout.list]);
            }
            for (index, part) in parts.iter().enumerate() {
                prop_assert_eq!(area.intersection(*part).area(), part.area());
                for other in &parts[index + 1..] {
                    prop_assert_eq!(part.intersection(*other).area(), 0, "{:?} and {:?}", part, other);
                }
            }
            prop_assert!(layout.kind == Kind::Tiny || layout.covers_list || layout.list.height >= 5);
        }
    }
}
