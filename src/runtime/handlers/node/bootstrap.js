// Calls a function of a Node.js module as AWS Lambda does, once for each line that comes on stdin.
//
// A line is {"event": ..., "context": {...}, "env": {...}}. Each is answered on what was stdout
// when this began: "r" and the result as JSON, or "e" and the error as Lambda's runtime would
// report it, or "E" and the error after which this process ends. Whatever the function prints, and whatever its own children print, goes to stderr.
//
// Between two calls nothing runs, as on Lambda: the next line is waited for without the event loop.
"use strict";
const fs = require("fs");
const { createRequire } = require("module");
const path = require("path");
const { pathToFileURL } = require("url");
const util = require("util");

const answers = takeOverStdout();
let handler = null;
let open = null; // The call that is not answered yet.

function takeOverStdout() {
  if (process.platform === "win32") {
    process.stdout.write = process.stderr.write.bind(process.stderr);
    return 1;
  }
  const answers = fs.openSync("/dev/fd/1", "w");
  fs.closeSync(1);
  fs.openSync("/dev/fd/2", "w"); // The lowest number that is free: 1.
  return answers;
}

const chunk = Buffer.alloc(65536);
let rest = Buffer.alloc(0);

function readLine() {
  const parts = [];
  for (;;) {
    const end = rest.indexOf(10);
    if (end >= 0) {
      parts.push(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      return Buffer.concat(parts).toString();
    }
    parts.push(rest);
    const count = readChunk();
    if (count === 0) return null;
    rest = Buffer.from(chunk.subarray(0, count));
  }
}

function readChunk() {
  try {
    return fs.readSync(0, chunk, 0, chunk.length, null);
  } catch (error) {
    if (error.code === "EOF") return 0;
    throw error;
  }
}

function writeLine(text) {
  const bytes = Buffer.from(text + "\n");
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(answers, bytes, at);
}

function settle(call, text) {
  if (call !== open) return; // It was answered before.
  open = null;
  writeLine(text);
  setImmediate(next);
}

function succeed(call, result) {
  let text;
  try {
    text = JSON.stringify(result === undefined ? null : result);
    if (text === undefined) text = "null";
  } catch (error) {
    return settle(call, "e" + JSON.stringify({
      errorType: "Runtime.MarshalError",
      errorMessage: `Unable to stringify response body: ${error.message}`,
      trace: [],
    }));
  }
  settle(call, "r" + text);
}

function fail(call, error) {
  settle(call, "e" + JSON.stringify(described(error)));
}

function die(error, code, type) {
  if (open) settle(open, "E" + JSON.stringify(described(error, type)));
  process.exit(code);
}

function described(error, type) {
  try {
    if (util.types.isNativeError(error) || error instanceof Error) {
      return {
        errorType: type || error.name,
        errorMessage: error.message,
        trace: (error.stack || "").split("\n").filter((line) => !line.includes("([eval]:")),
      };
    }
    return { errorType: type || typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return { errorType: "handled", errorMessage: "the error cannot be told", trace: [] };
  }
}

class LoadError extends Error {
  constructor(kind, message) {
    super(message);
    this.name = kind;
  }
}

async function load(setting) {
  const folder = path.dirname(setting);
  const [, file, names] = /^([^.]*)\.(.*)$/.exec(path.basename(setting));
  const module = await loadModule(path.resolve(folder, file), path.join(folder, file));
  const found = [module, module && module.default].map((exported) =>
    names.split(".").reduce((inner, name) => inner && inner[name], exported));
  const target = found.find((it) => it !== undefined);
  if (target === undefined) {
    throw new LoadError("Runtime.HandlerNotFound", `${setting} is undefined or not exported`);
  }
  if (typeof target !== "function") {
    throw new LoadError("Runtime.HandlerNotFound", `${setting} is not a function`);
  }
  return target;
}

async function loadModule(file, shown) {
  const ending = ["", ".js", ".mjs", ".cjs"].find((ending) => {
    const found = fs.statSync(file + ending, { throwIfNoEntry: false });
    return found && found.isFile();
  });
  if (ending === undefined) {
    throw new LoadError("Runtime.ImportModuleError", `Error: Cannot find module '${shown}'`);
  }
  try {
    if (ending !== ".mjs") {
      try {
        return createRequire(file)(file + ending);
      } catch (error) {
        if (error.code !== "ERR_REQUIRE_ESM" && error.code !== "ERR_REQUIRE_ASYNC_MODULE") {
          throw error;
        }
      }
    }
    return await import(pathToFileURL(file + ending).href);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new LoadError("Runtime.UserCodeSyntaxError", String(error));
    }
    if (error && /^(ERR_)?MODULE_NOT_FOUND$/.test(error.code)) {
      throw new LoadError("Runtime.ImportModuleError", String(error));
    }
    throw error;
  }
}

function contextOf(call, callback) {
  const { context } = call;
  const deadline = Date.now() + context.remaining;
  return {
    awsRequestId: context.aws_request_id,
    functionName: context.function_name,
    invokedFunctionArn: context.invoked_function_arn,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: "/aws/lambda/" + context.function_name,
    logStreamName: "local",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: callback,
    fail: (error) => callback(error === undefined || error === null ? "handled" : error),
    succeed: (result) => callback(null, result),
  };
}

async function serve(call) {
  try {
    handler = handler || (await load(process.env._HANDLER));
  } catch (error) {
    return fail(call, error);
  }
  const callback = (error, result) =>
    error === undefined || error === null ? succeed(call, result) : fail(call, error);
  try {
    const returned = handler(call.event, contextOf(call, callback), callback);
    if (returned && typeof returned.then === "function") {
      returned.then((result) => succeed(call, result), (error) => fail(call, error));
    }
  } catch (error) {
    fail(call, error);
  }
}

function next() {
  const line = readLine();
  if (line === null) process.exit(0);
  open = JSON.parse(line);
  Object.assign(process.env, open.env);
  serve(open);
}

// Nothing is left to be done and nobody answered: that is an answer, too.
process.on("beforeExit", () => open && succeed(open, null));
process.on("uncaughtException", (error) => die(error, 129));
process.on("unhandledRejection", (error) =>
  die(error, 128, "Runtime.UnhandledPromiseRejection"));
next();
