// Uses the console of a server in Chromium, as people do.
//
//   node tests/tools/console-check.mjs walk URL      start, watch, answer, redrive, stop, filter
//   node tests/tools/console-check.mjs keys URL      the same by keys, and on a phone
//   node tests/tools/console-check.mjs clock URL    what runs goes on, what ended does not; texts have room
//   node tests/tools/console-check.mjs stale URL    the server changes, and goes away
//   node tests/tools/console-check.mjs maps URL      Map Runs
//   node tests/tools/console-check.mjs work URL      an activity's task, an Express execution
//   node tests/tools/console-check.mjs hostile URL   nothing that a user wrote runs
//   node tests/tools/console-check.mjs again URL     an execution that began before a restart
//
// Ends with 1 when something is not as it should be. The package `playwright-core` comes from the
// folder named by ASL_NODE_MODULES, the browser is `chromium` of the system (or CHROMIUM).

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const BROWSERS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const [scenario, base] = process.argv.slice(2);

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
const complaints = [];

async function fresh(options) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${base}/`) && !request.url().startsWith("data:")) complaints.push(`asks for ${request.url()}`);
  });
  return page;
}

const badge = (page, word) => page.locator("#badge", { hasText: word }).waitFor();
const state = (page, name, mark) => page.locator(`.asl .s.${mark}[data-state="${name}"]`).waitFor();
const waiting = (page) => page.locator("#waiting li button", { hasText: "Answer…" });

async function walk() {
  const page = await fresh();
  await page.goto(base);
  await page.fill("#search", "nothing is called so");
  await page.getByText("No machine has such a name.").waitFor();
  await page.fill("#search", "rev");
  await page.click("#machines a >> text=review");

  // The input is checked while one types.
  await page.click("#start");
  await page.fill("dialog textarea", '{"order": ');
  assert.match(await page.innerText("dialog .check"), /^✖/);
  await page.click("dialog .primary");
  // What is wrong stays to be seen, beside the text that has the focus.
  assert.equal(await page.evaluate(() => document.activeElement.matches("dialog textarea:valid")), true);
  await page.fill("dialog textarea", '{"order": 1017}');
  assert.match(await page.innerText("dialog .check"), /^✔/);
  await page.getByLabel("Name (optional)").fill("first");
  await page.click("dialog .primary");

  // States are painted as it happens.
  await page.waitForURL(/\/console\/execution\?arn=.*first$/);
  await badge(page, "running");
  await state(page, "Prepare", "succeeded");
  await state(page, "Review", "running");
  assert.equal(await page.locator('[data-state="Done"].succeeded').count(), 0);
  await page.click('[data-state="Review"]');
  assert.match(await page.innerText("#panel"), /running[^]*"order": 1017/);

  // A task is answered: it failed.
  await waiting(page).click();
  await page.getByLabel("Failure").check();
  await page.getByLabel("Error", { exact: true }).fill("Review.Refused");
  await page.getByLabel("Cause", { exact: true }).fill("too dear");
  await page.click("dialog .primary");
  await badge(page, "failed");
  await page.locator("#failure").waitFor();
  assert.match(await page.innerText("#failure"), /Review ended the execution with Review\.Refused[^]*too dear/);
  assert.ok(await page.locator("#waiting").isHidden());

  // It is redriven, and answered well: the same page goes on.
  await page.click("#redrive");
  await page.click("dialog .primary");
  await badge(page, "running");
  await page.locator("#failure").waitFor({ state: "hidden" });
  await waiting(page).click();
  await page.fill("dialog textarea", '{"price": 12}');
  await page.click("dialog .primary");
  await badge(page, "succeeded");
  await state(page, "Done", "succeeded");
  await page.click("#panel .close");
  await page.waitForFunction(() => /Output[^]*"price": 12/.test(document.getElementById("panel").innerText));
  await page.click("#tab-events");
  await page.fill("#search", "redriven");
  assert.equal(await page.locator("#view-events .row").count(), 1);

  // Another one is stopped, in a page that knows its input.
  await page.click("#again");
  assert.equal(await page.inputValue("dialog textarea"), '{"order": 1017}');
  await page.getByLabel("Name (optional)").fill("second");
  await page.click("dialog .primary");
  await page.waitForURL(/second$/);
  await page.click("#stop");
  await page.getByLabel("Cause (optional)").fill("not needed");
  await page.click("dialog .primary");
  await badge(page, "aborted");
  await page.locator("#failure", { hasText: "not needed" }).waitFor();

  // The list, and what is not in it.
  await page.click("nav a >> text=review");
  await page.locator("#runs tbody tr").nth(1).waitFor();
  await page.selectOption("#status", "ABORTED");
  await page.locator("#runs tbody tr", { hasText: "first" }).waitFor({ state: "detached" });
  assert.match(await page.innerText("#runs tbody"), /second\s+⊘\s*aborted/);
  await page.selectOption("#status", "");
  await page.fill("#name", "FIR");
  await page.locator("#runs tbody tr", { hasText: "second" }).waitFor({ state: "detached" });
  await page.click("#runs tbody a >> text=first");
  await badge(page, "succeeded");
  console.log("started, watched, answered, redriven, stopped and found again");
}

async function keys() {
  const page = await fresh({ viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: "dark" });
  const fits = async () => {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${wide} px are wider than a phone: ${page.url()}`);
  };
  const focus = () => page.evaluate(() => document.activeElement.textContent);
  const tabTo = async (text) => {
    for (let presses = 0; presses < 40; presses++) {
      if ((await focus()).trim() === text) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`no way to ${text} by Tab`);
  };
  await page.goto(base);
  await page.waitForSelector("body.ready");
  await fits();
  await tabTo("review");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#start");
  await page.waitForSelector("#runs tbody td");
  await fits();
  await tabTo("Start execution");
  await page.keyboard.press("Enter");
  // The dialog has the focus; Escape closes it, and gives it back.
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "TEXTAREA");
  await fits();
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement.id === "start");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+Enter");
  await page.waitForURL(/execution\?arn/);
  await waiting(page).waitFor();
  await fits();
  await tabTo("Answer…");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+Enter");
  await badge(page, "succeeded");
  await page.waitForFunction(() => /has succeeded/.test(document.getElementById("live").textContent));

  // The colours that one asks for stay.
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await page.click("#theme");
  const light = await ground();
  assert.notEqual(light, dark);
  await page.goto(base);
  await page.waitForSelector("body.ready");
  assert.equal(await ground(), light);

  // What cannot be named cannot be used by who does not see it.
  const nameless = await page.evaluate(() => [...document.querySelectorAll("button, input, select, textarea, a")]
    .filter((it) => !(it.getAttribute("aria-label") || it.labels?.length || it.textContent.trim())).map((it) => it.outerHTML));
  assert.deepEqual(nameless, []);
  console.log("keys lead everywhere, on a phone too");
}

// Calls the API as somebody else would.
const ask = (page, operation, members) => page.evaluate(async ([operation, members]) => {
  const headers = { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": `AWSStepFunctions.${operation}` };
  return (await fetch("/", { method: "POST", headers, body: JSON.stringify(members) })).json();
}, [operation, members]);

const machineOf = (name) => `arn:aws:states:us-east-1:123456789012:stateMachine:${name}`;

// In how many lines a text stands.
const lines = (locator) => locator.evaluate((it) => {
  const range = document.createRange();
  range.selectNodeContents(it);
  return new Set([...range.getClientRects()].map((box) => Math.round(box.bottom / 8))).size;
});

async function clock() {
  const page = await fresh();
  await page.goto(base);
  const name = "a-name-as-long-as-it-can-be-".repeat(3).slice(0, 80);
  const { executionArn } = await ask(page, "StartExecution", { stateMachineArn: machineOf("review"), name, input: "{}" });

  // Words stay whole beside a long name.
  await page.click("#machines a >> text=review");
  const cells = page.locator("#runs tbody tr", { hasText: name }).locator("td");
  await cells.first().waitFor();
  for (const cell of await cells.all()) assert.equal(await lines(cell), 1, await cell.innerText());

  // Everything that tells how long it runs goes on.
  await page.click("#runs tbody a");
  await waiting(page).waitFor();
  const seconds = (where) => page.waitForFunction((where) => /[1-9]\d*\.\d\d s/.test(document.querySelector(where).innerText), where);
  await seconds("#meta");
  await seconds("#panel dl");
  await seconds("#panel .states");
  assert.doesNotMatch(await page.textContent('[data-state="Review"]'), /\d m?s\b/);
  await page.click('[data-state="Review"]');
  await seconds("#panel .outcome");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.click("#panel .close");
  await page.click("#panel .copy");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), executionArn);

  // An answer without an error's name is told as such.
  await waiting(page).click();
  await page.getByLabel("Failure").check();
  await page.click("dialog .primary");
  await page.locator("#failure h2", { hasText: "Review failed without an error name" }).waitFor();
  assert.doesNotMatch(await page.innerText("#failure"), /^Error$/m);

  // It took as long here as in the list.
  const took = (await page.innerText("#meta")).split(/ +· +/)[0];
  await page.click("nav a >> text=review");
  assert.equal(await cells.last().innerText(), took);

  // On a phone each event tells its whole name, its time and its state, and no room is wasted.
  const phone = await fresh({ viewport: { width: 390, height: 844 } });
  await phone.goto(`${base}/console/execution?arn=${encodeURIComponent(executionArn)}`);
  await badge(phone, "failed");
  const height = (where) => phone.locator(where).evaluate((it) => it.clientHeight);
  assert.ok(await height("#below") < 400, "a short timeline is short");
  const ticks = await phone.locator("#view-timeline .tick").evaluateAll((all) => all.map((it) => it.getBoundingClientRect())
    .map(({ left, right }) => [left, right]));
  ticks.slice(1).forEach(([left], at) => assert.ok(left >= ticks[at][1], "texts of the axis overlap"));
  await phone.click("#tab-events");
  const row = phone.locator("#view-events .row", { hasText: "TaskStateEntered" });
  assert.match(await row.innerText(), /TaskStateEntered[^]*Review|\+\d/);
  for (const cell of await row.locator(".type, .when, .state").all()) {
    assert.ok(await cell.evaluate((it) => it.offsetParent && it.scrollWidth <= it.clientWidth), "it is cut");
  }
  console.log("what runs goes on, and what is told has room");
}

async function stale() {
  const page = await fresh();
  const gone = page.getByText("The server does not answer: what is shown may be old.");
  const away = async (isAway) => {
    await page.context().setOffline(isAway);
    await gone.waitFor({ state: isAway ? "visible" : "hidden", timeout: 15000 });
  };
  const begin = (name) => ask(page, "StartExecution", { stateMachineArn: machineOf("short"), name, input: "{}" });
  await page.goto(base);
  await page.waitForSelector("body.ready");
  assert.match(await page.innerText("#machines tr:has-text('quick')"), /not kept/);

  // The list goes on while one is in it, and one stays there.
  await page.focus("#machines a >> text=short");
  await begin("first");
  await page.locator("#machines tr", { hasText: "short" }).getByText("succeeded").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "short");
  await away(true);
  assert.equal(await page.innerText("#meta"), "");
  await away(false);

  await page.click("#machines a >> text=short");
  await page.locator("#runs tbody a >> text=first").waitFor();
  await page.fill("#name", "ond");
  await page.getByText("No execution has such a name.").waitFor();
  await begin("second");
  await page.locator("#runs tbody a >> text=second").waitFor();
  assert.equal(await page.locator("#runs tbody tr").count(), 1);
  await page.fill("#name", "");
  for (let at = 0; at < 60; at++) await begin(`more-${at}`);
  await page.locator("#runs tbody tr").nth(49).waitFor();
  await page.click("#more");
  await page.locator("#runs tbody tr").nth(61).waitFor();
  await begin("third");
  await page.locator("#runs tbody a >> text=third").waitFor();
  assert.equal(await page.locator("#runs tbody tr").count(), 63);

  await away(true);
  await page.click("#start");
  await page.click("dialog .primary");
  await page.locator("dialog .problem", { hasText: "The server does not answer." }).waitFor();
  await page.keyboard.press("Escape");
  await away(false);

  // Another definition is told.
  const definition = JSON.stringify({ StartAt: "B", States: { B: { Type: "Succeed" } } });
  await ask(page, "UpdateStateMachine", { stateMachineArn: machineOf("short"), definition });
  await page.getByRole("button", { name: "Show the new one" }).click();
  await page.locator('.asl .s[data-state="B"]').waitFor();

  // What is not there.
  complaints.splice(0, complaints.length, ...complaints.filter((it) => !/ERR_INTERNET_DISCONNECTED/.test(it)));
  await page.goto(`${base}/console/execution?arn=x`);
  const [crumbs, title] = await Promise.all(["nav", "h1"].map((it) => page.locator(it).boundingBox()));
  assert.ok(title.y >= crumbs.y + crumbs.height, "the title touches what is above it");
  assert.doesNotMatch(await page.innerText("body"), /--db/);
  assert.match(complaints.pop(), /404/);
  console.log("what is shown is new, or said to be old");
}

async function hostile() {
  const page = await fresh();
  const watch = async () => {
    const { pwned, strangers } = await page.evaluate(() => ({
      pwned: window.pwned,
      strangers: document.querySelectorAll("img, iframe, object, embed, [onerror], [onload], [onclick]").length,
    }));
    assert.deepEqual({ pwned, strangers }, { pwned: undefined, strangers: 0 });
  };
  await page.goto(base);
  await page.click("#machines a >> text=hostile");
  await page.click("#runs tbody a");
  await waiting(page).waitFor();
  await watch();
  for (const shape of await page.locator(".asl .s[role=button]").all()) await shape.dispatchEvent("click");
  await waiting(page).click();
  await watch();
  await page.fill("dialog textarea", '"<img src=x onerror=window.pwned=1>"');
  await page.click("dialog .primary");
  await badge(page, "failed");
  await page.locator("#failure", { hasText: "onerror" }).waitFor();
  await page.click("#tab-events");
  for (const row of await page.locator("#view-events .row").all()) await row.dispatchEvent("click");
  await page.fill("#search", "<img");
  assert.ok((await page.locator("#view-events .row").count()) > 0);
  await watch();
  console.log("nothing that a user wrote has run");
}

async function maps() {
  const page = await fresh();
  await page.goto(base);
  await page.click("#machines a >> text=spread");
  await page.click("#runs tbody a >> nth=0");
  await page.locator("#map-runs li").waitFor();
  await page.locator("#map-runs", { hasText: /each 3 items · 2 succeeded · 1 failed/ }).waitFor();
  // The picture counts them, and nothing inside looks as if it had happened in this execution.
  const card = page.locator('.asl .s[data-state="Each"]');
  assert.match(await card.textContent(), /2 ✔ +1 ✖/);
  assert.doesNotMatch(await page.textContent("#canvas"), /not in this log/);
  assert.equal(await page.locator('.asl .s.faint[data-state="C"]').count(), 1);
  await page.click("#map-runs summary");
  await page.locator("#map-runs li li", { hasText: "✖" }).locator("a").click();
  // A child has the picture of the machine, with its own part painted, and leads back.
  await badge(page, "failed");
  await page.locator("#failure", { hasText: "Odd" }).waitFor();
  assert.ok(await page.locator("#redrive").isHidden(), "a child is redriven with its Map Run");
  await page.click("#again");
  await page.locator("dialog[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.click("nav a >> text=one");
  await page.locator("#map-runs li").waitFor();
  console.log("a Map Run shows its items, and its executions lead back to it");
}

async function work() {
  const page = await fresh();
  await page.goto(base);
  await page.click("#activities button >> text=Take a task");
  // The task is there already: the form for its answer follows at once.
  await page.locator("dialog summary", { hasText: "Input" }).click();
  assert.match(await page.innerText("dialog"), /"please": true/);
  await page.fill("dialog textarea", '{"approved": true}');
  await page.getByRole("button", { name: "Heartbeat" }).click();
  await page.getByText("The heartbeat has come.").waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.click("#machines a >> text=ask");
  await page.click("#runs tbody a");
  await badge(page, "succeeded");

  await page.goto(base);
  await page.click("#machines a >> text=quick");
  await page.click("#start");
  await page.fill("dialog textarea", '{"quick": 7}');
  await page.click("dialog .primary");
  await page.locator("dialog .result", { hasText: "succeeded" }).waitFor();
  assert.match(await page.innerText("dialog .result"), /"quick": 7/);
  console.log("a person has worked, and an Express execution was shown");
}

async function again() {
  const page = await fresh();
  await page.goto(base);
  await page.click("#machines a >> text=running");
  await waiting(page).click();
  await page.click("dialog .primary");
  await badge(page, "succeeded");
  // And once more, now that it has ended.
  await page.reload();
  await badge(page, "succeeded");
  await state(page, "Done", "succeeded");
  console.log("it went on after the restart");
}

try {
  await { walk, keys, clock, stale, maps, work, hostile, again }[scenario]();
  assert.deepEqual(complaints, []);
} catch (error) {
  console.error(error, complaints);
  process.exitCode = 1;
}
await browser.close();
