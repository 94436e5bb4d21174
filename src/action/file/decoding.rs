//! From the bytes of a file to UTF-8, in pieces of any size. What other systems write is recognised, so that the check of
//! the rows can go on: UTF-16 by its byte order mark, or by its zeros, and Windows-1252 where the first character beyond
//! ASCII is no UTF-8.

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many bytes tell what a file is.
const HEAD: usize = 16;

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
    single_bytes: SingleBytes,
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
            single_bytes: SingleBytes::default(),
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
        self.single_bytes.add(b"\n\n");
        let encoding = match &self.state {
            State::Other(encoding, _) => *encoding,
            _ => Encoding::Utf8,
        };
        let is_certain = self.is_certain && (encoding != Encoding::Windows1252 || self.single_bytes.are_windows_1252());
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
                    self.single_bytes.add(bytes);
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
                self.single_bytes.add(&plain[plain.len() - 1..]);
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

/// What mean the same in Windows-1252 as in the encodings of Central Europe, Turkey and the Baltic (1250, 1254, 1257), one by
/// one: €, quotes, dashes, …, a non-breaking space, §, °, and Ä É Ó Ö Ü ß ä é ó ö ü.
const SHARED: [u8; 25] = [
    0x80, 0x82, 0x84, 0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0xa0, 0xa7, 0xb0, // signs
    0xc4, 0xc9, 0xd3, 0xd6, 0xdc, 0xdf, 0xe4, 0xe9, 0xf3, 0xf6, 0xfc, // letters
];

/// Finds out whether bytes beyond ASCII can only be meant as Windows-1252. There is no mark that says so, and a wrong guess
/// changes names and texts without anybody seeing it. So nothing but [`SHARED`] may be there, each byte among ASCII, not beside
/// another one as in the encodings of Chinese and Japanese; and one must be where it makes no sense in Mac Roman, in which
/// the same bytes are other letters and signs.
struct SingleBytes {
    /// The last four bytes; the second one is looked at.
    window: [u8; 4],
    /// Whether a quote “ was opened in this row.
    is_open: bool,
    has_doubt: bool,
    has_proof: bool,
}

impl Default for SingleBytes {
    fn default() -> Self {
        Self { window: [b'\n'; 4], is_open: false, has_doubt: false, has_proof: false }
    }
}

impl SingleBytes {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let [_, first, second, third] = self.window;
            self.window = [first, second, third, *byte];
            self.look();
        }
    }

    fn look(&mut self) {
        let [before, byte, after, then] = self.window;
        if byte == b'\n' {
            self.is_open = false;
        }
        if byte.is_ascii() {
            return;
        }
        self.has_doubt |= !before.is_ascii() || !after.is_ascii() || !SHARED.contains(&byte);
        self.has_proof |= match byte {
            // é; in Mac Roman È, which is in no word with small letters.
            0xe9 => before.is_ascii_alphabetic() && (before.is_ascii_lowercase() || after.is_ascii_lowercase()),
            // ä ó ö ü inside a word; in Mac Roman ‰ Û ˆ ¸.
            0xe4 | 0xf3 | 0xf6 | 0xfc => before.is_ascii_alphabetic() && after.is_ascii_lowercase(),
            // The ’ of don’t; in Mac Roman í.
            0x92 => before == b'n' && after == b't' && !then.is_ascii_alphanumeric() && then.is_ascii(),
            // – between spaces or figures; in Mac Roman ñ.
            0x96 => (before == b' ' && after == b' ') || (before.is_ascii_digit() && after.is_ascii_digit()),
            // ” at the end of what “ began; in Mac Roman î and ì.
            0x94 => self.is_open && !before.is_ascii_whitespace() && after < b'@' && !after.is_ascii_digit(),
            _ => false,
        };
        if byte == 0x93 {
            self.is_open = !before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric();
        }
    }

    fn are_windows_1252(&self) -> bool {
        self.has_proof && !self.has_doubt
    }
}
