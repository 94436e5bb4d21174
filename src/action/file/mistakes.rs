//! The mistakes of a file: all of them, however many there are. Rows with the same mistake in the same column are kept as
//! runs, so that a file in which every row is wrong takes no more memory than one in which one is.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;

use hashbrown::HashMap;

use super::kind::{Detail, MistakeKind};

/// How many different sentences a group keeps; beyond these, a row is given the one that covers all of them.
const MOST_SENTENCES: usize = 64;

/// The mistakes of a file, by kind and column.
#[derive(Clone, Default)]
pub struct Mistakes {
    groups: Vec<MistakeGroup>,
    /// For each group, how many mistakes the groups before it have; set at the end.
    before: Vec<u64>,
    len: u64,
    rows: u32,
    last_row: Option<u32>,
    index: HashMap<(MistakeKind, u32), u32>,
}

/// The mistakes of one kind in one column.
#[derive(Clone)]
pub struct MistakeGroup {
    kind: MistakeKind,
    /// The column's number, for order; `u32::MAX` for none.
    column_number: u32,
    column: Option<String>,
    /// The different sentences of its mistakes.
    sentences: Vec<(Detail, String)>,
    /// The messages that it rests on, as a sentence.
    told_by: Option<String>,
    /// Empty where it is about the file as a whole.
    runs: Vec<Run>,
    count: u32,
}

/// Rows after one another with the same mistake.
#[derive(Clone, Copy)]
struct Run {
    first: u32,
    /// How many mistakes of the group come before it.
    before: u32,
    sentence: u8,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMistake<'a> {
    /// The row as a spreadsheet counts: the header is row 1; `None` for the file as a whole.
    pub row: Option<u32>,
    /// The name of the column; `None` for the row as a whole.
    pub column: Option<&'a str>,
    /// What it is.
    pub kind: MistakeKind,
    /// The sentence about it. It has no text of a cell in it.
    pub words: &'a str,
}

/// The column of a mistake.
#[derive(Clone, Copy)]
pub(super) struct Column<'a> {
    /// Its number, from 0; beyond the last one for a column that is missing.
    pub number: u32,
    pub name: &'a str,
}

impl Mistakes {
    /// A mistake of the file as a whole, with its sentence.
    pub(super) fn of_file(&mut self, kind: MistakeKind, words: impl Into<String>) {
        self.add(None, None, kind, Detail::None, |_| words.into());
    }

    /// A mistake in a row: rows come in their order. The sentence is made only if its group does not have it yet.
    pub(super) fn of_row(&mut self, row: u32, column: Option<Column<'_>>, kind: MistakeKind, detail: Detail) {
        self.add(Some(row), column, kind, detail, |detail| kind.words(detail));
    }

    /// A mistake of a row with a text that is known from messages; `told_by`: from which, as a sentence.
    pub(super) fn of_known_text(&mut self, row: u32, kind: MistakeKind, detail: Detail, told_by: &str) {
        let group = self.add(Some(row), None, kind, detail, |detail| format!("{}. {told_by}", kind.words(detail)));
        group.told_by.get_or_insert_with(|| told_by.to_owned());
    }

    /// The same with a sentence of its own.
    pub(super) fn add(
        &mut self,
        row: Option<u32>,
        column: Option<Column<'_>>,
        kind: MistakeKind,
        detail: Detail,
        words: impl FnOnce(Detail) -> String,
    ) -> &mut MistakeGroup {
        let column_number = column.map_or(u32::MAX, |column| column.number);
        let groups = &mut self.groups;
        let index = *self.index.entry((kind, column_number)).or_insert_with(|| {
            let column = column.map(|column| column.name.to_owned());
            groups.push(MistakeGroup { kind, column_number, column, sentences: Vec::new(), told_by: None, runs: Vec::new(), count: 0 });
            groups.len() as u32 - 1
        });
        let group = &mut self.groups[index as usize];
        if group.add(row, detail, words) {
            self.len += 1;
            self.last_row = row.or(self.last_row);
        }
        group
    }

    /// A row that is a message has been checked: counts it if it has a mistake.
    pub(super) fn end_message(&mut self, row: u32) {
        self.rows += u32::from(self.last_row == Some(row));
    }

    /// The last row with a mistake.
    pub(super) fn last_row(&self) -> Option<u32> {
        self.last_row
    }

    /// Puts the groups in their order: what is about the whole file, then by the first row.
    pub(super) fn settle(&mut self) {
        self.groups.sort_by_key(|group| (group.runs.first().map(|run| run.first), group.place(), group.kind));
        let mut before = 0;
        for group in &self.groups {
            self.before.push(before);
            before += u64::from(group.count);
        }
        self.index = HashMap::new();
    }

    /// Whether the file has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// How many rows have one or more.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// The mistakes by kind and column: first those of the file as a whole, then in the order of their first rows.
    pub fn groups(&self) -> &[MistakeGroup] {
        &self.groups
    }

    /// One of them, in the order of the groups, and in each by row.
    pub fn nth(&self, index: u64) -> Option<FileMistake<'_>> {
        let group = self.before.partition_point(|before| *before <= index).checked_sub(1)?;
        let inside = u32::try_from(index - self.before[group]).ok()?;
        self.groups[group].nth(inside)
    }

    /// All of them by row, those of the file as a whole first.
    pub fn by_row(&self) -> impl Iterator<Item = FileMistake<'_>> {
        let mut walks: Vec<_> = self.groups.iter().map(|group| group.iter().peekable()).collect();
        let place = |group: usize, mistake: &FileMistake<'_>| Reverse((mistake.row, self.groups[group].place(), group));
        let mut next: BinaryHeap<_> = walks.iter_mut().enumerate().filter_map(|(group, walk)| Some(place(group, walk.peek()?))).collect();
        std::iter::from_fn(move || {
            let Reverse((_, _, group)) = next.pop()?;
            let mistake = walks[group].next();
            next.extend(walks[group].peek().map(|mistake| place(group, mistake)));
            mistake
        })
    }
}

impl MistakeGroup {
    /// Whether it is new: a row has each mistake once.
    fn add(&mut self, row: Option<u32>, detail: Detail, words: impl FnOnce(Detail) -> String) -> bool {
        let Some(row) = row else {
            let is_new = self.sentences.is_empty();
            if is_new {
                self.sentences.push((detail, words(detail)));
                self.count = 1;
            }
            return is_new;
        };
        let last = self.runs.last().copied();
        let last_row = last.map(|run| run.first + (self.count - run.before) - 1);
        if last_row == Some(row) {
            return false;
        }
        let sentence = self.sentence(last, detail, words);
        if last_row.map(|last| last + 1) != Some(row) || last.is_some_and(|run| run.sentence != sentence) {
            self.runs.push(Run { first: row, before: self.count, sentence });
        }
        self.count += 1;
        true
    }

    fn sentence(&mut self, last: Option<Run>, detail: Detail, words: impl FnOnce(Detail) -> String) -> u8 {
        let is_known = |sentence: u8| self.sentences.get(usize::from(sentence)).is_some_and(|(known, _)| *known == detail);
        if let Some(run) = last.filter(|run| is_known(run.sentence)) {
            return run.sentence;
        }
        let known = self.sentences.iter().position(|(known, _)| *known == detail || *known == Detail::Various);
        let index = known.unwrap_or_else(|| {
            let detail = if self.sentences.len() < MOST_SENTENCES - 1 { detail } else { Detail::Various };
            self.sentences.push((detail, words(detail)));
            self.sentences.len() - 1
        });
        index as u8
    }

    /// Its place in a row: from left to right, with what is about the whole row first.
    fn place(&self) -> u32 {
        self.column_number.wrapping_add(1)
    }

    /// What they are.
    pub fn kind(&self) -> MistakeKind {
        self.kind
    }

    /// The name of their column; `None` for rows as a whole and for the file as a whole.
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Their rows, the first ones first; none for the file as a whole.
    pub fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        self.iter().filter_map(|mistake| mistake.row)
    }

    /// Its mistakes by row.
    fn iter(&self) -> impl Iterator<Item = FileMistake<'_>> {
        let of_file = if self.runs.is_empty() { self.nth(0) } else { None };
        let ends = self.runs.iter().skip(1).map(|run| run.before).chain([self.count]);
        let of_rows = self.runs.iter().zip(ends).flat_map(|(run, end)| {
            (run.before..end).filter_map(|index| self.mistake(usize::from(run.sentence), Some(run.first + (index - run.before))))
        });
        of_file.into_iter().chain(of_rows)
    }

    /// The sentence about all of them.
    pub fn words(&self) -> String {
        match self.sentences.as_slice() {
            [(_, only)] => only.clone(),
            _ => {
                let words = self.kind.words(Detail::Various);
                self.told_by.as_ref().map_or_else(|| words.clone(), |told_by| format!("{words}. {told_by}"))
            }
        }
    }

    fn nth(&self, index: u32) -> Option<FileMistake<'_>> {
        if index >= self.count {
            return None;
        }
        let run = self.runs.partition_point(|run| run.before <= index).checked_sub(1).map(|run| self.runs[run]);
        self.mistake(run.map_or(0, |run| usize::from(run.sentence)), run.map(|run| run.first + (index - run.before)))
    }

    fn mistake(&self, sentence: usize, row: Option<u32>) -> Option<FileMistake<'_>> {
        let (_, words) = self.sentences.get(sentence)?;
        Some(FileMistake { row, column: self.column(), kind: self.kind, words })
    }
}

impl fmt::Debug for Mistakes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(&self.groups).finish()
    }
}

impl fmt::Debug for MistakeGroup {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "MistakeGroup({} in {:?}, {})", self.kind.word(), self.column, self.count)
    }
}
