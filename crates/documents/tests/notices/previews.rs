// SPDX-License-Identifier: AGPL-3.0-or-later
//! Pages as pictures.

use std::io::Cursor;

use png::{ColorType, Decoder, PixelDimensions, Unit};
use quick_xml::Reader;
use quick_xml::events::Event;
use tramite_documents::notice::{Layout, NoticeStyle, PreviewWidth, notice_layout};
use tramite_domain::printed_notice::NoticeLanguage;
use tramite_domain::text::Text;

use crate::logos::logo;
use crate::support::{LANGUAGES, installments, layout, notice, single, style};

/// The elements and attributes that a page may have: none loads anything, none runs.
const ELEMENTS: [&str; 9] = ["svg", "title", "desc", "defs", "path", "rect", "use", "g", "image"];

fn with_logo() -> Layout {
    let style = NoticeStyle { logo: Some(logo(3, 2)), ..style(NoticeLanguage::ItDe) };
    notice_layout(&notice(installments(true, 3, true)), &style).unwrap()
}

/// The elements of an SVG with their attributes.
fn elements(svg: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut reader = Reader::from_str(svg);
    let mut all = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    (attribute.key.as_ref().to_owned(), attribute.value.into_owned())
                });
                all.push((element.name().as_ref().to_owned(), attributes.collect()));
            }
            Event::Eof => return all,
            _ => {}
        }
    }
}

#[test]
fn an_svg_needs_nothing_but_itself() {
    let layout = with_logo();
    for page in 0..layout.page_count() {
        let svg = layout.svg(page).unwrap().unwrap();
        let mut outlines = Vec::new();
        for (name, attributes) in elements(&svg) {
            assert!(ELEMENTS.contains(&name.as_str()), "{name}");
            for (key, value) in attributes {
                match (name.as_str(), key.as_str()) {
                    ("path", "id") => outlines.push(format!("#{value}")),
                    ("use", "href") => assert!(outlines.contains(&value), "{value} is used before it is there"),
                    ("image", "href") => assert!(value.starts_with("data:image/png;base64,iVBORw0KGgo"), "{value}"),
                    (_, key) => assert!(!key.starts_with("on") && key != "style" && key != "href", "{key}"),
                }
            }
        }
        assert!(!outlines.is_empty());
        assert_eq!(svg.matches("<image").count(), 1);
    }
}

#[test]
fn an_svg_is_a_sheet_of_paper_in_millimetres() {
    let svg = layout(&notice(single(true)), NoticeLanguage::It).svg(0).unwrap().unwrap();
    let start = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"210mm\" height=\"297mm\" viewBox=\"0 0 210 297\" role=\"img\" lang=\"it\"";
    assert!(svg.starts_with(start), "{svg}");
    assert!(svg.contains("<rect width=\"210\" height=\"297\" fill=\"#fff\"/>"));
}

#[test]
fn an_svg_says_in_words_what_stands_on_its_page() {
    let layout = layout(&notice(installments(true, 3, true)), NoticeLanguage::ItEn);
    let told = |page| {
        let svg = layout.svg(page).unwrap().unwrap();
        let (_, rest) = svg.split_once("<desc id=\"text-").unwrap();
        rest.split_once("</desc>").unwrap().0.to_owned()
    };
    let (first, second) = (told(0), told(1));
    for words in ["Mario Niccolò Rossi", "1.020,99", "1,020.99", "3050 0000 0001 2345 86", "How much and when to pay?"]
    {
        assert!(first.contains(words), "{words} is not in {first}");
    }
    assert!(!second.contains("Mario Niccolò Rossi Via") && second.contains("Bollettino"), "{second}");
}

#[test]
fn what_a_notice_says_cannot_write_into_the_svg() {
    let mut notice = notice(single(false));
    notice.subject = Text::new("</title><script>alert('1')</script>&amp;\" ]]> <!--").unwrap();
    notice.creditor.name = Text::new("<g onload=\"x\">&#0;").unwrap();
    let svg = layout(&notice, NoticeLanguage::It).svg(0).unwrap().unwrap();
    assert!(elements(&svg).iter().all(|(name, _)| ELEMENTS.contains(&name.as_str())));
    assert!(svg.contains("&lt;/title&gt;&lt;script&gt;") && svg.contains("&amp;amp;&quot; ]]&gt; &lt;!--"));
}

#[test]
fn the_same_page_is_the_same_picture() {
    for language in LANGUAGES {
        let one = layout(&notice(single(true)), language);
        let other = layout(&notice(single(true)), language);
        assert_eq!(one.svg(0).unwrap(), other.svg(0).unwrap());
        assert_eq!(one.png(0, PreviewWidth::MIN).unwrap(), other.png(0, PreviewWidth::MIN).unwrap());
    }
}

#[test]
fn a_page_that_is_not_there_has_no_picture() {
    let layout = layout(&notice(single(false)), NoticeLanguage::It);
    assert_eq!(layout.svg(1).unwrap(), None);
    assert_eq!(layout.png(usize::MAX, PreviewWidth::DEFAULT).unwrap(), None);
}

#[test]
fn a_png_is_a_whole_page_of_the_width_that_was_asked_for_and_tells_its_resolution() {
    let layout = with_logo();
    for (width, height, per_metre) in [(200, 283, 952), (1_240, 1_754, 5_905), (2_480, 3_508, 11_810)] {
        let file = layout.png(0, PreviewWidth::new(width).unwrap()).unwrap().unwrap();
        let reader = Decoder::new(Cursor::new(file)).read_info().unwrap();
        let info = reader.info();
        assert_eq!((info.width, info.height, info.color_type), (width, height, ColorType::Rgb));
        let PixelDimensions { xppu, yppu, unit } = info.pixel_dims.unwrap();
        assert_eq!((xppu, yppu, unit), (per_metre, per_metre, Unit::Meter));
    }
    for pixels in [0, 199, 2_481, u32::MAX] {
        assert_eq!(PreviewWidth::new(pixels), None);
    }
}

#[test]
fn a_code_has_its_modules_in_the_png() {
    let layout = layout(&notice(single(true)), NoticeLanguage::It);
    let file = layout.png(0, PreviewWidth::DEFAULT).unwrap().unwrap();
    let mut reader = Decoder::new(Cursor::new(file)).read_info().unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut samples).unwrap();
    let level = |x: usize, y: usize| samples[(y * 1_240 + x) * 3];
    for code in layout.codes() {
        // The middle of a module, in pixels: 1,240 are 210,000 micrometres.
        let side = code.area.width().get();
        let middle = |start: i32, module: usize| {
            let place = i64::from(start)
                + i64::from(side) * (2 * i64::try_from(module).unwrap() + 1) / (2 * i64::try_from(code.width).unwrap());
            usize::try_from(place * 1_240 / 210_000).unwrap()
        };
        for (at, dark) in code.modules.iter().enumerate() {
            let (row, column) = (at / code.width, at % code.width);
            let seen = level(middle(code.area.left.get(), column), middle(code.area.top.get(), row));
            assert_eq!(seen < 128, *dark, "{:?} {row} {column}: {seen}", code.kind);
        }
    }
}
