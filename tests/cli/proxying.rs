//! A proxy between the program and the server is named, and never silently bypassed.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::stage::{Stage, still};

/// A proxy on this machine that says this to every client.
fn proxy(says: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(says);
        }
    });
    address.to_string()
}

/// What `check` says about a campaign at a host that only a proxy can reach.
fn checked(set: &[(&str, &str)]) -> String {
    let stage = Stage::new(still(1));
    stage.write_config("[[campaigns]]\nname = \"A\"\nid = \"campaign_1\"\nbase_url = \"https://gateway.invalid/api/v2\"\nkey = \"key_test_0123456789abcdef\"\n");
    let output = stage.command(&["check"]).envs(set.iter().copied()).output().unwrap();
    assert_ne!(output.status.code(), Some(0));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_proxy_that_refuses_or_is_gone_is_named() {
    let told = checked(&[("HTTPS_PROXY", &format!("http://user:secret@{}", proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")))]);
    assert!(
        told.contains("The proxy requires a name and a password") && told.contains("(HTTPS_PROXY)") && !told.contains("secret"),
        "{told}"
    );
    let told = checked(&[("https_proxy", &format!("http://{}", proxy(b"HTTP/1.1 502 Bad Gateway\r\n\r\n<html>")))]);
    assert!(told.contains("The proxy did not let the call through"), "{told}");
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let told = checked(&[("ALL_PROXY", &format!("http://{gone}"))]);
    assert!(told.contains("The proxy cannot be reached") && !told.contains("if it is a simulator"), "{told}");
}

#[test]
fn a_socks_proxy_is_used_and_what_is_none_is_refused() {
    let refusing = proxy(b"\x05\x00\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00");
    let told = checked(&[("ALL_PROXY", &format!("socks5h://{refusing}"))]);
    assert!(told.contains("The proxy did not let the call through") && told.contains("socks5h://"), "{told}");
    let told = checked(&[("ALL_PROXY", "quic://127.0.0.1:1")]);
    assert!(told.contains("`ALL_PROXY` is `quic://127.0.0.1:1`"), "{told}");
}

#[test]
fn certificates_that_cannot_be_read_are_named() {
    let told = checked(&[("SSL_CERT_FILE", "/nowhere/roots.pem")]);
    assert!(told.contains("`SSL_CERT_FILE`, `/nowhere/roots.pem`, cannot be used"), "{told}");
    let told = checked(&[("SSL_CERT_DIR", "/nowhere")]);
    assert!(told.contains("`SSL_CERT_DIR`, `/nowhere`, cannot be used"), "{told}");
}
