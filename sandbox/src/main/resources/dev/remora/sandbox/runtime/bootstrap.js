"use strict";
/*
 * Runs a Node.js function: asks the Runtime API for events, calls the handler, posts what it answers.
 *
 * Speaks HTTP over one bare socket; the answer to one event and the request for the next are sent at once, so the
 * acknowledgement is read together with the next event. While a handler runs the socket does not keep the process alive: an
 * empty event loop ("beforeExit") is how a handler that answers by callback, or not at all, is known to have finished.
 */
const net = require("net");
const path = require("path");
const fs = require("fs");
const util = require("util");

const API = "/2018-06-01/runtime/";
const NEXT = `GET ${API}invocation/next HTTP/1.1\r\nHost: r\r\n\r\n`;
const UNCAUGHT = 129;
const UNHANDLED = 128;

let requestId;

class Connection {
  constructor() {
    const [host, port] = (process.env.AWS_LAMBDA_RUNTIME_API || "127.0.0.1:9001").split(":");
    this.received = Buffer.alloc(0);
    this.waiting = null;
    this.socket = net.connect({ host, port: Number(port), noDelay: true });
    this.socket.on("data", (data) => {
      this.received = this.received.length ? Buffer.concat([this.received, data]) : data;
      this.pass();
    });
    this.socket.on("error", () => process.exit(1));
    this.socket.on("end", () => process.exit(1));
  }

  send(...parts) {
    if (parts.length === 1) this.socket.write(parts[0]);
    else this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
  }

  /** Calls back with the next response: status, headers by lower-case name, body. */
  receive(callback) {
    this.socket.ref();
    this.waiting = callback;
    this.pass();
  }

  pass() {
    if (!this.waiting) return;
    const end = this.received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const lines = this.received.latin1Slice(0, end).split("\r\n");
    const headers = {};
    for (let i = 1; i < lines.length; i++) {
      const colon = lines[i].indexOf(":");
      headers[lines[i].slice(0, colon).toLowerCase()] = lines[i].slice(colon + 1).trim();
    }
    const whole = end + 4 + Number(headers["content-length"] || 0);
    if (this.received.length < whole) return;
    const body = this.received.subarray(end + 4, whole);
    this.received = this.received.subarray(whole);
    const callback = this.waiting;
    this.waiting = null;
    this.socket.unref();
    callback(Number(lines[0].split(" ", 2)[1]), headers, body);
  }
}

function post(where, body, errorType) {
  const kind = errorType ? `Lambda-Runtime-Function-Error-Type: ${errorType.replace(/[^\x20-\x7e]/g, "?")}\r\n` : "";
  const length = Buffer.byteLength(body);
  const head = `POST ${API}${where} HTTP/1.1\r\nHost: r\r\nContent-Type: application/json\r\n`;
  return `${head}${kind}Content-Length: ${length}\r\n\r\n${body}`;
}

function patchConsole() {
  const levels = { log: "INFO", info: "INFO", warn: "WARN", error: "ERROR", debug: "DEBUG", trace: "TRACE", fatal: "FATAL" };
  for (const [name, level] of Object.entries(levels)) {
    console[name] = (...args) => print(level, util.format(...args));
  }
}

/** A line end within a message becomes a carriage return, so that the message stays one event of the log. */
function print(level, message) {
  const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${message.replace(/\n/g, "\r")}`;
  process.stdout.write(line + "\n");
}

class Fault extends Error {
  constructor(name, message, stack) {
    super(message);
    this.name = name;
    if (stack) this.stack = stack;
  }
}

function errorDocument(error) {
  try {
    if (util.types.isNativeError(error) || (error && error.name && error.message !== undefined && error.stack)) {
      return {
        errorType: String(error.name).replace(/\x7f/g, "%7F"),
        errorMessage: String(error.message).replace(/\x7f/g, "%7F"),
        trace: String(error.stack).replace(/\x7f/g, "%7F").split("\n"),
      };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return { errorType: "handled", errorMessage: "the error's message, name or stack cannot be read", trace: [] };
  }
}

/** What the log shows besides: the error's own further properties too. */
function logged(error) {
  const document = errorDocument(error);
  const own = error && typeof error === "object" ? { ...error } : {};
  return JSON.stringify({ errorType: document.errorType, errorMessage: document.errorMessage, ...own, stack: document.trace });
}

function moduleFile(root, module) {
  for (const extension of [".js", ".mjs", ".cjs"]) {
    const file = path.resolve(root, module) + extension;
    if (fs.existsSync(file)) return file;
  }
  return null;
}

async function loadModule(root, directory, module) {
  const file = moduleFile(path.resolve(root, directory), module);
  try {
    if (file === null) {
      return require(require.resolve(module, { paths: [root, path.resolve(root, directory)] }));
    }
    if (file.endsWith(".mjs")) return await import(file);
    try {
      return require(file);
    } catch (error) {
      if (error.code === "ERR_REQUIRE_ESM" || error.code === "ERR_REQUIRE_ASYNC_MODULE") return await import(file);
      throw error;
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw new Fault("Runtime.UserCodeSyntaxError", String(error), error.stack);
    if (error && (error.code === "MODULE_NOT_FOUND" || error.code === "ERR_MODULE_NOT_FOUND")) {
      const stack = String(error.message).split("\n").slice(1).join("\n");
      const message = file === null ? `Error: Cannot find module '${module}'\n${stack}` : String(error);
      throw new Fault("Runtime.ImportModuleError", message.trimEnd());
    }
    throw error;
  }
}

async function load(root, name) {
  const directory = name.slice(0, name.length - path.basename(name).length);
  const match = path.basename(name).match(/^([^.]*)\.(.*)$/);
  if (!match || name.includes("..")) throw new Fault("Runtime.MalformedHandlerName", "Bad handler");
  const module = await loadModule(root, directory, match[1]);
  const find = (from) => match[2].split(".").reduce((at, part) => (at === undefined || at === null ? undefined : at[part]), from);
  const handler = find(module) ?? find(module.default);
  if (!handler) throw new Fault("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw new Fault("Runtime.HandlerNotFound", `${name} is not a function`);
  return handler;
}

/** Handlers made by awslambda.streamifyResponse write into a stream; it is answered when it ends. */
const STREAMING = Symbol("streaming");
const { PassThrough } = require("stream");
globalThis.awslambda = {
  streamifyResponse(handler) {
    handler[STREAMING] = true;
    return handler;
  },
  HttpResponseStream: {
    from(stream, metadata) {
      stream.setContentType?.("application/vnd.awslambda.http-integration-response");
      stream.write(JSON.stringify(metadata || {}));
      stream.write(Buffer.alloc(8));
      return stream;
    },
  },
};

function makeContext(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const json = (text) => (text ? JSON.parse(Buffer.from(text, "latin1").toString()) : undefined);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: json(headers["lambda-runtime-client-context"]),
    identity: json(headers["lambda-runtime-cognito-identity"]),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

class Runtime {
  constructor(connection, handler) {
    this.connection = connection;
    this.handler = handler;
    this.ended = true;
    this.whenEmpty = null;
    process.on("beforeExit", () => {
      if (this.whenEmpty) this.whenEmpty();
    });
  }

  next(sent) {
    const first = sent === undefined;
    this.connection.send(first ? NEXT : sent + NEXT);
    const event = (status, headers, body) => {
      if (status !== 200) process.exit(1);
      this.invoke(headers, body);
    };
    if (first) this.connection.receive(event);
    else this.connection.receive(() => this.connection.receive(event));
  }

  /** Ends the invocation, once. */
  end(error, result) {
    if (this.ended) return;
    let message;
    if (error === undefined || error === null) {
      try {
        const json = () => JSON.stringify(result === undefined ? null : result) ?? "null";
        const answer = Buffer.isBuffer(result) ? result.toString() : json();
        message = post(`invocation/${requestId}/response`, answer);
      } catch {
        error = new Error("Unable to stringify response body");
      }
    }
    if (message === undefined) {
      const document = errorDocument(error);
      print("ERROR", `Invoke Error \t${logged(error)}`);
      message = post(`invocation/${requestId}/error`, JSON.stringify(document), document.errorType);
    }
    this.ended = true;
    this.whenEmpty = null;
    this.next(message);
  }

  invoke(headers, body) {
    requestId = headers["lambda-runtime-aws-request-id"];
    const trace = headers["lambda-runtime-trace-id"];
    if (trace) process.env._X_AMZN_TRACE_ID = trace;
    else delete process.env._X_AMZN_TRACE_ID;
    this.ended = false;
    let context;
    try {
      context = makeContext(headers);
      const event = JSON.parse(body.toString());
      if (this.handler[STREAMING]) return this.stream(event, context);
      const mine = requestId;
      const done = (error, result) => {
        if (mine !== requestId || this.ended) return;
        if (context.callbackWaitsForEmptyEventLoop) this.whenEmpty = () => this.end(error, result);
        else this.end(error, result);
      };
      context.done = done;
      context.succeed = (result) => done(null, result);
      context.fail = (error) => done(error ?? new Error("handled"));
      this.whenEmpty = () => this.end(null, null);
      const answer = this.handler(event, context, done);
      if (answer && typeof answer.then === "function") {
        answer.then(
          (result) => mine === requestId && this.end(null, result),
          (error) => mine === requestId && this.end(error ?? new Error("undefined")),
        );
      }
    } catch (error) {
      this.end(error ?? new Error("undefined"));
    }
  }

  stream(event, context) {
    const stream = new PassThrough();
    const chunks = [];
    stream.setContentType = () => {};
    stream.on("data", (chunk) => chunks.push(Buffer.from(chunk)));
    stream.on("end", () => this.end(null, Buffer.concat(chunks)));
    stream.on("error", (error) => this.end(error));
    this.handler(event, stream, context).catch((error) => this.end(error));
  }

  /** An error that no handler caught: told, then the process ends as Lambda's does. */
  die(error, status, label) {
    const document = errorDocument(error);
    print("ERROR", `${label} \t${logged(error)}`);
    const message = this.ended
      ? post("init/error", JSON.stringify(document), document.errorType)
      : post(`invocation/${requestId}/error`, JSON.stringify(document), document.errorType);
    this.ended = true;
    this.connection.waiting = null;
    this.connection.send(message);
    this.connection.receive(() => process.exit(status));
  }
}

function takeFunction(connection) {
  return new Promise((resolve) => {
    connection.send("GET /prepared HTTP/1.1\r\nHost: r\r\n\r\n");
    connection.receive((status, headers, body) => {
      for (const name of Object.keys(process.env)) delete process.env[name];
      Object.assign(process.env, JSON.parse(body.toString()));
      process.chdir("/var/task");
      resolve();
    });
  });
}

async function main() {
  const connection = new Connection();
  patchConsole();
  if (process.argv[2] === "--prepared") await takeFunction(connection);
  process.argv.splice(1, process.argv.length - 1);
  const runtime = new Runtime(connection, null);
  process.on("uncaughtException", (error) => runtime.die(error, UNCAUGHT, "Uncaught Exception"));
  process.on("unhandledRejection", (reason) => {
    const error = new Fault("Runtime.UnhandledPromiseRejection", String(reason));
    error.reason = reason;
    runtime.die(error, UNHANDLED, "Unhandled Promise Rejection");
  });
  try {
    runtime.handler = await load(process.env.LAMBDA_TASK_ROOT || "/var/task", process.env._HANDLER || "");
  } catch (error) {
    return runtime.die(error, 1, "Uncaught Exception");
  }
  runtime.next();
}

main();
