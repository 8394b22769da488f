// The commands are native TypeScript, which an older Node cannot even parse: say so instead of failing on the syntax.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 24 || (major === 24 && minor >= 12)) {
  const [, , command, ...rest] = process.argv;
  process.argv.splice(2, Infinity, ...rest);
  import(`./${command}.ts`);
} else {
  console.error(
    `Node ${process.versions.node} is too old: this project needs 24.12 or newer. On Linux "npm ci" brings it; elsewhere install it from https://nodejs.org.`,
  );
  process.exitCode = 1;
}
