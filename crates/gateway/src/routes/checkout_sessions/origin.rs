// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether a citizen may be sent to an address: only to an origin that the delegation names (rules.md 39). Checked when
//! the session is made, and again when the citizen is sent.

use tramite_outbound::web_address;
use url::{Origin, Url};

use crate::returns::{Returns, citizens_may_return};

/// Names of the query parameters that a return carries; a caller's address must not use them.
pub(crate) const PARAMETERS: [&str; 3] = ["tramite_session", "tramite_state", "tramite_token"];

/// Checks an address against the origins.
///
/// # Errors
/// Why it is not allowed, in one sentence.
pub(crate) fn check(address: &str, origins: &[String], returns: Returns) -> Result<Url, &'static str> {
    let url = web_address(address)?;
    if !citizens_may_return(&url, returns) {
        return Err("The address must be https, and in production one that the world reaches.");
    }
    if url.query_pairs().any(|(name, _)| PARAMETERS.contains(&name.as_ref())) {
        return Err("The query uses the name of a parameter of ours.");
    }
    if !origins.iter().any(|origin| same_origin(origin, &url.origin())) {
        return Err("Its scheme, host and port are not one of the delegation's return origins.");
    }
    Ok(url)
}

fn same_origin(allowed: &str, origin: &Origin) -> bool {
    origin.is_tuple() && Url::parse(allowed).is_ok_and(|url| url.origin() == *origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(address: &str, returns: Returns) -> bool {
        let origins = [
            "https://portale.example.it".to_owned(),
            "http://127.0.0.1:9000".to_owned(),
            "https://localhost".to_owned(),
        ];
        check(address, &origins, returns).is_ok()
    }

    #[test]
    fn only_an_origin_of_the_delegation_is_allowed_however_it_is_spelt() {
        let right = [
            "https://portale.example.it/esito?pratica=1",
            "https://PORTALE.example.it:443/",
            "https://portale.example.it",
        ];
        for address in right {
            assert!(allowed(address, Returns::World), "{address}");
        }
        let wrong = [
            "https://portale.example.it:8443/esito",
            "https://portale.example.it.evil.example/esito",
            "https://evil.example/https://portale.example.it",
            "https://portale.example.it@evil.example/",
            "https://user@portale.example.it/",
            "https://portale.example.it/#fragment",
            "https://portale.example.it/?tramite_token=x",
            "https:\\\\portale.example.it/",
            "https://portale.example.it/\r\nLocation: x",
            "http://portale.example.it/",
            "javascript:alert(1)",
            "//portale.example.it/",
            "/esito",
            "data:text/html,x",
        ];
        for address in wrong {
            assert!(!allowed(address, Returns::AnywhereAndHere), "{address}");
        }
    }

    #[test]
    fn plain_http_goes_to_this_machine_alone_and_only_where_a_sandbox_allows_it() {
        assert!(!allowed("http://127.0.0.1:9000/back", Returns::Anywhere));
        assert!(allowed("https://localhost/back", Returns::Anywhere));
        assert!(allowed("http://127.0.0.1:9000/back", Returns::AnywhereAndHere));
        assert!(!allowed("http://127.0.0.1:9000/back", Returns::World));
        assert!(allowed("https://localhost/back", Returns::AnywhereAndHere));
        assert!(!allowed("https://localhost/back", Returns::World));
    }
}
