/**
 * Addresses of a real node. They exist in its own network namespace, which has no link to the machine: two nodes on one
 * machine may have the same ones, and nothing of the machine's own network can be hidden by them.
 */

/** Name of the node in the cluster. */
export const nodeName = "this-machine";

/** The node itself. */
export const nodeAddress = "10.250.0.1";

/** Its pods, given out by the CNI plugin `host-local`. */
export const podRange = "10.244.0.0/24";

/** Addresses of Services. */
export const serviceRange = "10.96.0.0/16";

/** The Service of the cluster's DNS. */
export const dnsAddress = "10.96.0.10";

/** Domain of the names of Services. */
export const clusterDomain = "cluster.local";

/** Port, on the node's address, of the server of the local model bucket. */
export const modelStorePort = 8080;
