// Looks at HTML pages in Chromium, as their readers do.
//
//   node tests/tools/page-check.mjs open             names of files on stdin: each opens quietly
//   node tests/tools/page-check.mjs read FILE        an order saga that failed: mouse and keys
//   node tests/tools/page-check.mjs address FILE     the same one: addresses of states and events
//   node tests/tools/page-check.mjs spoken FILE      the same one, as a screen reader has it
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

async function visit(page, file, hash = "") {
  // Only from elsewhere an address opens a page again.
  if (hash) await page.goto("about:blank");
  await page.goto(pathToFileURL(resolve(file)).href + hash);
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

const heading = (page) => page.locator("#panel h2").first().innerText();
const hash = (page) => page.evaluate(() => location.hash);

async function address(file) {
  const { page, complaints } = await fresh();
  await visit(page, file);
  assert.equal(await hash(page), "");

  // It is kept up to date, and opens what it names.
  await page.click('[data-state="Charge the card"]');
  assert.equal(await hash(page), "#state=Charge+the+card");
  await page.reload();
  assert.equal(await heading(page), "Charge the card");
  await page.locator('[data-state="Look up the price"]').dispatchEvent("click");
  const first = (await panel(page)).match(/Visit (\d) of 3/)[1];
  await page.click(first === "3" ? "#panel .before" : "#panel .next");
  const other = (await panel(page)).match(/Visit (\d) of 3/)[1];
  assert.equal(await hash(page), `#state=Look+up+the+price&visit=${other}`);
  await page.reload();
  assert.match(await panel(page), new RegExp(`Visit ${other} of 3`));
  const seen = () => page.locator('[data-state="Look up the price"]').boundingBox();
  const { x, y } = await seen();
  const frame = await page.locator("#stage").boundingBox();
  assert.ok(x >= frame.x && y >= frame.y && y < frame.y + frame.height, "it is in sight");
  await page.click("#failure .link >> text=/event/");
  const event = await hash(page);
  assert.match(event, /^#event=\d+$/);
  await page.keyboard.press("Escape");
  assert.equal(await hash(page), "");

  // As somebody wrote it, on loading and while it is open.
  await visit(page, file, event);
  assert.equal(await page.locator("#view-events .row.picked .id").innerText(), event.slice(7));
  assert.notEqual(await page.evaluate(() => document.activeElement.id), "view-events");
  await page.evaluate(() => { location.hash = "#state=Charge%20the%20card"; });
  await page.waitForFunction(() => document.querySelector("#panel h2").innerText === "Charge the card");

  // Of what is not there nothing comes but words.
  for (const strange of ["#state=%3Cimg%20src=x%20onerror=window.pwned=1%3E", "#state=%E0%A4%A", "#event=1e99",
    "#event=", "#state=__proto__", "#panel", "#state=Look+up+the+price&visit=-1", "#&&==%"]) {
    await visit(page, file, strange);
    assert.equal(await page.locator("#panel img").count(), 0, strange);
    const told = await page.locator("#live").textContent();
    if (/proto|img/.test(strange)) assert.match(told, /^There is no state "(__proto__|<img src=x onerror=window.pwned=1>)" in this page$/);
  }
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.deepEqual(complaints, []);
  console.log("addresses lead where they say");
}

// Everything that a screen reader may come upon, as Chromium tells it.
async function spoken(file) {
  const { page, complaints } = await fresh();
  await visit(page, file);
  const client = await page.context().newCDPSession(page);
  const all = async () => {
    const { nodes } = await client.send("Accessibility.getFullAXTree");
    const value = (it) => it?.value ?? "";
    return nodes.filter((node) => !node.ignored).map((node) => ({
      role: value(node.role), name: value(node.name),
      pressed: value(node.properties?.find(({ name }) => name === "pressed")?.value),
    }));
  };
  const has = (nodes, role, name) => nodes.some((node) => node.role === role && (name.test ? name.test(node.name) : node.name === name));

  const nodes = await all();
  const states = await page.evaluate(() => JSON.parse(document.getElementById("data").textContent).states);
  for (const { name, line } of states) {
    assert.ok(nodes.some((node) => node.role === "button" && node.name.startsWith(`${name}, ${line}`)), `${name} is a button with its name`);
  }
  assert.ok(has(nodes, "button", "Charge the card, " + states.find(({ name }) => name === "Charge the card").line + ", caught"));
  for (const [role, name] of [["region", "Picture"], ["region", /ended the execution/], ["complementary", "Details"],
    ["group", "States"], ["tab", "Events"], ["status", ""], ["heading", /ended the execution/]]) {
    assert.ok(has(nodes, role, name), `${role} ${name}`);
  }
  const used = /^(button|tab|searchbox|textbox|grid|link|combobox|checkbox)$/;
  assert.deepEqual(nodes.filter((node) => used.test(node.role) && !node.name.trim()), [], "what can be used has a name");

  // What is selected is announced, and stands in the panel under its heading.
  await page.focus('[data-state="Charge the card"]');
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "panel");
  const live = page.locator("#live");
  assert.equal(await live.getAttribute("aria-live"), "polite");
  assert.equal(await live.textContent(), "Charge the card, caught");
  const after = await all();
  assert.ok(has(after, "heading", "Charge the card"));
  assert.ok(after.some((node) => node.role === "button" && node.pressed === "true" && node.name.startsWith("Charge the card")));
  assert.ok(has(after, "StaticText", "Charge the card, caught"), "the announcement is in the tree");
  assert.deepEqual(complaints, []);
  console.log(`${nodes.length} nodes can be spoken`);
}

async function hostile(file) {
  const { page, complaints } = await fresh();
  await visit(page, file);
  for (const state of await page.locator(".asl .s[role=button]").all()) {
    await state.dispatchEvent("click");
    const [name, address] = [await heading(page), await hash(page)];
    assert.match(address, /^#state=[\w.*+%-]+$/);
    await page.reload();
    assert.equal(await heading(page), name);
  }
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
  await { open, read, address, spoken, hostile, speed }[process.argv[2]](process.argv[3]);
} catch (error) {
  console.error(error.stack ?? String(error));
  process.exitCode = 1;
} finally {
  await browser.close();
}
