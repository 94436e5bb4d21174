//! Saved filters. They apply to every campaign and are kept from one start to the next.
//!
//! A batch belongs to one campaign, so none is part of them; nor is a search, which is part of a person's
//! number.

use crate::tui::shared::FilterChoice;

/// How many are kept: more than fit on a screen are no longer a shortcut.
const MOST: usize = 20;

/// The longest name.
const LONGEST: usize = 40;

/// How many digits a name may have: as many as a date, and fewer than a number.
const DIGITS: usize = 6;

/// A saved filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct NamedFilter {
    /// Its name.
    pub name: String,
    /// What it shows.
    pub choice: FilterChoice,
}

/// All of them, in the order of the menu.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::tui) struct NamedFilters {
    filters: Vec<NamedFilter>,
    /// The one deleted last, and where it was.
    deleted: Option<(usize, NamedFilter)>,
}

impl NamedFilters {
    /// The valid ones of an earlier session.
    pub fn kept(filters: impl IntoIterator<Item = NamedFilter>) -> Self {
        let mut kept = Self::default();
        for filter in filters {
            if kept.problem(&filter.name, &filter.choice).is_none() {
                kept.save(&filter.name, &filter.choice);
            }
        }
        kept
    }

    /// Whether a deleted one can be brought back.
    pub fn can_bring_back(&self) -> bool {
        self.deleted.is_some()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &NamedFilter> {
        self.filters.iter()
    }

    /// Why a filter cannot be saved under a name; `None` where it can.
    pub fn problem(&self, name: &str, choice: &FilterChoice) -> Option<String> {
        let name = name.trim();
        if choice.is_for_one_campaign() {
            return Some("it has nothing that other campaigns have too".to_owned());
        }
        if name.is_empty() {
            return Some("type a name, or Esc".to_owned());
        }
        if name.chars().count() > LONGEST {
            return Some(format!("a name has {LONGEST} characters at most"));
        }
        if name.chars().filter(|letter| letter.is_numeric()).count() > DIGITS {
            return Some(format!("{DIGITS} digits at most: the name is saved in a file, where no number belongs"));
        }
        (self.filters.len() >= MOST && self.index(name).is_none()).then(|| format!("{MOST} filters at most: delete one in the menu first"))
    }

    /// Saves a filter under a name, replacing one with the same name. Whether there was one.
    pub fn save(&mut self, name: &str, choice: &FilterChoice) -> bool {
        let filter = NamedFilter { name: name.trim().to_owned(), choice: choice.for_every_campaign() };
        match self.index(name) {
            Some(index) => {
                self.filters[index] = filter;
                true
            }
            None => {
                self.filters.push(filter);
                false
            }
        }
    }

    /// Deletes the one with this name. Where it was.
    pub fn delete(&mut self, name: &str) -> Option<usize> {
        let index = self.index(name)?;
        self.deleted = Some((index, self.filters.remove(index)));
        Some(index)
    }

    /// Brings back the one deleted last, where it was.
    pub fn bring_back(&mut self) -> Option<(usize, NamedFilter)> {
        let (index, filter) = self.deleted.take()?;
        if self.index(&filter.name).is_some() {
            // A new one got its name meanwhile.
            return None;
        }
        let index = index.min(self.filters.len());
        self.filters.insert(index, filter.clone());
        Some((index, filter))
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.filters.iter().position(|filter| filter.name == name.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{BatchId, Status};

    fn failed() -> FilterChoice {
        FilterChoice { statuses: vec![Status::Failure], batches: vec![BatchId::new("b-1")], ..FilterChoice::default() }
    }

    #[test]
    fn a_filter_is_kept_without_its_batch_and_replaced_by_its_name() {
        let mut named = NamedFilters::default();
        assert!(!named.save(" late ", &FilterChoice { classes: vec![crate::delivery::Class::OnTheWay], ..FilterChoice::default() }));
        assert!(named.save("late", &failed()));
        let kept: Vec<_> = named.iter().cloned().collect();
        assert_eq!(kept, [NamedFilter { name: "late".to_owned(), choice: FilterChoice { batches: Vec::new(), ..failed() } }]);
    }

    #[test]
    fn what_was_deleted_comes_back_where_it_was() {
        let mut named = NamedFilters::default();
        for name in ["a", "b", "c"] {
            named.save(name, &failed());
        }
        let before: Vec<_> = named.iter().cloned().collect();
        assert_eq!(named.delete("b"), Some(1));
        assert_eq!(named.delete("b"), None);
        assert_eq!(named.bring_back().map(|(index, _)| index), Some(1));
        assert_eq!(named.iter().cloned().collect::<Vec<_>>(), before);
        assert_eq!(named.bring_back(), None);
        named.delete("b");
        named.save("b", &failed());
        assert_eq!(named.bring_back(), None, "its name is taken");
    }

    #[test]
    fn no_number_gets_into_a_name() {
        let named = NamedFilters::default();
        let problem = |name: &str| named.problem(name, &failed());
        assert_eq!(problem("Nov 24, 18:00"), None);
        for name in ["65 8000 1234", "9123-4567", "80001234", "", "  ", &"x".repeat(41)] {
            assert!(problem(name).is_some(), "{name}");
        }
        let batch_alone = FilterChoice { statuses: Vec::new(), ..failed() };
        assert!(named.problem("one", &batch_alone).is_some());
        let kept = NamedFilters::kept([NamedFilter { name: "65 8000 1234".to_owned(), choice: failed() }]);
        assert_eq!(kept, NamedFilters::default());
    }

    #[test]
    fn only_so_many_are_kept() {
        let mut named = NamedFilters::default();
        for index in 0..MOST {
            named.save(&format!("filter {index}"), &failed());
        }
        assert!(named.problem("one more", &failed()).is_some());
        assert_eq!(named.problem("filter 3", &failed()), None);
    }
}
