// SPDX-License-Identifier: AGPL-3.0-or-later
//! Listening sockets. They are opened before anything else, so that an address that is taken is told at once.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use tokio::net::TcpSocket;
use url::Url;

use crate::config::WrongConfiguration;
use crate::failure::Failure;

/// Connections that may wait to be taken. The standard library lets 128 wait: one burst, and the system drops whoever comes
/// then, and the Node with them, until they try again a second later.
const WAITING_MAX: u32 = 1_024;

/// Opens a listening socket on the address that a setting names.
pub(crate) fn bind(variable: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    listen(address).map_err(|error| {
        let flag = variable.trim_start_matches("TRAMITE_").to_ascii_lowercase().replace('_', "-");
        let text = format!(
            "{address} cannot be listened on ({error}); expected an address of this machine that is free: give it in \
             the variable or with --{flag}"
        );
        WrongConfiguration::one(variable, text).into()
    })
}

fn listen(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As the standard library does: a restart need not wait for what is left of old connections.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let listener = socket.listen(WAITING_MAX)?.into_std()?;
    let bound = listener.local_addr()?;
    Ok((listener, bound))
}

/// How a program of this machine reaches the address: "any" is no place to go to.
pub(crate) fn local_url(bound: SocketAddr) -> Result<Url, Failure> {
    let mut reached = bound;
    if bound.ip().is_unspecified() {
        match bound {
            SocketAddr::V4(_) => reached.set_ip(Ipv4Addr::LOCALHOST.into()),
            SocketAddr::V6(_) => reached.set_ip(Ipv6Addr::LOCALHOST.into()),
        }
    }
    Url::parse(&format!("http://{reached}")).map_err(|error| Failure::Part(format!("{reached}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_address_is_reached_over_this_machine() {
        for (bound, url) in [
            ("0.0.0.0:8080", "http://127.0.0.1:8080/"),
            ("[::]:1", "http://[::1]:1/"),
            ("127.0.0.1:9", "http://127.0.0.1:9/"),
        ] {
            assert_eq!(local_url(bound.parse().unwrap()).unwrap().as_str(), url);
        }
    }
}
