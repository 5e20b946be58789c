# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verifies messages with the package standardwebhooks: one JSON object for each line of input, `good` or `bad` for each."""
import base64
import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

for line in sys.stdin:
    asked = json.loads(line)
    try:
        Webhook(asked["secret"]).verify(base64.b64decode(asked["body"]), asked["headers"])
        print("good")
    except WebhookVerificationError:
        print("bad")
