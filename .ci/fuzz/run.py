#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tries the whole contract against a running server with Schemathesis, once with each kind of token.

`run.py [examples for each operation] [kind…]`; what it does is told by CONTRIBUTING.md.
"""

import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / ".ci"))
from demo import PROGRAM, free_address  # noqa: E402

CONTRACT = ROOT / "openapi" / "tramite.json"
EXAMPLES = 100
# The kinds of tokens, and how many operations each must have been served by at least: a run in which everything was
# refused would find nothing either. A client token opens what is still to come (events, webhooks), and `/status`.
KINDS = {"institution": 14, "services": 11, "operator": 11, "client": 1}
START_SECONDS = 30
# Runs at a time: one waits for its server while another one thinks.
LANES = 2
# Limits that the run does not reach, by the documented settings: it tries what is served, not how much of it.
LIMITS = ("CLIENT_PER_SECOND", "CLIENT_BURST", "TOKEN_CLIENT_PER_MINUTE", "TOKEN_SOURCE_PER_MINUTE", "SOURCE_PER_SECOND",
          "SOURCE_BURST", "WAITS_PER_CLIENT", "MISSES_PER_HOUR")


def environment(**more):
    """The surroundings without any setting of ours but those."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TRAMITE_", "FUZZ_"))}
    return inherited | {name: str(value) for name, value in more.items()}


def stop(process):
    process.terminate()
    process.wait(timeout=START_SECONDS)


def town(folder):
    """Institutions, services, clients and two payments, as `tramite demo` makes them."""
    start = [PROGRAM, "demo", "--json", "--data-dir", folder, "--listen", free_address(), "--sandbox-listen", free_address()]
    with open(folder / "demo.log", "wb") as log:
        demo = subprocess.Popen(start, stdout=subprocess.PIPE, stderr=log, env=environment(TRAMITE_LOG="warn"))
        told = json.loads(demo.stdout.readline() or "null")
        stop(demo)
    if told is None:
        sys.exit("the demonstration did not start:\n" + (folder / "demo.log").read_text())


def serve(folder, log):
    """A server of that folder's database; its address and settings beside it."""
    listen = free_address()
    settings = environment(
        TRAMITE_DATABASE_URL=f"sqlite:{folder}/tramite.db", TRAMITE_MASTER_KEY_FILE=folder / "master.key",
        TRAMITE_LISTEN=listen, TRAMITE_PRIVATE_LISTEN=free_address(), TRAMITE_PUBLIC_URL=f"http://{listen}",
        TRAMITE_CHECKOUT_URL=f"http://{free_address()}", TRAMITE_DRAIN_SECONDS=0, TRAMITE_LOG="warn",
        **{f"TRAMITE_LIMIT_{name}": 1_000_000 for name in LIMITS},
    )
    process = subprocess.Popen([PROGRAM, "serve"], stdout=log, stderr=log, env=settings)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://{listen}/status").close()
            return process, f"http://{listen}", settings
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    stop(process)
    raise RuntimeError("the server did not start:\n" + pathlib.Path(log.name).read_text())


def scopes():
    """Every scope that an institution can give."""
    flows = json.loads(CONTRACT.read_text())["components"]["securitySchemes"]["OAuth2"]["flows"]
    return [scope for scope in flows["clientCredentials"]["scopes"] if not scope.startswith("platform:")]


def command(examples, url):
    """Everything that is checked stands in schemathesis.toml; the phases are all of them."""
    command = ["schemathesis", "--config-file", ROOT / "schemathesis.toml", "run", CONTRACT, "--url", url, "--checks", "all",
               "--max-examples", str(examples), "--continue-on-failure", "--warnings", "off"]
    seed = os.environ.get("FUZZ_SEED")
    return command + (["--seed", seed] if seed else [])


def fuzz(kind, examples, folder):
    """One run; what is wrong, or nothing."""
    served = folder / "served.json"
    with open(folder / "serve.log", "wb") as log:
        server, url, settings = serve(folder, log)
        settings |= {"SCHEMATHESIS_HOOKS": str(ROOT / ".ci" / "fuzz" / "tokens.py"), "PYTHONDONTWRITEBYTECODE": "1",
                     "FUZZ_URL": url, "FUZZ_KIND": kind, "FUZZ_PROGRAM": str(PROGRAM), "FUZZ_SCOPES": json.dumps(scopes()),
                     "FUZZ_SERVED": str(served)}
        try:
            with open(folder / "told.log", "wb") as told:
                code = subprocess.run(command(examples, url), env=settings, cwd=folder, stdout=told, stderr=told).returncode
            ended = server.poll()
        finally:
            stop(server)
    if ended is not None:
        return f"the server ended by itself with {ended}"
    errors = [line for line in (folder / "serve.log").read_text().splitlines() if " ERROR " in line]
    if errors:
        return "the server's log: " + "\n".join(errors[:10])
    if code != 0:
        return "failures, see above"
    count = len(json.loads(served.read_text()))
    return None if count >= KINDS[kind] else f"only {count} operations were served, not {KINDS[kind]}"


def lane(kind, examples, made):
    """One run in a folder of its own: its kind, what is wrong, what it told, how long it took."""
    begin = time.monotonic()
    folder = made.parent / kind
    shutil.copytree(made, folder)
    wrong = fuzz(kind, examples, folder)
    return kind, wrong, (folder / "told.log").read_text(), time.monotonic() - begin


def main():
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLES
    kinds = sys.argv[2:] or list(KINDS)
    failed = []
    with tempfile.TemporaryDirectory(prefix="tramite-fuzz-") as kept:
        made = pathlib.Path(kept) / "town"
        made.mkdir()
        town(made)
        with concurrent.futures.ThreadPoolExecutor(LANES) as lanes:
            running = [lanes.submit(lane, kind, examples, made) for kind in kinds]
            for one in concurrent.futures.as_completed(running):
                kind, wrong, told, seconds = one.result()
                tested = [line.strip() for line in told.splitlines() if " generated, " in line or line.startswith("Seed:")]
                print(told if wrong else "", f"--- a token of the kind `{kind}`: {wrong or 'nothing found'}",
                      *tested, f"in {seconds:.0f} s", sep="\n", flush=True)
                failed += [kind] if wrong else []
    sys.exit(f"FAILED: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
