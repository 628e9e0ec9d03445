// Holds XML files against an XML Schema, with libxml2.
//
//   node tests/tools/xml-check.mjs SCHEMA FILE…
//
// Prints each refused file with the reasons and ends with 1 if there is one. The package
// `xmllint-wasm` comes from the folder named by ASL_NODE_MODULES (the one that holds
// `node_modules`, or `node_modules` itself).

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const folder = resolve((process.env.ASL_NODE_MODULES ?? ".").replace(/[/\\]node_modules[/\\]?$/, ""));
const { validateXML } = createRequire(join(folder, "from.js"))("xmllint-wasm");

const [schema, ...files] = process.argv.slice(2);
const contents = (file) => ({ fileName: file, contents: readFileSync(file, "utf8") });
let refused = 0;
for (const file of files) {
  const { valid, errors } = await validateXML({
    xml: [contents(file)],
    schema: [contents(schema)],
    initialMemoryPages: 1024,
    maxMemoryPages: 4096,
  });
  if (!valid) {
    refused += 1;
    console.log(`${file}:\n${errors.map((error) => error.rawMessage).join("\n")}`);
  }
}
console.error(`the XML Schema accepts ${files.length - refused} of ${files.length} files`);
process.exit(refused > 0 ? 1 : 0);
