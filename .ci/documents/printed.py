# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file says, as other programs read it."""

import html
import re
import subprocess
import unicodedata

AMOUNT = re.compile(r"(?<![\d.,])(?<!\d )\d{1,3}(?:\.\d{3})*,\d\d(?![\d,.]\d|\d)")
# As English and French write it; a French one without thousands is as an Italian one.
ENGLISH_AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})*\.\d\d(?![\d,.]\d|\d)")
FRENCH_AMOUNT = re.compile(r"(?<![\d.,])(?<!\d )\d{1,3}(?: \d{3})+,\d\d(?![\d,.]\d|\d)")
# Days from the notification, in each language.
DAYS = re.compile(r"entro \d+ giorn[io] dalla notifica|within \d+ days? of notification|innerhalb von \d+ Tag(?:en)? ab Zustellung|"
                  r"dans (?:les )?\d+ jours? suivant la notification|v \d+ dne(?:h|vu) od vročitve".replace(" ", r"\s+"))
DATE = re.compile(r"(?<![\d/])\d\d/\d\d/\d{4}(?![\d/])")
NUMBER = re.compile(r"(?<!\d)(?:\d{4}\s+){4}\d\d(?!\d)")
# What must be nowhere where it is not meant: what is not meant is worse than what lacks.
KINDS = {"amount": AMOUNT, "English amount": ENGLISH_AMOUNT, "French amount": FRENCH_AMOUNT, "date": DATE, "term": DAYS,
         "notice number": NUMBER}
WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>')
TOOL_SECONDS = 60
POINTS_A_MILLIMETRE = 72 / 25.4
# Poppler 22 says so of a boolean that has to be one.
HARMLESS = "Suspects object is wrong type (boolean)"


class Unreadable(Exception):
    """A program complains of the file."""


def tool(*command):
    """The text that a program prints; it must not complain."""
    return read(*command).decode("utf-8", "replace")


def read(*command):
    """The bytes of it."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TOOL_SECONDS)
    complaints = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if HARMLESS not in line]
    if done.returncode or complaints:
        raise Unreadable(f"{command[0]} ended with {done.returncode}: {'; '.join(complaints)}")
    return done.stdout


def plain(text):
    """One spelling of what looks the same: composed letters, and one kind of blank."""
    text = unicodedata.normalize("NFC", text).replace("\u00ad", "")
    return re.sub(r"[\u00a0\u2007\u2009\u202f]", " ", text)


def squeezed(text):
    return re.sub(r"\s", "", plain(text))


def sheets(path):
    """The words of each page: (left, top, right, bottom, word), in millimetres."""
    for sheet in tool("pdftotext", "-bbox", path, "-").split("<page ")[1:]:
        yield [(*(float(side) / POINTS_A_MILLIMETRE for side in found[:4]), html.unescape(found[4])) for found in WORD.findall(sheet)]
