import type { SecretRef, Tree } from '../model/index.js';
import { type Terraform, type TerraformBin, variableEnvironment } from '../tools/terraform/index.js';

/** Where the state lies and how it is locked; `config` are the arguments of Terraform's backend of that name. */
export interface Backend {
  readonly type: string;
  /** Never secrets: those go through the environment the backend reads. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A Terraform provider that the toolchain makes, e.g. where no registry is in reach. */
export interface BuiltPlugin {
  /** E.g. `hashicorp/aws`. */
  readonly source: string;
  readonly version: string;
  /** Its name in the toolchain. */
  readonly tool: string;
}

/** Where Terraform's own providers come from: the registry where both are absent. */
export interface Plugins {
  /** Absolute path of a folder as `terraform providers mirror` fills it: nothing else is asked then. */
  readonly mirror?: string;
  readonly built?: readonly BuiltPlugin[];
}

/** The working folder as it should be. */
export interface WorkspaceWant {
  readonly bin: TerraformBin;
  /** Name below `<state>/terraform`. */
  readonly name: string;
  readonly module: Tree;
  readonly backend: Backend;
  readonly plugins: Plugins;
  readonly env: Readonly<Record<string, string | SecretRef>>;
}

/** How Terraform is run for one module; plain data, so that a later run can take away what this one made. */
export interface ModuleRun {
  readonly bin: TerraformBin;
  readonly name: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Variables whose value is a secret; JSON where the variable is no string. */
  readonly secrets: Readonly<Record<string, SecretRef>>;
  readonly env: Readonly<Record<string, string | SecretRef>>;
}

/** Absolute path of the working folder. */
export const folderOf = (state: string, name: string): string => `${state}/terraform/${name}`;

/** The program in its folder, with variables and credentials in its environment. */
export function terraformOf(state: string, run: Pick<ModuleRun, 'bin' | 'name' | 'env'> & Partial<ModuleRun>): Terraform {
  const secrets = Object.entries(run.secrets ?? {}).map(([name, ref]) => [`TF_VAR_${name}`, ref] as const);
  return {
    bin: run.bin,
    folder: folderOf(state, run.name),
    config: `${folderOf(state, run.name)}/strata.tfrc`,
    env: { ...run.env, ...variableEnvironment(run.variables ?? {}), ...Object.fromEntries(secrets) },
  };
}
