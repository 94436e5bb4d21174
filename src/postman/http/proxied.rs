//! What a proxy did instead of letting a connection through.

use super::{chain, io_kind};
use crate::postman::{NotSent, Proxy, ProxyTrouble};

/// The failure of a proxy; `None` if the connection failed for another reason. The library has no public kinds for
/// these, only its own messages.
pub(super) fn proxy_failure(error: &reqwest::Error, proxy: &Proxy) -> Option<NotSent> {
    let words: Vec<String> = chain(error).map(ToString::to_string).collect();
    let said = |what: &str| words.iter().any(|words| words.contains(what));
    let is_of_proxy = words.iter().any(|words| words.starts_with("tunnel error: ") || words.contains("socks proxy"));
    let trouble = match io_kind(error) {
        _ if !is_of_proxy && error.is_timeout() && matches!(proxy, Proxy::Through { .. }) => ProxyTrouble::TooSlow,
        _ if !is_of_proxy => return None,
        _ if said("proxy authorization required") || said("auth") => ProxyTrouble::WantsPassword,
        _ if said("resolving for socks proxy") => return Some(NotSent::Dns),
        _ if error.is_dns() => ProxyTrouble::NotFound,
        _ if said("failed to create underlying connection") => ProxyTrouble::NotReached,
        _ => ProxyTrouble::Refused,
    };
    let named = match proxy {
        Proxy::Through { variable, address } => format!("`{address}` ({variable})"),
        // Named by the system's settings, on systems that have them.
        _ => "the proxy in the system's settings".to_owned(),
    };
    Some(NotSent::Proxy { proxy: named, trouble })
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::super::*;
    use super::*;

    /// A local proxy that says this to every client.
    async fn proxy(says: &'static [u8]) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(says).await;
            }
        });
        address.to_string()
    }

    /// The failure of a write through a proxy that says this.
    async fn met(scheme: &str, address: &str) -> NotSent {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (variable, address) = ("HTTPS_PROXY", format!("{scheme}://{address}"));
        let builder = writing(Timeouts::default(), Clocks::default()).proxy(reqwest::Proxy::all(&address).unwrap());
        let error = builder.build().unwrap().post("https://postman.example/x").send().await.unwrap_err();
        match failure(&error, &Proxy::Through { variable, address }) {
            TransportFailure::NotSent(reason) => reason,
            TransportFailure::Unknown(reason) => panic!("{reason}: {error:?}"),
        }
    }

    #[rstest::rstest]
    #[case::password("http", b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", ProxyTrouble::WantsPassword)]
    #[case::forbidden("http", b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", ProxyTrouble::Refused)]
    #[case::bad_gateway("http", b"HTTP/1.1 502 Bad Gateway\r\n\r\n<html>", ProxyTrouble::Refused)]
    #[case::no_http("http", b"220 smtp.example ESMTP\r\n", ProxyTrouble::Refused)]
    #[case::closed("http", b"", ProxyTrouble::Refused)]
    #[case::socks_password("socks5h", b"\x05\xff", ProxyTrouble::WantsPassword)]
    #[case::socks_refused("socks5h", b"\x05\x00\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00", ProxyTrouble::Refused)]
    #[case::no_socks("socks5h", b"HTTP/1.1 400 Bad Request\r\n\r\n", ProxyTrouble::Refused)]
    #[tokio::test]
    async fn a_proxy_that_lets_nothing_through_is_named(#[case] scheme: &str, #[case] says: &'static [u8], #[case] expected: ProxyTrouble) {
        let met = met(scheme, &proxy(says).await).await;
        assert!(matches!(&met, NotSent::Proxy { proxy, trouble } if *trouble == expected && proxy.contains("(HTTPS_PROXY)")), "{met:?}");
    }

    #[rstest::rstest]
    #[tokio::test]
    async fn a_proxy_that_is_not_there_is_named(#[values("http", "socks5h")] scheme: &str) {
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let met = met(scheme, &gone.to_string()).await;
        assert!(matches!(met, NotSent::Proxy { trouble: ProxyTrouble::NotReached, .. }), "{met:?}");
    }
}
