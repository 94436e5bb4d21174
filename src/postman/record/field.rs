//! The fields of a message with the API's names, in the order of the JSON.

use crate::config::Expected;

/// A field of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// Its id.
    Id,
    /// The recipient.
    Recipient,
    /// The latest status, in the API's word.
    LatestStatus,
    /// When it was created.
    CreatedAt,
    /// When the record changed.
    UpdatedAt,
    /// The text's language.
    Language,
    /// The campaign.
    CampaignId,
    /// The batch.
    BatchId,
    /// All values of the template; in CSV one column each.
    Values,
    /// One value of the template.
    Value(String),
    /// The text.
    FullMessage,
    /// The attempts, newest first.
    Attempts,
}

/// The plain fields with their names.
const NAMED: [(&str, Field); 11] = [
    ("id", Field::Id),
    ("recipient", Field::Recipient),
    ("latestStatus", Field::LatestStatus),
    ("createdAt", Field::CreatedAt),
    ("updatedAt", Field::UpdatedAt),
    ("language", Field::Language),
    ("campaignId", Field::CampaignId),
    ("batchId", Field::BatchId),
    ("values", Field::Values),
    ("fullMessage", Field::FullMessage),
    ("attempts", Field::Attempts),
];

impl Field {
    /// All fields, in the order of the JSON.
    pub fn all() -> Vec<Field> {
        NAMED.map(|(_, field)| field).to_vec()
    }

    /// A field from its name.
    ///
    /// # Errors
    /// If there is none of this name, with the nearest one.
    pub fn parse(name: &str) -> Result<Field, Expected> {
        if name.contains(['*', '?']) {
            return Err(Expected::new("the name of a field, not a wildcard; `values` includes all values of a template"));
        }
        if let Some(value) = name.strip_prefix("values.").filter(|value| !value.is_empty()) {
            return Ok(Field::Value(value.to_owned()));
        }
        let found = NAMED.into_iter().find(|(known, _)| *known == name).map(|(_, field)| field);
        found.ok_or_else(|| {
            let names = NAMED.map(|(known, _)| known);
            let mut expected = Expected::one_of(name, &names);
            // A part of a longer name means that name: `status` is `latestStatus`.
            let part = name.to_lowercase();
            let holds = |known: &&str| part.len() >= 3 && known.to_lowercase().contains(&part);
            expected.nearest = expected.nearest.or_else(|| names.into_iter().find(holds).map(str::to_owned));
            expected
        })
    }

    /// The name of the template's value, if it is one.
    pub fn value(&self) -> Option<&str> {
        match self {
            Field::Value(name) => Some(name),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(&self) -> String {
        match self {
            Field::Value(name) => format!("values.{name}"),
            plain => NAMED.iter().find(|(_, field)| field == plain).map_or_else(String::new, |(name, _)| (*name).to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_comes_back_from_its_name() {
        for field in Field::all() {
            assert_eq!(Field::parse(&field.name()), Ok(field));
        }
        assert_eq!(Field::parse("values.name").unwrap().name(), "values.name");
    }

    #[test]
    fn an_unknown_field_is_told_with_the_nearest() {
        assert_eq!(Field::parse("status").unwrap_err().nearest.as_deref(), Some("latestStatus"));
        assert_eq!(Field::parse("recipients").unwrap_err().nearest.as_deref(), Some("recipient"));
        for wrong in ["values.", "values.*", "*", "attempts.*", "value?", ""] {
            assert!(Field::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
