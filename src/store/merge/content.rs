//! Merging the template, the values and the text.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::{Scratch, Telling, reported};
use crate::delivery::TemplateFields;
use crate::store::columns::{Columns, TextHeld};
use crate::store::names::{Framing, template_fields};
use crate::store::read_times::StoredField;
use crate::store::values::{self, value_of};
use crate::store::varint;

impl Telling<'_> {
    /// The template, the values and the text: together, because the text is stored only if template and values do not
    /// give it.
    pub fn content(&mut self, columns: &mut Columns, scratch: &mut Scratch) {
        let at = self.at;
        let takes_template = self.takes_template(columns);
        let values = reported(self.row.values());
        let takes_values = values.is_some_and(|values| {
            self.takes(columns, StoredField::Values, || match (values, columns.values_of(at)) {
                (Some(reported), Some(known)) => reported.cmp(known),
                (reported, known) => reported.is_some().cmp(&known.is_some()),
            })
        });
        let text = reported(self.row.full_text());
        let takes_text = text.is_some_and(|text| self.takes(columns, StoredField::FullText, || compare_text(columns, at, text)));
        if !(takes_values || takes_text || takes_template.is_some()) {
            return;
        }
        // The text that template and values gave, before they are replaced.
        let known_text;
        let text = if takes_text {
            text.flatten()
        } else {
            known_text = columns.full_text(at).map(Cow::into_owned);
            known_text.as_deref()
        };
        scratch.values.clear();
        if takes_values {
            values::pack(&mut scratch.values, self.row, &mut columns.names);
        } else {
            scratch.values.extend_from_slice(columns.content_parts(at).1);
        }
        if let Some(number) = takes_template {
            columns.template[at] = number;
        }
        let template = columns.names.template_of(columns.template[at]);
        scratch.whole.clear();
        let framing = text
            .zip(template)
            .and_then(|(text, template)| columns.names.framing(template, |name| value_of(&scratch.values, &columns.names, name), text));
        match (text, framing) {
            (None, _) => scratch.whole.push(0),
            (Some(_), Some(Framing::Bare)) => scratch.whole.push(1),
            (Some(_), Some(Framing::Known(number))) => {
                scratch.whole.push(2);
                varint::write(&mut scratch.whole, u64::from(number));
            }
            (Some(_), Some(Framing::New { before, after })) => {
                scratch.whole.push(2);
                varint::write(&mut scratch.whole, u64::from(columns.names.add_frame(before, after)));
            }
            (Some(text), None) => {
                scratch.whole.push(3);
                varint::write_text(&mut scratch.whole, text);
            }
        }
        scratch.whole.extend_from_slice(&scratch.values);
        let bytes = if scratch.whole == [0] { &[][..] } else { &scratch.whole };
        columns.content[at] = columns.slots.put(columns.content[at], bytes);
    }

    /// The number of a template that replaces the known one. One with only an id does not erase a text that is known
    /// under the same id.
    fn takes_template(&mut self, columns: &mut Columns) -> Option<u32> {
        let telling = reported(self.row.template())?;
        let at = self.at;
        if let Some(fields) = &telling
            && !(fields.template_id.is_reported() || fields.language.is_reported() || fields.body.is_reported())
        {
            self.template_reference(columns, fields);
            return None;
        }
        let fields = telling.as_ref().map(template_fields);
        let takes = self.takes(columns, StoredField::Template, || {
            fields.cmp(&columns.names.template_of(columns.template[at]).map(|known| known.fields()))
        });
        let stamp = self.stamp;
        self.changed |= columns.change_aside(at, |aside| aside.template_reference.take_if(|(asked, _)| *asked <= stamp).is_some());
        takes.then(|| telling.as_ref().map_or(0, |telling| columns.names.template(telling)))
    }

    fn template_reference(&mut self, columns: &mut Columns, fields: &TemplateFields<'_>) {
        let at = self.at;
        if self.stamp <= columns.asked.get(at, StoredField::Template) {
            return;
        }
        let number = columns.names.template(fields);
        let known = columns.aside(at).and_then(|aside| aside.template_reference);
        let id_of = |number: u32| columns.names.template_of(number).map(|known| known.fields());
        let replaces = match known {
            None => true,
            Some((asked, other)) => self.stamp > asked || (self.stamp == asked && id_of(number) > id_of(other)),
        };
        if replaces {
            let is_same_template = columns.template_of(at).is_some_and(|known| known.template.id.as_deref() == fields.id.value());
            columns.asides.entry(at as u32).or_default().template_reference = Some((self.stamp, number));
            self.changed |= !is_same_template;
        }
    }
}

/// Compares a given text with the known one, usually without building the latter.
fn compare_text(columns: &Columns, row: usize, reported: Option<&str>) -> Ordering {
    let (held, values) = columns.content_parts(row);
    if let (TextHeld::Rebuilt | TextHeld::Framed(_), Some(reported), Some(template)) =
        (held, reported, columns.names.template_of(columns.template[row]))
    {
        let framing = columns.names.framing(template, |name| value_of(values, &columns.names, name), reported);
        let is_same = match framing {
            Some(Framing::Bare) => held == TextHeld::Rebuilt,
            Some(Framing::Known(number)) => held == TextHeld::Framed(number),
            Some(Framing::New { .. }) | None => false,
        };
        if is_same {
            return Ordering::Equal;
        }
    }
    reported.cmp(&columns.full_text(row).as_deref())
}
