import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { afterAll } from 'vitest';
import { type Action, defineProvider, failure, err, ok, secretRef } from '../model/index.js';
import { contract, createPuppet, type Puppet } from './index.js';

/** A provider as small as one can be that still has all: a tool, a secret, a daemon, a remote step, a file. */
const Spec = Type.Object({ version: Type.String({ default: 'v1' }) }, { additionalProperties: false });

interface Got {
  readonly version: string;
}

const refused = (code: number) =>
  err(failure('tool-failed', 'TOY-REFUSED', `toyctl ended with ${code}`, { say: 'Read its manual.', command: 'toyctl --help' }));

const install: Action<Got, Got> = {
  async observe(_, w) {
    const shown = await w.query({ tool: 'toyctl', args: ['show'] });
    if (!shown.ok) return shown;
    return shown.value.code === 0 ? ok({ version: shown.value.stdout }) : ok(undefined);
  },
  diff: (want, got) => (want.version === got?.version ? [] : [{ what: 'version', to: want.version }]),
  async apply(want, _, w) {
    const kept = await w.keep(secretRef('kubeconfig'), 'a very secret value');
    if (!kept.ok) return kept;
    const set = await w.change({ tool: 'toyctl', args: ['set', want.version] });
    if (!set.ok) return set;
    if (set.value.code !== 0) return refused(set.value.code);
    const started = await w.start({ name: 'toy', tool: 'toyctl', args: ['serve'] });
    return started.ok ? ok({ version: want.version }) : started;
  },
  verify: async () => [{ claim: 'the toy answers', verdict: 'pass' }],
  async remove(_, w) {
    const ended = await w.end('toy');
    if (!ended.ok) return ended;
    const unset = await w.change({ tool: 'toyctl', args: ['unset'] });
    return unset.ok ? ok(undefined) : unset;
  },
};

const toyProvider = defineProvider<'kubernetes', Static<typeof Spec>>({
  id: 'toy',
  layer: 'kubernetes',
  spec: Spec,
  facts: { title: 'Toy' },
  tools: [{ tool: 'toyctl', why: 'everything' }],
  plan(spec, given, kit) {
    const step = kit.step({
      id: 'install',
      title: 'Install',
      effect: 'remote',
      inputs: { version: spec.version },
      tools: ['toyctl'],
      action: install,
    });
    return {
      steps: [step],
      publishes: {
        kubeconfig: secretRef('kubeconfig'),
        version: step.out('version'),
        storageClass: 'toy',
        support: given.infrastructure.support,
      },
    };
  },
});

function machine(): Puppet {
  const puppet = createPuppet();
  let version: string | undefined;
  puppet.tool('toyctl', { version: '1.0.0', recorded: '2026-01-01' }).answer(([verb, value]) => {
    if (verb === 'set') version = value;
    if (verb === 'unset') version = undefined;
    return version === undefined ? { code: 3 } : { stdout: version };
  });
  return puppet;
}

const folder = mkdtempSync(join(tmpdir(), 'strata-contract-'));
for (const name of ['readme.md', 'index.ts']) writeFileSync(join(folder, name), '');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

contract({ provider: toyProvider, folder, specs: { default: {}, pinned: { version: 'v2' } }, machine });
contract({
  provider: toyProvider,
  folder,
  specs: { default: {} },
  skip: [{ rule: 14, reason: 'shows that a rule may be skipped with its reason' }],
});
