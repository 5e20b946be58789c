// SPDX-License-Identifier: AGPL-3.0-or-later
//! Reading a request for a token.

use std::collections::BTreeMap;

use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use data_encoding::BASE64;
use tramite_domain::ids::ClientId;
use tramite_domain::secret::Secret;

use super::answer::NoToken;
use super::assertion::{self, ASSERTION_TYPE};

/// Largest form, in bytes.
pub(super) const FORM_BYTES_MAX: usize = 8 * 1024;
/// The one grant served.
const GRANT_TYPE: &str = "client_credentials";

/// What a client asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TokenRequest {
    /// Who it says it is; none where that is no id of ours.
    pub(super) client_id: Option<ClientId>,
    /// How it proves that.
    pub(super) proof: Proof,
    /// The scopes it wants; none means all it has.
    pub(super) scope: Option<String>,
    /// The institution it wants: id, code or tax code.
    pub(super) institution: Option<String>,
}

/// How a client proves who it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// By its secret.
    Secret(Secret<String>),
    /// By what its key has signed; a secret for as long as it has not been used.
    Assertion(Secret<String>),
}

impl TokenRequest {
    /// Reads headers and form.
    pub(super) fn read(headers: &HeaderMap, form: &[u8]) -> Result<Self, NoToken> {
        let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if media.split(';').next().unwrap_or_default().trim() != "application/x-www-form-urlencoded" {
            return Err(NoToken::InvalidRequest(
                "The body is a form (application/x-www-form-urlencoded) with grant_type=client_credentials.",
            ));
        }
        let mut fields = fields(form)?;
        let (client_id, proof) = proof(basic(headers)?, &mut fields)?;
        match fields.remove("grant_type").as_deref() {
            Some(GRANT_TYPE) => {}
            Some(_) => return Err(NoToken::UnsupportedGrantType),
            None => return Err(NoToken::InvalidRequest("grant_type is missing: send grant_type=client_credentials.")),
        }
        Ok(Self {
            client_id,
            proof,
            scope: fields.remove("scope").filter(|scope| !scope.is_empty()),
            institution: fields.remove("institution").filter(|institution| !institution.is_empty()),
        })
    }
}

/// Who a client says it is, and its one proof.
fn proof(
    basic: Option<(String, String)>,
    fields: &mut BTreeMap<String, String>,
) -> Result<(Option<ClientId>, Proof), NoToken> {
    let named = fields.remove("client_id");
    let posted = fields.remove("client_secret");
    let (kind, signed) = (fields.remove("client_assertion_type"), fields.remove("client_assertion"));
    let ways = [basic.is_some(), posted.is_some(), kind.is_some() || signed.is_some()];
    if ways.into_iter().filter(|way| *way).count() > 1 {
        return Err(NoToken::InvalidRequest("The client proves itself in one way."));
    }
    if let Some(signed) = signed {
        let client_id = assertion::named(&signed);
        // What the form says beside it must be the same (RFC 7521, 4.2).
        let agrees = named.is_none_or(|named| named.parse().ok() == client_id);
        let right = agrees && kind.as_deref() == Some(ASSERTION_TYPE);
        return Ok((client_id.filter(|_| right), Proof::Assertion(Secret::new(signed))));
    }
    let (id, secret) = basic.or_else(|| named.zip(posted)).ok_or(NoToken::InvalidClient)?;
    Ok((id.parse().ok(), Proof::Secret(Secret::new(secret))))
}

/// The fields of a form, each once (RFC 6749, 3.2).
fn fields(form: &[u8]) -> Result<BTreeMap<String, String>, NoToken> {
    let unreadable = NoToken::InvalidRequest("The form cannot be read.");
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(form).map_err(|_| unreadable)?;
    let count = pairs.len();
    let fields: BTreeMap<String, String> = pairs.into_iter().collect();
    if fields.len() == count { Ok(fields) } else { Err(NoToken::InvalidRequest("A parameter stands twice.")) }
}

/// Id and secret of `client_secret_basic`, form-encoded before they were joined (RFC 6749, 2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, NoToken> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let read = || {
        let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
        let bytes = scheme.eq_ignore_ascii_case("basic").then(|| BASE64.decode(encoded.trim().as_bytes()).ok())??;
        let text = String::from_utf8(bytes).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some((decoded(id)?, decoded(secret)?))
    };
    read().map(Some).ok_or(NoToken::InvalidClient)
}

fn decoded(text: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&format!("v={text}")).ok()?;
    match pairs.as_slice() {
        [(_, value)] => Some(value.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const ID: &str = "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01";

    fn read(authorization: Option<&str>, form: &str) -> Result<TokenRequest, NoToken> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        if let Some(text) = authorization {
            headers.insert(AUTHORIZATION, HeaderValue::from_str(text).unwrap());
        }
        TokenRequest::read(&headers, form.as_bytes())
    }

    fn text(request: &TokenRequest) -> &str {
        match &request.proof {
            Proof::Secret(text) | Proof::Assertion(text) => text.expose(),
        }
    }

    #[test]
    fn a_client_proves_itself_by_header_or_by_form_and_not_by_both() {
        let basic = format!("Basic {}", BASE64.encode(format!("{ID}:tr_test%5Fx").as_bytes()));
        let by_header = read(Some(&basic), "grant_type=client_credentials&institution=comune").unwrap();
        assert_eq!(by_header.client_id, Some(ID.parse().unwrap()));
        assert_eq!((text(&by_header), by_header.institution.as_deref()), ("tr_test_x", Some("comune")));
        let form = format!("grant_type=client_credentials&client_id={ID}&client_secret=tr_test_x&scope=");
        let by_form = read(None, &form).unwrap();
        assert_eq!((text(&by_form), by_form.scope.as_deref()), ("tr_test_x", None));
        assert!(matches!(read(Some(&basic), &form), Err(NoToken::InvalidRequest(_))));
        assert!(matches!(read(None, "grant_type=client_credentials"), Err(NoToken::InvalidClient)));
        assert!(matches!(read(Some("Bearer x"), "grant_type=client_credentials"), Err(NoToken::InvalidClient)));
    }

    #[test]
    fn an_assertion_says_who_proves_itself_and_stands_alone() {
        let payload = data_encoding::BASE64URL_NOPAD.encode(format!(r#"{{"sub":"{ID}"}}"#).as_bytes());
        let signed = format!("e30.{payload}.AA");
        let form = |more: &str| format!("grant_type=client_credentials&client_assertion={signed}{more}");
        let kind = "&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        for more in [kind.to_owned(), format!("{kind}&client_id={ID}")] {
            let asked = read(None, &form(&more)).unwrap();
            assert_eq!((asked.client_id, text(&asked)), (Some(ID.parse().unwrap()), signed.as_str()));
        }
        // Of another kind, or of another client, it proves nobody.
        for more in ["", "&client_assertion_type=x", &format!("{kind}&client_id=01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e02")]
        {
            assert_eq!(read(None, &form(more)).unwrap().client_id, None, "{more}");
        }
        let both = form(&format!("{kind}&client_id={ID}&client_secret=x"));
        assert!(matches!(read(None, &both), Err(NoToken::InvalidRequest(_))));
        let half = format!("grant_type=client_credentials&client_id={ID}{kind}");
        assert!(matches!(read(None, &half), Err(NoToken::InvalidClient)));
    }

    #[test]
    fn a_form_with_a_parameter_twice_or_of_another_grant_is_refused() {
        let client = format!("client_id={ID}&client_secret=x");
        let twice = format!("{client}&grant_type=client_credentials&scope=a&scope=b");
        assert!(matches!(read(None, &twice), Err(NoToken::InvalidRequest(_))));
        assert!(matches!(read(None, &format!("{client}&grant_type=password")), Err(NoToken::UnsupportedGrantType)));
        assert!(matches!(read(None, &client), Err(NoToken::InvalidRequest(_))));
    }
}
