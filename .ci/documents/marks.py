# SPDX-License-Identifier: AGPL-3.0-or-later
"""The codes of one file, as cameras and scanners see them: the paper is drawn as pixels, and decoders that share nothing with our
encoders read it."""

import re
import subprocess

import zxingcpp
from PIL import Image
from pylibdmtx import pylibdmtx

import beside

DPI, COARSE_DPI = 300, 150
QR_VERSION, QR_LEVEL = "4", "M"
SIDE, SIDE_TOLERANCE = 25.0, 0.4
# Bright room that each kind needs around it, in modules; what counts as bright.
QUIET = {"qr": 4, "data_matrix": 1}
BRIGHT, WHITE = 200, 250
MARGIN = 10.0
# Codes that begin within so many millimetres of height stand in one row.
ROW = 8.0
TOOL_SECONDS = 120
DMTX_MILLISECONDS = 5000
# Pixels by which a page is moved for a second look.
SHIFT = 3
NAMES = {"qr": "QR code", "data_matrix": "Data Matrix code"}
FORMATS = {"qr": zxingcpp.BarcodeFormat.QRCode, "data_matrix": zxingcpp.BarcodeFormat.DataMatrix}


def drawn(path, dpi, mono=False):
    """The pages as pictures."""
    command = ["pdftoppm", "-r", str(dpi), "-mono" if mono else "-gray", str(path)]
    data = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, timeout=TOOL_SECONDS).stdout
    pages, begin = [], 0
    while begin < len(data):
        head = re.compile(rb"P4\s+(\d+)\s+(\d+)\s" if mono else rb"P5\s+(\d+)\s+(\d+)\s+255\s").match(data, begin)
        width, height = int(head[1]), int(head[2])
        length = (width + 7) // 8 * height if mono else width * height
        body = data[head.end():head.end() + length]
        pages.append(Image.frombytes("1", (width, height), body, "raw", "1;I").convert("L") if mono
                     else Image.frombytes("L", (width, height), body))
        begin = head.end() + length
    return pages


def seen(pages, dpi):
    """What zxing-cpp finds of each kind, in the order of reading: (page, corners in pixels, barcode)."""
    found = {"qr": [], "data_matrix": []}
    for number, page in enumerate(pages):
        for code in zxingcpp.read_barcodes(page, formats=list(FORMATS.values()), text_mode=zxingcpp.TextMode.Plain,
                                           try_rotate=False, try_invert=False):
            kind = "qr" if "QR" in str(code.format) else "data_matrix"
            place = code.position
            corners = [(corner.x, corner.y) for corner in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)]
            box = (min(x for x, _ in corners), min(y for _, y in corners), max(x for x, _ in corners), max(y for _, y in corners))
            found[kind].append((number, box, code))
    return {kind: in_order(codes, ROW / 25.4 * dpi) for kind, codes in found.items()}


def in_order(codes, height):
    """By pages, rows and columns."""
    rows = []
    for code in sorted(codes, key=lambda code: (code[0], code[1][1])):
        if rows and rows[-1][0][0] == code[0] and code[1][1] - rows[-1][0][1][1] < height:
            rows[-1].append(code)
        else:
            rows.append([code])
    return [code for row in rows for code in sorted(row, key=lambda code: code[1][0])]


def shown(text):
    return f"“{text if len(text) <= 80 else text[:77] + '…'}”"


def compared(kind, read, meant, reader):
    if len(read) != len(meant):
        yield kind, f"{reader} finds {len(read)} of {len(meant)} {NAMES[kind]}s"
    elif sorted(read) == sorted(meant):
        if read != meant:
            yield kind, f"{reader} finds the {NAMES[kind]}s in another order: " + ", ".join(map(shown, read))
    else:
        for is_, want in zip(read, meant):
            if is_ != want:
                at = next((place for place, pair in enumerate(zip(is_, want)) if pair[0] != pair[1]), min(len(is_), len(want)))
                yield kind, (f"{reader} reads {shown(is_[at:])} ({len(is_)} characters) from place {at} on, "
                             f"not {shown(want[at:])} ({len(want)})")


def at_300(path, told):
    pages = drawn(path, DPI)
    for number, page in enumerate(pages, 1):
        yield from ink(page, number)
    found = seen(pages, DPI)
    for kind, codes in found.items():
        yield from compared(kind, [code.text for _, _, code in codes], told[kind], "zxing-cpp at 300 dpi")
        for number, box, code in codes:
            yield from build(kind, code, pages[number], number + 1, box)
    places = {kind: [(number, [side / DPI * 25.4 for side in box]) for number, box, _ in codes] for kind, codes in found.items()}
    yield from beside.faults(path, told, places)


def ink(page, number):
    """Nothing is drawn in the outer margin, not even a line."""
    edge = int(MARGIN / 25.4 * DPI) - 2
    width, height = page.size
    for side, strip in {"left": (0, 0, edge, height), "right": (width - edge, 0, width, height), "upper": (0, 0, width, edge),
                        "lower": (0, height - edge, width, height)}.items():
        if page.crop(strip).getextrema()[0] < WHITE:
            yield "margin", f"something is drawn in the {side} margin of page {number}"


def build(kind, code, page, number, box):
    """How a code is made: its version, its size on paper, the room around it."""
    version = str(code.extra.get("Version", ""))
    if kind == "qr" and (version, code.ec_level) != (QR_VERSION, QR_LEVEL):
        yield kind, f"version {version} and level {code.ec_level}"
    sides = [(box[2] - box[0]) / DPI * 25.4, (box[3] - box[1]) / DPI * 25.4]
    if any(abs(side - SIDE) > SIDE_TOLERANCE for side in sides):
        yield "side", f"the {NAMES[kind]} on page {number} is {sides[0]:.1f} × {sides[1]:.1f} mm"
    # A module of a Data Matrix is smaller than this one of a QR code, so that the room asked for it is more than it needs.
    room = int((box[2] - box[0]) / 33 * QUIET[kind]) - 3
    left, top, right, bottom = box[0] - 3, box[1] - 3, box[2] + 4, box[3] + 4
    for ring in ((left - room, top - room, right + room, top), (left - room, bottom, right + room, bottom + room),
                 (left - room, top, left, bottom), (right, top, right + room, bottom)):
        if page.crop(ring).getextrema()[0] < BRIGHT:
            yield "room", f"something stands within {QUIET[kind]} modules of the {NAMES[kind]} on page {number} at {box}"
            break


def second(path, told):
    """The decoders that are slower, over the same pixels."""
    pages = drawn(path, DPI)
    found = zbar(pages)
    if sorted(found) != sorted(told["qr"]):
        # zbar may miss one of many on a page whose modules begin between two pixels, and sees it a few pixels further: no scanner holds
        # a page on the very same pixels twice.
        found += set(zbar([shifted(page) for page in pages])) - set(found)
    yield from compared("qr", sorted(found), sorted(told["qr"]), "zbar at 300 dpi")
    read = [libdmtx(pages[number], box) for number, box, _ in seen(pages, DPI)["data_matrix"]]
    yield from compared("data_matrix", [text for text in read if text is not None], told["data_matrix"], "libdmtx at 300 dpi")


def libdmtx(page, box):
    """The text of the Data Matrix at that place, if it can be read."""
    around = (box[2] - box[0]) // 16
    crop = page.crop((box[0] - around, box[1] - around, box[2] + around, box[3] + around))
    codes = pylibdmtx.decode(crop, max_count=1, timeout=DMTX_MILLISECONDS)
    return codes[0].data.decode("latin-1") if codes else None


def shifted(page):
    """The page a few pixels further to the right and down."""
    moved = page.copy()
    moved.paste(255, (0, 0, page.width, page.height))
    moved.paste(page, (SHIFT, SHIFT - 1))
    return moved


def zbar(pages):
    texts = []
    for page in pages:
        command = ["zbarimg", "--raw", "--quiet", "-Sdisable", "-Sqrcode.enable", "pgm:-"]
        data = b"P5\n%d %d\n255\n" % page.size + page.tobytes()
        said = subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=TOOL_SECONDS).stdout
        texts += said.decode("utf-8", "replace").splitlines()
    return texts


def coarse(path, told):
    """As an old fax shows it."""
    pages = drawn(path, COARSE_DPI, mono=True)
    found = {kind: [code.text for _, _, code in codes] for kind, codes in seen(pages, COARSE_DPI).items()}
    reader = f"zxing-cpp at {COARSE_DPI} dpi in black and white"
    yield from compared("qr", found["qr"], told["qr"], reader)
    if found["data_matrix"] != told["data_matrix"]:
        # A module has three pixels there, and zxing-cpp does not find each of many on a page; a scanner is held to one of them.
        places = seen(drawn(path, DPI), DPI)["data_matrix"]
        boxes = [(number, [side * COARSE_DPI // DPI for side in box]) for number, box, _ in places]
        read = [libdmtx(pages[number], box) for number, box in boxes]
        found["data_matrix"] = [text for text in read if text is not None]
        reader = reader.replace("zxing-cpp", "libdmtx")
    yield from compared("data_matrix", found["data_matrix"], told["data_matrix"], reader)
