//! What a value should have been.

use std::fmt;

/// What a `parse(&str)` of any room gives back for a value that it cannot take: what it expected,
/// and the valid name that is nearest to what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// What would have been right, a phrase that fits after "expected".
    pub expected: String,
    /// The nearest valid name, where one is near enough to be what was meant.
    pub nearest: Option<String>,
}

impl Expected {
    /// One of these names was expected; the nearest to `given` is proposed.
    pub fn one_of(given: &str, names: &[&str]) -> Self {
        let given = given.trim().to_lowercase();
        let nearest = names
            .iter()
            .map(|name| (strsim::damerau_levenshtein(&given, name), *name))
            // Further off than half the name, and it was something else that was meant.
            .filter(|(distance, name)| *distance * 2 <= name.len())
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, name)| name.to_owned());
        Self { expected: names.join(", "), nearest }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "expected {}", self.expected)?;
        match &self.nearest {
            Some(nearest) => write!(out, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Expected {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_proposed() {
        let names = ["production", "test", "loadtest"];
        assert_eq!(Expected::one_of("prodution", &names).nearest.as_deref(), Some("production"));
        assert_eq!(Expected::one_of("tets", &names).nearest.as_deref(), Some("test"));
        assert_eq!(Expected::one_of("moon", &names).nearest, None);
    }
}
