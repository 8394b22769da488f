// The pack runner loads its entry by require, under a TypeScript compiler of its own; this hands over to Node's. The
// engine ends the pack by a signal, so what NODE_COMPILE_CACHE is to keep, about half the start, is written here.
module.exports = import("./index.ts").then(() => require("node:module").flushCompileCache());
