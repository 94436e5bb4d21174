//! The fields of a message by the API's names, in the order of the JSON.

use crate::config::Expected;

/// A field of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// Its id.
    Id,
    /// Whom it is for.
    Recipient,
    /// The latest status, the API's word.
    LatestStatus,
    /// When it was recorded.
    CreatedAt,
    /// When the record changed.
    UpdatedAt,
    /// The text's language.
    Language,
    /// The campaign.
    CampaignId,
    /// The batch.
    BatchId,
    /// All values of the template; in CSV a column for each.
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
    /// There is none of this name; the nearest one is told.
    pub fn parse(name: &str) -> Result<Field, Expected> {
        if name.contains(['*', '?']) {
            return Err(Expected::new("the name of a field, and not a wildcard; `values` has all of them that a template has"));
        }
        if let Some(value) = name.strip_prefix("values.").filter(|value| !value.is_empty()) {
            return Ok(Field::Value(value.to_owned()));
        }
        let found = NAMED.into_iter().find(|(known, _)| *known == name).map(|(_, field)| field);
        found.ok_or_else(|| {
            let names = NAMED.map(|(known, _)| known);
            let mut expected = Expected::one_of(name, &names);
            // A word of a longer name means that name: `status` is `latestStatus`.
            let part = name.to_lowercase();
            let holds = |known: &&str| part.len() >= 3 && known.to_lowercase().contains(&part);
            expected.nearest = expected.nearest.or_else(|| names.into_iter().find(holds).map(str::to_owned));
            expected
        })
    }

    /// The name of the one value of the template that it is; `None` for any other field.
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
