// The layers of the project: imports point down this list only, and each cloud keeps to itself.
const layers = ["cli", "stacks", "components", "policies", "embedded", "platform"];

const below = layers.slice(1).map((layer, index) => ({
  name: `${layer}-knows-nothing-above`,
  comment: `${layer} imports nothing of ${layers.slice(0, index + 1).join(", ")}`,
  severity: "error",
  from: { path: `^${layer}/` },
  to: { path: `^(${layers.slice(0, index + 1).join("|")})/` },
}));

const cloudSdk = "node_modules/@pulumi/(aws|eks|azure-native|gcp)/";

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...below,
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "platform-is-pure",
      comment: "the core loads no Pulumi code, types excepted",
      severity: "error",
      from: { path: "^platform/" },
      to: { path: "node_modules/@pulumi/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "only-load-reads-files",
      comment: "reading spec and service files is the core's one way to the outside",
      severity: "error",
      from: { path: "^platform/", pathNot: "^platform/spec/(load|pointer)\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "policies-know-facts-only",
      severity: "error",
      from: { path: "^policies/" },
      to: { path: "^(embedded|platform/(?!facts|contracts|spec/environments))" },
    },
    {
      name: "pack-loads-no-provider-sdk",
      severity: "error",
      from: { path: "^policies/" },
      to: {
        path: "node_modules/@pulumi/(?!policy|pulumi)",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "cloud-sdk-in-its-folder",
      severity: "error",
      from: { pathNot: "^components/(aws|azure|gcp)/" },
      to: { path: cloudSdk, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "clouds-keep-apart",
      severity: "error",
      from: { path: "^components/(aws|azure|gcp|local|existing)/" },
      to: { path: "^components/(aws|azure|gcp|local|existing)/", pathNot: "^components/$1/" },
    },
    {
      name: "embedded-builds-no-components",
      severity: "error",
      from: { path: "^embedded/" },
      to: { path: "^(components|policies)/" },
    },
    {
      name: "semi-internal-mocks-in-one-place",
      severity: "error",
      from: { pathNot: "^tests/support/record\\.ts$" },
      to: { path: "@pulumi/pulumi/runtime/mocks" },
    },
    {
      name: "no-unresolved",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js", ".cjs", ".json"] },
  },
};
