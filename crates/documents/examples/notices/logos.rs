// SPDX-License-Identifier: AGPL-3.0-or-later
//! Logos to print: a square one, a wide one and a tall one, drawn and in pixels.

use tramite_documents::notice::Logo;

/// A shield with a tower; the rest of its sheet is empty.
const SHIELD: &str = "<path d=\"M4 4H96V60Q96 92 50 116Q4 92 4 60Z\" fill=\"url(#sky)\" stroke=\"#7a5c00\" stroke-width=\"4\"/>\
    <path d=\"M30 84V40h8v-8h6v8h12v-8h6v8h8V84Z\" fill=\"#a33\"/><path d=\"M44 84V66a6 6 0 0 1 12 0V84Z\" fill=\"#222\"/>";
const SKY: &str = "<defs><linearGradient id=\"sky\" x2=\"0\" y2=\"1\"><stop stop-color=\"#fff\"/>\
    <stop offset=\"1\" stop-color=\"#3a7bc8\"/></linearGradient></defs>";

/// How many logos there are.
pub(crate) const LOGOS: usize = 4;

/// The logo of the notice at a place, or none: a step that meets no length of the cycles of models, languages and texts, so that each
/// meets each logo.
pub(crate) fn logo(logos: &[Option<Logo>; LOGOS], place: usize) -> Option<Logo> {
    logos[(place / 7 + place) % LOGOS].clone()
}

/// All of them, and no logo at all; each is read once, as a batch of notices would.
pub(crate) fn logos() -> [Option<Logo>; LOGOS] {
    let drawn = |sides: &str, content: &str| {
        let file = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{sides}\">{SKY}{content}</svg>");
        Logo::read(file.as_bytes()).unwrap()
    };
    let lines = "<path d=\"M120 30h330v16H120zM120 62h250v10H120zM120 86h290v10H120z\" fill=\"#06c\"/>";
    let column = "<path d=\"M20 126h60v14H20zM20 150h60v14H20zM20 174h60v90H20z\" fill=\"#063\"/>";
    // What is kept is read back, as it is where it is kept.
    let square = Logo::kept(drawn("0 0 120 120", SHIELD).png()).unwrap();
    let wide = drawn("0 0 460 120", &format!("{SHIELD}{lines}"));
    let tall = drawn("0 0 100 270", &format!("{SHIELD}{column}"));
    [None, Some(square), Some(wide), Some(tall)]
}
