import type { Kit, Later, SecretRef, Step, StepHandle, StepId, Tree } from '../model/index.js';
import type { TerraformBin } from '../tools/terraform/index.js';
import type { Adoptable } from './adopt.js';
import { type ModuleGot, type ModuleWant, terraformModule } from './module.js';
import type { Backend, Plugins } from './settings.js';
import { workspace } from './workspace.js';

/** A module to be made true. */
export interface PlannedModule {
  readonly kit: Kit;
  readonly bin: TerraformBin;
  /** Of the catalog or of the user's project. */
  readonly module: Tree;
  readonly backend: Backend;
  readonly plugins: Plugins;
  /** Arguments of the module; `undefined` leaves one to its default. */
  readonly variables: Later<Readonly<Record<string, unknown>>>;
  /** Arguments that are secrets; JSON where the variable is no string. */
  readonly secrets?: Later<Readonly<Record<string, SecretRef>>>;
  /** Credentials and settings of Terraform's provider and of the backend. */
  readonly env?: Readonly<Record<string, string | SecretRef>>;
  /** Names of the machines that must come out. */
  readonly machines: readonly string[];
  /** Addresses that are not removed or replaced; where one ends with `*`, all that begin so. */
  readonly guard?: readonly string[];
  /** What is taken over where an apply before did not end well. */
  readonly adopt?: readonly Adoptable[];
  readonly after?: readonly (StepId | { readonly id: StepId })[];
}

/** Two steps: the folder Terraform works in, then the module. Publish from `module.out(…)`; machines are at `nodes.NAME`. */
export function planModule(planned: PlannedModule): {
  readonly steps: readonly Step[];
  readonly module: StepHandle<ModuleWant, ModuleGot>;
} {
  const { kit, bin, env = {}, plugins } = planned;
  const run = { bin, name: kit.component, env };
  const folder = kit.step({
    id: 'workspace',
    title: 'Working folder of Terraform',
    effect: 'local',
    inputs: { ...run, module: planned.module, backend: planned.backend, plugins },
    tools: [bin, ...(plugins.built ?? []).map(({ tool }) => tool)],
    action: workspace,
  });
  const module = kit.step<ModuleWant, ModuleGot>({
    id: 'terraform',
    title: 'Infrastructure',
    effect: 'remote',
    inputs: {
      ...run,
      variables: planned.variables,
      secrets: planned.secrets ?? {},
      content: folder.out('content'),
      machines: planned.machines,
      guard: planned.guard ?? [],
      adopt: planned.adopt ?? [],
    },
    after: planned.after ?? [],
    tools: [bin],
    // A plan that went stale is made anew.
    deadlineMs: 120_000,
    action: terraformModule,
  });
  return { steps: [folder, module], module };
}
