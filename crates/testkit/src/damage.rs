// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages damaged in one element, so that most of them can still be read: what a careless sender would write.

use crate::Random;

const VALUES: &[&str] = &[
    "",
    " ",
    "x",
    "OK",
    "ok",
    "KO",
    "1",
    "6",
    "01",
    "true",
    "TRUE",
    "0",
    "0.00",
    "1.00",
    "1.0",
    "1,00",
    " 1.00 ",
    "+1.00",
    "-1.00",
    "00001.00",
    "999999999.99",
    "1000000000.00",
    "99999000013",
    "9999900001",
    "305000000001234586",
    "2026-10-31",
    "2026-02-29",
    "2026-10-31Z",
    "2026-10-31+02:00",
    "2026-10-31T10:00:00",
    "2026-10-31T24:00:00",
    "2026-10-31T25:00:00",
    "2026-10-31T10:00:00.123456789012Z",
    "EQ",
    "PAGOPA",
    "IT",
    "it",
    "ITA",
    "a@b",
    "a@b.c.d",
    "a@@b",
    "@b",
    "a@b.",
    "QUJD",
    "QUJ",
    "QU JD",
    "QUJ=",
    "F",
    "FG",
    "è€😀",
    "12345",
    "123456",
];

/// A message with one damage that leaves it well-formed most of the time: an element without children dropped, doubled,
/// renamed, refilled or moved. The elements of those names are spared.
///
/// # Panics
/// Where it is no message in its envelope.
#[must_use]
pub fn damage_element(message: &str, spared: &[&str], random: &mut Random) -> String {
    let (head, rest) = message.split_once("<soapenv:Body>").expect("an envelope");
    let (body, tail) = rest.split_once("</soapenv:Body>").expect("an envelope that ends");
    let leaves: Vec<_> = leaves(body).into_iter().filter(|(_, _, name)| !spared.contains(&name.as_str())).collect();
    let (start, end, name) = random.pick(&leaves).clone();
    let element = &body[start..end];
    let changed = match random.below(8) {
        0 => String::new(),
        1 => element.repeat(2),
        2 => element.replace(&name, "unknown"),
        3 => element
            .replace(&format!("<{name}>"), &format!("<pafn:{name}>"))
            .replace(&format!("</{name}>"), &format!("</pafn:{name}>")),
        4 => element.replace(&format!("<{name}>"), &format!("<{name} a=\"b\">")),
        _ => format!("<{name}>{}</{name}>", random.pick(VALUES)),
    };
    let mut body = format!("{}{changed}{}", &body[..start], &body[end..]);
    if random.chance(15) {
        // Moved: the first leaf goes to the end of its like.
        let (from, to, _) = leaves[0].clone();
        if to <= start {
            let first = body[from..to].to_owned();
            body = format!("{}{}", &body[..from], &body[to..]);
            let at = body.rfind("</pafn:").expect("a wrapper");
            body.insert_str(at, &first);
        }
    }
    format!("{head}<soapenv:Body>{body}</soapenv:Body>{tail}")
}

/// Start, end and name of every element without children.
fn leaves(body: &str) -> Vec<(usize, usize, String)> {
    let mut found = Vec::new();
    for (start, _) in body.match_indices('<') {
        let Some(name) = body[start + 1..].split(['>', '<']).next() else { continue };
        if name.starts_with('/') || name.contains(['/', ' ', ':']) {
            continue;
        }
        let close = format!("</{name}>");
        let Some(length) = body[start..].find(&close) else { continue };
        let end = start + length + close.len();
        if !body[start + 1..start + length].contains('<') {
            found.push((start, end, name.to_owned()));
        }
    }
    if found.is_empty() {
        panic!("no leaf in {body}")
    }
    found
}
