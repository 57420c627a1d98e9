import type { Command, SecretRef } from '../../model/index.js';

/** Which program: OpenTofu takes the same commands and modules. */
export type TerraformBin = 'terraform' | 'tofu';

/** Where and as whom the program runs. */
export interface Terraform {
  readonly bin: TerraformBin;
  /** Absolute path of the working folder, which holds the root module. */
  readonly folder: string;
  /** Absolute path of the command line configuration: where plugins come from. */
  readonly config: string;
  /** Variables (`TF_VAR_…`) and credentials; a SecretRef becomes its value at the start of the program. */
  readonly env: Readonly<Record<string, string | SecretRef>>;
}

const minute = 60_000;

/** How long the program waits for a lock somebody else holds before it says who. */
const lockWait = '-lock-timeout=10s';

/** Ways to run it, by what they do. */
export const terraformArguments = {
  version: () => ['version', '-json'],
  /** `-reconfigure`: the settings in the folder are what counts, not what an earlier run remembers of them. */
  init: (settings: Readonly<Record<string, string>> = {}) => [
    'init',
    '-input=false',
    '-no-color',
    '-reconfigure',
    ...Object.entries(settings).map(([name, value]) => `-backend-config=${name}=${value}`),
  ],
  validate: () => ['validate', '-json'],
  /** Exit code 2 = there is something to do. */
  plan: (out: string) => ['plan', '-input=false', '-json', '-detailed-exitcode', lockWait, `-out=${out}`],
  show: (plan: string) => ['show', '-json', plan],
  apply: (plan: string) => ['apply', '-input=false', '-json', lockWait, plan],
  destroy: () => ['destroy', '-auto-approve', '-input=false', '-json', lockWait],
  output: () => ['output', '-json'],
  stateList: () => ['state', 'list'],
  /** Puts a thing that is there into the state. */
  import: (address: string, id: string) => ['import', '-input=false', '-no-color', lockWait, address, id],
  forceUnlock: (id: string) => ['force-unlock', '-force', id],
  /** Copies the plugins the folder needs, for machines without a way out. */
  mirror: (into: string, platforms: readonly string[]) => [
    'providers',
    'mirror',
    ...platforms.map((platform) => `-platform=${platform}`),
    into,
  ],
} as const;

/** A way to run it. */
export type TerraformVerb = keyof typeof terraformArguments;

const deadlines: Partial<Record<TerraformVerb, number>> = {
  init: 15 * minute,
  plan: 15 * minute,
  apply: 90 * minute,
  destroy: 90 * minute,
  mirror: 30 * minute,
};

/** The command: no questions, no call home, nothing of the user's own settings, the folder as working folder. */
export function terraformCommand({ bin, folder, config, env }: Terraform, verb: TerraformVerb, args: readonly string[]): Command {
  return {
    tool: bin,
    args,
    cwd: folder,
    env: {
      TF_IN_AUTOMATION: '1',
      TF_INPUT: '0',
      CHECKPOINT_DISABLE: '1',
      TF_CLI_CONFIG_FILE: config,
      ...env,
    },
    deadlineMs: deadlines[verb] ?? 2 * minute,
  };
}
