//! The upload's body: a multipart form (RFC 7578) with the one field that the API names, `file`.

use bytes::{BufMut, Bytes, BytesMut};

/// Content type and body of an upload. The boundary depends only on the file, so that equal files make equal requests
/// and a test can compare them.
pub(super) fn upload_body(file_name: &str, csv: &Bytes) -> (String, Bytes) {
    let boundary = boundary(csv);
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: text/csv\r\n\r\n",
        quoted(file_name)
    );
    let tail = format!("\r\n--{boundary}--\r\n");
    let mut body = BytesMut::with_capacity(head.len() + csv.len() + tail.len());
    body.put_slice(head.as_bytes());
    body.put_slice(csv);
    body.put_slice(tail.as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body.freeze())
}

/// A line that does not occur in the file.
fn boundary(csv: &[u8]) -> String {
    let free = (0u64..).map(|number| format!("postwatch-{number:016x}")).find(|line| memchr::memmem::find(csv, line.as_bytes()).is_none());
    free.unwrap_or_default()
}

/// A file name for use inside quotes, as browsers write it: quotes and line breaks percent-encoded, without the
/// folder.
fn quoted(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    name.chars()
        .filter(|letter| !letter.is_control())
        .map(|letter| if letter == '"' { "%22".to_owned() } else { letter.to_string() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_stands_in_the_one_field() {
        let (content_type, body) = upload_body("/home/someone/\"clinic\"\r\n.csv", &Bytes::from_static(b"recipient,language\n"));
        assert_eq!(content_type, "multipart/form-data; boundary=postwatch-0000000000000000");
        assert_eq!(
            body,
            "--postwatch-0000000000000000\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%22clinic%22.csv\"\r\n\
             Content-Type: text/csv\r\n\r\nrecipient,language\n\r\n--postwatch-0000000000000000--\r\n"
        );
    }

    #[test]
    fn a_file_that_holds_the_boundary_gets_another_one() {
        let (content_type, _) = upload_body("a.csv", &Bytes::from_static(b"--postwatch-0000000000000000--"));
        assert!(content_type.ends_with("postwatch-0000000000000001"));
    }
}
