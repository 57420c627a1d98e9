import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { fold } from '../../../engine/index.js';
import type { Command, Node, Step } from '../../../model/index.js';
import {
  createPuppet,
  type MemoryJournal,
  memoryJournal,
  type Puppet,
  runOnce,
  sampleGiven,
  sampleKit,
} from '../../../testkit/index.js';
import { PlayedPlatform } from './cases/played.js';
import { kubeadm } from './index.js';
import { KubeadmSpec } from './spec.js';

const origin = { version: 'v1.37.2', recorded: '2026-11-24' };
const catalog = join(import.meta.dirname, '../../../../catalog');
const files = Object.fromEntries(
  readdirSync(join(catalog, 'kubernetes'), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [`catalog:${path.slice(catalog.length + 1)}`, readFileSync(path, 'utf8')]),
);
const authority =
  /-----BEGIN[^`]+-----END CERTIFICATE-----\n/.exec(
    readFileSync(join(import.meta.dirname, '../../../tools/kubeadm/kubeadm.test.ts'), 'utf8'),
  )?.[0] ?? '';

const good = { ok: true, value: { verdict: 'ok' } };
const names = (prefix: string, count: number): readonly string[] => Array.from({ length: count }, (_, i) => `${prefix}-${i + 1}`);

/** Steps of a cluster with these machines. */
function planned(planes: readonly string[], workers: readonly string[], changes: object = {}): readonly Step[] {
  const given = sampleGiven('kubernetes');
  const [sample] = given.infrastructure.nodes as readonly Node[];
  const node = (role: Node['role']) => (name: string) => ({ ...sample!, name, role, address: `of-${name}` });
  const kit = sampleKit('kubernetes', files);
  const spec = Value.Parse(KubeadmSpec, Value.Default(KubeadmSpec, { encryption: false, audit: false, ...changes }));
  const infrastructure = {
    ...given.infrastructure,
    api: '10.77.0.2:6443',
    nodes: [...planes.map(node('control-plane')), ...workers.map(node('worker'))],
  };
  const { steps } = kubeadm.plan(spec, { ...given, infrastructure }, kit);
  return [...kit.toolchain(), ...steps];
}

interface Played {
  readonly puppet: Puppet;
  readonly platform: PlayedPlatform;
  readonly journal: MemoryJournal;
}

function play(): Played {
  const puppet = createPuppet();
  const platform = new PlayedPlatform(authority);
  const text = (stdin: Command['stdin']): string =>
    stdin === undefined ? '' : typeof stdin === 'string' ? stdin : (puppet.state.secrets.get(stdin.$secret) ?? '');
  puppet
    .tool('ssh', { version: 'OpenSSH 9.2', recorded: '2026-11-24' })
    .answer((args, { stdin }) => platform.ssh(args, text(stdin)));
  puppet.tool('kubectl', origin).answer((args, { stdin }) => platform.cluster.run(args, text(stdin)));
  puppet.answerHttp((request) => platform.registry(request));
  return { puppet, platform, journal: memoryJournal() };
}

const up = ({ puppet, journal }: Played, steps: readonly Step[], former?: readonly Step[]) =>
  runOnce({ steps, worlds: puppet, journal, ...(former && { former }) });

const three = names('cp', 3);
const failures = (events: readonly { readonly type: string }[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'step-failed' ? [JSON.stringify(event)] : []));

describe('three control planes', () => {
  it('one makes the cluster, the others join one after the other, and a second run finds nothing to do', async () => {
    const played = play();
    const steps = planned(three, ['worker-1']);
    const { run, events } = await up(played, steps);
    expect(failures(events)).toEqual([]);
    expect(run).toMatchObject(good);
    const { cluster } = played.platform;
    expect([...cluster.members]).toEqual(three);
    expect(cluster.deeds.filter((deed) => deed.includes('cp'))).toEqual(['join cp-1', 'join cp-2', 'join cp-3']);
    expect(cluster.certificates).toBe(false);
    const again = await up(played, steps);
    expect(again.plan.steps.filter(({ verdict }) => verdict !== 'keep')).toEqual([]);
  });

  it('killed after any deed, the next run converges, and no secret is told', async () => {
    const steps = planned(three, ['worker-1']);
    const whole = play();
    await up(whole, steps);
    const count = whole.puppet.state.deeds.length;
    for (let deeds = 1; deeds <= count; deeds += 1) {
      const played = play();
      const died = played.puppet.dieAfter(deeds);
      await Promise.race([runOnce({ steps, worlds: played.puppet, journal: played.journal, concurrency: 1 }), died]);
      const rest = memoryJournal(played.journal.durableBytes());
      const resumed = await runOnce({ steps, worlds: played.puppet.reborn(), journal: rest });
      expect(resumed.run, `killed after deed ${deeds}: ${failures(resumed.events)}`).toMatchObject(good);
      expect(fold(resumed.events).verdict).toBe('ok');
      expect([...played.platform.cluster.members].sort()).toEqual(three);
      const told = JSON.stringify(resumed.events);
      for (const [name, value] of played.puppet.state.secrets) expect(told.includes(value), `secret ${name}`).toBe(false);
    }
  }, 120_000);

  it('the first one lost with its disk joins what the others have, instead of making a second cluster', async () => {
    const played = play();
    const steps = planned(three, []);
    await up(played, steps);
    played.platform.machine('cp-1').files.clear();
    const { run } = await up(played, steps);
    expect(run).toMatchObject(good);
    expect(played.platform.cluster.deeds.slice(3)).toEqual(['etcd without cp-1', 'delete cp-1', 'join cp-1']);
  });

  it('one that leaves is drained, taken out of etcd and reset; another is then the first', async () => {
    const played = play();
    const former = planned(three, ['worker-1', 'worker-2']);
    await up(played, former);
    played.platform.cluster.deeds.length = 0;
    const { run, events } = await up(played, planned(['cp-3'], ['worker-1']), former);
    expect(failures(events)).toEqual([]);
    expect(run).toMatchObject(good);
    expect(played.platform.cluster.deeds.filter((deed) => !deed.includes('worker'))).toEqual([
      'drain cp-2',
      'etcd without cp-2',
      'delete cp-2',
      'drain cp-1',
      'etcd without cp-1',
      'delete cp-1',
    ]);
    expect(played.platform.cluster.deeds).toContain('delete worker-2');
    expect([...played.platform.machine('worker-2').files.keys()].filter((path) => path.startsWith('/etc/kubernetes'))).toEqual(
      [],
    );
  });

  it('a cluster that goes as a whole drains nothing; the last member ends it', async () => {
    const played = play();
    const steps = planned(three, ['worker-1']);
    await up(played, steps);
    played.platform.cluster.deeds.length = 0;
    const { run } = await runOnce({ steps, worlds: played.puppet, journal: played.journal, mode: 'destroy' });
    expect(run).toMatchObject(good);
    expect(played.platform.cluster.deeds).toEqual([]);
    expect(played.platform.cluster.members.size).toBe(0);
  });

  it.each([0, 2, 4, 6])('%i are refused with the reason', async (count) => {
    const { events } = await up(play(), planned(names('cp', count), ['worker-1']));
    const [told = ''] = failures(events);
    expect(told).toContain('KUBEADM-CONTROL-PLANES');
    expect(told).toContain(count === 0 ? 'No machine has the role' : 'majority');
  });

  it('cannot be had of a cluster that was made for another address', async () => {
    const played = play();
    await up(played, planned(['cp-1'], []));
    const moved = planned(['cp-1'], []).map((step) => ({ ...step, inputs: moveTo(step.inputs) }));
    expect(failures((await up(played, moved)).events)[0]).toContain('KUBEADM-ENDPOINT');
  });
});

const moveTo = (inputs: unknown): unknown =>
  typeof inputs === 'object' && inputs !== null && 'apiServer' in inputs ? { ...inputs, apiServer: '10.77.0.9:6443' } : inputs;

describe('an upgrade', () => {
  const machines = [three, ['worker-1', 'worker-2']] as const;
  const older = planned(...machines, { version: 'v1.36.3' });
  const newer = planned(...machines, { version: 'v1.37.2' });

  /** A cluster of the older version on machines whose image carries the newer one. */
  async function stands(steps = older): Promise<Played> {
    const played = play();
    const made = await up(played, steps);
    expect(failures(made.events)).toEqual([]);
    expect(new Set(played.platform.cluster.servers.values())).toEqual(new Set(['v1.36.3']));
    played.platform.cluster.deeds.length = 0;
    return played;
  }
  const order = (...of: readonly string[]) =>
    of.flatMap((name) => [`drain ${name}`, `kubelet v1.37.2 on ${name}`, `uncordon ${name}`]);
  const all = [...three, 'worker-1', 'worker-2'];

  it('is planned for each machine', async () => {
    const { puppet, journal } = await stands();
    const { plan } = await runOnce({ steps: newer, worlds: puppet, journal, drain: AbortSignal.abort() });
    const told = plan.steps
      .filter(({ id }) => id.includes('/version/'))
      .map(({ id, changes }) => [id.split('/').at(-1), changes]);
    expect(told.sort()).toEqual(
      all.map((name) => [
        name,
        expect.arrayContaining([expect.objectContaining({ what: 'version.kubelet', from: 'v1.36.3', to: 'v1.37.2' })]),
      ]),
    );
  });

  it('goes through control planes, then workers, one machine at a time', async () => {
    const played = await stands();
    const { run, events } = await up(played, newer);
    expect(failures(events)).toEqual([]);
    expect(run).toMatchObject(good);
    expect(played.platform.cluster.deeds).toEqual(order(...all));
    expect(new Set(played.platform.cluster.servers.values())).toEqual(new Set(['v1.37.2']));
    const { plan } = await up(played, newer);
    expect(plan.steps.filter(({ verdict }) => verdict !== 'keep')).toEqual([]);
  });

  it('killed after any deed, the next run goes on and every machine ends open', async () => {
    const [few, fewer] = [planned(['cp-1'], ['worker-1'], { version: 'v1.36.3' }), planned(['cp-1'], ['worker-1'])];
    const whole = await stands(few);
    const before = whole.puppet.state.deeds.length;
    await up(whole, fewer);
    const count = whole.puppet.state.deeds.length - before;
    for (let deeds = 1; deeds <= count; deeds += 1) {
      const played = await stands(few);
      const died = played.puppet.dieAfter(deeds);
      await Promise.race([runOnce({ steps: fewer, worlds: played.puppet, journal: played.journal, concurrency: 1 }), died]);
      const rest = memoryJournal(played.journal.durableBytes());
      const resumed = await runOnce({ steps: fewer, worlds: played.puppet.reborn(), journal: rest });
      expect(resumed.run, `killed after deed ${deeds}: ${failures(resumed.events)}`).toMatchObject(good);
      for (const name of ['cp-1', 'worker-1']) {
        const node = played.platform.cluster.things.get(`node/${name}`);
        expect([name, node?.metadata.annotations, node?.spec]).toEqual([name, {}, {}]);
      }
    }
  }, 240_000);

  it('outlives an API server that restarts and knows no roles yet', async () => {
    const played = await stands(planned(['cp-1'], [], { version: 'v1.36.3' }));
    played.platform.cluster.blinks = true;
    expect(failures((await up(played, planned(['cp-1'], []))).events)).toEqual([]);
  });

  it('stops at the machine that fails, puts it back, and goes on there', async () => {
    const played = await stands();
    const { cluster } = played.platform;
    cluster.broken.set('worker-1', 'v1.37.2');
    const { events } = await up(played, newer);
    const [told = ''] = failures(events);
    expect(told).toContain('KUBEADM-UPGRADE');
    expect(told).toContain('worker-1 could not be upgraded to v1.37.2');
    expect(told).toContain('It is Ready with kubelet v1.36.3 again and takes pods.');
    expect(cluster.deeds.slice(-3)).toEqual(['kubelet v1.37.2 on worker-1', 'kubelet v1.36.3 on worker-1', 'uncordon worker-1']);
    expect(cluster.deeds.filter((deed) => deed.includes('worker-2'))).toEqual([]);
    cluster.broken.clear();
    cluster.deeds.length = 0;
    expect((await up(played, newer)).run).toMatchObject(good);
    expect(cluster.deeds).toEqual(order('worker-1', 'worker-2'));
  });

  it('puts everything back where kubeadm itself fails', async () => {
    const played = await stands();
    played.platform.machine('cp-2').failOn = 'kubeadm upgrade node';
    const [told = ''] = failures((await up(played, newer)).events);
    expect(told).toContain('cp-2 could not be upgraded');
    expect(told).toContain('again and takes pods');
    expect(played.platform.cluster.deeds.some((deed) => deed.includes('cp-3'))).toBe(false);
  });

  it('says which pod does not leave, and opens the machine again', async () => {
    const played = await stands();
    const pod = {
      kind: 'Pod',
      metadata: { name: 'db-0', namespace: 'shop', labels: { app: 'db' } },
      status: { phase: 'Running' },
    };
    played.platform.cluster.held.set('worker-1', [pod]);
    const metadata = { name: 'db', namespace: 'shop' };
    const [spec, status] = [{ selector: { matchLabels: { app: 'db' } } }, { disruptionsAllowed: 0 }];
    played.platform.cluster.things.set('poddisruptionbudget/db', { kind: 'PodDisruptionBudget', metadata, spec, status });
    const [told = ''] = failures((await up(played, newer)).events);
    expect(told).toContain('KUBEADM-DRAIN');
    expect(told).toContain('shop/db-0 (disruption budget db allows no disruption)');
    expect(played.platform.cluster.deeds.slice(-2)).toEqual(['drain worker-1', 'uncordon worker-1']);
  });

  it('refuses to go back, and to leave a minor version out', async () => {
    const played = await stands();
    await up(played, newer);
    const [told = ''] = failures((await up(played, older)).events);
    expect(told).toContain('KUBEADM-VERSION-SKEW');
    expect(told).toContain('wanted is the older v1.36.3');
    const leap = await stands();
    leap.platform.cluster.servers.set('cp-1', 'v1.35.9');
    expect(failures((await up(leap, newer)).events)[0]).toContain('one minor version at a time');
  });

  it('of a version nobody pinned is refused before anything is made', async () => {
    const [told = ''] = failures((await up(play(), planned(['cp-1'], [], { version: 'v1.30.1' }))).events);
    expect(told).toMatch(/KUBEADM-VERSION.*1\.37 and 1\.36/);
  });
});
