# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must hold of one file: its form, its texts, where they stand, and its codes."""

import collections
import itertools
import pathlib
import re
import time

import inside
import marks
from printed import KINDS, Unreadable, plain, sheets, squeezed, tool

A4, A4_POINTS = (210.0, 297.0), (595.276, 841.89)
# A file with a code or two, and what each further code may add with all that is printed beside it.
BYTES_MAX, BYTES_A_CODE_MAX = 60_000, 12_000
# What a logo may add; it is in the file once, whatever the number of its pages.
BYTES_A_LOGO_MAX = 150_000
# In millimetres. What a font says of its height is more than it draws; of its width it is exact.
MARGIN, ABOVE, BESIDE = 10.0, 1.5, 0.2
# Two words stand on each other where they share that much: of the lower one's height, and in millimetres of width.
SHARED_HEIGHT, SHARED_WIDTH = 0.5, 0.35
PROFILES = ("2a", "ua1")
LENGTH_RULE = "PDFA2A-STREAM-LENGTH-001"
STREAM = re.compile(rb"<<[^\r\n]*?/Length (\d+)[^\r\n]*>>\s*stream\r?\n")


def faults(told, folder, second, coarse, until):
    """The faults of a file as (file, kind, what) and the seconds of each check; no seconds where time was over."""
    if time.monotonic() > until:
        return [], None
    path = pathlib.Path(folder) / told["file"]
    if not path.exists():
        return [(told["file"], "file", "it is not there")], {}
    checks = {"form": lambda: form(path, told), "alternatives": lambda: alternatives(path, told), "validators": lambda: validated(path),
              "texts": lambda: texts(path, told), "codes": lambda: marks.at_300(path, told)}
    if second:
        checks["second decoders"] = lambda: marks.second(path, told)
    if coarse:
        checks["150 dpi"] = lambda: marks.coarse(path, told)
    found, spent = [], {}
    for name, check in checks.items():
        begin = time.monotonic()
        try:
            found += [(told["file"], kind, what) for kind, what in check()]
        except Unreadable as error:
            # What reads it next would complain again.
            return [*found, (told["file"], "unreadable", str(error))], spent
        except Exception as error:  # A file that a reader cannot stand is a fault of the file, and the others are to be checked.
            found.append((told["file"], name, f"the check ended with {type(error).__name__}: {error}"))
        spent[name] = time.monotonic() - begin
    return found, spent


def form(path, told):
    tool("qpdf", "--check", path)
    size, codes = path.stat().st_size, len(told["qr"]) + len(told["data_matrix"])
    logos = 1 if told["logo"] else 0
    if size > BYTES_MAX + BYTES_A_CODE_MAX * max(codes - 2, 0) + BYTES_A_LOGO_MAX * logos:
        yield "size", f"{size} bytes with {codes} codes"
    said = tool("pdfinfo", path)
    info = dict(line.split(":", 1) for line in said.splitlines() if ":" in line)
    if (pages := int(info.get("Pages", "0"))) != told["pages"]:
        yield "pages", f"{pages} pages, not {told['pages']}"
    size = [float(number) for number in re.findall(r"[\d.]+", info.get("Page size", ""))[:2]]
    if len(size) != 2 or any(abs(is_ - want) > 0.5 for is_, want in zip(size, A4_POINTS)):
        yield "paper", f"not A4: {info.get('Page size', '').strip()}"
    yield from pixels(tool("pdfimages", "-list", path), told)
    said = tool("pdffonts", path)
    fonts = [line.split() for line in said.splitlines()[2:]]
    if not fonts:
        yield "fonts", "it has no fonts"
    for font in fonts:
        embedded, _, unicode = font[-5:-2]
        if (embedded, unicode) != ("yes", "yes"):
            yield "fonts", f"{font[0]}: embedded {embedded}, ToUnicode {unicode}"
    said = tool("pdfinfo", "-struct", path)
    figures = len(re.findall(r"^\s*Figure\b", said, re.MULTILINE))
    if figures != codes + logos:
        yield "figures", f"{figures} figures for {codes} codes and {logos} logos"


def alternatives(path, told):
    """Who does not see a code is told what it says, and of each its own."""
    stand, meant = inside.Inside(path).alternatives(), told["alternatives"]
    for place, (is_, want) in enumerate(itertools.zip_longest(stand, meant), 1):
        if is_ != want:
            yield "alternatives", f"figure {place} is told as “{is_}”, not as “{want}”"


def pixels(listed, told):
    """The logo on each page and no other picture: one object, which nothing shines through and no reader smooths."""
    images = [line.split() for line in listed.splitlines()[2:]]
    pages, wanted = [int(image[0]) for image in images], list(range(1, told["pages"] + 1)) if told["logo"] else []
    if pages != wanted:
        yield "pixels", f"images of pixels on pages {pages}, not on {wanted}"
    if len({image[10] for image in images}) > 1:
        yield "pixels", "the logo is in the file more than once"
    for image in images:
        if image[2] != "image" or image[7] != "8" or image[9] != "no":
            yield "pixels", f"not an opaque image of 8 bits: {' '.join(image)}"


def validated(path):
    import page

    for profile in PROFILES:
        rules = {}
        for failure in page.validate_pdf(path, profile=profile).failures:
            rules.setdefault(failure.rule_id, failure.message)
        if LENGTH_RULE in rules and lengths_right(path.read_bytes()):
            del rules[LENGTH_RULE]
        for rule, message in rules.items():
            yield f"PDF profile {profile}", f"{rule}: {message}"


def lengths_right(data):
    """Whether every stream is as long as it says. The validator takes a last byte 0x0D for a part of the line's end after it, and
    counts one too few; veraPDF does not."""
    place = 0
    while head := STREAM.search(data, place):
        place = head.end() + int(head[1])
        if not data.startswith(b"\nendstream", place):
            return False
    return place > 0


def texts(path, told):
    read = {"plain": plain(tool("pdftotext", path, "-")), "-layout": plain(tool("pdftotext", "-layout", path, "-"))}
    for way, text in read.items():
        for word, count in collections.Counter(told["words"]).items():
            # Beside another column the second line of a long number is not beside its first one.
            if " " in word and way == "-layout":
                continue
            spelt = r"\s+".join(re.escape(part) for part in plain(word).split(" "))
            times = len(re.findall(rf"(?<![\w.,/]){spelt}(?![\w/]|[.,]\d)", text))
            if times < count:
                yield "words", f"“{word}” stands {times} times in the text ({way}), not {count}"
    # In the order in which it was drawn, for there cells are not torn apart, and no line is joined with one beside it.
    read["-raw"] = plain(tool("pdftotext", "-raw", path, "-"))
    whole = squeezed(read["-raw"])
    for sentence, count in collections.Counter(told["sentences"]).items():
        if (times := whole.count(squeezed(sentence))) != count:
            yield "sentences", f"“{sentence}” stands {times} times in the text, not {count}"
    for text in told["texts"]:
        if squeezed(text) not in whole:
            yield "texts", f"“{text}” is not in the text"
    # And nothing else of their kind.
    for name, form_ in KINDS.items():
        meant = {found for word in told["words"] + told["sentences"] + told["texts"] for found in form_.findall(plain(word))}
        stand = {re.sub(r"\s+", " ", one) for way in ("plain", "-raw") for one in form_.findall(read[way])}
        for found in sorted(stand - meant):
            yield "words", f"the {name} {found} is printed and not meant"
    yield from places(sheets(path))


def places(pages):
    """Words out of the paper's margin, and words on words."""
    width, height = A4
    for number, words in enumerate(pages, 1):
        for left, top, right, bottom, word in words:
            if left < MARGIN - BESIDE or right > width - MARGIN + BESIDE or top < MARGIN - ABOVE or bottom > height - MARGIN + ABOVE:
                yield "margin", (f"“{word}” on page {number} is out of the margin: "
                                 + ", ".join(f"{side:.1f}" for side in (left, top, right, bottom)) + " mm")
        words.sort(key=lambda word: word[1])
        for place, one in enumerate(words):
            for other in itertools.takewhile(lambda other: other[1] < one[3], words[place + 1:]):
                across = min(one[2], other[2]) - max(one[0], other[0])
                down = min(one[3], other[3]) - max(one[1], other[1])
                lower = min(one[3] - one[1], other[3] - other[1])
                if across > SHARED_WIDTH and down > SHARED_HEIGHT * lower:
                    yield "overlap", f"“{one[4]}” and “{other[4]}” stand on each other on page {number}"
