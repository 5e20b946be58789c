// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where a request without a token comes from. Callers with a token are counted by who they are, never by address.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::http::header::{HeaderMap, HeaderName};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The segments of an IPv6 address that name a network: whoever has one address of it has them all.
const NETWORK_SEGMENTS: usize = 4;

/// The source that a limit is counted against: the peer, or what a proxy that we trust says of its own peer.
pub(crate) fn source_of(peer: Option<SocketAddr>, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let unknown = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    let peer = peer.map_or(unknown, |address| address.ip().to_canonical());
    if !trusted.contains(&peer) {
        return network(peer);
    }
    // The last word is the proxy's own; what stands before it was written by anybody.
    let last = headers.get_all(FORWARDED_FOR).last().and_then(|value| value.to_str().ok());
    let told = last.and_then(|text| text.rsplit(',').next()).and_then(|text| text.trim().parse::<IpAddr>().ok());
    network(told.map_or(peer, |address| address.to_canonical()))
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let mut segments = address.segments();
            segments.iter_mut().skip(NETWORK_SEGMENTS).for_each(|segment| *segment = 0);
            IpAddr::V6(Ipv6Addr::from(segments))
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn source(peer: &str, forwarded: &'static str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED_FOR, HeaderValue::from_static(forwarded));
        let trusted: Vec<IpAddr> = trusted.iter().map(|one| one.parse().unwrap()).collect();
        source_of(Some(SocketAddr::new(peer.parse().unwrap(), 1)), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_word() {
        assert_eq!(source("127.0.0.1", "127.0.0.9", &[]), "127.0.0.1");
        assert_eq!(source("127.0.0.1", "127.0.0.8, 127.0.0.9", &["127.0.0.1"]), "127.0.0.9");
        assert_eq!(source("::ffff:127.0.0.1", "127.0.0.9", &["127.0.0.1"]), "127.0.0.9");
        assert_eq!(source("127.0.0.1", "nonsense", &["127.0.0.1"]), "127.0.0.1");
        assert_eq!(source("2001:db8:1:2:3:4:5:6", "", &[]), "2001:db8:1:2::");
    }
}
