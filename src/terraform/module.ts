import type { Action, Change, Claim, ReadWorld, Result, World } from '../model/index.js';
import { err, ok } from '../model/index.js';
import {
  terraformApply,
  terraformDestroy,
  terraformOutputs,
  terraformPlan,
  terraformResources,
  terraformShow,
  type TerraformPlan,
} from '../tools/terraform/index.js';
import { type Adoptable, adopt, applyingMarker } from './adopt.js';
import { changesIn, startsEmpty, takenAway } from './changes.js';
import { guarded } from './errors.js';
import { type ModuleOutputs, type NodeOutput, readOutputs } from './outputs.js';
import { folderOf, type ModuleRun, terraformOf } from './settings.js';

/** What shall stand. */
export interface ModuleWant extends ModuleRun {
  /** Of the working folder's files: another module or backend is another want. */
  readonly content: string;
  /** Names of the machines that must come out. */
  readonly machines: readonly string[];
  /** Addresses that are not removed or replaced; where one ends with `*`, all that begin so. */
  readonly guard: readonly string[];
  /** What is taken over where an apply before did not end well. */
  readonly adopt: readonly Adoptable[];
}

/** What stands; outputs as the module gives them, machines by name. */
export interface ModuleGot extends Omit<ModuleOutputs, 'nodes'> {
  readonly nodes: Readonly<Record<string, NodeOutput>>;
  /** What Terraform would still do. */
  readonly pending: readonly Change[];
  readonly run: ModuleRun;
}

const planFile = 'strata.tfplan';

/** Terraform's plan is the observation, its apply the deed: exactly the plan that was looked at. */
export const terraformModule: Action<ModuleWant, ModuleGot> = {
  async observe(want, w) {
    if ((await w.stat(folderOf(w.paths.state, want.name))) === undefined) return ok(undefined);
    const plan = await lookWithPlan(want, w);
    if (!plan.ok) return plan;
    const pending = changesIn(plan.value);
    if (startsEmpty(plan.value)) {
      w.note(`Terraform would make ${pending.filter(({ to }) => to === 'new').length} resources.`);
      return ok(undefined);
    }
    // Outputs that are not there yet, or of an older module, come with the apply.
    const outputs = readOutputs(plan.value.prior_state?.values?.outputs ?? {}, []);
    return ok({ ...(outputs.ok ? byName(outputs.value) : nothing), pending, run: runOf(want) });
  },
  diff: ({ name, machines }, got) => {
    if (got === undefined) return [{ what: name, to: `${machines.length} machines` }];
    const missing = machines.filter((machine) => got.nodes[machine] === undefined);
    return got.pending.length > 0 ? got.pending : missing.map((machine) => ({ what: `output nodes: ${machine}` }));
  },
  async apply(want, _got, w) {
    const tf = terraformOf(w.paths.state, want);
    const marker = `${tf.folder}/${applyingMarker}`;
    const taken = await takenOver(want, w);
    if (!taken.ok) return taken;
    const plan = await savedPlan(want, w);
    if (!plan.ok) return plan;
    const lost = takenAway(plan.value).filter((address) => want.guard.some((one) => matches(one, address)));
    if (lost.length > 0) return err(guarded(lost));
    const marked = await w.write(marker, '', 0o600);
    if (!marked.ok) return marked;
    const applied = await terraformApply(w, tf, planFile);
    // It holds the values of variables, and is of no use any more: after a failure as well.
    const cleared = await w.remove(`${tf.folder}/${planFile}`);
    if (!applied.ok) return applied;
    if (!cleared.ok) return cleared;
    const unmarked = await w.remove(marker);
    if (!unmarked.ok) return unmarked;
    const raw = await terraformOutputs(w, tf);
    if (!raw.ok) return raw;
    const outputs = readOutputs(raw.value, want.machines);
    return outputs.ok ? ok({ ...byName(outputs.value), pending: [], run: runOf(want) }) : outputs;
  },
  async verify(want, got, w) {
    const plan = await lookWithPlan(want, w);
    if (!plan.ok) return [{ claim: `Terraform has nothing more to do: ${plan.error.diagnostic.message}`, verdict: 'fail' }];
    const rest = changesIn(plan.value).map(({ what }) => what);
    const claims: Claim[] = [
      rest.length === 0
        ? { claim: 'Terraform plans once more and has nothing to do', verdict: 'pass' }
        : { claim: `Terraform has nothing more to do: ${rest.slice(0, 5).join(', ')}`, verdict: 'fail' },
      { claim: `the module gives out ${Object.keys(got.nodes).length} machines in the common form`, verdict: 'pass' },
    ];
    return claims;
  },
  async remove({ run }, w) {
    // The folder goes last: where it is gone, all was taken away.
    if ((await w.stat(folderOf(w.paths.state, run.name))) === undefined) return ok(undefined);
    const tf = terraformOf(w.paths.state, run);
    const gone = await terraformDestroy(w, tf);
    if (!gone.ok) return gone;
    const left = await terraformResources(w, tf);
    return left.ok ? ok(undefined) : left;
  },
};

const nothing: Pick<ModuleGot, 'nodes' | 'api' | 'domain'> = { nodes: {}, api: '', domain: '' };

const runOf = ({ bin, name, variables, secrets, env }: ModuleRun): ModuleRun => ({ bin, name, variables, secrets, env });

const byName = ({ nodes, ...rest }: ModuleOutputs) => ({
  ...rest,
  nodes: Object.fromEntries(nodes.map((node) => [node.name, node])),
});

async function lookWithPlan(want: ModuleWant, w: ReadWorld): Promise<Result<TerraformPlan>> {
  const tf = terraformOf(w.paths.state, want);
  const planned = await terraformPlan(w, tf, planFile);
  return planned.ok ? terraformShow(w, tf, planFile) : planned;
}

/** The plan that `observe` left; a new one where there is none. A stale one is refused by Terraform itself. */
async function savedPlan(want: ModuleWant, w: World): Promise<Result<TerraformPlan>> {
  const tf = terraformOf(w.paths.state, want);
  if ((await w.stat(`${tf.folder}/${planFile}`)) === undefined) return lookWithPlan(want, w);
  return terraformShow(w, tf, planFile);
}

/** The plan of an apply that was broken off is of no use: what it made meanwhile is taken over, and a new plan is made. */
async function takenOver(want: ModuleWant, w: World): Promise<Result<void>> {
  const tf = terraformOf(w.paths.state, want);
  if ((await w.stat(`${tf.folder}/${applyingMarker}`)) === undefined) return ok(undefined);
  const taken = await adopt(tf, want.adopt, w);
  if (!taken.ok) return taken;
  return taken.value.length === 0 ? ok(undefined) : w.remove(`${tf.folder}/${planFile}`);
}

const matches = (pattern: string, address: string): boolean =>
  pattern.endsWith('*') ? address.startsWith(pattern.slice(0, -1)) : pattern === address;
