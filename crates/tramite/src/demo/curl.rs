// SPDX-License-Identifier: AGPL-3.0-or-later
//! Commands to paste into a shell: they work as they are, one after the other, in any shell of POSIX.

use super::setup::Place;

/// The commands, with a word before each. What one answers, the next find in shell variables.
pub(super) fn lines(gateway: &str, sandbox: &str, place: &Place) -> Vec<(&'static str, String)> {
    let (token, url, id) = (field("access_token"), field("url"), first_field("id"));
    let status = r"curl -s -o /dev/null -w '%{http_code}\n'";
    let outcome = r#"grep -o '"outcome":"[^"]*"' | head -n 1"#;
    let json = "-H 'Content-Type: application/json'";
    let bearer = r#"-H "Authorization: Bearer $TOKEN""#;
    let key = r#"-H "Idempotency-Key: $(date +%s)""#;
    let who = format!("'{}:{}'", place.portal.client_id, place.portal.client_secret);
    let code = place.body.code;
    let body = session(place.body.portal_origin);
    let cart = format!(
        "CART=$(curl -s -o /dev/null -w '%{{redirect_url}}' $(echo \"$SESSION\" | {url}) | sed 's/.*checkout.//;s/?.*//')"
    );
    vec![
        (
            "a token",
            format!(
                "TOKEN=$(curl -s -u {who} -d grant_type=client_credentials -d institution={code} {gateway}/oauth2/token | {token})"
            ),
        ),
        (
            "a checkout session",
            format!(
                "SESSION=$(curl -s {bearer} {key} {json} -d '{body}' {gateway}/v1/checkout-sessions); echo \"$SESSION\""
            ),
        ),
        (
            "the citizen pays it (or open its url in a browser, before)",
            format!(
                r#"{cart}; curl -s {json} -d '{{"outcome":"pay"}}' {sandbox}/sandbox/v1/carts/$CART/outcome | {outcome}"#
            ),
        ),
        ("how it ended", format!("curl -s {bearer} {gateway}/v1/checkout-sessions/$(echo \"$SESSION\" | {id}); echo")),
        ("the documentation, for a browser", format!("{status} {gateway}/docs/")),
    ]
}

/// A session of a position that is made with it. Where the shell puts the time, the quotes end for a moment.
fn session(origin: &str) -> String {
    let debtor = r#"{"type":"natural_person","tax_code":"RSSMRA85T10A562S","full_name":"Mario Rossi"}"#;
    let position = format!(r#"{{"external_id":"CURL-'$(date +%s)'","service_code":"SCUOLA","debtor":{debtor}}}"#);
    format!(r#"{{"line_items":[{{"debt_position":{position}}}],"return_url":"{origin}/esito"}}"#)
}

/// Takes a field that an answer of one line has once.
fn field(name: &str) -> String {
    format!(r#"sed -n 's/.*"{name}":"\([^"]*\)".*/\1/p'"#)
}

/// Takes the field that an answer begins with.
fn first_field(name: &str) -> String {
    format!(r#"sed 's/{{"{name}":"\([^"]*\)".*/\1/'"#)
}
