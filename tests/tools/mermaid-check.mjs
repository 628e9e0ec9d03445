// Holds Mermaid files against Mermaid's own parser.
//
//   node tests/tools/mermaid-check.mjs FILE…        or file names on stdin, one a line
//
// Prints each refused file with the parser's message and ends with 1 if there is one. The packages
// `mermaid` and `jsdom` come from the folder named by ASL_NODE_MODULES (the one that holds
// `node_modules`, or `node_modules` itself), else from where Node finds them.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const places = [
  process.env.ASL_NODE_MODULES,
  ...(process.env.NODE_PATH ?? "").split(delimiter),
  process.cwd(),
].filter(Boolean);

function find(name) {
  for (const place of places) {
    const folder = resolve(place.replace(/[/\\]node_modules[/\\]?$/, ""));
    try {
      return createRequire(join(folder, "from.js")).resolve(name);
    } catch {}
  }
  console.error(`cannot find the package "${name}": set ASL_NODE_MODULES`);
  process.exit(2);
}

async function load(name) {
  return import(pathToFileURL(find(name)).href);
}

// Mermaid needs a page to clean labels in.
const { JSDOM } = await load("jsdom");
const { window } = new JSDOM("<!doctype html><body></body>");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await load("mermaid");
mermaid.initialize({ startOnLoad: false });

const given = process.argv.slice(2);
const files = given.length > 0 ? given : readFileSync(0, "utf8").split("\n").filter(Boolean);
let refused = 0;
for (const file of files) {
  try {
    await mermaid.parse(readFileSync(file, "utf8"));
  } catch (error) {
    refused += 1;
    console.log(`${file}: ${error.message ?? error}`);
  }
}
console.error(`${files.length - refused} of ${files.length} accepted`);
process.exit(refused > 0 ? 1 : 0);
