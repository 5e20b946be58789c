// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which addresses may be named at all. What a name resolves to is looked at when it is asked.

use tramite_domain::environment::Environment;
use url::Url;

use crate::reach::{Reach, reach};

/// The port of https; of the others only those that no system service listens on.
const HTTPS_PORT: u16 = 443;
const FREE_PORT_MIN: u16 = 1_024;
/// Nor those where databases, queues, caches and consoles listen.
const SERVICE_PORTS: [u16; 20] = [
    1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5433, 5672, 5900, 5984, 6379, 9042, 9092, 9200, 11211,
    27017,
];

/// What may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// The world, by https.
    World,
    /// The same, and this machine by http or https: a developer's sandbox.
    WorldAndHere,
}

impl Towards {
    /// What an environment allows. A sandbox reaches its own machine only where nobody else reaches the sandbox: where its own
    /// address is one of this machine.
    #[must_use]
    pub fn of(environment: Environment, public_url: &str) -> Self {
        let here = Url::parse(public_url).ok().and_then(|url| reach(&url)) == Some(Reach::Loopback);
        match environment {
            Environment::Sandbox if here => Self::WorldAndHere,
            Environment::Sandbox | Environment::Production => Self::World,
        }
    }

    pub(crate) const fn allows(self, reach: Reach) -> bool {
        match reach {
            Reach::Public => true,
            Reach::Loopback => matches!(self, Self::WorldAndHere),
            Reach::Private => false,
        }
    }
}

/// Reads an address of the web as a caller may name one, wherever it leads: absolute, without user info and fragment.
///
/// # Errors
/// Why it is none, in one sentence.
pub fn web_address(address: &str) -> Result<Url, &'static str> {
    if address.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err("The address holds characters that no address may hold.");
    }
    let url = Url::parse(address).map_err(|_| "It is not an absolute web address.")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("The address must hold no user info.");
    }
    if url.fragment().is_some() {
        return Err("The address must hold no fragment.");
    }
    Ok(url)
}

/// Reads an address that may be asked. What its name resolves to is looked at when it is asked.
///
/// # Errors
/// Why it may not, in one sentence.
pub fn check(address: &str, towards: Towards) -> Result<Url, &'static str> {
    let url = web_address(address)?;
    let place = reach(&url).ok_or("It names no host.")?;
    if !(url.scheme() == "https" || (url.scheme() == "http" && place == Reach::Loopback)) {
        return Err("The address must be https.");
    }
    if !towards.allows(place) {
        return Err("The address must be one that the world reaches, not one of a machine or a private network.");
    }
    let port = url.port_or_known_default().unwrap_or_default();
    if (port != HTTPS_PORT && port < FREE_PORT_MIN) || SERVICE_PORTS.contains(&port) {
        return Err("The port must be 443, or 1024 or above and not that of a database or the like.");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_world_are_asked_however_they_are_spelt() {
        for right in
            ["https://gestionale.example.it/amount?x=1", "https://gestionale.example.it:8443/", "https://8.8.8.8/"]
        {
            assert!(check(right, Towards::World).is_ok(), "{right}");
        }
        for wrong in [
            "http://gestionale.example.it/",
            "https://169.254.169.254/latest",
            "https://localhost/",
            "https://a.localhost./",
            "https://[::1]/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://10.1.2.3/",
            "https://[::ffff:10.1.2.3]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::]/",
            "https://224.0.0.1/",
            "https://0.1.2.3/",
            "https://intranet/",
            "https://db.internal/",
            "https://gestionale.example.it:22/",
            "https://gestionale.example.it:80/",
            "https://gestionale.example.it:5432/",
            "https://gestionale.example.it:6379/",
            "https://user@gestionale.example.it/",
            "https://gestionale.example.it/#x",
            "file:///etc/passwd",
            "ftp://gestionale.example.it/",
            "gestionale.example.it",
            "https://gestionale.example.it/\r\nX: y",
        ] {
            assert!(check(wrong, Towards::World).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_developers_sandbox_reaches_its_own_machine_and_no_private_network() {
        for right in ["http://127.0.0.1:9000/", "https://localhost:8443/", "http://[::1]:5000/x"] {
            assert!(check(right, Towards::WorldAndHere).is_ok(), "{right}");
        }
        for wrong in ["http://10.0.0.1:9000/", "https://10.0.0.1/", "http://127.0.0.1/", "http://127.0.0.1:80/"] {
            assert!(check(wrong, Towards::WorldAndHere).is_err(), "{wrong}");
        }
        assert_eq!(Towards::of(Environment::Production, "http://localhost:8080"), Towards::World);
        assert_eq!(Towards::of(Environment::Sandbox, "https://prova.example.it"), Towards::World);
        assert_eq!(Towards::of(Environment::Sandbox, "http://127.0.0.1:8080"), Towards::WorldAndHere);
    }
}
