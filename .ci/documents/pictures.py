#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Draws the pages of `docs/notices.md` anew: a demonstration prints a notice of every model and a receipt, and poppler, which
knows nothing of how they were made, paints them.

`pictures.py folder`; needs `pdftoppm` (poppler-utils), pillow (PyPI), and a built `tramite`.
"""

import datetime
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True
import demo  # noqa: E402

# Points of a page are pixels of its picture, in as many colours as its letters need to have soft edges and their own blue.
DPI, COLOURS = 72, 128
# Seconds to wait for a receipt.
TRIES = 30
DEBTOR = {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi",
          "address": {"street": "Via Guglielmo Marconi", "number": "12", "postal_code": "06121", "city": "Perugia",
                      "province": "PG", "country": "IT"}}
SUBJECTS = {"TARI": "TARI 2026, utenza domestica in via Guglielmo Marconi 12",
            "MULTE": "Verbale 1807/2026, divieto di sosta in piazza Italia"}


def days(count):
    """The 28th of each of the next months, so that no picture is of a day that has passed."""
    year, month = datetime.date.today().year, datetime.date.today().month
    months = range(month, month + count)
    return [datetime.date(year + ahead // 12, ahead % 12 + 1, 28).isoformat() for ahead in months]


def whole(amount, due):
    return {"kind": "single", "installments": [{"reference": "all", "amount": amount, "due_date": due}]}


def plan(amount, count):
    installments = [{"reference": str(place + 1), "amount": amount, "due_date": due} for place, due in enumerate(days(count))]
    return {"kind": "installments", "installments": installments}


def models():
    """For each model its language, its service and what is owed."""
    month, two = days(2)
    return {
        "single": ("it", "TARI", {"amount": 12050, "due_date": month}),
        "two": ("it-en", "TARI", {"payment_options": [whole(24100, month), plan(12050, 2)]}),
        "four": ("it-de-equal", "TARI", {"payment_options": [whole(48200, month), plan(12050, 4)]}),
        "twelve": ("it", "TARI", {"payment_options": [plan(4017, 12)]}),
        "fine": ("it-de", "MULTE", {"payment_options": [
            {"kind": "reduced", "available_days": 5,
             "installments": [{"reference": "reduced", "amount": 7000}]}, whole(10000, two)]}),
    }


def paint(pdf, name, folder):
    """A picture of each page; of a document with one page it has the document's name."""
    with tempfile.TemporaryDirectory(prefix="tramite-pictures-") as pages:
        subprocess.run(["pdftoppm", "-r", str(DPI), "-", f"{pages}/page"], input=pdf, check=True)
        painted = sorted(pathlib.Path(pages).iterdir())
        for place, page in enumerate(painted, 1):
            picture = Image.open(io.BytesIO(page.read_bytes())).quantize(COLOURS, dither=Image.Dither.NONE)
            picture.save(folder / (f"{name}-{place}.png" if len(painted) > 1 else f"{name}.png"), optimize=True)
    print(f"{name}: {len(painted)}", flush=True)


def main():
    folder = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="tramite-pictures-") as data, demo.running(pathlib.Path(data)) as settings:
        portal = demo.Portal(settings)
        for name, (language, service, owed) in models().items():
            position = portal.post("/v1/debt-positions", {"external_id": f"picture-{name}", "service_code": service,
                                                          "description": SUBJECTS[service], "debtor": DEBTOR} | owed)
            paint(portal.get(f"/v1/debt-positions/{position['id']}/notice?language={language}"), name, folder)
        # Last, for what is paid has no notice.
        paint(portal.get(f"/v1/receipts/{paid(portal, 'picture-single')}", Accept="application/pdf"), "receipt", folder)


def paid(portal, external_id):
    """The receipt of what somebody pays at a provider."""
    found = f"/v1/debt-positions?external_id={external_id}"
    installment = json.loads(portal.get(found))["items"][0]["payment_options"][0]["installments"][0]
    portal.pay(installment["qr_code"].split("|")[3], installment["notice_number"])
    for _ in range(TRIES):
        told = json.loads(portal.get(found))["items"][0]["payment_options"][0]["installments"][0]
        if "receipt_id" in told:
            return told["receipt_id"]
        time.sleep(1)
    sys.exit("no receipt came")


if __name__ == "__main__":
    main()
