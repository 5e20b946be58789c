// SPDX-License-Identifier: AGPL-3.0-or-later
// Verifies messages with the package standardwebhooks: one JSON object for each line of input, `good` or `bad` for each.
const { Webhook, WebhookVerificationError } = require("standardwebhooks");

for (const line of require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const asked = JSON.parse(line);
  try {
    new Webhook(asked.secret).verify(Buffer.from(asked.body, "base64").toString("utf8"), asked.headers);
    console.log("good");
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    console.log("bad");
  }
}
