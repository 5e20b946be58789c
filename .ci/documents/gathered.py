# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must hold of documents that are gathered in one file: they are those that were printed one by one, and the whole keeps the
rules that each of them keeps."""

import itertools
import pathlib
import subprocess
import zipfile

import inside
import paper
import printed

# So many documents, so many at a time. The validator follows the entries of an outline no further than some two hundred.
COUNT, STRETCH = 150, 25
FORMS = ("pdf", "zip")
# A module of a code has two pixels.
DPI = 72


def make(root, folder, count):
    """The first documents of the folder once more, as one PDF and as one archive."""
    for form in FORMS:
        command = ["cargo", "run", "--quiet", "--locked", "--release", "-p", "tramite-documents", "--example", "gathered", "--",
                   str(path(folder, form)), str(min(count, COUNT)), str(STRETCH)]
        subprocess.run(command, cwd=root, check=True)


def path(folder, form):
    return pathlib.Path(folder) / f"gathered.{form}"


def faults(folder, files):
    """The faults as (file, kind, what)."""
    found = []
    for form, check in zip(FORMS, (merged, archive)):
        one = path(folder, form)
        try:
            found += [(one.name, kind, what) for kind, what in check(one, folder, files[:COUNT])]
        except (printed.Unreadable, zipfile.BadZipFile, LookupError, ValueError) as error:
            found.append((one.name, "form", f"{type(error).__name__}: {error}"))
    return found


def merged(path, folder, files):
    printed.tool("qpdf", "--check", path)
    yield from paper.validated(path)
    whole = inside.Inside(path)
    texts = printed.tool("pdftotext", "-layout", path, "-").split("\f")
    parts, entries = [whole.of(child) for child in whole.children(whole.document())], list(whole.outline())
    place = 0
    for told, part, entry in itertools.zip_longest(files, parts, entries):
        if not (told and part and entry):
            yield "pages", f"{len(parts)} parts and {len(entries)} entries of the outline, of {len(files)} documents"
            break
        alone = pathlib.Path(folder) / told["file"]
        yield from as_alone(whole, (part, entry, texts, place), alone, told)
        place += told["pages"]
    if place != len(texts) - 1:
        yield "pages", f"{len(texts) - 1} pages, of documents with {place}"


def as_alone(whole, there, path, told):
    """A document is within the whole what it is alone: to who reads it, who sees it, who hears it, and who looks for it."""
    part, entry, texts, place = there
    alone, name, end = inside.Inside(path), told["file"], place + told["pages"]
    if texts[place:end] != printed.tool("pdftotext", "-layout", path, "-").split("\f")[:-1]:
        yield "texts", f"{name} does not say there what it says alone"
    # Its codes and its logo are among them.
    if painted(whole.path, place + 1, end) != painted(path, 1, told["pages"]):
        yield "pictures", f"{name} does not look there as it looks alone"
    for is_, want in itertools.zip_longest(whole.tags(part, place), alone.tags(alone.document())):
        if is_ != want:
            yield "tags", f"{name} has there the tag {is_}, and alone {want}"
            break
    if (entry[0], entry[1]) != (told["listed"], place):
        yield "outline", f"{name} is listed as “{entry[0]}” on page {entry[1] + 1}, not as “{told['listed']}” on page {place + 1}"
    if list(entry[3]) != [(title, page + place, top, below) for title, page, top, below in alone.outline()]:
        yield "outline", f"the headings of {name} are listed in another way than alone"


def painted(path, first, last):
    """Pages as pixels, coarse and in colours: it is the same reader that paints them, so that each pixel has to be the same."""
    return printed.read("pdftoppm", "-r", str(DPI), "-f", str(first), "-l", str(last), path)


def archive(path, folder, files):
    named = {f"{told['listed']}.pdf": told["file"] for told in files}
    with zipfile.ZipFile(path) as held:
        if broken := held.testzip():
            yield "form", f"{broken} is broken"
        if held.namelist() != list(named):
            yield "names", "it holds other files than those that were gathered"
        for name in set(held.namelist()) & set(named):
            if held.read(name) != (pathlib.Path(folder) / named[name]).read_bytes():
                yield "bytes", f"{name} is not the file that it is alone"
