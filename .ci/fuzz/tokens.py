# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hooks of Schemathesis: tokens of the kind that `run.py` names in the environment, and a count of what was served.

Operations that take away what a token stands for are tried like all others: a client revokes itself, an institution ends
the delegation that it is read under. The next token is then taken by a client of its own, made by an operator of its own,
whom the command line makes without asking anybody. So a run never ends in nothing but 401.
"""

import atexit
import collections
import json
import os
import pathlib
import subprocess
import urllib.error
import urllib.parse
import urllib.request
import uuid

import schemathesis

URL = os.environ["FUZZ_URL"]
KIND = os.environ["FUZZ_KIND"]
PROGRAM = os.environ["FUZZ_PROGRAM"]
# A token lives fifteen minutes.
REFRESH_SECONDS = 600


def request(path, *, form=None, body=None, headers=None):
    """An answer as JSON; a refusal is an error that shows what was said."""
    headers = dict(headers or {})
    if form is not None:
        data = urllib.parse.urlencode(form).encode()
    elif body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    else:
        data = None
    try:
        with urllib.request.urlopen(urllib.request.Request(URL + path, data, headers)) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        raise RuntimeError(f"{path}: {refused.code} {refused.read().decode()}") from refused


def token(client, **more):
    """A token of a client, which is an id and a secret."""
    form = {"grant_type": "client_credentials", "client_id": client[0], "client_secret": client[1], **more}
    return request("/oauth2/token", form=form)["access_token"]


def new_operator():
    """An operator whom nobody has had in hand yet."""
    told = subprocess.run(
        [PROGRAM, "operator", "create", "--display-name", "Operatore di prova"],
        check=True, capture_output=True, text=True,
    ).stdout
    found = dict(line.split() for line in told.splitlines() if line.startswith("client_") and len(line.split()) == 2)
    return found["client_id"], found["client_secret"]


def new_client(kind):
    """A client of the demonstration's first institution, or of its first two."""
    operator = {"Authorization": f"Bearer {token(new_operator())}"}
    by_code = {one["code"]: one["id"] for one in request("/v1/institutions?limit=500", headers=operator)["items"]}
    delegation = {"scopes": json.loads(os.environ["FUZZ_SCOPES"]), "return_origins": ["https://www.comune.example.it"]}
    if kind == "services":
        delegation["service_codes"] = ["MULTE", "SCUOLA"]
    codes = ["comune-perugia", "comune-terni"] if kind == "client" else ["comune-perugia"]
    delegations = [{"institution_id": by_code[code], **delegation} for code in codes]
    body = {"kind": "application", "display_name": f"Prova del contratto ({kind})", "delegations": delegations}
    made = request("/v1/clients", body=body, headers={**operator, "Idempotency-Key": str(uuid.uuid4())})
    return made["client"]["id"], made["secret"]["client_secret"]


def furnish(bearer):
    """What a client sees only where it has made it itself: a session, and a draft that can be removed. The session is over,
    because whoever asks for one that is open may wait for 25 seconds, and Schemathesis waits for ten."""
    def post(path, body):
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": str(uuid.uuid4())}
        return request(path, body=body, headers=headers)

    def position(publish):
        debtor = {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"}
        return {"external_id": str(uuid.uuid4()), "service_code": "MULTE", "amount": 1_000, "publish": publish, "debtor": debtor}

    post("/v1/debt-positions", position(False))
    item = {"debt_position": position(True)}
    session = post("/v1/checkout-sessions", {"line_items": [item], "return_url": "https://www.comune.example.it/esito"})
    post(f"/v1/checkout-sessions/{session['id']}/cancel", {})


@schemathesis.auth(refresh_interval=REFRESH_SECONDS)
class Tokens:
    """Asked when there is none yet, when the last one is old, and when it was refused."""

    def get(self, case, context):
        if KIND == "operator":
            return token(new_operator())
        if KIND == "client":
            return token(new_client(KIND), scope="events:read webhooks:write")
        bearer = token(new_client(KIND), institution="comune-perugia")
        furnish(bearer)
        return bearer

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


# Members that name an address which the server is to ask, and where nobody listens.
ASKED = ("url", "jwks_url")
NOBODY = "127.0.0.1:65001"


def at_home(value, name=None):
    """The same body, in which every address that the server would ask is one of this machine: nothing leaves it."""
    if isinstance(value, dict):
        return {name: at_home(member, name) for name, member in value.items()}
    if isinstance(value, list):
        return [at_home(member) for member in value]
    if name in ASKED and isinstance(value, str) and value.startswith("https://"):
        try:
            return urllib.parse.urlsplit(value)._replace(netloc=NOBODY).geturl()
        except ValueError:
            return value  # an address that nobody can read, the server neither
    return value


@schemathesis.hook
def before_call(context, case, kwargs):
    # Schemathesis judges a body again that is set, and takes any file for a fault then.
    if isinstance(case.body, (dict, list)):
        case.body = at_home(case.body)


served = collections.Counter()


@schemathesis.hook
def after_call(context, case, response):
    if 200 <= response.status_code < 300:
        served[case.operation.label] += 1


@atexit.register
def tell():
    pathlib.Path(os.environ["FUZZ_SERVED"]).write_text(json.dumps(served))
