// SPDX-License-Identifier: AGPL-3.0-or-later
//! SVGs as drawing programs write them.

use crate::bounded::read;
use crate::support::{pixels, svg};

const RED: [u8; 3] = [255, 0, 0];
const WHITE: [u8; 3] = [255; 3];

#[test]
fn a_drawing_is_as_large_as_paper_shows_it_and_keeps_its_shape() {
    for (sides, kept) in [
        ("width=\"10\" height=\"10\"", (709, 709)),
        ("width=\"400mm\" height=\"100mm\"", (709, 177)),
        ("viewBox=\"0 0 30 90\"", (236, 709)),
        ("width=\"1\" height=\"100000\"", (1, 709)),
    ] {
        let file = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" {sides}><rect width=\"100%\" height=\"100%\" fill=\"red\"/></svg>"
        );
        let logo = read("sides", file.as_bytes()).unwrap();
        assert_eq!((logo.width(), logo.height()), kept, "{sides}");
        assert!(pixels(&logo).iter().all(|pixel| *pixel == RED), "{sides}");
    }
}

#[test]
fn a_drawing_stands_on_white() {
    let logo = read("white", &svg("<rect width=\"50\" height=\"100\" fill=\"red\"/>")).unwrap();
    let row = &pixels(&logo)[..709];
    assert_eq!((row[0], row[708]), (RED, WHITE));
}

#[test]
fn what_drawing_programs_write_is_drawn() {
    let content = "<metadata><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:li>x</rdf:li></rdf:RDF></metadata>\
        <sodipodi:namedview xmlns:sodipodi=\"http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd\" pagecolor=\"#fff\"/>\
        <title>Stemma</title><defs>\
        <style>.cls-1{fill:url(#shade);stroke:none}/* a note */ .cls-2, .cls-3 { clip-path: url(#clip) } g .cls-2{opacity:.5}</style>\
        <linearGradient id=\"base\"><stop offset=\"0\" stop-color=\"red\"/><stop offset=\"1\" stop-color=\"red\"/></linearGradient>\
        <linearGradient id=\"shade\" xlink:href=\"#base\" x1=\"0\" x2=\"1\"/>\
        <clipPath id=\"clip\"><rect width=\"100\" height=\"50\"/></clipPath>\
        <path id=\"shape\" d=\"M0 0H100V100H0Z\"/></defs>\
        <g class=\"cls-3\"><use xlink:href=\"#shape\" class=\"cls-1\"/></g>";
    let logo = read("programs", &svg(content)).unwrap();
    let pixels = pixels(&logo);
    assert_eq!((pixels[0], pixels[709 * 708]), (RED, WHITE));
}

#[test]
fn a_document_type_that_is_but_named_is_passed_over() {
    let drawing = String::from_utf8(svg("<rect width=\"100\" height=\"100\" fill=\"red\"/>")).unwrap();
    let name = "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://127.0.0.1/Graphics/SVG/1.1/DTD/svg11.dtd\">";
    let file = format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- Comune di Àla -->\n{name}\n{drawing}");
    assert_eq!(read("document type", file.as_bytes()).unwrap(), read("none", drawing.as_bytes()).unwrap());
}

#[test]
fn a_coat_of_arms_of_many_shapes_is_drawn() {
    let shapes: String = (0..2_500)
        .map(|place| {
            let (x, y) = (place % 50 * 2, place / 50 * 2);
            format!(
                "<path fill=\"#{:03x}\" d=\"M{x} {y}c1 0 1 1 2 1s1 1 0 1-1-1-2-1-1-1 0-1q1 1 1.5 2t-1 0l.3.4.5.6z\"/>",
                place % 4_096
            )
        })
        .collect();
    assert!(read("coat of arms", &svg(&shapes)).is_ok());
}

#[test]
fn the_same_drawing_is_the_same_picture() {
    let file = svg("<circle cx=\"50\" cy=\"50\" r=\"40\" fill=\"#06c\" stroke=\"#000\"/>");
    assert_eq!(read("circle", &file).unwrap().png(), read("circle", &file).unwrap().png());
}
