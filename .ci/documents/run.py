#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prints notices and receipts of every model with hostile texts, one by one and gathered, and reads them as others do: other
programs than ours must find in each file the codes, the amounts and the dates that were meant, and no fault of form.

`run.py [count]`; the options are told by `--help`. Needs `TOOLS` and `MODULES` below; without `--made`, cargo too.
"""

import argparse
import collections
import concurrent.futures
import filecmp
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

# A pool's processes import these again.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COUNT = 2000
# What of all files is also read by the slow decoders, and at the resolution of a fax.
SECOND, COARSE = 100, 100
MINUTES = 30
LANES = 2
# Made twice, by two processes: equal input gives equal bytes.
TWICE = 60
# Lines that are printed of one kind of fault.
LINES = 20
# Debian's packages of the programs, PyPI's of the modules.
TOOLS = {"qpdf": "qpdf", "pdfinfo": "poppler-utils", "pdffonts": "poppler-utils", "pdfimages": "poppler-utils",
         "pdftotext": "poppler-utils", "pdftoppm": "poppler-utils", "zbarimg": "zbar-tools"}
MODULES = {"PIL": "pillow", "zxingcpp": "zxing-cpp", "pylibdmtx": "pylibdmtx", "page": "page-validation"}


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=COUNT, help=f"files ({COUNT})")
    parser.add_argument("--made", type=pathlib.Path, help="a folder of files that are there already, with expected.json")
    parser.add_argument("--keep", type=pathlib.Path, help="make the files in this folder and leave them there")
    parser.add_argument("--second", type=int, default=SECOND, help=f"files that the second decoders read too ({SECOND})")
    parser.add_argument("--coarse", type=int, default=COARSE, help=f"files that are read at 150 dpi in black and white ({COARSE})")
    parser.add_argument("--verapdf", type=pathlib.Path, help="Maven's org.verapdf.apps:greenfield-apps, to judge what the second "
                        "decoders read")
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"time for all the checks ({MINUTES})")
    return parser.parse_args()


def missing():
    """What has to be installed first."""
    # The library that pylibdmtx loads is no program that could be looked for.
    programs = {package for tool, package in TOOLS.items() if not shutil.which(tool)}
    modules = {package for module, package in MODULES.items() if not importlib.util.find_spec(module)}
    if "pylibdmtx" not in modules:
        try:
            importlib.import_module("pylibdmtx.pylibdmtx")
        except ImportError:
            programs.add("libdmtx0b")
    return [f"{kind}: {', '.join(sorted(names))}" for kind, names in (("Debian", programs), ("PyPI", modules)) if names]


def make(folder, count):
    """The files, by the example of the crate; in release, for so they are made for institutions."""
    command = ["cargo", "run", "--quiet", "--locked", "--release", "-p", "tramite-documents", "--example", "notices", "--",
               str(folder), str(count)]
    subprocess.run(command, cwd=ROOT, check=True)


def amounts():
    """Every amount up to 99,999.99 is the same wherever it is written; what is decoded of the files is a sample of them."""
    command = ["cargo", "run", "--quiet", "--locked", "--release", "-p", "tramite-documents", "--example", "amounts"]
    subprocess.run(command, cwd=ROOT, check=True)


def made(folder, count):
    """Makes the files and says how fast; some of them twice, and some gathered in one."""
    import gathered

    make(folder, count)
    amounts()
    gathered.make(ROOT, folder, count)
    again = folder / "again"
    make(again, min(count, TWICE))
    names = sorted(path.name for path in again.glob("*.pdf"))
    _, differing, lost = filecmp.cmpfiles(folder, again, names, shallow=False)
    shutil.rmtree(again)
    files = json.loads((folder / "expected.json").read_text())["files"]
    return [(name, "bytes", "made twice, and not the same bytes") for name in differing + lost] + apart(gathered.faults, folder, files)


def apart(check, *arguments):
    """What a check finds in a process of its own: the validator starts threads, and who has threads cannot be forked."""
    with concurrent.futures.ProcessPoolExecutor(1) as lane:
        return lane.submit(check, *arguments).result()


def spread(files, wanted):
    """Names of so many files: of each model in turn, and evenly from all of a model."""
    models = collections.defaultdict(list)
    for one in files:
        models[one["model"]].append(one["file"])
    wanted = min(wanted, len(files))
    # How many of each: one more in every round, of those that have more.
    places = [model for round_ in range(len(files)) for model, names in models.items() if len(names) > round_][:wanted]
    counts = collections.Counter(places)
    return {models[model][index * len(models[model]) // count] for model, count in counts.items() for index in range(count)}


def unseen(files, names, wanted, sample):
    """Models and languages of which a sample has no file, though it has places enough for all models."""
    seen = [one for one in files if one["file"] in names]
    if wanted >= len({one["model"] for one in files}):
        for what in ("model", "language"):
            for lacking in sorted({one[what] for one in files} - {one[what] for one in seen}):
                yield "-", "sample", f"no file of the {what} “{lacking}” is read by the {sample}"


def checked(told, folder, wanted):
    """Every fault of every file, as (file, kind, what), and whether time was enough for all."""
    import paper

    files = told["files"]
    second, coarse = spread(files, wanted.second), spread(files, wanted.coarse)
    until = time.monotonic() + wanted.minutes * 60
    spent, done = collections.Counter(), 0
    faults = [*unseen(files, second, wanted.second, "second decoders"), *unseen(files, coarse, wanted.coarse, "coarse reading")]
    with concurrent.futures.ProcessPoolExecutor(LANES) as lanes:
        running = [lanes.submit(paper.faults, one, str(folder), one["file"] in second, one["file"] in coarse, until)
                   for one in files]
        for one in concurrent.futures.as_completed(running):
            found, times = one.result()
            if times is None:
                continue
            done += 1
            faults += found
            spent.update(times)
    if done < len(files):
        faults.append(("-", "time", f"only {done} of {len(files)} files were checked within {wanted.minutes:g} minutes"))
    if wanted.verapdf:
        faults += verapdf(wanted.verapdf, folder, second)
    return faults, spent


def verapdf(jar, folder, names):
    """What the reference of the validators says."""
    for profile in ("2a", "ua1"):
        command = ["java", "-cp", str(jar), "org.verapdf.apps.GreenfieldCliWrapper", "-f", profile, "--format", "text", "-v",
                   *[str(folder / name) for name in sorted(names)]]
        said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=600).stdout.decode()
        told, failed = set(), None
        for line in said.splitlines():
            verdict, _, rest = line.strip().partition(" ")
            if verdict in ("PASS", "FAIL") and rest.endswith(f" {profile}"):
                failed = pathlib.Path(rest.removesuffix(f" {profile}")).name
                told |= {failed} if verdict == "PASS" else set()
            elif verdict == "FAIL":
                told.add(failed)
                yield failed, f"veraPDF {profile}", rest
        for name in sorted(set(names) - told):
            yield name, f"veraPDF {profile}", "no verdict"


def report(told, faults, spent, seconds):
    """One line for each fault, a line for each model, and the sum."""
    models = {one["file"]: f"{one['model']}, {one['language']}" for one in told["files"]}
    shown = collections.Counter()
    for name, kind, what in sorted(faults):
        shown[kind] += 1
        if shown[kind] <= LINES:
            print(f"{name} ({models.get(name, 'all')}): {kind}: {what}")
    for kind, count in sorted(shown.items()):
        if count > LINES:
            print(f"… and {count - LINES} more of the kind `{kind}`")
    total = collections.Counter(one["model"] for one in told["files"])
    faulty = {name for name, _, _ in faults}
    bad = collections.Counter(one["model"] for one in told["files"] if one["file"] in faulty)
    print("models: " + " · ".join(f"{model} {count}" + (f" ({bad[model]} faulty)" if bad[model] else "")
                                  for model, count in sorted(total.items())))
    print("seconds of work: " + " · ".join(f"{kind} {taken:.0f}" for kind, taken in spent.most_common()))
    codes = sum(len(one["qr"]) + len(one["data_matrix"]) for one in told["files"])
    print(f"{len(told['files'])} files with {codes} codes, {len(faults)} faults of {len(shown)} kinds in {len(faulty)} files, "
          f"checked in {seconds:.0f} s", flush=True)


def main():
    wanted = options()
    if lacking := missing():
        sys.exit("to be installed first: " + "; ".join(lacking))
    with tempfile.TemporaryDirectory(prefix="tramite-documents-") as passing:
        folder = wanted.made or wanted.keep or pathlib.Path(passing)
        faults = [] if wanted.made else made(folder, wanted.count)
        told = json.loads((folder / "expected.json").read_text())
        if not told["files"]:
            sys.exit("no file was made")
        begin = time.monotonic()
        found, spent = checked(told, folder, wanted)
        faults += found
        report(told, faults, spent, time.monotonic() - begin)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
