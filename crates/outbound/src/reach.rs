// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which addresses are this machine's or a private network's (api.md, Environments). No name is looked up: what a name
//! resolves to here may differ from what it resolves to for others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Names that never lead outside of a machine or a network.
const PRIVATE_SUFFIXES: [&str; 6] = [".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test"];

/// Where a host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This machine.
    Loopback,
    /// A private network.
    Private,
    /// Anywhere.
    Public,
}

/// Where the host of an address is; none where it has no host.
#[must_use]
pub fn reach(url: &Url) -> Option<Reach> {
    Some(match url.host()? {
        Host::Ipv4(address) => of_ip(IpAddr::V4(address)),
        Host::Ipv6(address) => of_ip(IpAddr::V6(address)),
        Host::Domain(name) => of_name(name),
    })
}

/// Where an IP address is. An address mapped into IPv6 is what it maps.
#[must_use]
pub fn of_ip(address: IpAddr) -> Reach {
    match address.to_canonical() {
        address if address.is_loopback() => Reach::Loopback,
        IpAddr::V4(address) if private_v4(address) => Reach::Private,
        IpAddr::V6(address) if private_v6(address) => Reach::Private,
        _ => Reach::Public,
    }
}

fn private_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    // Shared addresses of providers (RFC 6598) are nobody's own either, nor are those of protocols, measurements, groups
    // and times to come (RFC 6890).
    let shared = first == 100 && (64..128).contains(&second);
    let special = first == 0 || first >= 224 || (first, second, third) == (192, 0, 0);
    let measured = first == 198 && (18..20).contains(&second);
    address.is_private() || address.is_link_local() || shared || special || measured
}

fn private_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // What carries an address of the older kind within it leads to that one, through whoever translates.
    let carries =
        first == 0 || (first == 0x64 && second == 0xff9b) || first == 0x2002 || (first == 0x2001 && second == 0);
    let site_local = first & 0xffc0 == 0xfec0;
    address.is_unique_local() || address.is_unicast_link_local() || address.is_multicast() || carries || site_local
}

fn of_name(name: &str) -> Reach {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    if name == "localhost" || name.ends_with(".localhost") {
        Reach::Loopback
    } else if !name.contains('.') || PRIVATE_SUFFIXES.iter().any(|suffix| name.ends_with(suffix)) {
        // A name of one label is one of the local network.
        Reach::Private
    } else {
        Reach::Public
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_and_of_private_networks_are_known() {
        let of = |text: &str| reach(&Url::parse(text).unwrap()).unwrap();
        for loopback in [
            "http://127.0.0.1:80",
            "http://127.9.9.9",
            "http://[::1]",
            "http://localhost",
            "http://a.localhost.",
            "http://0x7f000001",
            "http://2130706433",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert_eq!(of(loopback), Reach::Loopback, "{loopback}");
        }
        for private in [
            "http://10.0.0.1",
            "http://172.16.3.4",
            "http://192.168.1.1",
            "http://169.254.169.254",
            "http://100.64.0.1",
            "http://0.0.0.0",
            "http://[fd00::1]",
            "http://[fe80::1]",
            "http://[::]",
            "http://sandbox:9000",
            "http://db.internal",
            "http://[::ffff:10.0.0.1]",
        ] {
            assert_eq!(of(private), Reach::Private, "{private}");
        }
        for public in ["https://tramite.example.it", "https://8.8.8.8", "https://[2001:db8::1]", "https://100.128.0.1"]
        {
            assert_eq!(of(public), Reach::Public, "{public}");
        }
    }
}
