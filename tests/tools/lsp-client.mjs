// Talks to `asl lsp` as an editor does, by the client library that editors use.
//
//   node tests/tools/lsp-client.mjs PROGRAM
//
// Ends with 1 and says which expectation did not hold. The packages `vscode-languageserver-protocol`
// and `vscode-jsonrpc` come from the folder named by ASL_NODE_MODULES (the one that holds
// `node_modules`, or `node_modules` itself), else from where Node finds them.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { delimiter, join, resolve } from "node:path";

const places = [
  process.env.ASL_NODE_MODULES,
  ...(process.env.NODE_PATH ?? "").split(delimiter),
  process.cwd(),
].filter(Boolean);

function load(name) {
  for (const place of places) {
    const folder = resolve(place.replace(/[/\\]node_modules[/\\]?$/, ""));
    const require = createRequire(join(folder, "from.js"));
    try {
      require.resolve(name);
    } catch {
      continue;
    }
    return require(name);
  }
  console.error(`cannot find the package "${name}": set ASL_NODE_MODULES`);
  process.exit(2);
}

const lsp = load("vscode-languageserver-protocol/node");

/** The byte offsets of an editor: UTF-16 units from the start. */
function offset(text, { line, character }) {
  const before = text.split("\n").slice(0, line);
  return before.reduce((sum, line) => sum + line.length + 1, 0) + character;
}

function position(text, at) {
  const lines = text.slice(0, at).split("\n");
  return { line: lines.length - 1, character: lines.at(-1).length };
}

function applied(text, edits) {
  const sorted = [...edits].sort((a, b) => offset(text, b.range.start) - offset(text, a.range.start));
  for (const { range, newText } of sorted) {
    text = text.slice(0, offset(text, range.start)) + newText + text.slice(offset(text, range.end));
  }
  return text;
}

/** An editor with one document. */
class Editor {
  constructor(program, uri, text) {
    this.textDocument = { uri };
    this.text = text;
    this.version = 1;
    this.published = [];
    this.waiting = [];
    this.server = spawn(program, ["lsp", "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
    this.left = new Promise((done) => this.server.on("exit", done));
    this.connection = lsp.createMessageConnection(
      new lsp.StreamMessageReader(this.server.stdout),
      new lsp.StreamMessageWriter(this.server.stdin),
    );
    this.connection.onNotification(lsp.PublishDiagnosticsNotification.type, (params) => {
      this.published.push(params);
      this.waiting = this.waiting.filter((look) => !look());
    });
    this.connection.listen();
  }

  ask(type, params) {
    return this.connection.sendRequest(type, { textDocument: this.textDocument, ...params });
  }

  /** What was found in the text of this version. */
  findings(version) {
    return new Promise((done) => {
      const look = () => {
        const found = this.published.find((params) => params.version === version);
        if (found) done(found.diagnostics);
        return found !== undefined;
      };
      if (!look()) this.waiting.push(look);
    });
  }

  async open(languageId, capabilities) {
    const params = { processId: process.pid, rootUri: null, capabilities };
    const result = await this.connection.sendRequest(lsp.InitializeRequest.type, params);
    await this.connection.sendNotification(lsp.InitializedNotification.type, {});
    await this.connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
      textDocument: { ...this.textDocument, languageId, version: this.version, text: this.text },
    });
    return result;
  }

  /** Replaces the first occurrence of a text, as typing does. */
  async type(old, text) {
    const at = this.text.indexOf(old);
    assert(at >= 0, `${old} is in the text`);
    const range = {
      start: position(this.text, at),
      end: position(this.text, at + old.length),
    };
    this.text = this.text.slice(0, at) + text + this.text.slice(at + old.length);
    this.version += 1;
    await this.connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
      textDocument: { ...this.textDocument, version: this.version },
      contentChanges: [{ range, text }],
    });
  }

  /** The place right behind a text. */
  behind(text) {
    const at = this.text.indexOf(text);
    assert(at >= 0, `${text} is in the text`);
    return { position: position(this.text, at + text.length) };
  }

  /** The text at a range. */
  at({ start, end }) {
    return this.text.slice(offset(this.text, start), offset(this.text, end));
  }

  async leave() {
    await this.connection.sendRequest(lsp.ShutdownRequest.type);
    await this.connection.sendNotification(lsp.ExitNotification.type);
    return this.left;
  }
}

const JSON_TEXT = `{
  "Comment": "🚀 takes two units",
  "StartAt": "Chek 🚀",
  "States": {
    "Check 🚀": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "Ship"}], "Default": "Ship"},
    "Ship": {"Type": "Pass", "End": true},
    "Lost": {"Type": "Fail",}
  }
}
`;

const capabilities = {
  textDocument: {
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix"] } } },
    completion: { completionItem: { snippetSupport: true } },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    hover: { contentFormat: ["markdown", "plaintext"] },
    publishDiagnostics: { relatedInformation: true, versionSupport: true },
    rename: { prepareSupport: true },
  },
  workspace: { workspaceEdit: { documentChanges: true } },
};

async function json(program) {
  const editor = new Editor(program, "file:///orders/a%20b.asl.json", JSON_TEXT);
  const { capabilities: can, serverInfo } = await editor.open("json", capabilities);
  assert.equal(serverInfo.name, "asl");
  assert.equal(can.positionEncoding, "utf-16");
  assert.equal(can.textDocumentSync.change, lsp.TextDocumentSyncKind.Incremental);

  const found = await editor.findings(1);
  assert(found.every(lsp.Diagnostic.is));
  const rules = found.map(({ code, range }) => `${code} ${editor.at(range)}`);
  assert.deepEqual(rules, ["syntax ,", 'unknown-target "Chek 🚀"', 'unreachable-state "Lost"']);
  assert.match(found[1].codeDescription.href, /^https:/);
  assert.deepEqual(found[2].tags, [lsp.DiagnosticTag.Unnecessary]);

  const context = { diagnostics: [found[1]] };
  const actions = await editor.ask(lsp.CodeActionRequest.type, { range: found[1].range, context });
  assert(actions.every((action) => lsp.CodeAction.is(action)));
  const quick = actions.find((action) => action.kind === lsp.CodeActionKind.QuickFix);
  const [{ textDocument, edits }] = quick.edit.documentChanges;
  assert.deepEqual(textDocument, { ...editor.textDocument, version: 1 });
  assert.match(applied(editor.text, edits), /"StartAt": "Check 🚀"/);
  const only = { diagnostics: [], only: [lsp.CodeActionKind.SourceFixAll] };
  const [all] = await editor.ask(lsp.CodeActionRequest.type, { range: found[0].range, context: only });
  assert.equal(all.kind, "source.fixAll.asl");
  assert.match(applied(editor.text, all.edit.documentChanges[0].edits), /"Fail"}/);

  await editor.type("Chek", "Check");
  await editor.type('"Fail",', '"Fail"');
  const left = await editor.findings(3);
  assert.deepEqual(left.map(({ code }) => code), ["unreachable-state"]);

  const start = editor.behind('"StartAt": "Ch');
  const [target] = await editor.ask(lsp.DefinitionRequest.type, start);
  assert(lsp.Location.is(target));
  assert.equal(editor.at(target.range), '"Check 🚀"');
  const references = await editor.ask(lsp.ReferencesRequest.type, {
    ...start,
    context: { includeDeclaration: true },
  });
  assert.equal(references.length, 2);
  const highlights = await editor.ask(lsp.DocumentHighlightRequest.type, start);
  assert.equal(highlights.length, 2);
  const hover = await editor.ask(lsp.HoverRequest.type, start);
  assert(lsp.Hover.is(hover));
  assert.match(hover.contents.value, /\*\*Check 🚀\*\* · Choice/);
  const rule = await editor.ask(lsp.HoverRequest.type, editor.behind('"Lo'));
  assert.match(rule.contents.value, /# unreachable-state/);
  assert.equal(await editor.ask(lsp.HoverRequest.type, { position: { line: 99, character: 0 } }), null);
  const symbols = await editor.ask(lsp.DocumentSymbolRequest.type, {});
  assert(symbols.every(lsp.DocumentSymbol.is));
  assert.deepEqual(symbols.map(({ name }) => name), ["Check 🚀", "Ship", "Lost"]);

  const prepared = await editor.ask(lsp.PrepareRenameRequest.type, start);
  assert.equal(editor.at(prepared.range), prepared.placeholder);
  const renamed = await editor.ask(lsp.RenameRequest.type, { ...start, newName: "Is it 🚚?" });
  const [change] = renamed.documentChanges;
  assert.equal(applied(editor.text, change.edits), editor.text.replaceAll("Check 🚀", "Is it 🚚?"));
  await assert.rejects(
    editor.ask(lsp.RenameRequest.type, { ...start, newName: "Ship" }),
    /there is a state "Ship" already/,
  );

  await editor.type('"Default": "Ship"', '"Default": "S"');
  const offers = await editor.ask(lsp.CompletionRequest.type, editor.behind('"Default": "S'));
  assert(offers.items.every(({ textEdit }) => lsp.TextEdit.is(textEdit)));
  assert.deepEqual(offers.items.map(({ label }) => label), ["Ship", "Lost", "Check 🚀"]);
  assert.match(applied(editor.text, [offers.items[0].textEdit]), /"Default": "Ship"/);

  await assert.rejects(editor.connection.sendRequest("asl/unheardOf", {}), (error) => {
    return error.code === lsp.ErrorCodes.MethodNotFound;
  });
  await editor.connection.sendNotification(lsp.DidCloseTextDocumentNotification.type, {
    textDocument: editor.textDocument,
  });
  await assert.rejects(editor.ask(lsp.DocumentSymbolRequest.type, {}), /is not open/);
  assert.deepEqual(editor.published.at(-1).diagnostics, []);
  assert.equal(await editor.leave(), 0);
}

/** YAML, a client that knows little, and one that just goes away. */
async function yaml(program) {
  const text = "StartAt: Go\r\nStates:\r\n  Go:\r\n    Type: Pass\r\n    Next: Gone\r\n";
  const editor = new Editor(program, "untitled:Untitled-1", text);
  await editor.open("asl-yaml", {});
  const [found] = await editor.findings(1);
  assert.equal(found.code, "unknown-target");
  assert.equal(editor.at(found.range), "Gone");
  await editor.type("Gone", "Go on");
  const offers = await editor.ask(lsp.CompletionRequest.type, editor.behind("Next: Go"));
  assert.match(applied(editor.text, [offers.items[0].textEdit]), /Next: Go\r\n/);
  const edit = await editor.ask(lsp.RenameRequest.type, { ...editor.behind("StartAt: "), newName: "1" });
  const edits = edit.changes[editor.textDocument.uri];
  assert.match(applied(editor.text, edits), /StartAt: "1"\r\nStates:\r\n  "1":/);
  editor.server.stdin.end();
  assert.equal(await editor.left, 1);
}

const [program] = process.argv.slice(2);
await json(program);
await yaml(program);
console.log("every expectation of an editor holds");
process.exit(0);
