# SPDX-License-Identifier: AGPL-3.0-or-later
"""A demonstration that runs while something is tried with it."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "tramite"
INSTITUTION = "comune-perugia"
STOP_SECONDS, ANSWER_SECONDS = 240, 30


def free_address():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % listener.getsockname()[1]


def plain_environment():
    """Ours without the settings of another Tramite."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TRAMITE_")}


@contextlib.contextmanager
def running(folder):
    """Where a demonstration's gateway and Node are, and the client of a town's portal there."""
    gateway, node = free_address(), free_address()
    command = [PROGRAM, "demo", "--json", "--data-dir", folder, "--listen", gateway, "--sandbox-listen", node]
    with open(folder / "demo.log", "wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=plain_environment())
    try:
        told = json.loads(process.stdout.readline() or "null")
        if told is None:
            sys.exit("the demonstration did not start:\n" + (folder / "demo.log").read_text())
        client = next(one for one in told["clients"] if one["institution"] == INSTITUTION)
        yield {"API": f"http://{gateway}", "NODE": f"http://{node}", "CLIENT": client["client_id"],
               "SECRET": client["client_secret"]}
    finally:
        process.terminate()
        process.wait(timeout=STOP_SECONDS)


class Portal:
    """The town's portal, as its requests are seen from outside."""

    def __init__(self, settings):
        self.settings = settings
        form = {"grant_type": "client_credentials", "client_id": settings["CLIENT"], "client_secret": settings["SECRET"]}
        self.token = json.loads(asked(settings["API"] + "/oauth2/token", urllib.parse.urlencode(form).encode(),
                                      {"Content-Type": "application/x-www-form-urlencoded"}))["access_token"]

    def get(self, path, **headers):
        return asked(self.settings["API"] + path, None, {"Authorization": f"Bearer {self.token}"} | headers)

    def post(self, path, body):
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
        return json.loads(asked(self.settings["API"] + path, json.dumps(body).encode(), headers))

    def pay(self, creditor, notice_number):
        """Somebody pays it at a provider."""
        body = json.dumps({"creditor_tax_code": creditor, "notice_number": notice_number}).encode()
        return json.loads(asked(self.settings["NODE"] + "/sandbox/v1/payments", body, {"Content-Type": "application/json"}))


def asked(url, body, headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=ANSWER_SECONDS) as answer:
            return answer.read()
    except urllib.error.HTTPError as refused:
        sys.exit(f"{url} was answered {refused.code}: {refused.read().decode(errors='replace')}")
