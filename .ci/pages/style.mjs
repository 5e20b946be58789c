// SPDX-License-Identifier: AGPL-3.0-or-later
// Makes the style of the hosted pages: what their templates use of bootstrap-italia, then our own rules, minified. Needs npm only when
// the templates or the rules change:
//   npm install --prefix /tmp/pages-tools bootstrap-italia@2.18.3 purgecss clean-css
//   NODE_PATH=/tmp/pages-tools/node_modules node .ci/pages/style.mjs
import { createRequire } from "node:module";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.env.NODE_PATH ?? ".", "x.js"));
const { PurgeCSS } = require("purgecss");
const CleanCSS = require("clean-css");

const hosted = "crates/gateway/src/hosted";
const bootstrap = require.resolve("bootstrap-italia/dist/css/bootstrap-italia.min.css");
const templates = readdirSync(`${hosted}/templates`).map((name) => `${hosted}/templates/${name}`);

const [purged] = await new PurgeCSS().purge({
  content: [...templates, `${hosted}/assets/pages.js`],
  css: [bootstrap],
  fontFace: true,
  keyframes: true,
  variables: true,
  safelist: { standard: ["html", "body"] },
});
// Fonts and pictures would be other files, and other rules name parts that no page has.
const own = readFileSync(".ci/pages/own.css", "utf8");
const whole = new CleanCSS({ level: 2, inline: false }).minify(`${purged.css}\n${own}`);
const rules = whole.styles.replace(/[^{}]*\{[^{}]*url\([^)]*\)[^{}]*\}/g, "");
const head = "/* SPDX-" + "License-Identifier: AGPL-3.0-or-later AND BSD-3-Clause AND MIT */\n";
writeFileSync(`${hosted}/assets/pages.css`, head + rules + "\n");
console.log(`${(head + rules).length} bytes`, whole.errors);
