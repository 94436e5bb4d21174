//! Which commands are meant by what was typed, among those that are only typed and those with keys; and which campaign.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::typed::{COMMANDS, Typed, present_word, word_and_argument};
use crate::config::nearest;
use crate::tui::Action;
use crate::tui::keys::{Binding, HelpGroup};
use crate::tui::shared::{Campaign, Shared};

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// Only typed.
    Typed(Typed),
    /// The same as a key.
    Action(Action),
    /// Shows a campaign: its index in the configuration.
    Campaign(usize),
}

/// A command among all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Suggestion {
    /// Its name: what the user types, and what the configuration calls the key.
    pub name: String,
    /// What it does, in a word or two.
    pub label: String,
    /// What it does, as half a sentence.
    pub does: String,
    /// Its key; empty without one.
    pub key: String,
    /// What it does, for the program.
    pub doing: Doing,
    /// Why it would do nothing now.
    pub refusal: Option<String>,
}

/// How well a command matches what was typed, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It is its name.
    Exact,
    /// Its name starts with it.
    Begins,
    /// Its name has these letters, in this order.
    Letters,
    /// The words are in its description.
    Says,
}

impl Shared {
    /// The commands that match what was typed, the best first; all of them where nothing was typed:
    /// those that can be run first, the most recently run among them at the top.
    pub(super) fn commands(&self, typed: &str) -> Vec<Suggestion> {
        let typed = present_word(word_and_argument(typed).0).to_lowercase();
        let mut entries: Vec<(Fit, u32, Suggestion)> = Vec::new();
        let mut search = (!typed.is_empty()).then(|| Search::new(&typed));
        // Campaigns are found by name, and not listed among the commands.
        let campaigns = if typed.is_empty() { Vec::new() } else { self.other_campaigns() };
        for entry in self.every_command().into_iter().chain(campaigns) {
            let fit = match &mut search {
                None => Some((Fit::Exact, 0)),
                Some(search) => search.fit(&entry),
            };
            entries.extend(fit.map(|(fit, score)| (fit, score, entry)));
        }
        // What was typed decides first, even about commands that cannot be run: the reason is the
        // answer.
        entries.sort_by_key(|(fit, score, entry)| {
            let recent = self.recent.index(&entry.name).unwrap_or(usize::MAX);
            // Of two that contain the letters alike, the one with a key is more often meant.
            let is_rare = *fit == Fit::Letters && matches!(entry.doing, Doing::Typed(_));
            // A campaign's name takes no command's place.
            let is_campaign = matches!(entry.doing, Doing::Campaign(_));
            (*fit, is_campaign, entry.refusal.is_some(), std::cmp::Reverse(*score), recent, is_rare)
        });
        entries.into_iter().map(|(_, _, entry)| entry).collect()
    }

    /// The name nearest to what was typed.
    pub(super) fn nearest_command(&self, typed: &str) -> Option<String> {
        let names: Vec<String> = self.every_command().into_iter().map(|entry| entry.name).collect();
        nearest(typed.trim(), names.iter().map(String::as_str))
    }

    /// The campaigns that are not on the screen.
    fn other_campaigns(&self) -> Vec<Suggestion> {
        let others = self.campaigns.iter().enumerate().filter(|(index, _)| *index != self.campaigns.current());
        let suggestion = |(index, campaign): (usize, &Campaign)| {
            let verdict = campaign.verdict(self.now, false).sentence(|at| self.look.minute(at, self.now));
            Suggestion {
                name: campaign.settings.name.clone(),
                label: "show this campaign".to_owned(),
                does: format!("show this campaign; {verdict}"),
                key: String::new(),
                doing: Doing::Campaign(index),
                refusal: None,
            }
        };
        others.map(suggestion).collect()
    }

    fn every_command(&self) -> Vec<Suggestion> {
        let typed = COMMANDS.iter().map(|command| Suggestion {
            name: command.word.to_owned(),
            label: command.label.to_owned(),
            does: command.does.to_owned(),
            key: String::new(),
            doing: Doing::Typed(command.typed),
            refusal: self.why_not_typed(command.typed),
        });
        let pane = self.pane();
        let mut bound = self.keymap.help(pane);
        bound.sort_by_key(|line| weight(line.binding));
        let bound = bound.into_iter().filter(|line| line.binding.action != Action::CommandLine).map(|line| Suggestion {
            name: line.binding.action.name(),
            label: line.binding.label.to_owned(),
            does: line.binding.help.replace("**", ""),
            key: line.all_keys(pane),
            doing: Doing::Action(line.binding.action),
            refusal: self.why_not(line.binding.action),
        });
        typed.chain(bound).collect()
    }
}

/// What is more often run by name comes first; moving about is done faster by its keys.
fn weight(binding: &Binding) -> (bool, usize) {
    let order = [HelpGroup::Act, HelpGroup::Find, HelpGroup::Show, HelpGroup::Mark, HelpGroup::Move, HelpGroup::Program];
    (binding.action.is_step(), order.iter().position(|group| *group == binding.group).unwrap_or(order.len()))
}

/// What was typed, prepared for comparison.
struct Search<'a> {
    typed: &'a str,
    pattern: Pattern,
    matcher: Matcher,
}

impl<'a> Search<'a> {
    fn new(typed: &'a str) -> Self {
        // Names have `_` where people type a blank.
        let pattern = Pattern::parse(&typed.replace('_', " "), CaseMatching::Ignore, Normalization::Smart);
        Self { typed, pattern, matcher: Matcher::new(Config::DEFAULT) }
    }

    fn fit(&mut self, entry: &Suggestion) -> Option<(Fit, u32)> {
        let plain = |text: &str| text.replace(['_', '-'], " ");
        let (typed, name) = (plain(self.typed), plain(&entry.name).to_lowercase());
        if name == typed {
            return Some((Fit::Exact, 0));
        }
        let mut letters = Vec::new();
        // In the name alone: a sentence has nearly any letters in nearly any order.
        let score = self.pattern.score(Utf32Str::new(&name, &mut letters), &mut self.matcher);
        match score {
            Some(score) if name.starts_with(&typed) => Some((Fit::Begins, score)),
            Some(score) => Some((Fit::Letters, score)),
            None if matches!(entry.doing, Doing::Campaign(_)) => None,
            None => {
                let said = format!("{} {}", entry.label, entry.does).to_lowercase();
                let says = typed.split_whitespace().all(|word| word.len() >= SHORTEST_WORD && said.contains(word));
                says.then_some((Fit::Says, 0))
            }
        }
    }
}

/// From how many letters on a word is searched for in descriptions: a single letter is everywhere.
const SHORTEST_WORD: usize = 2;
