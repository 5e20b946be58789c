# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must hold of documents that are gathered in one file: they are those that were printed one by one, and the whole keeps the
rules that each of them keeps."""

import pathlib
import subprocess
import zipfile

import paper
import printed

# So many documents, so many at a time. The validator follows the entries of an outline no further than some two hundred.
COUNT, STRETCH = 150, 25
FORMS = ("pdf", "zip")


def make(root, folder, count):
    """The first documents of the folder once more, as one PDF and as one archive."""
    for form in FORMS:
        command = ["cargo", "run", "--quiet", "--locked", "--release", "-p", "tramite-documents", "--example", "gathered", "--",
                   str(path(folder, form)), str(min(count, COUNT)), str(STRETCH)]
        subprocess.run(command, cwd=root, check=True)


def path(folder, form):
    return pathlib.Path(folder) / f"gathered.{form}"


def faults(folder, names):
    """The faults as (file, kind, what)."""
    found = []
    for form, check in zip(FORMS, (merged, archive)):
        one = path(folder, form)
        try:
            found += [(one.name, kind, what) for kind, what in check(one, folder, names[:COUNT])]
        except (printed.Unreadable, zipfile.BadZipFile) as error:
            found.append((one.name, "form", str(error)))
    return found


def merged(path, folder, names):
    printed.tool("qpdf", "--check", path)
    yield from paper.validated(path)
    pages = printed.tool("pdftotext", "-layout", path, "-").split("\f")
    place = 0
    for name in names:
        alone = printed.tool("pdftotext", "-layout", pathlib.Path(folder) / name, "-").split("\f")[:-1]
        if pages[place:place + len(alone)] != alone:
            yield "texts", f"{name} does not say there what it says alone"
        place += len(alone)
    if place != len(pages) - 1:
        yield "pages", f"{len(pages) - 1} pages, of documents with {place}"


def archive(path, folder, names):
    with zipfile.ZipFile(path) as held:
        if broken := held.testzip():
            yield "form", f"{broken} is broken"
        if held.namelist() != names:
            yield "names", "it holds other files than those that were gathered"
        for name in set(held.namelist()) & set(names):
            if held.read(name) != (pathlib.Path(folder) / name).read_bytes():
                yield "bytes", f"{name} is not the file that it is alone"
