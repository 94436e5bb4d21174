//! How long a text is for an SMS, how many segments it takes, which are what is charged for, and what an English one
//! cannot have.

use std::ops::AddAssign;

use super::counted;

/// The letters of the GSM alphabet that take one place. Escape, which only introduces [`EXTENDED`], is not among them.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Those that take two.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// How many places a text has in one segment, and in each of several.
const GSM: (usize, usize) = (160, 153);

/// The same where a letter is not in the GSM alphabet, in units of UTF-16.
const UCS2: (usize, usize) = (70, 67);

/// What the API refuses in English texts, besides emoji.
const NOT_IN_ENGLISH: &str = "|^€{}[]~\\`";

/// The alphabet that a text is sent in: it decides how much of it goes into a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// The GSM alphabet: 160 characters in a segment, 153 in each of several.
    Gsm7,
    /// Everything else: 70, or 67.
    Ucs2,
}

impl Coding {
    /// The word for people and for scripts.
    pub fn word(self) -> &'static str {
        match self {
            Coding::Gsm7 => "GSM-7",
            Coding::Ucs2 => "UCS-2",
        }
    }
}

/// How much a text takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextSize {
    /// How many characters it has.
    pub characters: usize,
    /// The alphabet it needs.
    pub coding: Coding,
    /// How many segments it takes, at least one.
    pub segments: u32,
}

impl TextSize {
    /// The size of a text.
    pub fn of(text: &str) -> Self {
        TextSum::of(text).size(text.chars())
    }

    /// The size in words: `268 characters, GSM-7, 2 segments`.
    pub fn words(&self) -> String {
        format!("{}, {}, {}", counted(self.characters, "character"), self.coding.word(), counted(self.segments as usize, "segment"))
    }
}

/// What texts take that are joined to one: added up piece by piece, so that a template is counted once and not for each
/// of a million rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextSum {
    /// How many characters they have.
    pub characters: usize,
    /// How many places of the GSM alphabet those of it take.
    gsm: usize,
    /// How many units of UTF-16 they take.
    utf16: usize,
    /// Whether a letter is not in the GSM alphabet.
    is_beyond: bool,
}

impl TextSum {
    /// What one text takes.
    pub fn of(text: &str) -> Self {
        let mut sum = Self::default();
        for letter in text.chars() {
            sum.characters += 1;
            sum.utf16 += letter.len_utf16();
            match places(letter) {
                Some(places) => sum.gsm += places,
                None => sum.is_beyond = true,
            }
        }
        sum
    }

    /// The alphabet that they need.
    pub fn coding(&self) -> Coding {
        if self.is_beyond { Coding::Ucs2 } else { Coding::Gsm7 }
    }

    /// The size of the joined text. `letters` are those of the whole text: they are looked at only where a letter of two
    /// places could be at the border of a segment, since it is not divided.
    pub fn size(&self, letters: impl Iterator<Item = char> + Clone) -> TextSize {
        let coding = self.coding();
        let (places, (alone, joined)) = match coding {
            Coding::Gsm7 => (self.gsm, GSM),
            Coding::Ucs2 => (self.utf16, UCS2),
        };
        let segments = if places <= alone {
            1
        } else if places == self.characters {
            u32::try_from(places.div_ceil(joined)).unwrap_or(u32::MAX)
        } else if coding == Coding::Gsm7 {
            packed(letters.map(|letter| self::places(letter).unwrap_or(1)), joined)
        } else {
            packed(letters.map(char::len_utf16), joined)
        };
        TextSize { characters: self.characters, coding, segments }
    }
}

impl AddAssign for TextSum {
    fn add_assign(&mut self, other: Self) {
        self.characters += other.characters;
        self.gsm += other.gsm;
        self.utf16 += other.utf16;
        self.is_beyond |= other.is_beyond;
    }
}

/// The characters that are not in the GSM alphabet: one of them makes the whole text UCS-2.
pub fn beyond_gsm(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|letter| places(*letter).is_none())
}

/// The characters that the API refuses in English texts.
pub fn not_in_english(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|letter| NOT_IN_ENGLISH.contains(*letter) || is_emoji(*letter))
}

/// Pictures, dingbats, and what makes a picture of the character before.
fn is_emoji(letter: char) -> bool {
    matches!(
        letter,
        '\u{20e3}' | '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23f3}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}'
            | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}'
    )
}

/// How many places each ASCII character takes in the GSM alphabet; 0 where it is not in it.
const ASCII: [u8; 128] = {
    let mut places = [0; 128];
    let mut index = 0;
    while index < BASIC.len() {
        if BASIC.as_bytes()[index] < 128 {
            places[BASIC.as_bytes()[index] as usize] = 1;
        }
        index += 1;
    }
    index = 0;
    while index < EXTENDED.len() {
        if EXTENDED.as_bytes()[index] < 128 {
            places[EXTENDED.as_bytes()[index] as usize] = 2;
        }
        index += 1;
    }
    places
};

/// Behind the last letter of [`BASIC`]: what most letters of the world are.
const BEHIND_BASIC: char = '\u{400}';

/// How many places a letter takes in the GSM alphabet.
fn places(letter: char) -> Option<usize> {
    match letter {
        '\0'..='\x7f' => Some(usize::from(ASCII[letter as usize])).filter(|places| *places > 0),
        '€' => Some(2),
        BEHIND_BASIC.. => None,
        _ => BASIC.contains(letter).then_some(1),
    }
}

/// How many segments of so many places letters of these sizes take. A letter of two places is not divided.
fn packed(letters: impl Iterator<Item = usize>, joined: usize) -> u32 {
    let (mut segments, mut used) = (1, 0);
    for places in letters {
        if used + places > joined {
            (segments, used) = (segments + 1, 0);
        }
        used += places;
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("", 1, 1)]
    #[case("a", 160, 1)]
    #[case("a", 161, 2)]
    #[case("a", 306, 2)]
    #[case("a", 307, 3)]
    #[case("@", 160, 1)]
    #[case("€", 80, 1)]
    #[case("€", 81, 2)]
    // 76 of them fill 152 of 153 places, and the next one is not divided.
    #[case("€", 152, 2)]
    #[case("€", 153, 3)]
    #[case("李", 70, 1)]
    #[case("李", 71, 2)]
    #[case("李", 134, 2)]
    #[case("李", 135, 3)]
    #[case("😀", 35, 1)]
    #[case("😀", 36, 2)]
    #[case("😀", 66, 2)]
    #[case("😀", 67, 3)]
    fn so_many_of_a_letter_take_so_many_segments(#[case] letter: &str, #[case] times: usize, #[case] expected: u32) {
        assert_eq!(TextSize::of(&letter.repeat(times)).segments, expected);
    }

    #[rstest]
    #[case("a", 268, "268 characters, GSM-7, 2 segments")]
    #[case("李", 1, "1 character, UCS-2, 1 segment")]
    #[case("a", 1_530, "1,530 characters, GSM-7, 10 segments")]
    #[case("", 1, "0 characters, GSM-7, 1 segment")]
    fn a_size_is_said_in_words(#[case] letter: &str, #[case] times: usize, #[case] words: &str) {
        assert_eq!(TextSize::of(&letter.repeat(times)).words(), words);
    }

    #[test]
    fn one_letter_outside_of_the_alphabet_changes_the_whole_text() {
        assert_eq!(TextSize::of(&"a".repeat(100)).segments, 1);
        assert_eq!(TextSize::of(&format!("{}李", "a".repeat(100))).segments, 2);
        assert_eq!(BASIC.chars().count(), 127, "and escape");
        assert!(BASIC.chars().all(|letter| letter < BEHIND_BASIC && places(letter) == Some(1)));
        assert!(EXTENDED.chars().all(|letter| places(letter) == Some(2)));
        assert_eq!(beyond_gsm("“Tan” at 9 €").collect::<String>(), "“”");
    }

    #[test]
    fn english_has_no_emoji_and_none_of_ten_signs() {
        for letter in "|^€{}[]~\\`😀☂✓⏰⌚⭐❤".chars() {
            assert_eq!(not_in_english(&format!("Bring {letter} too")).collect::<Vec<_>>(), [letter]);
        }
        assert_eq!(not_in_english("1\u{fe0f}\u{20e3}").count(), 2);
        assert_eq!(not_in_english("Pay S$5 @ counter #3 (\"A\") é – today; “ok”, 李!").next(), None);
    }
    /// The size letter by letter, as the standard has it.
    fn plainly(text: &str) -> (Coding, u32) {
        let gsm: Option<Vec<usize>> =
            text.chars().map(|letter| if BASIC.contains(letter) { Some(1) } else { EXTENDED.find(letter).map(|_| 2) }).collect();
        let (coding, letters, (alone, joined)) = match gsm {
            Some(places) => (Coding::Gsm7, places, GSM),
            None => (Coding::Ucs2, text.chars().map(char::len_utf16).collect(), UCS2),
        };
        (coding, if letters.iter().sum::<usize>() <= alone { 1 } else { packed(letters.into_iter(), joined) })
    }

    proptest! {
        #[test]
        fn pieces_add_up_to_the_whole(pieces in prop::collection::vec(prop_oneof!["[a-z €é\n]{0,90}", "[a李😀{]{0,60}", any::<String>()], 0..6)) {
            let whole = pieces.concat();
            let mut sum = TextSum::default();
            pieces.iter().for_each(|piece| sum += TextSum::of(piece));
            let size = sum.size(whole.chars());
            prop_assert_eq!(size, TextSize::of(&whole));
            prop_assert_eq!((size.coding, size.segments), plainly(&whole));
            prop_assert_eq!(size.characters, whole.chars().count());
        }
    }
}
