// SPDX-License-Identifier: AGPL-3.0-or-later
//! SVGs that are made to hurt, or to tell what they should not.

use tramite_documents::logo::{Forbidden, LogoFault};

use crate::bounded::read;
use crate::support::{noise, svg};

fn fault(name: &str, content: &str) -> LogoFault {
    read(name, &svg(content)).unwrap_err()
}

#[test]
fn what_is_more_than_a_drawing_is_refused_and_named() {
    for (content, what) in [
        ("<script>alert(1)</script>", Forbidden::Script),
        ("<rect width=\"1\" height=\"1\" onload=\"alert(1)\"/>", Forbidden::Script),
        ("<text>Comune</text>", Forbidden::Text),
        ("<image href=\"data:image/png;base64,AA\"/>", Forbidden::Image),
        ("<filter id=\"a\"><feImage href=\"#a\"/></filter>", Forbidden::Filter),
        ("<pattern id=\"a\" width=\"1\" height=\"1\"/>", Forbidden::Pattern),
        ("<foreignObject/>", Forbidden::Element),
        ("<marker id=\"a\"/>", Forbidden::Element),
        ("<animate attributeName=\"x\"/>", Forbidden::Element),
        ("<a href=\"#b\"/>", Forbidden::Element),
        ("<style>@import url(http://127.0.0.1/a.css);</style>", Forbidden::Sheet),
        ("<style>[id^=a]{fill:url(#b)}</style>", Forbidden::Sheet),
        ("<rect width=\"9\" height=\"9\" style=\"filter:blur(5px)\"/>", Forbidden::Filter),
        ("<style>rect{filter:blur(5px)}</style><rect width=\"9\" height=\"9\"/>", Forbidden::Filter),
    ] {
        let fault = fault(content, content);
        assert_eq!((fault, fault.code()), (LogoFault::SvgForbidden(what), "logo_svg_forbidden"), "{content}");
    }
    assert_eq!(
        LogoFault::SvgForbidden(Forbidden::Text).to_string(),
        "The SVG picture has a text (convert it to paths), which a logo must not have."
    );
}

#[test]
fn nothing_out_of_the_file_is_opened() {
    for target in
        ["http://127.0.0.1/a.svg#b", "file:///etc/passwd", "data:image/svg+xml,<a/>", "/etc/passwd", "a.svg#b", ""]
    {
        let target = target.replace('<', "&lt;");
        for content in [
            format!("<use href=\"{target}\"/>"),
            format!("<use xlink:href=\"{target}\"/>"),
            format!("<linearGradient xlink:href=\"{target}\"/>"),
            format!("<rect fill=\"url({target})\"/>"),
            format!("<rect style=\"fill: url( '{target}' )\"/>"),
            format!("<style>rect{{fill:url({target})}}</style>"),
        ] {
            assert_eq!(fault(&content, &content), LogoFault::SvgForbidden(Forbidden::Reference), "{content}");
        }
    }
    for content in ["<image xlink:href=\"/etc/passwd\"/>", "<image href=\"http://127.0.0.1/\"/>"] {
        assert!(matches!(fault(content, content), LogoFault::SvgForbidden(_)));
    }
}

#[test]
fn entities_and_instructions_are_refused() {
    let laughs: String =
        (1..10).map(|at| format!("<!ENTITY a{at} \"{}\">", format!("&a{};", at - 1).repeat(10))).collect();
    for file in [
        format!(
            "<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY a0 \"ha\">{laughs}]><svg xmlns=\"http://www.w3.org/2000/svg\">&a9;</svg>"
        ),
        "<!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><svg>&x;</svg>".to_owned(),
        "<!DOCTYPE svg><!DOCTYPE svg><svg/>".to_owned(),
    ] {
        assert_eq!(read("entities", file.as_bytes()).unwrap_err(), LogoFault::SvgForbidden(Forbidden::Definitions));
    }
    let file = b"<?xml-stylesheet href=\"http://127.0.0.1/a.css\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>";
    assert_eq!(read("instruction", file).unwrap_err(), LogoFault::SvgForbidden(Forbidden::Instruction));
}

#[test]
fn what_refers_to_itself_or_to_more_and_more_is_refused() {
    let doubled = |open: &str, close: &str, link: &str| -> String {
        let levels = (0..25).map(|at| {
            let links = link.replace('#', &format!("#a{}", at + 1)).repeat(2);
            format!("{} id=\"a{at}\">{links}{close}", open)
        });
        levels.collect::<String>() + "<rect id=\"a25\" width=\"9\" height=\"9\"/>"
    };
    let cases = [
        ("use", doubled("<g", "</g>", "<use href=\"#\"/>")),
        ("clip", doubled("<clipPath", "</clipPath>", "<rect width=\"9\" height=\"9\" clip-path=\"url(#)\"/>")),
        ("mask", doubled("<mask", "</mask>", "<rect width=\"9\" height=\"9\" style=\"mask:url(#)\"/>")),
        ("self use", "<g id=\"a\"><use href=\"#a\"/></g>".to_owned()),
        ("two uses", "<g id=\"a\"><use href=\"#b\"/></g><g id=\"b\"><use href=\"#a\"/></g>".to_owned()),
        ("self mask", "<mask id=\"a\"><rect mask=\"url(#a)\" width=\"9\" height=\"9\"/></mask>".to_owned()),
        (
            "self gradient",
            "<linearGradient id=\"a\" href=\"#a\"/><rect fill=\"url(#a)\" width=\"9\" height=\"9\"/>".to_owned(),
        ),
        ("by a sheet", {
            let rules: String = (0..25).map(|at| format!(".c{at}{{clip-path:url(#k{at})}}")).collect();
            let clips: String = (0..25)
                .map(|at| {
                    format!(
                        "<clipPath id=\"k{at}\">{}</clipPath>",
                        format!("<path class=\"c{}\" d=\"M0 0h9v9z\"/>", at + 1).repeat(2)
                    )
                })
                .collect();
            format!("<style>{rules}</style>{clips}<rect class=\"c0\" width=\"9\" height=\"9\"/>")
        }),
    ];
    for (name, content) in cases {
        assert_eq!(fault(name, &content), LogoFault::SvgTooComplex, "{name}");
    }
}

/// Drawing programs note a name of their own beside the plain one. What draws it goes by the plain one, in a circle without end.
#[test]
fn what_has_two_names_is_followed_by_each() {
    let frames = [("mask", "<mask"), ("clip-path", "<clipPath clipPathUnits=\"objectBoundingBox\"")];
    for (link, frame) in frames {
        for both in ["n:id=\"n-ID\" id=\"ID\"", "id=\"ID\" n:id=\"n-ID\""] {
            let one = |id: &str, next: &str| {
                let (named, end) = (both.replace("ID", id), frame.split(' ').next().unwrap().replace('<', "</"));
                format!("{frame} {named}><rect width=\"9\" height=\"9\" {link}=\"url(#{next})\"/>{end}>")
            };
            let circle = one("a", "b") + &one("b", "c") + &one("c", "a");
            let drawn = format!("<g xmlns:n=\"urn:n\">{circle}<rect width=\"9\" height=\"9\" {link}=\"url(#a)\"/></g>");
            assert_eq!(fault(link, &drawn), LogoFault::SvgTooComplex, "{drawn}");
        }
    }
    let named = "<linearGradient xmlns:n=\"urn:n\" n:id=\"Paint\" id=\"a\"><stop stop-color=\"red\"/></linearGradient>\
        <rect width=\"50\" height=\"50\" fill=\"url(#a)\"/>";
    read("named", &svg(named)).unwrap();
}

/// Where a name ends is read in several ways: each of these is one mask to us, and three in a circle to what draws them.
#[test]
fn a_reference_that_others_read_otherwise_is_refused() {
    for (id, link) in [
        ("ID)", "url('#ID)')"),
        ("ID&#160;", "url(#ID&#160;)"),
        ("ID&#8232;", "url(#ID&#8232;)"),
        ("ID&#10;", "url(#ID&#10;)"),
        ("ID&#9;", "url(&#9;#ID&#9;)"),
        ("ID&quot;", "url(#ID&quot;)"),
        ("(ID", "url(#(ID)"),
    ] {
        let one = |id_of: &str, next: &str| {
            let (id, link) = (id.replace("ID", id_of), link.replace("ID", next));
            format!("<g id=\"{id_of}\"/><mask id=\"{id}\"><rect width=\"9\" height=\"9\" mask=\"{link}\"/></mask>")
        };
        let circle = one("a", "b") + &one("b", "c") + &one("c", "a");
        let drawn = format!("{circle}<rect width=\"9\" height=\"9\" mask=\"{}\"/>", link.replace("ID", "a"));
        assert_eq!(fault(id, &drawn), LogoFault::SvgForbidden(Forbidden::Reference), "{drawn}");
    }
    for href in ["#a&#10;", "#a&#10;b", "#a&#160;", "#", "#a b"] {
        let drawn = format!("<g id=\"a\"/><g id=\"a&#160;\"><use href=\"{href}\"/></g>");
        assert_eq!(fault(href, &drawn), LogoFault::SvgForbidden(Forbidden::Reference), "{href}");
    }
}

#[test]
fn a_reference_to_nothing_in_the_file_is_refused() {
    for content in ["<use href=\"#a\"/>", "<rect fill=\"url(#a) red\"/>", "<style>rect{fill:url(#a)}</style><rect/>"] {
        assert_eq!(fault(content, content), LogoFault::SvgForbidden(Forbidden::Reference), "{content}");
    }
}

#[test]
fn what_is_too_deep_or_too_much_is_refused() {
    let circle = "<circle cx=\"50\" cy=\"50\" r=\"50\" fill=\"red\" opacity=\".5\"/>";
    let zigzag: String = (0..60_000).map(|at| format!("L{} {}", at % 97, at % 2 * 100)).collect();
    let cases = [
        ("deep", "<g>".repeat(50_000) + &"</g>".repeat(50_000)),
        ("deep and open", "<g>".repeat(100_000)),
        ("many elements", "<g/>".repeat(100_000)),
        ("many attributes", format!("<g {}/>", (0..50_000).map(|at| format!("a{at}=\"\" ")).collect::<String>())),
        ("many layers", circle.repeat(6_000)),
        ("many edges", format!("<path d=\"M0 0{zigzag}\"/>")),
        (
            "many edges of a stroke",
            format!("<path fill=\"none\" stroke=\"red\" stroke-width=\"90\" d=\"M0 0{zigzag}\"/>"),
        ),
        (
            "many dashes",
            "<path fill=\"none\" stroke=\"red\" stroke-dasharray=\"0.0001\" d=\"M0 0L100 100\"/>".to_owned(),
        ),
        ("many rules", format!("<style>{}</style>", (0..5_000).map(|at| format!(".c{at}{{}}")).collect::<String>())),
        ("selectors", format!("<style>{}b{{}}</style>", "a ".repeat(30))),
        ("many colours", format!("<radialGradient>{}</radialGradient>", "<stop/>".repeat(5_000))),
    ];
    for (name, content) in cases {
        assert_eq!(fault(name, &content), LogoFault::SvgTooComplex, "{name}");
    }
}

#[test]
fn what_stays_just_within_the_bounds_is_drawn_in_time() {
    let path = "<path fill=\"red\" d=\"M0 0H100V100H0Z\"/>";
    let gradient = "<linearGradient id=\"a\"><stop stop-color=\"red\"/><stop offset=\"1\"/></linearGradient>\
        <radialGradient id=\"b\"><stop stop-color=\"red\"/><stop offset=\"1\"/></radialGradient>";
    let zigzag = |count: usize| -> String { (0..count).map(|at| format!("L{} {}", at % 97, at % 2 * 100)).collect() };
    let nested = |attribute: &str| format!("{}{path}{}", format!("<g {attribute}>").repeat(25), "</g>".repeat(25));
    let cases = [
        ("shapes", path.repeat(140)),
        ("gradients", format!("{gradient}{}", path.replace("red", "url(#b)").repeat(24))),
        ("half seen", path.replace("/>", " fill-opacity=\".5\"/>").repeat(140)),
        ("edges", format!("<path d=\"M0 0{}\"/>", zigzag(32_000))),
        ("stroke", format!("<path fill=\"none\" stroke=\"red\" stroke-linejoin=\"round\" d=\"M0 0{}\"/>", zigzag(4_000))),
        ("wide stroke", format!("<path fill=\"none\" stroke=\"red\" stroke-width=\"60\" stroke-linejoin=\"round\" d=\"M0 0{}\"/>", zigzag(4_000))),
        ("dashes", "<circle cx=\"50\" cy=\"50\" r=\"50\" fill=\"none\" stroke=\"red\" stroke-linecap=\"round\" stroke-dasharray=\".08\"/>".to_owned()),
        ("layers", nested("opacity=\".9\"")),
        ("blends", nested("style=\"mix-blend-mode:luminosity\"")),
        ("masks", {
            let masks: String = (0..8)
                .map(|at| format!("<mask id=\"m{at}\" width=\"2\" height=\"2\"><g mask=\"url(#m{})\">{path}</g></mask>", at + 1))
                .collect();
            format!("{masks}<g mask=\"url(#m0)\">{path}</g>")
        }),
        ("small layers", "<path opacity=\".5\" d=\"M1 1h1v1z\"/>".repeat(7_000)),
        ("many small shapes", "<path d=\"M1 1h1v1z\"/>".repeat(9_000)),
        ("one path of small shapes", format!("<path d=\"{}\"/>", "M1 1h1v1z".repeat(30_000))),
        ("rules", format!("<style>{}</style>{}", (0..250).map(|at| format!("g .c{at}{{fill:red}}")).collect::<String>(), "<path d=\"M1 1h1v1z\" class=\"c1\"/>".repeat(9_000))),
    ];
    for (name, content) in cases {
        read(name, &svg(&content)).ok();
    }
}

#[test]
fn what_cannot_be_counted_is_no_matter() {
    for sides in [
        "width=\"0\" height=\"1\"",
        "width=\"-1\" height=\"1\"",
        "width=\"1e38\" height=\"1e38\"",
        "width=\"1e-38\" height=\"1e38\"",
        "width=\"NaN\" height=\"inf\"",
        "viewBox=\"0 0 0 0\"",
        "viewBox=\"-1e38 -1e38 1e38 1e38\"",
    ] {
        for shape in [
            "d=\"M0 0H1e38V1e38Z\"",
            "d=\"M0 0\"",
            "d=\"M0 0A1e-30 1e30 9 1 1 1e9 3\"",
            "transform=\"scale(1e20)\" d=\"M0 0h9v9z\"",
            "stroke=\"red\" stroke-width=\"1e30\" d=\"M0 0L9 9\"",
            "stroke=\"red\" stroke-dasharray=\"1e-30 1e30\" d=\"M0 0L1e30 9\"",
        ] {
            let file = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" {sides}><path {shape}/></svg>");
            read(&format!("{sides} {shape}"), file.as_bytes()).ok();
        }
    }
}

#[test]
fn what_is_no_svg_after_all_is_damaged() {
    for file in [
        "<svg",
        "<svg></g>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><g></svg>",
        "<html><svg/></html>",
        "<svg xmlns=\"urn:other\"/>",
    ] {
        assert_eq!(read(file, file.as_bytes()).unwrap_err(), LogoFault::SvgBroken, "{file}");
    }
    assert_eq!(fault("nothing", ""), LogoFault::Blank);
}

#[test]
fn whatever_a_byte_becomes_nothing_breaks_but_the_drawing() {
    let file = svg(
        "<defs><linearGradient id=\"a\"><stop stop-color=\"red\"/></linearGradient><clipPath id=\"b\"><circle r=\"40\"/></clipPath>\
        <style>.c{fill:url(#a);stroke-dasharray:1 2}</style></defs><g clip-path=\"url(#b)\" transform=\"rotate(9)scale(2)\">\
        <path class=\"c\" stroke=\"#123456\" d=\"M1 2C3 4 5 6 7 8S1 2 3 4A5 6 7 1 0 8 9z\"/></g>",
    );
    for (at, byte) in noise(60).into_iter().enumerate() {
        let mut other = file.clone();
        let place = (at * file.len() / 60 + usize::from(byte % 8)).min(file.len() - 1);
        other[place] = b"<>\"'#&(%-9eE. /;"[usize::from(byte >> 4)];
        read("changed", &other).ok();
        read("cut", &file[..place]).unwrap_err();
    }
}
