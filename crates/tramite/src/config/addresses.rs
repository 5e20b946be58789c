// SPDX-License-Identifier: AGPL-3.0-or-later
//! Addresses to listen on and addresses of the web.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tramite_outbound::{Reach, of_ip};
use url::Url;

use super::reader::Reader;

/// What an address to listen on looks like.
pub(super) const LISTEN_EXPECTED: &str = "an IP address and a port, for example 127.0.0.1:8080 or [::1]:8080";

/// What an address of the web looks like.
pub(super) const WEB_EXPECTED: &str =
    "an absolute https or http address without user, query and fragment, for example https://tramite.example.it";

/// What the public address looks like.
pub(super) const PUBLIC_EXPECTED: &str =
    "an absolute https or http address without user, path, query and fragment, for example https://tramite.example.it";

/// An address of this machine with that port.
pub(crate) const fn loopback_address(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// Reads an address to listen on.
pub(crate) fn socket_address(
    reader: &mut Reader,
    variable: &'static str,
    given: Option<&str>,
    default: SocketAddr,
) -> SocketAddr {
    reader.or_default(variable, given, LISTEN_EXPECTED, default, |text| text.parse().ok())
}

/// Refuses to be heard beyond this machine unless somebody said so.
pub(crate) fn needs_public(reader: &mut Reader, variable: &'static str, listen: SocketAddr, public: bool) {
    if !public && of_ip(listen.ip()) != Reach::Loopback {
        let text = format!(
            "{listen} is reachable beyond this machine; expected --public (TRAMITE_PUBLIC=true) beside it, or a loopback address"
        );
        reader.wrong(variable, text);
    }
}

/// Reads an address of the web. It comes back without a slash at its end.
pub(crate) fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host() && url.fragment().is_none();
    (is_plain && is_web).then_some(url)
}

/// Where the world reaches the gateway: an address of the web that is a host alone, for the paths of answers begin there.
pub(crate) fn public_address(text: &str) -> Option<Url> {
    web_address(text).filter(|url| url.path() == "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listening_beyond_this_machine_needs_a_word_of_consent() {
        for (listen, public, wrong) in [
            ("127.0.0.1:1", false, false),
            ("[::1]:1", false, false),
            ("0.0.0.0:1", false, true),
            ("[::]:1", false, true),
            ("192.168.0.1:1", false, true),
            ("0.0.0.0:1", true, false),
        ] {
            let mut reader = Reader::default();
            needs_public(&mut reader, "TRAMITE_LISTEN", listen.parse().unwrap(), public);
            assert_eq!(reader.has_problems(), wrong, "{listen}");
        }
    }

    #[test]
    fn an_address_of_the_web_has_a_host_and_nothing_beside_its_path() {
        for right in ["https://tramite.example.it", "http://127.0.0.1:8080/", "https://a.it/path"] {
            assert!(web_address(right).is_some(), "{right}");
        }
        assert!(public_address("https://a.it/").is_some() && public_address("https://a.it/path").is_none());
        for wrong in [
            "",
            "tramite.example.it",
            "ftp://a.it",
            "https://",
            "https://me@a.it",
            "https://a.it?x",
            "https://a.it#x",
            "https://:pass@a.it",
            "file:///etc",
        ] {
            assert!(web_address(wrong).is_none(), "{wrong}");
        }
    }
}
