/** `npm run env`: what a shell needs to use plain `pulumi` and `kubectl` on an embedded stack. */
import { shellEnvironment, shellExports } from "../embedded/engine/environment.ts";
import { prepareHome } from "../embedded/engine/home.ts";
import { ensurePulumi } from "../embedded/engine/pulumi-cli.ts";
import { main } from "./command.ts";
import { planEmbedded, policyPack, writePolicyConfig } from "./embedded-stack.ts";
import { existingVariables } from "./existing-stack.ts";
import { printedProgress } from "./progress.ts";

await main({
  usage: 'eval "$(npm run --silent env [-- [stack]])"',
  help: `Prints exports for a POSIX shell: PATH with Node 24, pulumi and kubectl, Pulumi's home, backend and passphrase, the
policy pack, and KUBECONFIG. After it "pulumi preview -s local" and "kubectl get pods -A" work as usual.`,
  options: {},
  run: ({ stack }) => printEnvironment(stack),
});

async function printEnvironment(stack: string): Promise<void> {
  const plan = planEmbedded(stack);
  const cli = await ensurePulumi(printedProgress());
  prepareHome();
  const { path, variables } = shellEnvironment(stack, cli);
  const access = plan.cluster.kind === "existing" ? existingVariables(stack) : {};
  const pack = {
    PULUMI_OPTION_POLICY_PACK: policyPack,
    PULUMI_OPTION_POLICY_PACK_CONFIG: writePolicyConfig(plan),
  };
  process.stdout.write(shellExports({ path, variables: { ...variables, ...access, ...pack } }));
}
