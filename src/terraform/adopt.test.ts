import { expect, it } from 'vitest';
import type { Step } from '../model/index.js';
import { createPuppet, memoryJournal, type Puppet, playTerraform, runOnce, sampleKit } from '../testkit/index.js';
import { planModule } from './index.js';

const folder = '/state/terraform/sample';
const first = 'toy_machine.it["w1"]';
const second = 'toy_machine.it["w2"]';
const node = (name: string) => ({ name, role: 'worker', address: '10.0.0.9', ssh: { host: '10.0.0.9', user: 'strata' } });
// As Terraform 1.11.4 writes an error of the vSphere provider 1.26.0.
const gaveUp = `${JSON.stringify({ '@level': 'error', type: 'diagnostic', diagnostic: { severity: 'error', summary: 'timeout waiting for clone to complete', detail: '', address: first } })}\n`;

function steps(): readonly Step[] {
  const kit = sampleKit('infrastructure');
  const planned = planModule({
    kit,
    bin: 'terraform',
    module: kit.catalog('terraform/toy'),
    backend: { type: 'local', config: {} },
    plugins: {},
    variables: {},
    machines: ['w1', 'w2'],
    adopt: [
      { address: first, id: '/dc/vm/w1' },
      { address: second, id: '/dc/vm/w2' },
    ],
  });
  return [...kit.toolchain(), ...planned.steps];
}

/** A cloud that knows what Terraform does not. */
function machine(there: readonly string[]): { readonly puppet: Puppet; readonly imported: string[] } {
  const puppet = createPuppet();
  const imported: string[] = [];
  puppet.state.files.set('/catalog/terraform/toy/main.tf', { body: '# toy', mode: 0o644 });
  playTerraform(puppet, {
    resources: () => [first, second],
    outputs: () => ({ nodes: ['w1', 'w2'].map(node), api: '10.0.0.5:6443', domain: 'toy.internal' }),
  });
  puppet.tool('terraform', { version: 'Terraform v1.11.4', recorded: '2026-11-24' }).answer((args) => {
    if (args[0] !== 'import') return undefined;
    const [address = '', id = ''] = args.slice(-2);
    if (!there.includes(id)) return { code: 1, stderr: `Error: error fetching virtual machine: vm '${id}' not found` };
    imported.push(address);
    const path = `${folder}/terraform.tfstate`;
    const state = JSON.parse(puppet.state.files.get(path)?.body ?? '{"resources":[],"outputs":{},"serial":0}');
    state.resources.push({ mode: 'managed', address });
    puppet.state.files.set(path, { body: JSON.stringify({ ...state, serial: state.serial + 1 }), mode: 0o600 });
    return {};
  });
  return { puppet, imported };
}

it('takes over what was made while nobody heard of it, once', async () => {
  const { puppet, imported } = machine(['/dc/vm/w1']);
  const journal = memoryJournal();
  let refused = 0;
  puppet.tool('terraform', { version: 'Terraform v1.11.4', recorded: '2026-11-24' }).answer((args) => {
    if (args[0] !== 'apply' || refused > 0) return undefined;
    refused += 1;
    return { code: 1, stdout: gaveUp };
  });
  const broken = await runOnce({ steps: steps(), worlds: puppet, journal });
  expect(broken.run).toMatchObject({ value: { failures: [{ failure: { diagnostic: { code: 'TERRAFORM-TIMEOUT' } } }] } });
  const again = await runOnce({ steps: steps(), worlds: puppet, journal });
  expect(again.run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
  expect(imported).toEqual([first]);
  expect(puppet.state.files.has(`${folder}/strata-applying`)).toBe(false);
});

it('looks for nothing where the apply before ended well', async () => {
  const { puppet, imported } = machine(['/dc/vm/w1', '/dc/vm/w2']);
  await runOnce({ steps: steps(), worlds: puppet, journal: memoryJournal() });
  expect(imported).toEqual([]);
});
