import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { adminKey, playedRke2 } from '../../../../test/support/played-rke2.js';
import { memoryJournal, type Puppet, runOnce, sampleGiven, sampleKit, samplePublished } from '../../../testkit/index.js';
import {
  encryptionScript,
  factsScript,
  mayBecome,
  snapshotScript,
  startScript,
  uninstallScript,
} from '../../../tools/rke2/index.js';
import { parseFacts } from '../../../tools/ssh/index.js';
import { flagsIn, type MemberFacts, memberConfig, memberFiles, problemsIn } from './config.js';
import { rke2 } from './index.js';
import { sumsIn } from './install.js';
import { Rke2Spec } from './spec.js';
import { checked } from './steps/check.js';

// Whole runs of five machines, killed at each deed, beside other work of the machine.
vi.setConfig({ testTimeout: 120_000 });

const catalog = join(import.meta.dirname, '../../../../catalog');
const text = (path: string): string => readFileSync(join(catalog, 'kubernetes', path), 'utf8');
const schema = text('rke2/config.schema.json');
const filesIn = (path: string): readonly string[] =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
const catalogFiles = Object.fromEntries(
  ['rke2', 'addons', 'kubeadm'].flatMap((folder) =>
    filesIn(join(catalog, 'kubernetes', folder)).map((name) => [
      `catalog:kubernetes/${folder}/${name}`,
      text(`${folder}/${name}`),
    ]),
  ),
);
const sha256 = (body: string): string => createHash('sha256').update(body).digest('hex');
const archives = ['rke2.linux-amd64.tar.gz', 'rke2-images.linux-amd64.tar.zst'];
const sums = { 'project:rke2/sha256sum-amd64.txt': archives.map((name) => `${sha256(name)}  ${name}\n`).join('') };

const specOf = (given: object): Rke2Spec => Value.Default(Rke2Spec, structuredClone(given)) as Rke2Spec; // filled in by its own schema
const [first] = samplePublished.infrastructure.nodes;
if (first === undefined) throw new Error('no sample machine');
const machine = (name: string, role: 'control-plane' | 'worker', last: number) => ({
  ...first,
  name,
  role,
  address: `10.77.0.${last}`,
});
const nodes = [
  machine('cp-1', 'control-plane', 11),
  machine('cp-2', 'control-plane', 12),
  machine('cp-3', 'control-plane', 13),
  machine('worker-1', 'worker', 21),
  machine('worker-2', 'worker', 22),
];

/** Steps of five machines. */
function planned(given: object, machines = nodes) {
  const kit = sampleKit('kubernetes', { ...catalogFiles, ...sums });
  const infrastructure = { ...samplePublished.infrastructure, nodes: machines, api: 'api.example.org:6443' };
  const { steps } = rke2.plan(specOf(given), { ...sampleGiven('kubernetes'), infrastructure }, kit);
  return [...kit.toolchain(), ...steps];
}
const withRelease = (puppet: Puppet): Puppet => {
  for (const name of archives) puppet.state.files.set(`/project/rke2/${name}`, { body: name, mode: 0o644 });
  return puppet;
};
const tarball = { install: { method: 'tarball' } };

describe('a cluster of three servers and two agents', () => {
  it('begins on one server, takes the others one by one, then the agents; nobody hears its secrets', async () => {
    const { puppet, world } = playedRke2({ baked: 'v1.36.3+rke2r1' });
    const { run, events } = await runOnce({ steps: planned({}), worlds: puppet });
    expect(run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    expect(world.story.slice(0, 3)).toEqual(['cp-1', 'cp-2', 'cp-3'].map((name) => `${name} start v1.36.3+rke2r1`));
    expect(world.story.slice(3).sort()).toEqual(['worker-1', 'worker-2'].map((name) => `${name} start v1.36.3+rke2r1`));
    expect(puppet.state.secrets.get('kubeconfig')).toBe(`server: https://api.example.org:6443\nkey: ${adminKey}\n`);
    const authority = sha256('certificate of the authority');
    expect(world.machine('cp-1').files.get('/etc/rancher/rke2/token')).toMatch(/^[0-9a-f]{64}$/);
    expect(world.machine('cp-2').files.get('/etc/rancher/rke2/token')).toMatch(
      new RegExp(`^K10${authority}::server:[0-9a-f]{64}$`),
    );
    expect(world.machine('worker-1').files.get('/etc/rancher/rke2/agent-token')).toMatch(
      new RegExp(`^K10${authority}::node:[0-9a-f]{64}$`),
    );
    expect(world.machine('worker-1').files.has('/etc/rancher/rke2/token')).toBe(false);
    for (const secret of puppet.state.secrets.values()) expect(JSON.stringify(events)).not.toContain(secret);
  });

  it('is upgraded server by server, then agent by agent: each is emptied first and opened again, and etcd is kept once', async () => {
    const played = { baked: '', tarball: 'v1.35.7+rke2r1' };
    const { puppet, world } = playedRke2(played);
    const journal = memoryJournal();
    const before = planned({ ...tarball, version: 'v1.35.7+rke2r1' });
    expect((await runOnce({ steps: before, worlds: withRelease(puppet), journal })).run).toMatchObject({
      value: { verdict: 'ok' },
    });
    world.story.length = 0;
    played.tarball = 'v1.36.3+rke2r1';
    const { run } = await runOnce({ steps: planned({ ...tarball, version: 'v1.36.3+rke2r1' }), worlds: puppet, journal });
    expect(run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    const each = (name: string): readonly string[] => [`${name} drain`, `${name} start v1.36.3+rke2r1`, `${name} uncordon`];
    expect(world.story).toEqual(['cp-1 snapshot', ...['cp-1', 'cp-2', 'cp-3', 'worker-1', 'worker-2'].flatMap(each)]);
  });

  it('is upgraded to the end whenever an upgrade is cut off, and no node stays closed', async () => {
    const two = nodes.filter(({ name }) => name === 'cp-1' || name === 'worker-1');
    const [old, young] = ['v1.35.7+rke2r1', 'v1.36.3+rke2r1'];
    const begun = async () => {
      const played = { baked: '', tarball: old };
      const { puppet, world } = playedRke2(played);
      const journal = memoryJournal();
      await runOnce({ steps: planned({ ...tarball, version: old }, two), worlds: withRelease(puppet), journal });
      played.tarball = young;
      return { puppet, world, journal };
    };
    const steps = planned({ ...tarball, version: young }, two);
    const whole = await begun();
    const before = whole.puppet.state.deeds.length;
    await runOnce({ steps, worlds: whole.puppet, journal: whole.journal });
    const deeds = whole.puppet.state.deeds.length - before;
    expect(deeds).toBeGreaterThan(20);
    for (let lives = 1; lives <= deeds; lives += 1) {
      const { puppet, world, journal } = await begun();
      const died = puppet.dieAfter(lives);
      await Promise.race([runOnce({ steps, worlds: puppet, journal, concurrency: 1 }), died]);
      const { run } = await runOnce({ steps, worlds: puppet.reborn(), journal: memoryJournal(journal.durableBytes()) });
      expect(run, `killed after deed ${lives}`).toMatchObject({ ok: true, value: { verdict: 'ok' } });
      const closed = [...world.things.values()].filter(
        ({ metadata }) => metadata.annotations?.['strata.dev/closed'] !== undefined,
      );
      expect(closed, `killed after deed ${lives}`).toEqual([]);
      expect(world.story.filter((line) => line === 'worker-1 uncordon').length).toBeGreaterThan(0);
    }
  });

  it('keeps a machine as it is where its pods do not leave, and where a copied file is another one', async () => {
    const played = { baked: '', tarball: 'v1.35.7+rke2r1' };
    const { puppet, world } = playedRke2(played);
    const journal = memoryJournal();
    await runOnce({ steps: planned({ ...tarball, version: 'v1.35.7+rke2r1' }), worlds: withRelease(puppet), journal });
    world.stuck = 'cp-1';
    const { events } = await runOnce({ steps: planned({ ...tarball }), worlds: puppet, journal });
    expect(JSON.stringify(events)).toContain('RKE2-DRAIN');
    expect(world.machine('cp-1').binary).toBe('v1.35.7+rke2r1');
    const other = playedRke2({ baked: '' });
    other.puppet.tool('scp', { version: 'OpenSSH 9.2', recorded: '2026-11-24' }).answer(() => ({}));
    const sent = await runOnce({ steps: planned({ ...tarball }), worlds: withRelease(other.puppet) });
    expect(JSON.stringify(sent.events)).toContain('its sum is not');
    expect(other.world.machine('cp-1').binary).toBe('');
  });

  it.each([
    ['v1.34.10+rke2r1', 'v1.36.3+rke2r1', 'more than one minor version ahead'],
    ['v1.36.3+rke2r1', 'v1.36.2+rke2r1', 'older'],
    ['v1.36.3+rke2r1', 'v1.35.7+rke2r1', 'older'],
  ])('that runs %s does not become %s, and nothing is touched', async (from, to, why) => {
    const { puppet, world } = playedRke2({ baked: from, tarball: to });
    for (const { name, role } of nodes) {
      const part = role === 'worker' ? 'agent' : 'server';
      world.machine(name).role = part;
      world.node(name, from, part);
    }
    puppet.state.secrets.set('kubeconfig', 'x');
    const server = planned({ ...tarball, version: to }).find(({ id }) => id.endsWith('/server/cp-1'));
    const want = { ...(server?.inputs as object), tokens: { server: { $secret: 'a' }, agent: { $secret: 'b' } } };
    const seen = await server?.action.observe(want, puppet.reader({ signal: new AbortController().signal, emit: () => {} }));
    expect(seen).toMatchObject({
      ok: false,
      error: { kind: 'refused', diagnostic: { code: 'RKE2-SKEW', message: expect.stringContaining(why) } },
    });
    expect(puppet.state.deeds).toEqual([]);
  });

  it('does not begin a second time where its first server lost everything', async () => {
    const { puppet, world } = playedRke2({ baked: 'v1.36.3+rke2r1' });
    const journal = memoryJournal();
    await runOnce({ steps: planned({}), worlds: puppet, journal });
    world.machines.delete('cp-1');
    world.things.delete('node/cp-1');
    const { events } = await runOnce({ steps: planned({}), worlds: puppet, journal });
    expect(JSON.stringify(events)).toContain('RKE2-FIRST-SERVER-LOST');
    expect(world.story.filter((line) => line.startsWith('cp-1 start'))).toHaveLength(1);
  });

  it('is not made of a damaged release, an unknown one, or an even number of servers', async () => {
    const { puppet } = playedRke2({});
    const w = withRelease(puppet).reader({ signal: new AbortController().signal, emit: () => {} });
    const files = {
      method: 'tarball' as const,
      folder: 'rke2',
      archives: true,
      missing: [],
      files: [{ name: archives[0] ?? '', sha256: 'f'.repeat(64) }],
    };
    const want = { version: 'v1.36.3+rke2r1', releases: parse(text('rke2/releases.yaml')), servers: 3, ranges: [], files };
    const code = async (changes: object): Promise<unknown> => {
      const seen = await checked.observe({ ...want, ...changes }, w);
      return seen.ok ? seen.value : seen.error.diagnostic.code;
    };
    const baked = { method: 'baked', folder: '', files: [], archives: true, missing: [] };
    expect(await code({})).toBe('RKE2-RELEASE-DAMAGED');
    expect(await code({ files: { ...files, files: [{ name: 'none', sha256: '' }] } })).toBe('RKE2-RELEASE-FILE');
    expect(await code({ files: baked, version: 'v1.30.1+rke2r1' })).toBe('RKE2-RELEASE');
    expect(await code({ files: baked, servers: 2 })).toBe('RKE2-SERVERS');
    expect(await code({ files: baked, ranges: ['10.42.0.0/16', '10.42.7.1'] })).toBe('RKE2-RANGES');
    expect(await code({ files: baked })).toEqual({ known: true });
    expect(await code({ files: baked, version: 'v1.36.9+rke2r1' })).toEqual({ known: false });
  });

  it('is taken off its machines, with what was prepared for it', async () => {
    const { puppet, world } = playedRke2({ baked: 'v1.36.3+rke2r1' });
    const journal = memoryJournal();
    await runOnce({ steps: planned({}), worlds: puppet, journal });
    const { run } = await runOnce({ steps: planned({}), worlds: puppet, journal, mode: 'destroy' });
    expect(run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    for (const one of world.machines.values())
      expect([one.role, one.etcd, [...one.files.keys()]]).toEqual([undefined, false, []]);
  });
});

const facts = (changes: Partial<MemberFacts> = {}, given: object = {}): MemberFacts => {
  const { install: _, version: __, storage: ___, drainSeconds: ____, registration: _____, ...settings } = specOf(given);
  return {
    name: 'cp-1',
    address: '10.77.0.11',
    role: 'server',
    api: 'api.example.org:6443',
    servers: [{ name: 'cp-1', address: '10.77.0.11' }],
    agents: true,
    registry: '10.77.0.2:5000',
    settings,
    templates: { auditPolicy: text('kubeadm/audit-policy.yaml'), podSecurity: text('rke2/pod-security.yaml') },
    flags: flagsIn(schema)[changes.role ?? 'server'],
    ...changes,
  };
};

describe('config.yaml', () => {
  const settled = {
    profile: 'none',
    selinux: true,
    cni: 'cilium',
    servers: { labels: { zone: 'a' }, taints: ['a=b:NoSchedule'], flags: { 'etcd-expose-metrics': true } },
    agents: { labels: { pool: 'gpu' }, flags: { 'kubelet-arg': ['max-pods=200'] } },
    apiServer: { 'request-timeout': '60s' },
    tlsNames: ['rke2.example.org'],
  };
  it.each([
    ['server-first', facts()],
    ['server-joining', facts({ name: 'cp-2', address: '10.77.0.12', registration: '10.77.0.11' }, settled)],
    ['agent', facts({ name: 'worker-1', address: '10.77.0.21', role: 'agent', registration: '10.77.0.11' }, settled)],
  ])('of a %s', async (name, given) => {
    const files = memberFiles(given);
    const shown = files.ok ? files.value.map(({ path, mode, content }) => `== ${path} ${mode}\n${content}`).join('') : '';
    await expect(shown).toMatchFileSnapshot(`cases/${name}.txt`);
    expect(shown).not.toMatch(/^token:/m);
    if (files.ok)
      for (const { path, content } of files.value) if (path.endsWith('.yaml')) expect(() => parse(content)).not.toThrow();
  });
  it.each([
    [{ 'etcd-expose-metric': true }, 'RKE2-CONFIG', 'there is no flag etcd-expose-metric'],
    [{ 'etcd-expose-metrics': 'yes' }, 'RKE2-CONFIG', 'etcd-expose-metrics must be boolean'],
    [{ 'egress-selector-mode': 'all' }, 'RKE2-CONFIG', 'egress-selector-mode'],
    [{ token: 'x' }, 'RKE2-FLAG-OWNED', 'token'],
    [{ profile: 'etcd' }, 'RKE2-FLAG-OWNED', 'profile'],
  ])('with %j is refused', (flags, code, message) => {
    const made = memberConfig(facts({}, { servers: { flags } }));
    expect(made).toMatchObject({ ok: false, error: { diagnostic: { code, message: expect.stringContaining(message) } } });
  });
  it('knows exactly the flags that were read from the sources of RKE2', () => {
    const recorded = readFileSync(join(import.meta.dirname, 'cases/flags.txt'), 'utf8')
      .split('\n')
      .filter((line) => /^(server|agent) /.test(line));
    const kinds: Record<string, unknown> = { list: ['x'], switch: true, number: 1, text: 'x' };
    expect(recorded.length).toBeGreaterThan(150);
    for (const line of recorded) {
      const [role = '', name = '', kind = ''] = line.split(' ');
      const problems = problemsIn({ [name]: kinds[kind] }, flagsIn(schema)[role as 'server' | 'agent']); // the line begins so
      // A word of a closed list is not known here, its kind is.
      expect(
        problems.filter((one) => !one.includes('allowed values')),
        line,
      ).toEqual([]);
    }
    const known: unknown = JSON.parse(schema);
    const { server, agent } = (known as { $defs: Record<string, { properties: object }> }).$defs;
    expect([server, agent].flatMap((one) => Object.keys(one?.properties ?? {}))).toHaveLength(recorded.length);
  });
});

it('is not begun on a machine whose image lacks the release, or its images', async () => {
  const told = async (baked: string, archives: boolean): Promise<string> => {
    const { puppet, world } = playedRke2({ baked });
    world.archives = archives;
    return JSON.stringify((await runOnce({ steps: planned({}), worlds: puppet })).events);
  };
  expect(await told('', true)).toContain('RKE2-NOT-BAKED');
  expect(await told('v1.35.7+rke2r1', true)).toContain('cp-1 carries RKE2 v1.35.7+rke2r1; the cluster is to be v1.36.3+rke2r1.');
  expect(await told('v1.36.3+rke2r1', false)).toContain('RKE2-NO-ARCHIVE');
});

describe('releases', () => {
  it.each([
    ['v1.35.7+rke2r1', 'v1.36.0+rke2r1', 'upgrade'],
    ['v1.36.1+rke2r1', 'v1.36.1+rke2r2', 'upgrade'],
    ['v1.36.1+rke2r2', 'v1.36.1+rke2r1', 'older'],
    ['v1.9.1+rke2r1', 'v1.10.0+rke2r1', 'upgrade'],
    ['v1.34.1+rke2r1', 'v1.36.0+rke2r1', 'too-far'],
    ['v1.36.0', 'v1.36.0+rke2r1', 'too-far'],
  ] as const)('%s to %s is %s', (from, to, way) => expect(mayBecome(from, to)).toBe(way));
  it('have sums in two forms', () => {
    const sum = 'a'.repeat(64);
    expect([...sumsIn(`${sum}  one\n${sum} *two\nnot a line\n`).keys()]).toEqual(['one', 'two']);
  });
});

describe('scripts', () => {
  it.each([factsScript('server'), startScript('agent'), snapshotScript('x'), encryptionScript, uninstallScript])(
    '%#: a shell reads it',
    (script) => {
      execFileSync('/bin/sh', ['-n'], { input: script });
    },
  );
  it('say of a machine without RKE2 that there is none', () => {
    const seen = parseFacts(execFileSync('/bin/sh', ['-eu'], { input: `${factsScript('server')}exit 0\n`, encoding: 'utf8' }));
    expect([seen.get('binary'), seen.get('datastore'), seen.get('authority')]).toEqual(['', undefined, undefined]);
    expect(seen.get('service')).not.toBe('active');
  });
});

describe('ejected', () => {
  const kit = () => sampleKit('kubernetes', { ...catalogFiles, ...sums });
  const given = {
    ...sampleGiven('kubernetes'),
    infrastructure: { ...samplePublished.infrastructure, nodes, api: 'api.example.org:6443' },
  };
  it('it is files as they lie on the machines, and ssh', async () => {
    const ejected = rke2.eject?.(specOf(tarball), given, kit(), {});
    const shown = { ...ejected, files: ejected?.files.map(({ path }) => path) };
    await expect(`${JSON.stringify(shown, null, 2)}\n`).toMatchFileSnapshot('cases/ejected.json');
  });
  it('it says what is known only later', () => {
    const later = { $step: 'infrastructure/m/machine/cp-1' as never, $path: 'node.address' };
    const infrastructure = { ...given.infrastructure, nodes: [{ ...nodes[0], address: later }] as never };
    const ejected = rke2.eject?.(specOf({}), { ...given, infrastructure }, kit(), {});
    expect(ejected?.apply).toEqual(['sh up.sh cp-1 TO-BE-FILLED-IN-node-address server']);
    expect(ejected?.leftOut.join(' ')).toContain('TO-BE-FILLED-IN');
  });
  it('its scripts put files and passwords on a machine, in this order', () => {
    const root = mkdtempSync(join(tmpdir(), 'strata-rke2-'));
    const put = (path: string, body: string, mode = 0o644): void => {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), body, { mode });
    };
    try {
      put('bin/ssh', `#!/bin/sh\nfor last; do :; done\necho "$last" >> ${root}/said\ncat > /dev/null\n`, 0o755);
      put('machines/cp-1/etc/rancher/rke2/config.yaml', 'a: b\n');
      for (const name of ['server', 'agent']) put(`tokens/${name}`, name);
      for (const name of archives) put(`release/${name}`, name);
      put('release/sha256sum-amd64.txt', sums['project:rke2/sha256sum-amd64.txt']);
      const env = {
        PATH: `${root}/bin:${process.env.PATH}`,
        SSH_KEY: 'k',
        SSH_USER: 'u',
        TOKENS: `${root}/tokens`,
        RELEASE: `${root}/release`,
      };
      const up = (): Buffer =>
        execFileSync('/bin/sh', [join(catalog, 'kubernetes/rke2/eject/up.sh'), 'cp-1', '10.0.0.1', 'server'], {
          cwd: root,
          env,
          stdio: 'pipe',
          input: '',
        });
      up();
      const order = [
        'agent/images/rke2-images',
        'tar -xzf - -C /usr/local',
        'tar -C /',
        'agent-token',
        'rke2/token',
        'useradd',
        'sysctl',
        'restart rke2-server',
      ];
      const told = readFileSync(join(root, 'said'), 'utf8').split('\n');
      const places = order.map((word) => told.findIndex((line) => line.includes(word)));
      expect(places).not.toContain(-1);
      expect(places).toEqual([...places].sort((a, b) => a - b));
      put('release/rke2.linux-amd64.tar.gz', 'another');
      expect(up).toThrow(/computed checksum did NOT match/);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

it('goes with what its makers validated, and not with machines that share a kernel', () => {
  expect(rke2.offers?.(specOf({}))).toEqual({ 'kubernetes.version': ['v1.36.3'] });
  const needs = new Map(rke2.needs?.(specOf({})).map(({ key, oneOf }) => [key, oneOf]));
  expect(needs.get('image.os')).not.toContain('debian-12');
  expect(needs.get('infrastructure.kind')).not.toContain('local');
});
