// Looks at HTML pages in Chromium, as their readers do.
//
//   node tests/tools/page-check.mjs open             names of files on stdin: each opens quietly
//   node tests/tools/page-check.mjs read FILE        an order saga that failed: mouse and keys
//   node tests/tools/page-check.mjs hostile FILE     nothing that a user wrote runs
//   node tests/tools/page-check.mjs speed FILE       how long it takes until it can be used
//
// Ends with 1 when something is not as it should be. The package `playwright-core` comes from the
// folder named by ASL_NODE_MODULES, the browser is `chromium` of the system (or CHROMIUM).

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const BROWSERS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

function playwright() {
  const folder = resolve(process.env.ASL_NODE_MODULES.replace(/[/\\]node_modules[/\\]?$/, ""));
  return createRequire(join(folder, "from.js"))("playwright-core");
}

const executablePath = BROWSERS.find((path) => path && existsSync(path));
if (!executablePath) {
  console.error("there is no chromium");
  process.exit(2);
}
const browser = await playwright().chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });

// A page, and everything that it complained about or asked the network for.
async function fresh(options) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) complaints.push(`asks for ${request.url()}`);
  });
  return { page, complaints };
}

async function visit(page, file) {
  await page.goto(pathToFileURL(resolve(file)).href);
  await page.waitForSelector("body.ready", { state: "attached", timeout: 30_000 });
}

const panel = (page) => page.locator("#panel").innerText();

async function open() {
  const files = readFileSync(0, "utf8").split("\n").filter(Boolean);
  const queue = [...files];
  const look = async () => {
    const { page, complaints } = await fresh();
    for (let file = queue.pop(); file; file = queue.pop()) await openOne(page, complaints, file);
  };
  await Promise.all([look(), look(), look(), look()]);
  console.log(`${files.length} pages open without a complaint`);
}

// In one go: there are hundreds.
async function openOne(page, complaints, file) {
  await page.goto(pathToFileURL(resolve(file)).href);
  const { ready, states, drawn, told } = await page.evaluate(() => {
    const shapes = document.querySelectorAll(".asl .s[role=button]");
    shapes[0]?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    return {
      ready: document.body.classList.contains("ready"),
      states: JSON.parse(document.getElementById("data").textContent).states.length,
      drawn: shapes.length,
      told: document.getElementById("panel").innerText,
    };
  });
  assert.ok(ready, file);
  assert.equal(drawn, states, `${file}: states that can be chosen`);
  if (drawn > 0) assert.match(told, /Definition|too long for this page/, file);
  assert.deepEqual(complaints, [], file);
}

async function read(file) {
  const { page, complaints } = await fresh();
  await visit(page, file);
  assert.match(await page.locator("#failure").innerText(), /Order undone ended the execution/);

  // With the mouse.
  await page.click('[data-state="Charge the card"]');
  let told = await panel(page);
  for (const part of ["Charge the card", "caught", "Payment.Declined", "no funds", "2 tries", "Input", "Output", "Definition"]) {
    assert.ok(told.includes(part), `${part} in ${told}`);
  }
  assert.match(told, /"orderId": "order-1017"/);
  await page.click("#panel .error .link");
  assert.equal(await page.locator("#view-events .row.picked .type").innerText(), "TaskFailed");
  await page.click("#failure .link >> nth=0");
  assert.equal(await page.locator("#panel h2").innerText(), "Charge the card");

  // A state with several visits.
  await page.locator('[data-state="Look up the price"]').dispatchEvent("click");
  told = await panel(page);
  assert.match(told, /Visit \d of 3/);
  assert.match(told, /in Price the items\[1\]/);

  // The search.
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  await page.keyboard.type("unknownarticle");
  const found = await page.locator("#view-events .row").count();
  assert.ok(found > 0 && found < 10, `${found} events found`);
  assert.match(await page.locator("#count").innerText(), new RegExp(`^${found} of \\d+ events$`));
  assert.match(await page.locator("#live").textContent(), /^\d+ of \d+ events$/);
  await page.keyboard.press("Escape");

  // The items of the Map, those with errors first.
  await page.click("#tab-items");
  const items = await page.locator("#view-items .row").allInnerTexts();
  assert.equal(items.length, 3);
  assert.match(items[0], /\[1\][^]*Prices\.UnknownArticle/);
  await page.click("#only-caught");
  assert.equal(await page.locator("#view-items .row").count(), 1);

  await keys(page);

  // Colours that are asked for by the button, and paper.
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.click("#theme");
  const light = await ground();
  await page.click("#theme");
  assert.notEqual(await ground(), light);
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  const events = await page.evaluate(() => JSON.parse(document.getElementById("events").textContent).length);
  assert.equal(await page.locator("#view-events .row").count(), events, "events on paper");
  await page.close();

  // A phone is wide enough for it.
  const phone = await fresh({ viewport: { width: 390, height: 844 }, hasTouch: true });
  await visit(phone.page, file);
  const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} px are wider than a phone`);
  await phone.page.locator('[data-state="Charge the card"]').tap();
  assert.ok((await panel(phone.page)).includes("Payment.Declined"));
  assert.deepEqual([...complaints, ...phone.complaints], []);
  console.log("mouse, keys, search, paper and phone are as they should be");
}

// From the beginning, without a mouse.
async function keys(page) {
  await page.reload();
  await page.waitForSelector("body.ready", { state: "attached" });
  const focus = () => page.evaluate(() => document.activeElement.id || document.activeElement.dataset.state || document.activeElement.className);
  for (let presses = 0; (await focus()) !== "stage"; presses++) {
    assert.ok(presses < 20, "the picture is reached by Tab");
    await page.keyboard.press("Tab");
  }
  const where = () => page.evaluate(() => document.querySelector("#canvas svg").style.transform);
  const before = await where();
  await page.keyboard.press("ArrowDown");
  assert.notEqual(await where(), before, "arrow keys move the picture");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  const state = await page.evaluate(() => document.activeElement.dataset.state);
  assert.equal(state, "Is it valid?");
  await page.keyboard.press("Enter");
  assert.match(await panel(page), /Is it valid\?/);
  assert.equal(await focus(), "panel");
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.state), state, "back where it was");
  assert.equal(await page.locator("#panel h2").first().innerText(), "Execution");
  for (let presses = 0; (await focus()) !== "tab-timeline"; presses++) {
    assert.ok(presses < 20, "the views are reached by Tab");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("ArrowRight");
  assert.equal(await focus(), "tab-events");
  await page.focus("#view-events .list");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  assert.match(await panel(page), /ExecutionFailed/);
  await page.keyboard.press("?");
  assert.equal(await page.locator("#help").isVisible(), true);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#help").isVisible(), false);
}

async function hostile(file) {
  const { page, complaints } = await fresh();
  await visit(page, file);
  for (const state of await page.locator(".asl .s[role=button]").all()) await state.dispatchEvent("click");
  await page.click("#tab-events");
  for (const row of await page.locator("#view-events .row").all()) await row.dispatchEvent("click");
  await page.keyboard.press("/");
  await page.keyboard.type("<img src=x onerror=");
  assert.ok((await page.locator("#view-events .row").count()) > 0);
  const { pwned, scripts, strangers } = await page.evaluate(() => ({
    pwned: window.pwned,
    scripts: document.scripts.length,
    strangers: document.querySelectorAll("img, iframe, object, embed, a:not(.skip), [onerror], [onload], [onclick]").length,
  }));
  assert.deepEqual({ pwned, scripts, strangers }, { pwned: undefined, scripts: 3, strangers: 0 });
  assert.match(await page.title(), /<\/title>/);
  assert.deepEqual(complaints, []);
  console.log("nothing that a user wrote has run");
}

async function speed(file) {
  const times = [];
  for (let round = 0; round < 3; round++) {
    const { page, complaints } = await fresh();
    const began = Date.now();
    await visit(page, file);
    times.push(Date.now() - began);
    await page.click("#tab-events");
    await page.focus("#view-events .list");
    await page.keyboard.press("End");
    assert.match(await page.locator("#view-events .row.active").innerText(), /ExecutionSucceeded/);
    assert.ok((await page.locator("#view-events .row").count()) < 100, "only rows in sight are made");
    const typing = Date.now();
    await page.keyboard.press("/");
    await page.keyboard.type("item-777\"");
    assert.ok((await page.locator("#view-events .row").count()) > 0);
    if (round === 2) console.log(`a search takes ${Date.now() - typing} ms`);
    assert.deepEqual(complaints, []);
    await page.close();
  }
  const best = Math.min(...times);
  assert.ok(best <= 2000, `opens in ${times} ms`);
  console.log(`opens in ${times} ms`);
}

try {
  await { open, read, hostile, speed }[process.argv[2]](process.argv[3]);
} catch (error) {
  console.error(error.stack ?? String(error));
  process.exitCode = 1;
} finally {
  await browser.close();
}
