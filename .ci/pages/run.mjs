// SPDX-License-Identifier: AGPL-3.0-or-later
// Walks every hosted page of a demonstration in a browser: with scripts and without, wide, 320 px wide and at 400 % zoom, in both
// languages, and by the keyboard alone. Each state is judged by axe (WCAG 2.2 AA) and html-validate, and photographed.
//   NODE_PATH=<node_modules> node .ci/pages/run.mjs [folder for the pictures]
// It starts `target/debug/tramite demo` on loopback (PAGES_TRAMITE names another program). PAGES_VIEWS=wide walks these views alone.
import { spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const require = createRequire(join(process.env.NODE_PATH ?? ".", "x.js"));
const puppeteer = require("puppeteer-core");
const { HtmlValidate } = require("html-validate");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const pictures = process.argv[2] ?? mkdtempSync(join(tmpdir(), "tramite-pages-"));
mkdirSync(pictures, { recursive: true });
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const VIEWS = {
  wide: { width: 1280, height: 900, deviceScaleFactor: 1 },
  small: { width: 320, height: 640, deviceScaleFactor: 2 },
  // 1280 px at 400 %.
  zoomed: { width: 320, height: 256, deviceScaleFactor: 4 },
};
const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: { "long-title": "off", "no-trailing-whitespace": "off", "void-style": ["error", { style: "omit" }], "attribute-boolean-style": "off", "no-inline-style": "error" },
});

let seen = 0;
const wrong = [];
const fail = (where, what) => wrong.push(`${where}: ${what}`);

async function judge(page, name, scripts) {
  seen += 1;
  // The page was loaded without scripts where it is walked so; the judge is one itself.
  if (!scripts) { await page.setJavaScriptEnabled(true); }
  await page.evaluate(axe);
  const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }).then((all) =>
    all.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`)), TAGS);
  found.forEach((one) => fail(name, `axe ${one}`));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) { fail(name, `${wide} px wider than the window`); }
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  if (!scripts) { await page.setJavaScriptEnabled(false); }
}

async function valid(name, html) {
  const report = await validator.validateString(html);
  for (const result of report.results) {
    result.messages.forEach((one) => fail(name, `html-validate ${one.ruleId} line ${one.line}: ${one.message}`));
  }
}

const press = async (page, selector) => {
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.$eval(selector, (element) => element.click())]);
};
const put = (page, values) => page.evaluate((all) => {
  for (const [name, value] of Object.entries(all)) {
    const inputs = [...document.getElementsByName(name)].filter((one) => one.type !== "hidden");
    for (const input of inputs) {
      if (input.type === "radio" || input.type === "checkbox") {
        input.checked = [value].flat().includes(input.value);
      } else { input.value = value; }
    }
  }
}, values);

const DOTT = {
  "v.id_kind": "italian", "v.last_name": "Rossi", "v.first_name": "Mario", "v.birth_date": "1999-02-03", "v.citizenship": "IT",
  "v.email": "mario.rossi@example.org", "v.cycle": "XLII", "v.application": "123456",
};

// The states of every page, each reached as a citizen would.
async function states(page, base, shot) {
  const go = (path) => page.goto(base + path, { waitUntil: "load" });
  await go("/p/unipg"); await shot("list");
  await go("/p/comune-perugia?lang=en"); await shot("list-en");
  await go("/p/nobody"); await shot("missing");
  await go("/p/unipg/UNIPG-DOTT"); await shot("form-empty");
  await press(page, ".actions .btn-primary"); await shot("form-errors");
  await put(page, { "v.id_kind": "foreign", "v.cycle": "XLII" });
  await press(page, "#update"); await shot("form-updated");
  await put(page, DOTT);
  await press(page, ".actions .btn-primary"); await shot("form-more");
  await put(page, { "v.tax_code": "rssmra85t10a562s", "v.course": "D101" });
  await press(page, ".actions .btn-primary"); await shot("form-closed-course");
  await put(page, { "v.course": "D201" });
  await press(page, ".actions .btn-primary"); await shot("summary");
  await press(page, ".actions button[value=back]"); await shot("form-back");
  await press(page, ".languages button[lang=en]"); await shot("form-en");
  await press(page, ".actions .btn-primary"); await shot("summary-en");
  await go("/p/comune-perugia/SOGGIORNO"); await shot("group-empty");
  await press(page, "button[value^='add:']"); await shot("group-added");
  await press(page, "button[value$=':1']"); await shot("group-removed");
  await press(page, ".actions .btn-primary"); await shot("group-errors");
  await go("/p/comune-perugia/SUAPE-DIRITTI"); await put(page, { "v.stamp": "1", "v.company": "1" });
  await press(page, "#update"); await shot("hash");
  await go("/p/comune-perugia/CUP-OSP-TEMP");
  await put(page, { "v.area": "molta", "v.from_day": "2027-03-01", "v.to_day": "2027-02-01" });
  await press(page, ".actions .btn-primary"); await shot("decimal-errors");
  await go("/p/comune-perugia/MENSA"); await shot("mensa");
  await go("/p/comune-perugia/CHIUSO"); await shot("form-over");
  await go("/p/comune-perugia/receipt"); await shot("lookup");
  await press(page, ".actions .btn-primary"); await shot("lookup-errors");
  await put(page, { notice: "3010 0000 0000 0000 00", tax_code: "VRDLGI70A01H501X" });
  await press(page, ".actions .btn-primary"); await shot("lookup-nothing");
}

// The tax code of somebody who does not exist: the place is none, its check character is right.
function taxCode(turn, person) {
  const first = `RSS${person}RA85T${10 + turn}A562`;
  const odd = { A: 1, B: 0, C: 5, D: 7, E: 9, F: 13, G: 15, H: 17, I: 19, J: 21, K: 2, L: 4, M: 18, N: 20, O: 11, P: 3, Q: 6, R: 8, S: 12, T: 14, U: 16, V: 10, W: 22, X: 25, Y: 24, Z: 23 };
  const value = (sign, at) => {
    const letter = /\d/.test(sign) ? "ABCDEFGHIJ"[sign] : sign;
    return at % 2 === 0 ? odd[letter] : letter.charCodeAt(0) - 65;
  };
  const sum = [...first].reduce((total, sign, at) => total + value(sign, at), 0);
  return first + String.fromCharCode(65 + (sum % 26));
}

// From the summary to Checkout, and back with that outcome; then what Tramite says of it.
async function pay(page, demo, outcome) {
  await press(page, ".actions button[value=pay]");
  const cart = new URL(page.url()).pathname.split("/").pop();
  const said = await fetch(`${demo.sandbox}/sandbox/v1/carts/${cart}/outcome`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ outcome }),
  });
  if (!said.ok) { throw new Error(`the simulated Checkout at ${page.url()} answers ${said.status} ${await said.text()}`); }
  await page.goto((await said.json()).return_url, { waitUntil: "load" });
}

const texts = (page) => page.evaluate(() => document.body.innerText);

// What is done with a form that is right: given up, paid, taken away as a notice, of zero, and at another price than was read.
async function ends(page, demo, ask, shot, turn, scripts) {
  const expect = async (name, ...words) => {
    const text = await texts(page);
    words.filter((word) => !text.includes(word)).forEach((word) => fail(name, `does not say ${word}: ${text.slice(0, 300)}`));
    await shot(name);
  };
  const base = demo.gateway;
  const dott = async (person) => {
    await page.goto(`${base}/p/unipg/UNIPG-DOTT?lang=it`, { waitUntil: "load" });
    await put(page, DOTT);
    await press(page, "#update");
    await put(page, { "v.tax_code": taxCode(turn, person), "v.course": "D201" });
    await press(page, ".actions .btn-primary");
  };
  await dott("A");
  await pay(page, demo, "cancel"); await expect("outcome-given-up", "Non hai pagato nulla");
  await press(page, ".actions .btn-outline-primary"); await expect("notice", "Il tuo avviso", "30,00");
  const pdf = await page.$eval(".actions a", (link) => link.href);
  const paper = await fetch(pdf);
  if (paper.headers.get("content-type") !== "application/pdf") { fail("notice", `no PDF but ${paper.status}`); }
  // The same again is told as such, and nothing of the first is handed out.
  await dott("A");
  await press(page, ".actions button[value=notice]"); await expect("again", "già stati inviati");
  await dott("B");
  await pay(page, demo, "pay"); await expect("outcome-paid", "Pagamento eseguito", "30,00 €");
  await receipts(page, base, ask, expect, taxCode(turn, "B"), scripts);
  await dott("B");
  await press(page, ".actions button[value=pay]"); await expect("refused", "Non è possibile continuare");
  await dott("C");
  const courses = await ask("GET", "/v1/registries/doctoral_courses");
  const { columns, rows } = courses;
  const dearer = rows.map((row) => (row.code === "D201" ? { ...row, amount: row.amount + 500 } : row));
  await ask("PUT", "/v1/registries/doctoral_courses", { columns, rows: dearer });
  await press(page, ".actions button[value=notice]"); await expect("summary-changed", "sono cambiati", "35,00 €");
  await ask("PUT", "/v1/registries/doctoral_courses", { columns, rows });
  await page.goto(`${base}/p/comune-perugia/ZTL-RINNOVO?lang=it`, { waitUntil: "load" });
  await put(page, {
    "v.tax_code": "RSSMRA85T10A562S", "v.last_name": "Rossi", "v.first_name": "Mario", "v.permit": `RE1${turn}345`, "v.category": "disabled",
    "v.zone": "A", "v.plates.0.plate": "AB123CD", "v.starts_on": "2027-07-01", "v.duration": "m12",
  });
  await press(page, ".actions .btn-primary"); await expect("summary-zero", "Non c'è nulla da pagare");
  await press(page, ".actions button[value=send]"); await expect("done", "Dati inviati");
}

// The receipt as a paper: at once for whoever has paid, and later for whoever knows its id.
async function receipts(page, base, ask, expect, code, scripts) {
  const link = await page.$eval("a[download]", (one) => one.href);
  const first = await fetch(link);
  if (first.headers.get("content-type") !== "application/pdf") { fail("receipt", `no PDF but ${first.status}`); }
  const [notice] = (await texts(page)).match(/\b3\d{17}\b/);
  await page.goto(`${base}/p/unipg/receipt?lang=it`, { waitUntil: "load" });
  await put(page, { notice, tax_code: code });
  await press(page, ".actions .btn-primary"); await expect("lookup-paid", "Pagato", "30,00 €", "Identificativo della ricevuta");
  await put(page, { receipt_id: "somebody-elses" });
  await press(page, "#proof .btn-primary"); await expect("lookup-other-receipt", "Non è l'identificativo");
  if (!scripts) { return; }
  const { items } = await ask("GET", "/v1/receipts?limit=1");
  await put(page, { receipt_id: items[0].receipt_id });
  const type = await page.evaluate(async () => {
    const sent = new URLSearchParams(new FormData(document.getElementById("proof")));
    sent.set("do", "receipt");
    return (await fetch(document.getElementById("proof").action, { method: "POST", body: sent })).headers.get("content-type");
  });
  if (type !== "application/pdf") { fail("lookup-receipt", `no PDF but ${type}`); }
}

async function lookups(page, base, notices, shot) {
  for (const [name, number] of Object.entries(notices)) {
    await page.goto(`${base}/p/comune-perugia/receipt`, { waitUntil: "load" });
    await put(page, { notice: number, tax_code: "rssmra85t10a562s" });
    await press(page, ".actions .btn-primary"); await shot(`lookup-${name}`);
    const text = await page.evaluate(() => document.body.innerText);
    if (!text.includes(number)) { fail(`lookup-${name}`, "the notice is not found"); }
  }
}

// The doctoral form by the keyboard alone, with scripts, up to the receipt: every field is reached by Tab, in the order in which it stands.
async function keyboard(page, base) {
  await page.setViewport(VIEWS.wide);
  await page.goto(`${base}/p/unipg`, { waitUntil: "load" });
  const at = () => page.evaluate(() => {
    const one = document.activeElement;
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    return { id: one.id, name: one.name ?? "", text: one.innerText ?? "", shown: box.width > 1, outline: style.outlineStyle !== "none" };
  });
  const until = async (test, what) => {
    for (let step = 0; step < 80; step += 1) {
      await page.keyboard.press("Tab");
      const place = await at();
      if (!place.outline && place.id !== "") { fail("keyboard", `no focus to be seen at ${place.id}`); }
      if (test(place)) { return place; }
    }
    fail("keyboard", `${what} is not reached`);
    throw new Error(what);
  };
  const enter = async (key = "Enter") => Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.keyboard.press(key)]);
  await page.keyboard.press("Tab");
  if (!(await at()).shown) { fail("keyboard", "the way to the content is not the first stop, or is not to be seen"); }
  await until((place) => place.text.includes("dottorato"), "the service");
  await enter();
  const field = (id) => until((place) => place.id === `f-${id}`, id);
  const type = async (id, text) => { await field(id); await page.keyboard.type(text); };
  await field("id_kind");
  const fresh = page.waitForFunction(() => document.getElementById("f-tax_code"));
  await page.keyboard.press("Space");
  await fresh;
  if ((await at()).id !== "f-id_kind") { fail("keyboard", "choosing loses the place"); }
  await type("tax_code", "RSSMRA85T10A562S");
  await type("last_name", "Rossi");
  await type("first_name", "Mario");
  await field("birth_date"); await page.keyboard.type("02031999");
  await type("citizenship", "Ita");
  await type("email", "mario.rossi@example.org");
  await field("cycle");
  const courses = page.waitForFunction(() => document.querySelector("select#f-course option[value=D201]"));
  // The third of three.
  await page.keyboard.press("ArrowDown"); await page.keyboard.press("ArrowDown");
  await courses;
  await type("course", "Scienze");
  await type("application", "123456");
  await until((place) => place.text === "Continua", "the button");
  await enter();
  const text = await page.evaluate(() => document.body.innerText);
  if (!text.includes("30,00 €") || !text.includes("Riepilogo")) { fail("keyboard", `no summary: ${text.slice(0, 400)}`); }
  await until((place) => place.text === "Paga ora", "the payment");
  await enter();
  // Checkout, which the demonstration has simulated.
  await until((place) => place.name === "action", "the choice of Checkout");
  await enter();
  await page.waitForFunction(() => document.body.innerText.includes("Pagamento eseguito"), { timeout: 10_000 })
    .catch(async () => fail("keyboard", `not paid: ${(await texts(page)).slice(0, 400)}`));
  await until((place) => place.text.includes("Scarica la ricevuta"), "the receipt");
}

async function foreign(base) {
  const html = async (path, init) => {
    const answer = await fetch(base + path, init);
    return [answer.status, await answer.text(), answer.headers];
  };
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  const [status, page] = await html("/p/unipg/UNIPG-DOTT", {
    method: "POST", body: "do=continue", headers: { ...form, "Sec-Fetch-Site": "cross-site", Origin: "https://elsewhere.example" },
  });
  if (status !== 403) { fail("foreign", `a form from elsewhere is answered with ${status}`); }
  await valid("foreign", page);
  const [large, too] = await html("/p/unipg/UNIPG-DOTT", { method: "POST", body: "v.x=" + "a".repeat(300_000), headers: form });
  if (large !== 413) { fail("large", `a form of 300 kB is answered with ${large}`); }
  await valid("large", too);
}

// What a browser that was never here loads of the form, and how long the program takes for it once it runs.
async function weight(base) {
  const load = async (path) => {
    const { request } = await import("node:http");
    return new Promise((resolve, reject) => {
      const began = process.hrtime.bigint();
      request(base + path, { headers: { "Accept-Encoding": "gzip" } }, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => resolve({
          bytes: Buffer.concat(parts), headers: answer.headers, ms: Number(process.hrtime.bigint() - began) / 1e6,
        }));
      }).on("error", reject).end();
    });
  };
  const form = await load("/p/unipg/UNIPG-DOTT");
  const html = gunzipSync(form.bytes).toString();
  let bytes = form.bytes.length + JSON.stringify(form.headers).length;
  for (const [, path] of html.matchAll(/(?:href|src)="(\/p\/-\/[^"]+)"/g)) {
    const asset = await load(path);
    bytes += asset.bytes.length + JSON.stringify(asset.headers).length;
  }
  const times = [];
  for (let turn = 0; turn < 100; turn += 1) {
    times.push((await load("/p/unipg/UNIPG-DOTT")).ms);
    await new Promise((resolve) => setTimeout(resolve, 110));
  }
  times.sort((one, other) => one - other);
  console.log(`first transfer of the form: ${bytes} bytes; answered in ${times[50].toFixed(1)} ms (median), ${times[95].toFixed(1)} ms (95 of 100)`);
  if (bytes > 150_000) { fail("weight", `${bytes} bytes`); }
}

async function api(demo, institution) {
  const client = demo.clients.find((one) => one.institution === institution);
  const answer = await fetch(`${demo.gateway}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials", client_id: client.client_id, client_secret: client.client_secret, institution }),
  });
  const { access_token } = await answer.json();
  return async (method, path, body) => {
    const said = await fetch(demo.gateway + path, {
      method, body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${access_token}`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
    });
    if (!said.ok) { throw new Error(`${method} ${path}: ${said.status} ${await said.text()}`); }
    return said.json();
  };
}

// A notice that is open, and a form that is over.
async function prepare(demo) {
  const ask = await api(demo, "comune-perugia");
  const debtor = { type: "natural_person", tax_code: "RSSMRA85T10A562S", full_name: "Mario Rossi" };
  const open = await ask("POST", "/v1/debt-positions", {
    external_id: `PAGES-${Date.now()}`, service_code: "TARI", description: "TARI 2027", publish: true, debtor, amount: 123_456, due_date: "2027-10-31",
  });
  const number = open.payment_options[0].installments[0].notice_number;
  const definition = JSON.parse(readFileSync("examples/services/bianco-base.json", "utf8"));
  const over = { ...definition, code: "CHIUSO", window: { closes_at: "2026-01-01T00:00:00+01:00" }, tests: [] };
  await ask("PUT", "/v1/services/CHIUSO", {
    title: { it: "Modulo di ieri", en: "Yesterday's form" }, taxonomy_code: definition.taxonomy_code, account_id: "main", kind: "spontaneous",
    amount: { rule: "free" }, status: "active",
  });
  await ask("PUT", "/v1/services/CHIUSO/form/definition", over);
  return { open: number };
}

async function start() {
  const folder = mkdtempSync(join(tmpdir(), "tramite-pages-data-"));
  const program = process.env.PAGES_TRAMITE ?? "target/debug/tramite";
  const demo = spawn(program, ["demo", "--json", "--listen", "127.0.0.1:18090", "--sandbox-listen", "127.0.0.1:18091", "--data-dir", folder], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const told = await new Promise((resolve, reject) => {
    let text = "";
    demo.stdout.on("data", (part) => {
      text += part;
      if (text.includes("\n")) { resolve(JSON.parse(text)); }
    });
    demo.on("exit", (code) => reject(new Error(`the demonstration ended with ${code}`)));
  });
  const stop = () => new Promise((resolve) => {
    demo.removeAllListeners("exit");
    demo.on("exit", () => { rmSync(folder, { recursive: true, force: true }); resolve(); });
    demo.kill("SIGTERM");
  });
  return [told, stop];
}

async function walk(browser, demo, notices) {
  const base = demo.gateway;
  const ask = await api(demo, "unipg");
  let turn = 0;
  for (const scripts of [true, false]) {
    for (const [view, size] of Object.entries(VIEWS)) {
      // Wide with scripts, and small without, say most; the rest would be seen twice.
      if (!scripts && view === "zoomed") { continue; }
      if (process.env.PAGES_VIEWS && !process.env.PAGES_VIEWS.split(",").includes(view)) { continue; }
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.setJavaScriptEnabled(scripts);
      await page.setViewport(size);
      page.on("pageerror", (error) => fail(view, `script: ${error.message}`));
      page.on("console", (line) => { if (line.type() === "error" && !/422|404|403|409/.test(line.text())) { fail(view, `console: ${line.text()}`); } });
      page.on("request", (request) => { if (![base, demo.sandbox, "data:"].some((start) => request.url().startsWith(start))) { fail(view, `a call to ${request.url()}`); } });
      const prefix = `${view}${scripts ? "" : "-plain"}`;
      const shot = async (name) => {
        if (scripts && view === "wide") { await valid(name, last); }
        await judge(page, `${prefix}-${name}`, scripts);
        // Citizens are not so fast as a program: the limit by source stays what it is.
        await new Promise((resolve) => setTimeout(resolve, 250));
      };
      let last = "";
      page.on("response", (answer) => {
        if (answer.request().isNavigationRequest()) { pending = answer.text().then((text) => { last = text; }).catch(() => {}); }
      });
      let pending = Promise.resolve();
      const shown = async (name) => { await pending; await shot(name); };
      await states(page, base, shown);
      await lookups(page, base, notices, shown);
      turn += 1;
      await ends(page, demo, ask, shown, turn, scripts);
      await context.close();
      console.log(`${prefix}: walked`);
    }
  }
  const page = await browser.newPage();
  await keyboard(page, base);
  await foreign(base);
  await weight(base);
}

const [demo, stop] = await start();
const browser = await puppeteer.launch({
  executablePath: process.env.PAGES_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--accept-lang=it", "--lang=it"],
});
try {
  await walk(browser, demo, await prepare(demo));
} catch (error) {
  fail("walk", error.stack);
} finally {
  await browser.close();
  await stop();
}
console.log(`${seen} states seen, ${wrong.length} things wrong; pictures in ${pictures}`);
[...new Set(wrong)].forEach((one) => console.log(`  ${one}`));
process.exitCode = wrong.length === 0 ? 0 : 1;
