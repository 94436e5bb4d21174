//! The commands run last: they come first where all are listed.

/// How many are kept: as many as fit on a small screen at once.
const KEPT: usize = 10;

/// The names of the commands run last, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::tui) struct RecentCommands {
    names: Vec<String>,
}

impl RecentCommands {
    /// Those of an earlier session. A name that is no longer a command does no harm: it is never listed.
    pub fn kept(mut names: Vec<String>) -> Self {
        names.truncate(KEPT);
        Self { names }
    }

    /// The names, the newest first.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// A command was run.
    pub fn note(&mut self, name: &str) {
        self.names.retain(|known| known != name);
        self.names.insert(0, name.to_owned());
        self.names.truncate(KEPT);
    }

    /// How many were run since; `None` where it is not among the last ones.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_stands_first_and_once() {
        let mut recent = RecentCommands::default();
        for name in ["pause", "mask", "pause"] {
            recent.note(name);
        }
        assert_eq!((recent.index("pause"), recent.index("mask"), recent.index("find")), (Some(0), Some(1), None));
        for number in 0..20 {
            recent.note(&number.to_string());
        }
        assert_eq!((recent.index("19"), recent.index("10"), recent.index("9")), (Some(0), Some(9), None));
    }
}
