//! Pages: a stretch of messages between cursors, newest first.

use super::campaign::{Campaign, Key};
use super::refusal::Refusal;
use super::render::{Renderer, Shape};
use super::route::parameters;
use super::wire::{CursorOf, parse_cursor, write_cursor, write_string};

/// The page size without `limit`. The API's own default is unknown.
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1000;
/// Room for one message in JSON; a page is then rendered without growing its buffer many times.
const MESSAGE_BYTES: usize = 2600;

/// Whose messages are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Campaign,
    Batch(u32),
}

impl List {
    fn cursors(self) -> CursorOf {
        match self {
            Self::Campaign => CursorOf::Messages,
            Self::Batch(_) => CursorOf::Rows,
        }
    }

    fn key(self, campaign: &Campaign, serial: u32) -> Key {
        match self {
            Self::Campaign => campaign.key(serial),
            Self::Batch(_) => campaign.row_key(serial),
        }
    }

    fn order(self, campaign: &Campaign) -> &[u32] {
        match self {
            Self::Campaign => campaign.order(),
            Self::Batch(batch) => campaign.batch(batch).map_or(&[], |batch| &batch.rows),
        }
    }
}

/// Where a page starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Newest,
    /// The next older page.
    After(Key),
    /// The next newer page.
    Before(Key),
}

/// The parameters of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    limit: usize,
    search: String,
    from: From,
}

impl Wanted {
    fn parse(list: List, query: &str) -> Result<Self, Refusal> {
        let mut wanted = Self { limit: DEFAULT_LIMIT, search: String::new(), from: From::Newest };
        let cursor = |name: &str, value: &str| {
            parse_cursor(list.cursors(), value).ok_or_else(|| Refusal::parameter(format!("{name} is not a valid cursor")))
        };
        for (name, value) in parameters(query) {
            match name.as_str() {
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
                    wanted.limit = limit.ok_or_else(|| Refusal::parameter("limit must be a number from 1 to 1000"))?;
                }
                "search" => wanted.search = value,
                "after" | "before" if wanted.from != From::Newest => {
                    return Err(Refusal::parameter("only one of after and before can be used"));
                }
                "after" if !value.is_empty() => wanted.from = From::After(cursor("after", &value)?),
                "before" if !value.is_empty() => {
                    wanted.from = From::Before(cursor("before", &value)?);
                }
                // Unknown parameters are ignored, as the API does.
                _ => {}
            }
        }
        Ok(wanted)
    }
}

/// A page before it is rendered: messages, newest first.
#[derive(Debug, PartialEq, Eq)]
struct Stretch {
    serials: Vec<u32>,
    newer: bool,
    older: bool,
}

/// Finds the requested stretch.
fn stretch(campaign: &Campaign, list: List, wanted: &Wanted) -> Stretch {
    let order = list.order(campaign);
    let search = wanted.search.as_bytes();
    let fits = |serial: &&u32| search.is_empty() || campaign.recipient(**serial).contains(search);
    let limit = wanted.limit;
    // `order` is oldest first: the page is before `end` (walking back) or from `start` on (walking on).
    match wanted.from {
        From::Newest | From::After(_) => {
            let end = match wanted.from {
                From::After(key) => order.partition_point(|serial| list.key(campaign, *serial) < key),
                _ => order.len(),
            };
            let (older, newer) = order.split_at(end);
            let mut serials: Vec<u32> = older.iter().rev().filter(fits).take(limit + 1).copied().collect();
            let more = serials.len() > limit;
            serials.truncate(limit);
            Stretch { serials, newer: newer.iter().any(|serial| fits(&serial)), older: more }
        }
        From::Before(key) => {
            let start = order.partition_point(|serial| list.key(campaign, *serial) <= key);
            let (older, newer) = order.split_at(start);
            let mut serials: Vec<u32> = newer.iter().filter(fits).take(limit + 1).copied().collect();
            let more = serials.len() > limit;
            serials.truncate(limit);
            serials.reverse();
            Stretch { serials, newer: more, older: older.iter().rev().any(|serial| fits(&serial)) }
        }
    }
}

/// The body of a page at `now`.
pub(super) fn render(campaign: &Campaign, list: List, query: &str, now: i64) -> Result<Vec<u8>, Refusal> {
    let wanted = Wanted::parse(list, query)?;
    let stretch = stretch(campaign, list, &wanted);
    let mut out = Vec::with_capacity(stretch.serials.len() * MESSAGE_BYTES + 512);
    let mut renderer = Renderer::new(campaign, now);
    let shape = match list {
        List::Campaign => Shape::Listed,
        List::Batch(_) => Shape::InBatch,
    };
    out.extend_from_slice(b"{\"data\":[");
    for (n, serial) in stretch.serials.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        renderer.write(&mut out, *serial, shape);
    }
    out.extend_from_slice(b"],\"pageData\":{\"hasNextPage\":");
    out.extend_from_slice(if stretch.older { b"true" } else { b"false" });
    out.extend_from_slice(b",\"hasPreviousPage\":");
    out.extend_from_slice(if stretch.newer { b"true" } else { b"false" });
    for (name, serial) in [("startCursor", stretch.serials.first()), ("endCursor", stretch.serials.last())] {
        out.push(b',');
        write_string(&mut out, name);
        out.push(b':');
        match serial {
            Some(serial) => {
                let key = list.key(campaign, *serial);
                write_string(&mut out, &write_cursor(list.cursors(), key));
            }
            None => out.extend_from_slice(b"null"),
        }
    }
    out.extend_from_slice(b"}}");
    Ok(out)
}
