//! Where things are on the screen: a pure function of its size and of what is open.

use ratatui::layout::Rect;

use super::chrome::overview;
use super::shared::{Campaign, Shared, ViewKind};

/// The smallest screen that shows more than a request for more room.
pub(super) const SMALLEST: (u16, u16) = (60, 15);

/// From this many columns on, the campaigns are on the left and the detail on the right.
const WIDE_COLUMNS: u16 = 140;

/// From this many columns and rows on, the detail is below the list.
const MEDIUM: (u16, u16) = (100, 30);

/// Below this many rows there is only ever one pane.
const ONE_PANE_ROWS: u16 = 24;

/// The campaigns' pane: a name, the share of failures, the number on the way.
const CAMPAIGNS_COLUMNS: u16 = 36;

/// From this many columns on, the pane also shows the age of the data.
const ROOMY_COLUMNS: u16 = 170;

/// How wide an age is.
const AGE_COLUMNS: u16 = 8;

/// How wide the detail must be for an id of the usual length in one line.
const ID_COLUMNS: u16 = 56;

/// How wide the list must be for all columns but the text.
const LIST_COLUMNS: u16 = 82;

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
    /// Campaigns on the left, list, detail on the right.
    Wide,
}

/// What the layout depends on besides the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Whether there is more than one campaign.
    pub many_campaigns: bool,
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
    let (mut campaigns, mut campaigns_rule, mut rule, mut detail, mut overview) = (None, None, None, None, None);
    match kind {
        Kind::Wide => {
            if shape.many_campaigns {
                let age = if area.width >= ROOMY_COLUMNS { AGE_COLUMNS } else { 0 };
                campaigns = Some(take_left(&mut rest, CAMPAIGNS_COLUMNS + age));
                campaigns_rule = Some(take_left(&mut rest, 1));
            }
            if shape.messages {
                // Two fifths, an id in one line where the list has that to spare, and no more than
                // a text reads well in.
                let for_ids = ID_COLUMNS.min(rest.width.saturating_sub(LIST_COLUMNS));
                let columns = (rest.width * 2 / 5).max(for_ids).clamp(40, 72);
                let mut right = take_right(&mut rest, columns);
                overview = (right.height >= HIGH_ROWS).then(|| take_bottom(&mut right, overview::ROWS));
                detail = Some(right);
                rule = Some(take_right(&mut rest, 1));
            }
        }
        Kind::Medium if shape.messages => {
            let rows = if shape.opened { (rest.height / 2).max(DETAIL_ROWS) } else { DETAIL_ROWS };
            detail = Some(take_bottom(&mut rest, rows));
            rule = Some(take_bottom(&mut rest, 1));
        }
        Kind::Small if shape.opened => detail = Some(rest),
        Kind::Medium | Kind::Small | Kind::Tiny => {}
    }
    let filter = take(&mut rest, 1);
    let heads = take(&mut rest, 1);
    ScreenLayout {
        kind,
        header,
        campaigns,
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

    pub(super) fn layout_in(&self, area: Rect) -> ScreenLayout {
        // Beside a list without a single message there is no detail to show.
        let messages = self.view == ViewKind::Messages && self.campaign().is_some_and(|campaign| !campaign.store.is_empty());
        let opened = messages && self.campaign().is_some_and(|campaign| campaign.opened.is_some());
        layout(
            area,
            Shape { many_campaigns: self.campaigns.len() > 1, opened, messages, run_rows: self.campaign().map_or(0, Campaign::run_rows) },
        )
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
        let layout = layout(Rect::new(0, 0, 80, 24), Shape { many_campaigns: true, opened: false, messages: true, run_rows: 0 });
        assert!(layout.list.height >= 15);
    }

    proptest! {
        #[test]
        fn nothing_overlaps_or_leaves_the_screen(
            columns in 1..300u16, rows in 1..120u16, many_campaigns: bool, opened: bool, messages: bool, run_rows in 0..4u16,
        ) {
            let area = Rect::new(0, 0, columns, rows);
            let layout = layout(area, Shape { many_campaigns, opened: opened && messages, messages, run_rows });
            let mut parts = vec![layout.header, layout.classes, layout.recent, layout.tabs, layout.run, layout.notice, layout.keys];
            parts.extend([layout.campaigns, layout.campaigns_rule, layout.rule, layout.detail, layout.overview].into_iter().flatten());
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
