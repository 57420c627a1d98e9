import { describe, expect, it } from 'vitest';
import { failure, secretRef, type Step } from '../model/index.js';
import { createPuppet, memoryJournal, type Puppet, playTerraform, runOnce, sampleKit } from '../testkit/index.js';
import { changesIn, cliConfig, planModule, readOutputs } from './index.js';

const node = (name: string) => ({ name, role: 'worker', address: '10.0.0.9', ssh: { host: '10.0.0.9', user: 'strata' } });

function machine(): Puppet {
  const puppet = createPuppet();
  puppet.state.files.set('/catalog/terraform/toy/main.tf', { body: '# toy', mode: 0o644 });
  puppet.state.files.set('/catalog/terraform/toy/README.md', { body: 'not part of it', mode: 0o644 });
  puppet.state.secrets.set('host-keys', '{"w1":"KEY"}');
  playTerraform(puppet, {
    resources: ({ machines }) => (machines as string[]).map((name) => `toy_machine.it["${name}"]`),
    outputs: ({ machines }) => ({ nodes: (machines as string[]).map(node), api: '10.0.0.5:6443', domain: 'toy.internal' }),
  });
  return puppet;
}

function steps(names: readonly string[], more: { readonly guard?: readonly string[] } = {}): readonly Step[] {
  const kit = sampleKit('infrastructure');
  const planned = planModule({
    kit,
    bin: 'terraform',
    module: kit.catalog('terraform/toy'),
    backend: { type: 'local', config: {} },
    plugins: {},
    variables: { machines: names },
    secrets: { host_keys: secretRef('host-keys') },
    machines: names,
    ...more,
  });
  return [...kit.toolchain(), ...planned.steps];
}

const folder = '/state/terraform/sample';

describe('a module', () => {
  it('is made, kept, changed and taken away', async () => {
    const worlds = machine();
    const journal = memoryJournal();
    const first = await runOnce({ steps: steps(['w1']), worlds, journal });
    expect(first.run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    expect(worlds.state.files.has(`${folder}/README.md`)).toBe(false);
    expect(worlds.state.files.get(`${folder}/backend.tf.json`)?.body).toContain('"local"');
    const kept = await runOnce({ steps: steps(['w1']), worlds, journal });
    expect(kept.plan.steps.map(({ verdict }) => verdict)).not.toContain('change');
    const more = await runOnce({ steps: steps(['w1', 'w2']), worlds, journal });
    expect(more.plan.steps.find(({ id }) => id === 'infrastructure/sample/terraform')).toMatchObject({
      verdict: 'change',
      changes: expect.arrayContaining([{ what: 'toy_machine.it["w2"]', to: 'new' }]),
    });
    const gone = await runOnce({ steps: steps(['w1', 'w2']), worlds, journal, mode: 'destroy' });
    expect(gone.run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    expect([...worlds.state.files.keys()].filter((path) => path.startsWith(folder))).toEqual([]);
  });
  it('leaves no plan behind, and no secret in what is journaled or in an argument', async () => {
    const worlds = machine();
    const { events } = await runOnce({ steps: steps(['w1']), worlds });
    expect(JSON.stringify(events)).not.toContain('KEY');
    expect(JSON.stringify(worlds.state.deeds)).not.toContain('KEY');
  });
  it('is not changed where a guarded machine would be replaced', async () => {
    const worlds = machine();
    const journal = memoryJournal();
    await runOnce({ steps: steps(['w1', 'w2']), worlds, journal });
    const refused = await runOnce({ steps: steps(['w2'], { guard: ['toy_machine.it["w1*'] }), worlds, journal });
    expect(refused.run).toMatchObject({
      value: { failures: [{ failure: { kind: 'refused', diagnostic: { code: 'INFRA-GUARDED' } } }] },
    });
    expect(worlds.state.files.get(`${folder}/terraform.tfstate`)?.body).toContain('w1');
  });
  it('tells a failure of its apply, and keeps its state out of a removal that follows', async () => {
    const worlds = machine();
    const journal = memoryJournal();
    await runOnce({ steps: steps(['w1']), worlds, journal });
    worlds
      .tool('terraform')
      .answer((args) => (args[0] === 'destroy' ? failure('timeout', 'HOST-TIMEOUT', 'too long', { say: 'again' }) : undefined));
    const stuck = await runOnce({ steps: steps(['w1']), worlds, journal, mode: 'destroy', keepGoing: true });
    expect(stuck.run).toMatchObject({ value: { verdict: 'failed' } });
    expect(worlds.state.files.has(`${folder}/terraform.tfstate`)).toBe(true);
  });
  it('tells credentials that expired, and goes on where it was once they are good', async () => {
    const worlds = machine();
    const journal = memoryJournal();
    let expired = true;
    const detail = 'api error ExpiredToken: The security token included in the request is expired';
    const line = JSON.stringify({ diagnostic: { severity: 'error', summary: 'validating provider credentials', detail } });
    worlds.tool('terraform').answer((args) => (expired && args[0] === 'plan' ? { code: 1, stdout: `${line}\n` } : undefined));
    const refused = await runOnce({ steps: steps(['w1']), worlds, journal });
    expect(refused.run).toMatchObject({
      value: { failures: [{ failure: { kind: 'refused', diagnostic: { code: 'TERRAFORM-EXPIRED' } } }] },
    });
    expired = false;
    const again = await runOnce({ steps: steps(['w1']), worlds, journal });
    expect(again.run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
  });
  it('converges wherever it is killed', async () => {
    const whole = machine();
    await runOnce({ steps: steps(['w1']), worlds: whole });
    for (let deeds = 1; deeds <= whole.state.deeds.length; deeds += 1) {
      const worlds = machine();
      const journal = memoryJournal();
      await Promise.race([runOnce({ steps: steps(['w1']), worlds, journal, concurrency: 1 }), worlds.dieAfter(deeds)]);
      const resumed = await runOnce({
        steps: steps(['w1']),
        worlds: worlds.reborn(),
        journal: memoryJournal(journal.durableBytes()),
      });
      expect(resumed.run, `killed after deed ${deeds}`).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    }
  });
});

describe('a plan as differences', () => {
  const change = (actions: readonly string[], more: object = {}) => ({
    address: 'a.b',
    type: 'a',
    change: { actions: [...actions], ...more },
  });
  it('tells what becomes of each resource', () => {
    expect(
      changesIn({
        resource_changes: [
          change(['create']),
          change(['delete']),
          { ...change(['delete', 'create'], { before: { ami: 1 }, after: { ami: 2 } }) },
          { ...change(['delete', 'create']), action_reason: 'replace_because_tainted' },
          change(['update'], { before: { size: 'm' }, after: { size: 'l' } }),
          change(['no-op'], { importing: { id: 'i-1' } }),
          change(['no-op']),
          change(['read']),
        ],
        output_changes: { api: { actions: ['update'] }, domain: { actions: ['no-op'] } },
      }),
    ).toEqual([
      { what: 'a.b', to: 'new' },
      { what: 'a.b', from: 'there', to: 'gone' },
      { what: 'a.b', from: 'there', to: 'replaced (ami cannot be changed in place)' },
      { what: 'a.b', from: 'there', to: 'replaced (its making did not finish)' },
      { what: 'a.b', from: 'size m', to: 'size l' },
      { what: 'a.b', from: 'found as i-1', to: 'taken over' },
      { what: 'output api' },
    ]);
  });
  it('shows no value that Terraform calls sensitive', () => {
    const secret = change(['update'], {
      before: { key: 'old' },
      after: { key: 'new' },
      before_sensitive: { key: true },
      after_sensitive: { key: true },
    });
    expect(changesIn({ resource_changes: [secret] })).toEqual([{ what: 'a.b', to: 'key' }]);
  });
});

describe('outputs', () => {
  const good = { nodes: { value: [node('w1')] }, api: { value: 'x:6443' }, domain: { value: 'd' }, bastion: { value: null } };
  it('are of one form, whichever the cloud', () => {
    expect(readOutputs(good, ['w1'])).toMatchObject({ ok: true, value: { nodes: [{ name: 'w1' }] } });
    expect(readOutputs({ ...good, api: { value: 'no port' } }, [])).toMatchObject({
      error: { diagnostic: { code: 'INFRA-OUTPUTS' } },
    });
    expect(readOutputs(good, ['w2'])).toMatchObject({ error: { diagnostic: { code: 'INFRA-NODES-MISSING' } } });
  });
});

describe('where plugins come from', () => {
  const reader = createPuppet().reader({ signal: new AbortController().signal, emit: () => {} });
  it('is the registry, a mirror alone, or what the toolchain built', () => {
    expect(cliConfig({}, reader)).toContain('plugin_cache_dir');
    expect(cliConfig({ mirror: '/m' }, reader)).not.toContain('direct');
    const built = cliConfig({ built: [{ source: 'hashicorp/aws', version: '3.1.0', tool: 't' }] }, reader);
    expect(built).toContain('include = ["registry.terraform.io/hashicorp/aws","registry.opentofu.org/hashicorp/aws"]');
    expect(built).toContain('direct {\n    exclude');
  });
});
