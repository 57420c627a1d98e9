import { createHash } from 'node:crypto';
import { type Command, isSecretRef } from '../model/index.js';
import type { Origin } from './puppet-tool.js';
import type { Puppet } from './puppet-world.js';

/** What a played module makes of its variables. */
export interface PlayedModule {
  readonly resources: (variables: Readonly<Record<string, unknown>>) => readonly string[];
  readonly outputs: (variables: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  readonly bin?: 'terraform' | 'tofu';
}

interface PlayedState {
  readonly resources: readonly { readonly mode: 'managed'; readonly address: string }[];
  readonly outputs: Readonly<Record<string, { readonly value: unknown; readonly sensitive: false }>>;
  readonly serial: number;
}

/** Answers below were recorded from this release with the resource that is built in, `terraform_data`. */
export const terraformOrigin: Origin = { version: 'Terraform v1.11.4', recorded: '2026-11-24' };

const line = (type: string, more: object): string =>
  `${JSON.stringify({ '@level': 'info', '@module': 'terraform.ui', type, ...more })}\n`;
const complaint = (summary: string, detail: string): string =>
  `${JSON.stringify({ '@level': 'error', '@message': `Error: ${summary}`, diagnostic: { severity: 'error', summary, detail }, type: 'diagnostic' })}\n`;

/** Plays Terraform: state in the working folder, plan against what the variables ask for, apply of a saved plan. */
export function playTerraform(puppet: Puppet, module: PlayedModule): void {
  const { files, secrets } = puppet.state;
  const stateOf = (folder: string): PlayedState =>
    JSON.parse(files.get(`${folder}/terraform.tfstate`)?.body ?? '{"resources":[],"outputs":{},"serial":0}');
  const keep = (folder: string, state: PlayedState): void => {
    files.set(`${folder}/terraform.tfstate`, { body: JSON.stringify(state), mode: 0o600 });
  };
  const variablesOf = ({ env = {} }: Command): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      Object.entries(env)
        .filter(([name]) => name.startsWith('TF_VAR_'))
        .map(([name, value]) => [
          name.slice('TF_VAR_'.length),
          readValue(isSecretRef(value) ? (secrets.get(value.$secret) ?? '') : value),
        ]),
    );
  const plan = (command: Command, out: string) => {
    const folder = command.cwd ?? '';
    const prior = stateOf(folder);
    const variables = variablesOf(command);
    const shown = planOf(prior, module.resources(variables), module.outputs(variables));
    files.set(`${folder}/${out}`, { body: JSON.stringify(shown), mode: 0o644 });
    const idle = shown.resource_changes.every(({ change }) => change.actions[0] === 'no-op') && same(prior, shown.planned);
    return { code: idle ? 0 : 2, stdout: line('version', { terraform: '1.11.4', ui: '1.2' }) };
  };
  puppet.tool('ln', { version: 'coreutils 9.1', recorded: '2026-11-24' }).answer(() => ({}));
  puppet.tool(module.bin ?? 'terraform', terraformOrigin).answer((args, command) => {
    const folder = command.cwd ?? '';
    switch (args[0]) {
      case 'version':
        return { stdout: '{"terraform_version":"1.11.4","platform":"linux_amd64","provider_selections":{}}' };
      case 'plan':
        return plan(command, args.find((arg) => arg.startsWith('-out='))?.slice('-out='.length) ?? '');
      case 'show':
        return { stdout: files.get(`${folder}/${args.at(-1)}`)?.body ?? '' };
      case 'apply': {
        const { planned, serial } = JSON.parse(files.get(`${folder}/${args.at(-1)}`)?.body ?? '{}');
        const prior = stateOf(folder);
        if (serial !== prior.serial)
          return {
            code: 1,
            stdout: complaint(
              'Saved plan is stale',
              'The given plan file can no longer be applied because the state was changed by another operation after the plan was created.',
            ),
          };
        keep(folder, { ...planned, serial: serial + 1 });
        return {};
      }
      case 'destroy':
        keep(folder, { resources: [], outputs: {}, serial: stateOf(folder).serial + 1 });
        return {};
      case 'output':
        return { stdout: JSON.stringify(stateOf(folder).outputs) };
      case 'state':
        return {
          stdout: stateOf(folder)
            .resources.map(({ address }) => `${address}\n`)
            .join(''),
        };
      default:
        return {};
    }
  });
}

const readValue = (text: string): unknown => {
  try {
    return JSON.parse(text.replaceAll('$${', () => '${').replaceAll('%%{', () => '%{'));
  } catch {
    return text;
  }
};

const same = (prior: PlayedState, planned: Omit<PlayedState, 'serial'>): boolean =>
  digest(prior.outputs) === digest(planned.outputs);
const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

function planOf(prior: PlayedState, wanted: readonly string[], outputs: Readonly<Record<string, unknown>>) {
  const had = prior.resources.map(({ address }) => address);
  const values = Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value, sensitive: false as const }]));
  const action = (address: string): string => (!had.includes(address) ? 'create' : wanted.includes(address) ? 'no-op' : 'delete');
  return {
    format_version: '1.2',
    resource_changes: [...new Set([...wanted, ...had])].map((address) => ({
      address,
      mode: 'managed',
      type: address.split('.')[0] ?? '',
      change: { actions: [action(address)] },
    })),
    output_changes: Object.fromEntries(
      Object.keys(values).map((name) => [
        name,
        { actions: [digest(prior.outputs[name]?.value ?? null) === digest(outputs[name] ?? null) ? 'no-op' : 'update'] },
      ]),
    ),
    prior_state: { values: { outputs: prior.outputs } },
    planned: { resources: wanted.map((address) => ({ mode: 'managed' as const, address })), outputs: values },
    serial: prior.serial,
  };
}
