/** One cloud's components, loaded when a stack asks for them: a run never loads another cloud's SDK. */
export const clouds = {
  local: async () => (await import("../components/local/index.ts")).local,
};
