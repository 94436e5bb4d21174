//! Finding the rows and the page's position in a body whose wrapping varies: `messages`, `data`, `items`, or
//! whichever list of objects comes first, next to `pageData`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::lenient::{Object, Rescued, wire_struct};
use super::scalar::{Flag, Opaque};
use super::wire::{WireMessage, push};
use crate::delivery::{Reported, Rows, RowsBuilder};
use crate::postman::{Cursor, PageData};

/// The names under which a list counts as the rows even when it is empty.
pub(super) const NAMES: [&str; 3] = ["messages", "data", "items"];

wire_struct!(
    /// A page's position in its list.
    WirePageData {
        has_next: Flag = "hasNextPage",
        has_previous: Flag = "hasPreviousPage",
        start: Opaque<'a> = "startCursor",
        end: Opaque<'a> = "endCursor",
    }
);

impl WirePageData<'_> {
    pub fn page_data(&self) -> PageData {
        let cursor = |reported: Reported<&str>| reported.value().filter(|text| !text.is_empty()).map(Cursor::new);
        let (start, end) = (cursor(self.start.reported()), cursor(self.end.reported()));
        PageData {
            // If the answer does not say whether there is more, a cursor is followed: a page too many costs a call, a
            // history that ends early is wrong.
            has_next: self.has_next.0.value().unwrap_or(end.is_some()),
            has_previous: self.has_previous.0.value().unwrap_or(false),
            start,
            end,
        }
    }
}

/// The list found in a body.
#[derive(Default)]
pub(super) struct FoundList {
    pub page: Option<PageData>,
    pub list: Option<Rows>,
    name: Option<String>,
    is_sure: bool,
}

impl FoundList {
    /// Takes what a member of the body contains. A list with objects wins over one without; of a repeated name, the
    /// last one counts.
    fn take(&mut self, name: &str, inner: FoundList) {
        if inner.page.is_some() {
            self.page = inner.page;
        }
        let Some(list) = inner.list else { return };
        let has_rows = !list.is_empty() || (NAMES.contains(&name) && !list.bad().is_empty());
        let is_sure = inner.is_sure || has_rows;
        if self.list.is_none() || self.name.as_deref() == Some(name) || (is_sure && !self.is_sure) {
            (self.list, self.name, self.is_sure) = (Some(list), Some(name.to_owned()), is_sure);
        }
    }

    /// The rows, if they plausibly are rows: a list of texts next to an error message is not a page of unreadable
    /// messages, and an empty list without a known name could be of anything.
    pub fn rows(self) -> Option<(Rows, PageData)> {
        let rows = self.list?;
        let named = self.name.as_deref().map_or(!rows.is_empty() || !rows.bad().is_empty(), |name| NAMES.contains(&name));
        let is_page = self.is_sure || (rows.bad().is_empty() && (named || self.page.is_some())) || (named && self.page.is_some());
        is_page.then_some((rows, self.page.unwrap_or_default()))
    }
}

/// Reads a body, or a member of it.
#[derive(Clone, Copy)]
pub(super) struct ListingSeed {
    /// How deep objects are searched: the body, and one more wrapping.
    pub depth: u8,
    /// Whether each row is read by itself, field by field: slower, but stopped only by broken JSON.
    pub rescue: bool,
}

impl<'de> DeserializeSeed<'de> for ListingSeed {
    type Value = FoundList;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<FoundList, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ListingSeed {
    type Value = FoundList;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<FoundList, E> {
        Ok(FoundList::default())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<FoundList, E> {
        Ok(FoundList::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<FoundList, E> {
        Ok(FoundList::default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<FoundList, E> {
        Ok(FoundList::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<FoundList, E> {
        Ok(FoundList::default())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<FoundList, E> {
        Ok(FoundList::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<FoundList, A::Error> {
        let mut rows = RowsBuilder::default();
        let mut index = 0;
        if self.rescue {
            while let Some(Rescued(message)) = items.next_element::<Rescued<WireMessage<'de>>>()? {
                push(&mut rows, index, &message);
                index += 1;
            }
        } else {
            while let Some(Object(message)) = items.next_element::<Object<WireMessage<'de>>>()? {
                push(&mut rows, index, &message);
                index += 1;
            }
        }
        Ok(FoundList { list: Some(rows.finish()), ..FoundList::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<FoundList, A::Error> {
        let mut found = FoundList::default();
        while let Some(Opaque(name)) = entries.next_key::<Opaque<'de>>()? {
            let name = name.value().unwrap_or(Cow::Borrowed(""));
            if matches!(&*name, "pageData" | "page_data") {
                let Object(page) = entries.next_value::<Object<WirePageData<'de>>>()?;
                found.page = page.value().map(|page| page.page_data());
            } else if self.depth > 0 {
                let inner = entries.next_value_seed(ListingSeed { depth: self.depth - 1, ..self })?;
                found.take(&name, inner);
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}
