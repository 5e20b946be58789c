// SPDX-License-Identifier: AGPL-3.0-or-later
//! SVGs of few bytes that would be many once they are made plain: what is heavy is referred to, inherited or matched often.

use tramite_documents::logo::{Forbidden, LogoFault};

use crate::bounded::read;
use crate::support::{pixels, svg};

/// A path of so many points.
fn heavy(points: usize) -> String {
    format!("<path id=\"p\" d=\"M0 0{}\"/>", "h1v1".repeat(points / 2))
}

fn all_are_refused(cases: &[(&str, String)], fault: LogoFault) {
    for (name, content) in cases {
        assert_eq!(read(name, &svg(content)).unwrap_err(), fault, "{name}");
    }
}

#[test]
fn a_heavy_path_is_not_drawn_again_and_again() {
    let heavy = heavy(200_000);
    let uses = |id: &str, count: usize| format!("<use href=\"#{id}\"/>").repeat(count);
    let shapes = |attribute: &str| format!("<rect width=\"9\" height=\"9\" {attribute}/>").repeat(250);
    let cases = [
        ("flat", format!("<defs>{heavy}</defs>{}", uses("p", 250))),
        ("nested", format!("<defs>{heavy}<g id=\"g\">{}</g></defs>{}", uses("p", 100), uses("g", 100))),
        ("symbol", format!("<symbol id=\"s\">{heavy}</symbol>{}", uses("s", 250))),
        ("nested svg", format!("<svg id=\"s\">{heavy}</svg>{}", uses("s", 250))),
        (
            "clip",
            format!(
                "<clipPath id=\"c\" clipPathUnits=\"objectBoundingBox\">{heavy}</clipPath>{}",
                shapes("clip-path=\"url(#c)\"")
            ),
        ),
        ("mask", format!("<mask id=\"m\">{heavy}</mask>{}", shapes("mask=\"url(#m)\""))),
        (
            "chain",
            format!(
                "<mask id=\"m\">{heavy}</mask><symbol id=\"s\"><g mask=\"url(#m)\"><path d=\"M0 0h9v9\"/></g></symbol>{}",
                uses("s", 250)
            ),
        ),
        (
            "mask by a sheet",
            format!("<style>.c{{mask:url(#m)}}</style><mask id=\"m\">{heavy}</mask>{}", shapes("class=\"c\"")),
        ),
        ("points", format!("<polygon id=\"p\" points=\"{}\"/>{}", "1 2 ".repeat(100_000), uses("p", 250))),
    ];
    all_are_refused(&cases, LogoFault::SvgTooComplex);
}

#[test]
fn what_is_inherited_is_not_multiplied() {
    let heavy = heavy(100_000);
    let lines = "<path d=\"M0 0h9v9\"/>".repeat(5_000);
    let inherit = |attribute: &str| format!("<path {attribute} d=\"M0 0h9v9\"/>").repeat(2_000);
    let stops = "<stop/>".repeat(60);
    let cases = [
        ("dashes", format!("<g stroke=\"red\" stroke-dasharray=\"{}\">{lines}</g>", "1 ".repeat(150_000))),
        (
            "dashes in a style",
            format!("<g stroke=\"red\" style=\"stroke-dasharray:{}\">{lines}</g>", "1 ".repeat(150_000)),
        ),
        (
            "dashes in a sheet",
            format!("<style>g{{stroke:red;stroke-dasharray:{}}}</style><g>{lines}</g>", "1 ".repeat(30_000)),
        ),
        ("mask", format!("<mask id=\"m\">{heavy}</mask><g mask=\"url(#m)\">{}</g>", inherit("mask=\"inherit\""))),
        (
            "mask in a style",
            format!("<mask id=\"m\">{heavy}</mask><g mask=\"url(#m)\">{}</g>", inherit("style=\"mask : inherit\"")),
        ),
        (
            "clip",
            format!(
                "<clipPath id=\"c\" clipPathUnits=\"objectBoundingBox\">{heavy}</clipPath><g clip-path=\"url(#c)\">{}</g>",
                inherit("clip-path=\"inherit\"")
            ),
        ),
        (
            "gradients",
            format!(
                "<linearGradient id=\"a\">{stops}</linearGradient><g fill=\"url(#a)\" stroke=\"url(#a)\">{lines}</g>"
            ),
        ),
        (
            "gradients of gradients",
            format!(
                "<linearGradient id=\"a\" href=\"#b\"/><linearGradient id=\"b\" href=\"#c\"/><linearGradient id=\"c\">{stops}</linearGradient>\
                <symbol id=\"s\" fill=\"url(#a)\">{}</symbol>{}",
                "<path d=\"M0 0h9v9\"/>".repeat(100),
                "<use href=\"#s\"/>".repeat(100)
            ),
        ),
    ];
    all_are_refused(&cases, LogoFault::SvgTooComplex);
    let sheet = format!(
        "<style>path{{mask:inherit}}</style><mask id=\"m\">{heavy}</mask><g mask=\"url(#m)\">{}</g>",
        inherit("")
    );
    all_are_refused(&[("mask in a sheet", sheet)], LogoFault::SvgForbidden(Forbidden::Sheet));
}

#[test]
fn what_is_referred_to_is_looked_for_only_where_there_is_little_of_it() {
    let references = |count: usize| "url(#e)".repeat(count);
    let groups = |count: usize| "<g id=\"e\"/>".repeat(count);
    let noted = format!(
        "<metadata data-x=\"{}\"><g id=\"e\"/><clipPath id=\"t\"/></metadata>{}",
        references(45_000),
        format!("<g clip-path=\"url(#t)\" fill=\"{}\"/>", "url(#t)".repeat(28)).repeat(400)
    );
    let cases = [
        ("many references to many of one id", format!("<path data-x=\"{}\"/>{}", references(5_000), groups(9_000))),
        ("many references", format!("<path data-x=\"{}\" d=\"M0 0h1v1z\"/>{}", references(65), groups(1))),
        ("many of one id", format!("<path d=\"M0 0h1v1z\"/>{}", groups(9))),
        ("references of what is not drawn, around what is clipped", noted),
    ];
    all_are_refused(&cases, LogoFault::SvgTooComplex);
    let few = format!("<path data-x=\"{}\" d=\"M0 0h1v1z\"/>{}", references(64), groups(8));
    assert!(read("few", &svg(&few)).is_ok());
}

#[test]
fn classes_and_rules_are_not_compared_without_end() {
    let uses = "<use href=\"#p\"/>".repeat(9_000);
    let rules = |count: usize| -> String { (0..count).map(|at| format!(".c{at}{{fill:red}}")).collect() };
    let none = "url(#none) ".repeat(5_000);
    let classes: String = (0..60).map(|at| format!("d{at} ")).collect();
    let cases = [
        (
            "classes",
            format!(
                "<style>{}</style><path id=\"p\" class=\"{}\" d=\"M0 0h9v9\"/>{uses}",
                rules(400),
                "a ".repeat(150_000)
            ),
        ),
        (
            "classes above",
            format!(
                "<style>{}</style>{}<path id=\"p\" class=\"c\" d=\"M0 0h9v9\"/>{}{uses}",
                (0..500).map(|at| format!(".e{at} .c{{fill:red}}")).collect::<String>(),
                format!("<g class=\"{classes}\">").repeat(25),
                "</g>".repeat(25)
            ),
        ),
        (
            "targets of a rule",
            format!("<style>.c{{fill:{none}}}</style><path id=\"p\" class=\"c\" d=\"M0 0h9v9\"/>{uses}"),
        ),
        ("targets of a style", format!("<path id=\"p\" style=\"fill:{none}\" d=\"M0 0h9v9\"/>{uses}")),
        (
            "many targets of a rule",
            format!(
                "<style>.c{{{}}}</style><path id=\"p\" class=\"c\" d=\"M0 0h9v9\"/>{uses}",
                "fill:url(#none);".repeat(4_000)
            ),
        ),
        (
            "many values of a style",
            format!("<path id=\"p\" style=\"{}\" d=\"M0 0h9v9\"/>{uses}", "fill:red;".repeat(40_000)),
        ),
        ("values of many selectors", format!("<style>{}a{{{}}}</style>", "a,".repeat(500), "a:b;".repeat(15_000))),
        ("marks of a selector", format!("<style>{}{{fill:red}}</style>", ".a".repeat(30_000))),
        ("comments", format!("<g id=\"p\">{}</g>{uses}", "<!---->".repeat(30_000))),
        ("notes", format!("<g id=\"p\"><metadata>{}</metadata></g>{}", "<a/>".repeat(4_000), uses)),
    ];
    all_are_refused(&cases, LogoFault::SvgTooComplex);
}

#[test]
fn a_sheet_says_the_same_to_all_who_read_it() {
    let mask = "<mask id=\"m\"><rect width=\"9\" height=\"9\"/></mask><rect width=\"9\" height=\"9\" class=\"c\"/>";
    for sheet in [
        ".c{x:'}';mask:url(#m)}",
        ".c{x:'/*';mask:url(#m);y:'*/'}",
        ".c{x:y(/*);mask:url(#m);y:z(*/)}",
        ".c{x:y(}.d{z:u);mask:url(#m)}",
        ".c{x:y{z}mask:url(#m)}",
        "/*</style><style>.c{mask:url(#m)}",
        "a</style><style>rect{mask:url(#m)}</style><style>b",
        "[d~=a]{fill:red}",
        "a+b{fill:red}",
    ] {
        let fault = read(sheet, &svg(&format!("<style>{sheet}</style>{mask}"))).unwrap_err();
        assert_eq!(fault, LogoFault::SvgForbidden(Forbidden::Sheet), "{sheet}");
    }
}

#[test]
fn an_arc_of_a_vast_circle_is_not_cut_into_millions_of_pieces() {
    let cases = [
        "<circle r=\"1e38\"/>",
        "<circle r=\"100000000000000000000000000000000000000\"/>",
        "<ellipse rx=\"1e30\" ry=\"1\"/>",
        "<rect width=\"3e38\" height=\"3e38\" rx=\"1e38\"/>",
        "<path d=\"M0 0A1e300 1e300 0 1 1 9 9\"/>",
        "<path d=\"M0 0A1e30,1e30 0 1 1 9 9\"/>",
        "<g font-size=\"1e30\"><circle r=\"9em\"/></g>",
        "<svg viewBox=\"0 0 1e38 1e38\"><circle r=\"50%\"/></svg>",
        "<symbol id=\"s\"><circle r=\"50%\"/></symbol><use href=\"#s\" width=\"1000000%\" height=\"1000000%\"/>",
    ];
    for content in cases {
        assert_eq!(read(content, &svg(content)).unwrap_err(), LogoFault::SvgTooComplex, "{content}");
    }
}

#[test]
fn what_is_as_heavy_as_may_be_takes_little_room_and_time() {
    let uses = |id: &str, count: usize| format!("<use href=\"#{id}\"/>").repeat(count);
    let nested = |shape: &str| format!("<defs>{shape}<g id=\"g\">{}</g></defs>{}", uses("p", 100), uses("g", 130));
    let stops = "<stop offset=\".1\"/><stop offset=\".2\" stop-color=\"red\"/>";
    let gradient = format!("<linearGradient id=\"a\">{stops}</linearGradient>");
    let cases = [
        ("path", format!("<defs>{}</defs>{}", heavy(100_000), uses("p", 13))),
        (
            "stroked path",
            format!("<defs stroke=\"red\">{}</defs><g stroke=\"red\">{}</g>", heavy(100_000), uses("p", 13)),
        ),
        ("arcs", format!("<path d=\"M0 0{}\"/>", "a1e5 1e5 0 111 1 ".repeat(28_000))),
        ("wide arcs", format!("<path d=\"M0 0{}\"/>", "a1 1e9 0 111e4 1 ".repeat(3_000))),
        ("circles", nested("<circle id=\"p\" r=\"9999999in\"/>")),
        ("small shapes", nested("<path id=\"p\" d=\"M0 0h1v1\"/>")),
        (
            "gradients",
            gradient.clone() + &nested("<path id=\"p\" fill=\"url(#a)\" stroke=\"url(#a)\" d=\"M0 0h1v1\"/>"),
        ),
        (
            "inherited gradients",
            format!("{gradient}<g fill=\"url(#a)\" stroke=\"url(#a)\">{}</g>", "<path d=\"M0 0h1v1\"/>".repeat(7_000)),
        ),
        (
            "dashes",
            format!(
                "<g stroke=\"red\" stroke-dasharray=\"{}\">{}</g>",
                "1 ".repeat(128),
                nested("<path id=\"p\" d=\"M0 0h1\"/>")
            ),
        ),
        ("symbols", format!("<symbol id=\"p\"><path d=\"M0 0h1v1\"/></symbol>{}", uses("p", 9_900))),
        (
            "clips",
            format!(
                "<clipPath id=\"c\" clipPathUnits=\"objectBoundingBox\"><path d=\"M0 0h1v1\"/></clipPath>{}",
                nested("<path id=\"p\" clip-path=\"url(#c)\" d=\"M0 0h1v1\"/>")
            ),
        ),
        (
            "rules",
            format!(
                "<style>{}</style>{}",
                (0..500).map(|at| format!(".a{at} .c{{fill:red}}")).collect::<String>(),
                "<path class=\"c\" d=\"M0 0h1\"/>".repeat(9_000)
            ),
        ),
    ];
    for (name, content) in cases {
        read(name, &svg(&content)).ok();
    }
}

#[test]
fn what_is_used_as_often_as_a_drawing_needs_is_drawn() {
    let stars = format!(
        "<style>/* stars (gold) */ .s{{fill:#fc0;font-family:'Open Sans'}} g .t{{stroke:none}}</style><defs>{}</defs>{}",
        heavy(400),
        (0..20).map(|at| format!("<g><use class=\"s t\" href=\"#p\" x=\"{at}\"/></g>")).collect::<String>()
    );
    assert!(read("stars", &svg(&stars)).is_ok());
    let frame = "<linearGradient id=\"a\"><stop stop-color=\"red\"/><stop offset=\"1\" stop-color=\"red\"/></linearGradient>\
        <clipPath id=\"c\"><circle cx=\"50%\" cy=\"50%\" r=\"100%\"/></clipPath><g style=\"fill:url(#a);stroke:inherit\" clip-path=\"url(#c)\">";
    let shapes = "<path d=\"M0 0h100v1h-100z\"/>".repeat(20) + "<path d=\"M0 0a1e-2 1e2 0 0 1 100 0v100h-100z\"/>";
    let logo = read("frame", &svg(&format!("{frame}{shapes}</g>"))).unwrap();
    assert_eq!(pixels(&logo)[709 * 354 + 354], [255, 0, 0]);
}
