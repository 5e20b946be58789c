// SPDX-License-Identifier: AGPL-3.0-or-later
//! The logo of an institution: who gives it, as what, and that notices have it.

use tramite_documents::logo::{LOGO_BYTES_MAX, Logo};
use tramite_testkit::Database;

use crate::support::made::{LOGO, debt_position};
use crate::support::portal::text;
use crate::support::{Ask, Seen, TestGateway};

const PNG: &str = "image/png";
const SVG: &str = "image/svg+xml";
/// Another picture than [`LOGO`].
const OTHER: &str =
    r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 1"><path d="M0 0h4v1z" fill="red"/></svg>"#;

fn svg(inner: &str) -> String {
    format!(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1">{inner}</svg>"#)
}

fn put(path: &str, media: &str, picture: impl Into<Vec<u8>>) -> Ask {
    Ask::put(path).bytes(media, picture)
}

fn tag(seen: &Seen) -> String {
    seen.header("etag").unwrap().to_owned()
}

pub(crate) async fn a_logo_is_given_as_png_or_svg_shown_as_png_and_removed(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let path = format!("/v1/institutions/{}/logo", seeded.a.id);
    portal.get(&path).await.is_problem(404, "not_found");
    portal.ask(Ask::delete(&path)).await.is(204);
    let given = portal.ask(put(&path, SVG, LOGO)).await;
    let told = given.is(200).json();
    let drawn = Logo::read(LOGO.as_bytes()).unwrap();
    assert_eq!(
        (told["width"].as_u64(), told["height"].as_u64()),
        (Some(drawn.width().into()), Some(drawn.height().into()))
    );
    assert_eq!(tag(&given), format!("\"{}\"", text(&told, "/sha256")));
    let shown = portal.get(&path).await;
    assert_eq!(
        (shown.is(200).header("content-type"), shown.header("x-content-type-options")),
        (Some(PNG), Some("nosniff"))
    );
    assert_eq!((shown.body.as_slice(), tag(&shown)), (drawn.png(), tag(&given)));
    let again = portal.ask(Ask::get(&path).header("If-None-Match", tag(&given))).await;
    assert_eq!((again.is(304).body.len(), tag(&again)), (0, tag(&given)));
    // The same picture again changes nothing, whatever it comes as; what says that it is one is what is in it.
    gateway.world.pass(60);
    for (media, picture) in [(SVG, LOGO.as_bytes()), (PNG, drawn.png()), ("image/svg+xml; charset=utf-8", drawn.png())]
    {
        assert_eq!(portal.ask(put(&path, media, picture)).await.is(200).json(), told);
    }
    let lines = portal.get("/v1/audit?action=institution.logo_replaced").await.is(200).json();
    assert_eq!(lines["items"].as_array().unwrap().len(), 1, "{lines}");
    // Another one, if it is still the one that the caller knows.
    portal.ask(put(&path, SVG, OTHER).header("If-None-Match", "*")).await.is_problem(412, "precondition_failed");
    let other = portal.ask(put(&path, SVG, OTHER).header("If-Match", tag(&given))).await;
    assert_ne!(tag(other.is(200)), tag(&given));
    portal.ask(Ask::delete(&path).header("If-Match", tag(&given))).await.is_problem(412, "precondition_failed");
    portal.ask(Ask::delete(&path).header("If-Match", tag(&other))).await.is(204);
    portal.get(&path).await.is_problem(404, "not_found");
    let lines = portal.get("/v1/audit?action=institution.logo_removed").await.is(200).json();
    assert_eq!(lines["items"][0]["subject"], format!("institution/{}", seeded.a.id));
    assert_eq!(lines["items"].as_array().unwrap().len(), 1, "where there was none nothing is told: {lines}");
}

pub(crate) async fn a_file_that_is_no_logo_is_refused_and_told_why(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let path = format!("/v1/institutions/{}/logo", seeded.a.id);
    let drawn = Logo::read(LOGO.as_bytes()).unwrap();
    let files: [(&str, Vec<u8>, &str); 8] = [
        (PNG, b"".to_vec(), "logo_not_an_image"),
        (PNG, b"%PDF-1.7".to_vec(), "logo_not_an_image"),
        (PNG, drawn.png()[..drawn.png().len() / 2].to_vec(), "logo_png_broken"),
        (SVG, svg("<path").into(), "logo_svg_broken"),
        (SVG, svg("<script>alert(1)</script>").into(), "logo_svg_forbidden"),
        (SVG, svg(r#"<image href="file:///etc/passwd"/>"#).into(), "logo_svg_forbidden"),
        (SVG, svg(r#"<path d="M0 0h2v1z" fill="url(http://127.0.0.1/a.svg#b)"/>"#).into(), "logo_svg_forbidden"),
        (SVG, svg("").into(), "logo_blank"),
    ];
    for (media, file, code) in files {
        let seen = portal.ask(put(&path, media, file)).await;
        seen.is_problem(422, "validation_failed");
        assert_eq!(seen.faults(), [(String::new(), code.to_owned())]);
    }
    for media in ["image/jpeg", "application/json", "image/png2", ""] {
        portal.ask(put(&path, media, LOGO)).await.is_problem(415, "unsupported_media_type");
    }
    portal.ask(Ask::put(&path)).await.is_problem(415, "unsupported_media_type");
    let packed = put(&path, SVG, LOGO).header("Content-Encoding", "gzip");
    portal.ask(packed).await.is_problem(415, "unsupported_media_type");
    portal.ask(put(&path, PNG, vec![0; LOGO_BYTES_MAX + 1])).await.is_problem(413, "body_too_large");
    portal.get(&path).await.is_problem(404, "not_found");
}

pub(crate) async fn a_logo_is_given_by_its_institution_and_by_operators_alone(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let [portal, stranger, narrow] =
        [&seeded.for_a, &seeded.for_b, &seeded.narrow].map(|client| gateway.portal(client));
    let operator = gateway.token(&seeded.operator).await;
    let path = format!("/v1/institutions/{}/logo", seeded.a.id);
    let given = gateway.ask(put(&path, SVG, LOGO).token(&operator)).await;
    given.is(200);
    assert_eq!(tag(portal.get(&path).await.is(200)), tag(&given));
    assert_eq!(tag(gateway.ask(Ask::get(&path).token(&operator)).await.is(200)), tag(&given));
    // Its trail says who it was.
    let lines = portal.get("/v1/audit?action=institution.logo_replaced").await.json();
    assert_eq!(lines["items"][0]["client_id"], seeded.operator.id.to_string());
    // Another institution's is not there, for whoever asks: before anything is read of what is sent.
    for ask in [Ask::get(&path), put(&path, SVG, OTHER), put(&path, "text/plain", "x"), Ask::delete(&path)] {
        stranger.ask(ask).await.is_problem(404, "not_found");
    }
    // Whoever is confined to some services sees what is printed, and does not decide it.
    narrow.get(&path).await.is(200);
    for ask in [put(&path, SVG, OTHER), Ask::delete(&path)] {
        narrow.ask(ask).await.is_problem(404, "not_found");
    }
    let reading = gateway.token_with(&seeded.for_a, "&scope=services:read").await;
    gateway.ask(put(&path, SVG, OTHER).token(&reading)).await.is_problem(403, "insufficient_scope");
    let nowhere = format!("/v1/institutions/{}/logo", uuid::Uuid::now_v7());
    gateway.ask(put(&nowhere, SVG, LOGO).token(&operator)).await.is_problem(404, "not_found");
    assert_eq!(tag(portal.get(&path).await.is(200)), tag(&given));
    gateway.ask(Ask::delete(&path).token(&operator)).await.is(204);
    portal.get(&path).await.is_problem(404, "not_found");
}

pub(crate) async fn notices_have_the_logo_and_are_others_with_it(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let path = format!("/v1/institutions/{}/logo", seeded.a.id);
    let id = text(&portal.make("/v1/debt-positions", &debt_position("TARI-1")).await, "/id");
    let paper = async |accept: &str| {
        let ask = Ask::get(format!("/v1/debt-positions/{id}/notice")).header("Accept", accept);
        let seen = portal.ask(ask).await;
        seen.is(200);
        (tag(&seen), seen.body)
    };
    let has_image =
        |pdf: &[u8]| pdf.windows(14).any(|window| window == b"/Subtype/Image" || window == b"/Subtype /Imag");
    let plain = [paper("application/pdf").await, paper(PNG).await, paper(SVG).await];
    assert!(!has_image(&plain[0].1));
    let mut papers = vec![plain.clone()];
    for picture in [LOGO, OTHER] {
        gateway.world.pass(60);
        portal.ask(put(&path, SVG, picture)).await.is(200);
        let with = [paper("application/pdf").await, paper(PNG).await, paper(SVG).await];
        assert!(has_image(&with[0].1), "the paper has an image");
        assert!(String::from_utf8_lossy(&with[2].1).contains("<image"), "and so has the picture of it");
        for before in &papers {
            for (one, other) in before.iter().zip(&with) {
                assert!(one.0 != other.0 && one.1 != other.1, "another logo is another paper");
            }
        }
        papers.push(with);
    }
    assert_eq!(paper("application/pdf").await, papers[2][0], "the same data are the same bytes");
    portal.ask(Ask::delete(&path)).await.is(204);
    assert_eq!(paper("application/pdf").await, plain[0]);
    // That of another institution stays its own.
    let theirs = gateway.portal(&seeded.for_b);
    let other = text(&theirs.make("/v1/debt-positions", &debt_position("TARI-1")).await, "/id");
    portal.ask(put(&path, SVG, LOGO)).await.is(200);
    let seen = theirs.get(format!("/v1/debt-positions/{other}/notice")).await;
    assert!(!has_image(&seen.is(200).body));
}
