//! The proxy on the way to a host, as named by the environment.

use hyper_util::client::proxy::matcher::Matcher;

use super::BaseUrl;

/// What the environment says about the way to a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proxy {
    /// Direct.
    None,
    /// A proxy is named, but `NO_PROXY` exempts this host.
    Excepted {
        /// The variable that names it.
        variable: &'static str,
    },
    /// Through a proxy.
    Through {
        /// The variable that names it.
        variable: &'static str,
        /// Its address, without a name and a password.
        address: String,
    },
    /// Something is named that is not a proxy; a direct connection could be exactly what must not happen.
    Unusable {
        /// The variable.
        variable: &'static str,
        /// Its value, without a name and a password.
        address: String,
    },
}

impl Proxy {
    /// The way to a host called with `https://`, given the environment.
    pub fn to(host: &str, env: impl Fn(&str) -> Option<String>) -> Proxy {
        let reported = |name: &str| env(name).or_else(|| env(&name.to_lowercase())).filter(|value| !value.is_empty());
        let Some((variable, value)) = ["HTTPS_PROXY", "ALL_PROXY"].into_iter().find_map(|name| Some((name, reported(name)?))) else {
            return Proxy::None;
        };
        let bracketed = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() };
        let Ok(uri) = format!("https://{bracketed}/").parse::<http::Uri>() else { return Proxy::None };
        let any = Matcher::builder().https("http://proxy").no(reported("NO_PROXY").unwrap_or_default()).build();
        let address = without_credentials(&value);
        match Matcher::builder().https(value).build().intercept(&uri) {
            _ if any.intercept(&uri).is_none() => Proxy::Excepted { variable },
            Some(_) => Proxy::Through { variable, address },
            None => Proxy::Unusable { variable, address },
        }
    }

    /// The way to an API.
    pub fn to_api(base: &BaseUrl, env: impl Fn(&str) -> Option<String>) -> Proxy {
        Proxy::to(base.host(), env)
    }
}

/// A proxy's address may contain a password before the `@`.
fn without_credentials(proxy: &str) -> String {
    let (scheme, rest) = proxy.split_once("://").unwrap_or(("http", proxy));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    crate::delivery::clean_line(&format!("{scheme}://{host}")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn through(variable: &'static str, address: &str) -> Proxy {
        Proxy::Through { variable, address: address.to_owned() }
    }

    fn unusable(variable: &'static str, address: &str) -> Proxy {
        Proxy::Unusable { variable, address: address.to_owned() }
    }

    const EXCEPTED: Proxy = Proxy::Excepted { variable: "HTTPS_PROXY" };

    #[rstest]
    #[case::none(&[], Proxy::None)]
    #[case::empty(&[("HTTPS_PROXY", "")], Proxy::None)]
    #[case::of_http_only(&[("HTTP_PROXY", "http://proxy:3128")], Proxy::None)]
    #[case::with_a_password(&[("https_proxy", "http://user:secret@proxy:3128")], through("HTTPS_PROXY", "http://proxy:3128"))]
    #[case::without_a_scheme(&[("HTTPS_PROXY", "proxy:3128")], through("HTTPS_PROXY", "http://proxy:3128"))]
    #[case::the_nearer_one(&[("HTTPS_PROXY", "http://a:1"), ("ALL_PROXY", "http://b:2")], through("HTTPS_PROXY", "http://a:1"))]
    #[case::socks(&[("ALL_PROXY", "socks5://proxy:1080")], through("ALL_PROXY", "socks5://proxy:1080"))]
    #[case::socks_with_names(&[("all_proxy", "socks5h://u:p@proxy:1080")], through("ALL_PROXY", "socks5h://proxy:1080"))]
    #[case::of_an_unknown_kind(&[("ALL_PROXY", "quic://proxy:1")], unusable("ALL_PROXY", "quic://proxy:1"))]
    #[case::broken(&[("HTTPS_PROXY", "http://[proxy")], unusable("HTTPS_PROXY", "http://[proxy"))]
    #[case::broken_with_a_password(&[("HTTPS_PROXY", "http://user:secret@pro xy")], unusable("HTTPS_PROXY", "http://pro xy"))]
    #[case::broken_but_excepted(&[("HTTPS_PROXY", "http://[proxy"), ("NO_PROXY", "*")], EXCEPTED)]
    #[case::domain(&[("HTTPS_PROXY", "http://p:1"), ("NO_PROXY", "localhost, .gov.sg")], EXCEPTED)]
    #[case::domain_without_a_dot(&[("HTTPS_PROXY", "http://p:1"), ("no_proxy", "gov.sg")], EXCEPTED)]
    #[case::part_of_a_name(&[("HTTPS_PROXY", "http://p:1"), ("NO_PROXY", "man.gov.sg")], through("HTTPS_PROXY", "http://p:1"))]
    fn the_environment_decides(#[case] set: &[(&str, &str)], #[case] expected: Proxy) {
        let env = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(Proxy::to("test.postman.gov.sg", env), expected);
    }
}
