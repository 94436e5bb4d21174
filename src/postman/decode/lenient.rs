//! Reading JSON of any shape: a value of the wrong type counts as not given, and never fails its surroundings.
//!
//! serde's own structs refuse a field of the wrong type and a repeated key, and copy every string inside an `Option`.
//! Here each type says what it makes of each kind of JSON value; anything else becomes its default, which is "not
//! given".

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::delivery::Reported;

/// What a type makes of each kind of JSON value.
pub(super) trait Lenient<'de>: Default {
    /// `null`.
    fn null() -> Self {
        Self::default()
    }

    /// `true` or `false`.
    fn flag(_: bool) -> Self {
        Self::default()
    }

    /// A whole number from 0.
    fn number(_: u64) -> Self {
        Self::default()
    }

    /// A number below 0 or with a fraction, as written.
    fn other_number(_: impl fmt::Display) -> Self {
        Self::default()
    }

    /// A string with escapes, which is not in the body as is.
    fn text(_: &str) -> Self {
        Self::default()
    }

    /// A string that is in the body as is.
    fn borrowed(text: &'de str) -> Self {
        Self::text(text)
    }

    /// `[…]`. Must read to the end.
    fn list<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    /// `{…}`. Must read to the end.
    fn object<A: MapAccess<'de>>(mut entries: A) -> Result<Self, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

/// Reads any JSON value; fails only if the JSON itself is broken.
pub(super) fn read<'de, D: Deserializer<'de>, T: Lenient<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Any(PhantomData))
}

struct Any<T>(PhantomData<T>);

impl<'de, T: Lenient<'de>> Visitor<'de> for Any<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::null())
    }

    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok(T::flag(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok(T::number(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok(T::other_number(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<T, E> {
        Ok(T::other_number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<T, E> {
        Ok(T::text(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<T, E> {
        Ok(T::borrowed(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<T, A::Error> {
        T::list(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<T, A::Error> {
        T::object(entries)
    }
}

/// Makes serde read a type through [`Lenient`].
macro_rules! read_leniently {
    ($($type:ty),+ $(,)?) => {$(
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::postman::decode::lenient::read(deserializer)
            }
        }
    )+};
}
pub(super) use read_leniently;

/// An object, `null`, or not given.
pub(super) struct Object<T>(pub Reported<T>);

/// A type made from an object with known keys.
pub(super) trait FromFields<'de>: Sized {
    /// Reads the entries; of a repeated key the last one counts.
    fn fields<A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error>;
}

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(Reported::Absent)
    }
}

impl<'de, T: FromFields<'de>> Lenient<'de> for Object<T> {
    fn null() -> Self {
        Self(Reported::Null)
    }

    fn object<A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error> {
        T::fields(entries).map(|fields| Self(Reported::Value(fields)))
    }
}

impl<'de, T: FromFields<'de>> serde::Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer)
    }
}

/// A list of objects, `null`, or not given. Items that are not objects are left out.
pub(super) struct Objects<T>(pub Reported<Vec<T>>);

impl<T> Default for Objects<T> {
    fn default() -> Self {
        Self(Reported::Absent)
    }
}

impl<'de, T: FromFields<'de>> Lenient<'de> for Objects<T> {
    fn null() -> Self {
        Self(Reported::Null)
    }

    fn list<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let mut objects = Vec::new();
        while let Some(Object(item)) = items.next_element::<Object<T>>()? {
            objects.extend(item.value());
        }
        Ok(Self(Reported::Value(objects)))
    }
}

impl<'de, T: FromFields<'de>> serde::Deserialize<'de> for Objects<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer)
    }
}

/// Declares a struct of lenient fields with their keys, in one or several spellings.
macro_rules! wire_struct {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $($key:literal)|+),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(super) struct $name<'a> {
            $($(#[$field_doc])* pub $field: $type,)+
        }

        const _: () = {
            #[derive(serde::Deserialize)]
            #[serde(field_identifier)]
            #[allow(non_camel_case_types, reason = "the variants carry the fields' names")]
            enum Key {
                $($(#[serde(alias = $key)])+ $field,)+
                #[serde(other)]
                Unlisted,
            }

            impl<'a> $crate::postman::decode::lenient::FromFields<'a> for $name<'a> {
                fn fields<A: serde::de::MapAccess<'a>>(mut entries: A) -> Result<Self, A::Error> {
                    let mut reported = Self::default();
                    while let Some(key) = entries.next_key::<Key>()? {
                        match key {
                            $(Key::$field => reported.$field = entries.next_value()?,)+
                            Key::Unlisted => {
                                entries.next_value::<serde::de::IgnoredAny>()?;
                            }
                        }
                    }
                    Ok(reported)
                }
            }

            impl<'a> $crate::postman::decode::lenient::Rescue<'a> for $name<'a> {
                fn rescue<A: serde::de::MapAccess<'a>>(mut entries: A) -> Result<Self, A::Error> {
                    let mut reported = Self::default();
                    while let Some((key, value)) = entries.next_entry::<Key, &'a serde_json::value::RawValue>()? {
                        match key {
                            $(Key::$field => reported.$field = serde_json::from_str(value.get()).unwrap_or_default(),)+
                            Key::Unlisted => {}
                        }
                    }
                    Ok(reported)
                }
            }
        };
    };
}
pub(super) use wire_struct;

/// Reads an object field by field, each by itself: a value that JSON's grammar allows and no string or number can
/// hold (half a surrogate pair, `1e999`) costs only its own field.
pub(super) trait Rescue<'de>: Sized {
    /// Reads the entries.
    fn rescue<A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error>;
}

/// An object read by [`Rescue`].
pub(super) struct Rescued<T>(pub Reported<T>);

impl<T> Default for Rescued<T> {
    fn default() -> Self {
        Self(Reported::Absent)
    }
}

impl<'de, T: Rescue<'de>> Lenient<'de> for Rescued<T> {
    fn null() -> Self {
        Self(Reported::Null)
    }

    fn object<A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error> {
        T::rescue(entries).map(|fields| Self(Reported::Value(fields)))
    }
}

impl<'de, T: Rescue<'de>> serde::Deserialize<'de> for Rescued<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer)
    }
}
