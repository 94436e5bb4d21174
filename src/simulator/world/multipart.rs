//! The one form field of an upload, out of a multipart body that is in memory.
//!
//! Axum's own reader is asynchronous; the world is not.

use memchr::memmem;
use percent_encoding::percent_decode_str;

/// A file that was sent in a form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UploadedFile<'a> {
    pub(super) name: String,
    pub(super) content: &'a [u8],
}

/// The file in the field `field`, if the body is a well-formed form that has one.
pub(super) fn find_file<'a>(content_type: &str, body: &'a [u8], field: &str) -> Option<UploadedFile<'a>> {
    let boundary = boundary(content_type)?;
    let mut delimiter = b"\r\n--".to_vec();
    delimiter.extend_from_slice(boundary.as_bytes());
    // The first delimiter has no line before it when there is no preamble.
    let first = delimiter.get(2..)?;
    let mut rest = if body.starts_with(first) { &body[first.len()..] } else { &body[memmem::find(body, &delimiter)? + delimiter.len()..] };
    let finder = memmem::Finder::new(&delimiter);
    loop {
        // `--` after the delimiter ends the form.
        rest = rest.strip_prefix(b"\r\n")?;
        let end = finder.find(rest)?;
        let part = &rest[..end];
        let head_end = memmem::find(part, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&part[..head_end]).ok()?;
        if let Some((name, Some(file_name))) = disposition(head)
            && name == field
        {
            return Some(UploadedFile { name: file_name, content: &part[head_end + 4..] });
        }
        rest = &rest[end + delimiter.len()..];
    }
}

/// The boundary of `multipart/form-data; boundary=…`.
fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameter(parameters, "boundary").filter(|boundary| !boundary.is_empty() && boundary.len() <= 70)
}

/// Field name and file name of a part.
fn disposition(head: &str) -> Option<(String, Option<String>)> {
    let line = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let (_, parameters) = line.split_once(';')?;
    let name = parameter(parameters, "name")?;
    // How several clients write a name that is not of ASCII alone.
    let coded = parameter(parameters, "filename*").and_then(|coded| Some(coded.splitn(3, '\'').nth(2)?.to_owned()));
    let coded = coded.map(|coded| percent_decode_str(&coded).decode_utf8_lossy().into_owned());
    Some((name, coded.or_else(|| parameter(parameters, "filename"))))
}

/// The value of `name` in `name=value; other="quoted; value"`.
fn parameter(parameters: &str, name: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        let (key, after) = rest.split_once('=')?;
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = after.find(';').unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            }
        };
        if key.trim().trim_start_matches(';').trim().eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after;
    }
}

/// The text up to the closing quote, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const FORM: &str = "multipart/form-data; boundary=xyz";

    #[rstest]
    #[case::plain("--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n1,2\r\n--xyz--\r\n")]
    #[case::after_another(
        "--xyz\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--xyz\r\ncontent-disposition: form-data; filename=a.csv; name=file\r\nContent-Type: text/csv\r\n\r\n1,2\r\n--xyz--"
    )]
    #[case::preamble("ignored\r\n--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n1,2\r\n--xyz--")]
    fn the_file_is_found(#[case] body: &str) {
        let expected = UploadedFile { name: "a.csv".to_owned(), content: b"1,2" };
        assert_eq!(find_file(FORM, body.as_bytes(), "file"), Some(expected));
    }

    #[test]
    fn a_name_may_be_coded() {
        for parameters in ["filename*=utf-8\'\'%E6%8F%90%E9%86%92.csv", "filename=\"x.csv\"; filename*=UTF-8\'en\'%E6%8F%90%E9%86%92.csv"] {
            let body = format!("--xyz\r\nContent-Disposition: form-data; name=\"file\"; {parameters}\r\n\r\n1,2\r\n--xyz--");
            assert_eq!(find_file(FORM, body.as_bytes(), "file").map(|file| file.name).as_deref(), Some("提醒.csv"));
        }
    }

    #[rstest]
    #[case::other_field("--xyz\r\nContent-Disposition: form-data; name=\"csv\"; filename=\"a.csv\"\r\n\r\n1,2\r\n--xyz--")]
    #[case::no_file_name("--xyz\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n1,2\r\n--xyz--")]
    #[case::cut("--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n1,2")]
    #[case::empty("")]
    fn no_file_is_no_file(#[case] body: &str) {
        assert_eq!(find_file(FORM, body.as_bytes(), "file"), None);
    }

    #[test]
    fn other_content_types_are_no_forms() {
        for content_type in ["", "text/csv", "application/json; boundary=xyz", "multipart/form-data", "multipart/form-data; boundary="] {
            assert_eq!(boundary(content_type), None, "{content_type}");
        }
        assert_eq!(boundary("Multipart/Form-Data; charset=x; boundary=\"a b\\\"c\"").as_deref(), Some("a b\"c"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_file_or_none(body: Vec<u8>, content_type: String) {
            let _ = find_file(FORM, &body, "file");
            let _ = find_file(&content_type, &body, "file");
            let _ = find_file(&format!("{FORM}{content_type}"), &body, "file");
        }
    }
}
