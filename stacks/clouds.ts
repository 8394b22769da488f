/** One cloud's components, loaded when a stack asks for them: a run never loads another cloud's SDK. */
export const clouds = {
  local: async () => (await import("../components/local/index.ts")).local,
};

/** What stands in for a cloud's components where the cluster is somebody else's. */
export const loadExistingCluster = async () =>
  (await import("../components/existing/cluster.ts")).ExistingCluster;
