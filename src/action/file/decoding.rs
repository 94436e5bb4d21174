//! From the bytes of a file to UTF-8, in pieces of any size. What other systems write is recognised, so that the check of
//! the rows can go on: UTF-16 by its byte order mark, or by its zeros, and Windows-1252 where the first character beyond
//! ASCII is no UTF-8.

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many bytes tell what a file is.
const HEAD: usize = 16;

/// So many bytes beyond ASCII in a row are not Windows-1252: in the languages that it is for, such letters are among
/// others. In the double-byte encodings of Chinese, a name of two characters has four.
const LONGEST_RUN: u32 = 4;

/// The byte order mark of UTF-8.
const MARK: [u8; 3] = *b"\xef\xbb\xbf";

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

/// What is known of a file's bytes once all have been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decoded {
    pub encoding: Encoding,
    /// Whether there is a byte order mark before UTF-8.
    pub has_mark: bool,
    /// Whether the encoding is certain, so that the text is what was meant.
    pub is_certain: bool,
    /// What it is instead of a CSV.
    pub not_csv: Option<&'static str>,
}

/// Decodes the bytes of a file.
pub(super) struct TextDecoder {
    state: State,
    /// Bytes that are too few to be understood.
    tail: Vec<u8>,
    /// Whether a mark at the beginning is still to be looked for.
    is_at_start: bool,
    has_mark: bool,
    is_certain: bool,
    not_csv: Option<&'static str>,
    runs: Runs,
    out: Vec<u8>,
}

enum State {
    /// The first bytes are being gathered.
    Head,
    /// Only ASCII so far.
    Ascii,
    Utf8,
    Other(Encoding, Box<Decoder>),
    /// It is no CSV: nothing is given out.
    Nothing,
}

impl State {
    fn windows_1252() -> Self {
        State::Other(Encoding::Windows1252, Box::new(WINDOWS_1252.new_decoder_without_bom_handling()))
    }
}

impl TextDecoder {
    /// Finds the encoding out.
    pub fn new() -> Self {
        Self {
            state: State::Head,
            tail: Vec::new(),
            is_at_start: true,
            has_mark: false,
            is_certain: true,
            not_csv: None,
            runs: Runs::default(),
            out: Vec::new(),
        }
    }

    /// Takes the encoding as it was found before, for the same bytes.
    pub fn of(encoding: Encoding) -> Self {
        let mut decoder = Self::new();
        if encoding == Encoding::Windows1252 {
            decoder.state = State::windows_1252();
        }
        decoder
    }

    /// Decodes more bytes, and gives the text out in pieces.
    pub fn feed(&mut self, bytes: &[u8], mut give: impl FnMut(&[u8], Encoding)) {
        self.step(bytes, false, &mut give);
    }

    /// Gives out what is left.
    pub fn finish(&mut self, mut give: impl FnMut(&[u8], Encoding)) -> Decoded {
        self.step(&[], true, &mut give);
        let encoding = match &self.state {
            State::Other(encoding, _) => *encoding,
            _ => Encoding::Utf8,
        };
        let is_certain = self.is_certain && (encoding != Encoding::Windows1252 || self.runs.are_windows_1252());
        Decoded { encoding, has_mark: self.has_mark, is_certain, not_csv: self.not_csv }
    }

    fn step(&mut self, bytes: &[u8], is_last: bool, give: &mut impl FnMut(&[u8], Encoding)) {
        // Only a few bytes wait, so those after them join them one by one until they are understood.
        let mut rest = bytes;
        while self.is_waiting() {
            let Some((first, after)) = rest.split_first() else { break };
            self.tail.push(*first);
            rest = after;
            if !matches!(self.state, State::Head) || self.tail.len() >= HEAD {
                self.decode_tail(false, give);
            }
        }
        if is_last {
            self.decode_tail(true, give);
        } else {
            self.decode(rest, false, give);
        }
    }

    fn is_waiting(&self) -> bool {
        matches!(self.state, State::Head) || !self.tail.is_empty()
    }

    /// Looks at the bytes that wait.
    fn decode_tail(&mut self, is_last: bool, give: &mut impl FnMut(&[u8], Encoding)) {
        if matches!(self.state, State::Head) {
            self.decide();
        }
        let tail = std::mem::take(&mut self.tail);
        self.decode(&tail, is_last, give);
    }

    /// What the file is, by its first bytes.
    fn decide(&mut self) {
        let head = self.tail.as_slice();
        self.not_csv = not_csv(head);
        let utf16 = match head {
            [0xff, 0xfe, ..] => Some((Encoding::Utf16Le, UTF_16LE, 2)),
            [0xfe, 0xff, ..] => Some((Encoding::Utf16Be, UTF_16BE, 2)),
            [one, 0, two, 0, ..] if *one != 0 && *two != 0 => Some((Encoding::Utf16Le, UTF_16LE, 0)),
            [0, one, 0, two, ..] if *one != 0 && *two != 0 => Some((Encoding::Utf16Be, UTF_16BE, 0)),
            _ => None,
        };
        self.state = match utf16 {
            _ if self.not_csv.is_some() => State::Nothing,
            Some((encoding, of, mark)) => {
                self.tail.drain(..mark);
                State::Other(encoding, Box::new(of.new_decoder_without_bom_handling()))
            }
            None => State::Ascii,
        };
    }

    fn decode(&mut self, bytes: &[u8], is_last: bool, give: &mut impl FnMut(&[u8], Encoding)) {
        match &mut self.state {
            State::Head | State::Nothing => {}
            State::Utf8 => give(bytes, Encoding::Utf8),
            State::Ascii => self.decode_ascii(bytes, is_last, give),
            State::Other(encoding, decoder) => {
                if *encoding == Encoding::Windows1252 {
                    self.runs.add(bytes);
                }
                let encoding = *encoding;
                let has_errors = transcode(decoder, bytes, is_last, &mut self.out, &mut |text| {
                    let text = if self.is_at_start { without_marks(text) } else { text };
                    self.is_at_start &= text.is_empty();
                    give(text, encoding);
                });
                self.is_certain &= !has_errors;
            }
        }
    }

    /// Up to the first character beyond ASCII, which tells the encoding.
    fn decode_ascii(&mut self, mut bytes: &[u8], is_last: bool, give: &mut impl FnMut(&[u8], Encoding)) {
        let rest = loop {
            let first = if bytes.is_ascii() { None } else { bytes.iter().position(|byte| !byte.is_ascii()) };
            let (plain, rest) = bytes.split_at(first.unwrap_or(bytes.len()));
            if !plain.is_empty() {
                self.is_at_start = false;
                give(plain, Encoding::Utf8);
            }
            match rest.strip_prefix(&MARK) {
                Some(after) if self.is_at_start => (self.has_mark, bytes) = (true, after),
                _ => break rest,
            }
        };
        let Err(error) = std::str::from_utf8(&rest[..rest.len().min(4)]) else {
            if !rest.is_empty() {
                self.state = State::Utf8;
                give(rest, Encoding::Utf8);
            }
            return;
        };
        if error.valid_up_to() == 0 && error.error_len().is_none() && !is_last {
            self.tail = rest.to_vec();
        } else if error.valid_up_to() > 0 || self.has_mark {
            // Where it says by its mark that it is UTF-8, those rows are wrong in which it is not.
            self.state = State::Utf8;
            give(rest, Encoding::Utf8);
        } else {
            self.state = State::windows_1252();
            self.decode(rest, is_last, give);
        }
    }
}

/// Text without byte order marks at its beginning.
fn without_marks(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = text.strip_prefix(&MARK) {
        text = rest;
    }
    text
}

/// Decodes, and gives the text out in pieces. Returns whether something could not be decoded.
fn transcode(decoder: &mut Decoder, mut bytes: &[u8], is_last: bool, out: &mut Vec<u8>, give: &mut impl FnMut(&[u8])) -> bool {
    out.resize(8 * 1024, 0);
    let mut has_errors = false;
    loop {
        let (result, read, written, had_errors) = decoder.decode_to_utf8(bytes, out, is_last);
        has_errors |= had_errors;
        bytes = &bytes[read..];
        if written > 0 {
            give(&out[..written]);
        }
        if result == CoderResult::InputEmpty {
            return has_errors;
        }
    }
}

/// What a file is instead of a CSV, by its first bytes.
fn not_csv(head: &[u8]) -> Option<&'static str> {
    let begins = |with: &str| head.len() >= with.len() && head[..with.len()].eq_ignore_ascii_case(with.as_bytes());
    if head.starts_with(b"PK\x03\x04") {
        Some("an Excel workbook (.xlsx) or another zip file: open it and save it as CSV UTF-8")
    } else if head.starts_with(b"\xd0\xcf\x11\xe0") {
        Some("an old Excel workbook (.xls): open it and save it as CSV UTF-8")
    } else if ["<html", "<!doctype", "<table", "<?xml"].iter().any(|with| begins(with)) {
        Some("a web page or XML, as some systems write under the name of a spreadsheet: open it in a spreadsheet and save it as CSV UTF-8")
    } else if begins("%PDF") {
        Some("a PDF: a CSV is needed")
    } else if head.starts_with(b"\x1f\x8b") {
        Some("compressed (gzip): unpack it first")
    } else if head.starts_with(b"\xff\xfe\0\0") || head.starts_with(b"\0\0\xfe\xff") {
        Some("in UTF-32: save it as CSV UTF-8")
    } else {
        None
    }
}

/// How bytes beyond ASCII follow each other.
#[derive(Default)]
struct Runs {
    /// How many in a row there are now, and the most that there were.
    now: u32,
    longest: u32,
    /// How many bytes may follow in a character of UTF-8, and whether there was a whole one.
    missing: u8,
    has_utf8: bool,
    /// Whether there was a byte that Windows-1252 does not have.
    has_undefined: bool,
}

impl Runs {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if byte.is_ascii() {
                (self.now, self.missing) = (0, 0);
                continue;
            }
            self.now += 1;
            self.longest = self.longest.max(self.now);
            self.has_undefined |= matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d);
            self.missing = match byte {
                0x80..=0xbf if self.missing > 0 => {
                    self.has_utf8 |= self.missing == 1;
                    self.missing - 1
                }
                0xc2..=0xdf => 1,
                0xe0..=0xef => 2,
                0xf0..=0xf4 => 3,
                _ => 0,
            };
        }
    }

    fn are_windows_1252(&self) -> bool {
        self.longest < LONGEST_RUN && !self.has_utf8 && !self.has_undefined
    }
}
