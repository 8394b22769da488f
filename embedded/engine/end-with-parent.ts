/**
 * Imported by a process that must not outlive the one that started it: ends this process when its standard input ends.
 * The engine, and the language host, hold the other end of that pipe and never write to it, so it ends when they do,
 * also by kill -9. Anything but a pipe (a terminal, /dev/null) says nothing about the parent and is left alone.
 */
import { fstatSync } from "node:fs";

const input = fstatSync(0);
if (input.isFIFO() || input.isSocket()) {
  process.stdin.on("end", end).on("error", end).resume();
  // Watching must not keep a program alive that is done.
  process.stdin.unref();
}

function end(): void {
  process.exit(1);
}
