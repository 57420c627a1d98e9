import type { Output, ReadWorld, Result, World } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { type Terraform, type TerraformVerb, terraformArguments, terraformCommand } from './commands.js';
import { judgeRun } from './messages.js';
import {
  parseOutputs,
  parsePlan,
  parseValidation,
  parseVersion,
  type TerraformOutputs,
  type TerraformPlan,
  type TerraformValidation,
  type TerraformVersion,
} from './schemas.js';

type Run = (tf: Terraform, verb: TerraformVerb, args: readonly string[]) => Promise<Result<Output>>;

const asking =
  (w: ReadWorld): Run =>
  (tf, verb, args) =>
    w.query(terraformCommand(tf, verb, args));

const changing =
  (w: World): Run =>
  (tf, verb, args) =>
    w.change(terraformCommand(tf, verb, args));

async function done(run: Run, tf: Terraform, verb: TerraformVerb, args: readonly string[]): Promise<Result<string>> {
  const ran = await run(tf, verb, args);
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(ran.value.stdout) : err(judgeRun(`${tf.bin} ${args[0] ?? verb}`, tf.folder, ran.value));
}

/** Version of the program, and of the plugins of the folder. */
export async function terraformVersion(w: ReadWorld, tf: Terraform): Promise<Result<TerraformVersion>> {
  const said = await done(asking(w), tf, 'version', terraformArguments.version());
  return said.ok ? parseVersion(said.value) : said;
}

/** Prepares the folder: its state and its plugins. Safe to run again. */
export async function terraformInit(w: World, tf: Terraform): Promise<Result<void>> {
  const said = await done(changing(w), tf, 'init', terraformArguments.init());
  return said.ok ? ok(undefined) : said;
}

/** Checks the module without asking the cloud. */
export async function terraformValidate(w: ReadWorld, tf: Terraform): Promise<Result<TerraformValidation>> {
  const ran = await asking(w)(tf, 'validate', terraformArguments.validate());
  if (!ran.ok) return ran;
  const read = parseValidation(ran.value.stdout);
  return read.ok || ran.value.code === 0 ? read : err(judgeRun(`${tf.bin} validate`, tf.folder, ran.value));
}

/** Looks at the cloud and saves what there is to do as a plan; `undefined` = nothing. */
export async function terraformPlan(w: ReadWorld, tf: Terraform, out: string): Promise<Result<'changes' | 'none'>> {
  const ran = await asking(w)(tf, 'plan', terraformArguments.plan(out));
  if (!ran.ok) return ran;
  if (ran.value.code === 0) return ok('none');
  return ran.value.code === 2 ? ok('changes') : err(judgeRun(`${tf.bin} plan`, tf.folder, ran.value));
}

/** Reads a saved plan. */
export async function terraformShow(w: ReadWorld, tf: Terraform, plan: string): Promise<Result<TerraformPlan>> {
  const said = await done(asking(w), tf, 'show', terraformArguments.show(plan));
  return said.ok ? parsePlan(said.value) : said;
}

/** Does exactly what a saved plan says. */
export async function terraformApply(w: World, tf: Terraform, plan: string): Promise<Result<void>> {
  const said = await done(changing(w), tf, 'apply', terraformArguments.apply(plan));
  return said.ok ? ok(undefined) : said;
}

/** Takes everything away that the state knows of. */
export async function terraformDestroy(w: World, tf: Terraform): Promise<Result<void>> {
  const said = await done(changing(w), tf, 'destroy', terraformArguments.destroy());
  return said.ok ? ok(undefined) : said;
}

/** Outputs of the state. */
export async function terraformOutputs(w: ReadWorld, tf: Terraform): Promise<Result<TerraformOutputs>> {
  const said = await done(asking(w), tf, 'output', terraformArguments.output());
  return said.ok ? parseOutputs(said.value) : said;
}

/** Addresses of all resources the state knows of. */
export async function terraformResources(w: ReadWorld, tf: Terraform): Promise<Result<readonly string[]>> {
  const said = await done(asking(w), tf, 'stateList', terraformArguments.stateList());
  return said.ok ? ok(said.value.split('\n').filter((line) => line !== '')) : said;
}

/** Puts a thing that is there into the state; a failure where there is no such thing. */
export async function terraformImport(w: World, tf: Terraform, address: string, id: string): Promise<Result<void>> {
  const said = await done(changing(w), tf, 'import', terraformArguments.import(address, id));
  return said.ok ? ok(undefined) : said;
}

/** Releases the lock of that id, and no other. */
export async function terraformUnlock(w: World, tf: Terraform, id: string): Promise<Result<void>> {
  const said = await done(changing(w), tf, 'forceUnlock', terraformArguments.forceUnlock(id));
  return said.ok ? ok(undefined) : said;
}

/** Copies the plugins of the folder into a mirror. */
export async function terraformMirror(
  w: World,
  tf: Terraform,
  into: string,
  platforms: readonly string[],
): Promise<Result<void>> {
  const said = await done(changing(w), tf, 'mirror', terraformArguments.mirror(into, platforms));
  return said.ok ? ok(undefined) : said;
}
