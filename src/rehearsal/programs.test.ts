// biome-ignore-all lint/suspicious/noTemplateCurlyInString: holes are written like this.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type KubeObject, ok } from '../model/index.js';
import type { KubeApi } from './api.js';
import { fill, openHoles } from './holes.js';
import { identityFor } from './identity.js';
import { createPrograms } from './programs.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-programs-'));
const own = join(folder, 'own');
writeFileSync(own, JSON.stringify({ clusters: [{ name: 'rehearsal' }], users: [{ name: 'strata', user: { token: 'all' } }] }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const object = (kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'blue' },
  ...more,
});
const workload = object('Deployment', 'web', { spec: { template: { spec: { serviceAccountName: 'robot' } } } });
const secret = object('Secret', 'pair', { data: { 'tls.crt': Buffer.from('paper').toString('base64') } });
const objects = [workload, secret, object('Pod', 'web-1'), object('Pod', 'webster-1')];
const nothing = async () => ok(undefined);
const api: KubeApi = {
  ready: async () => true,
  get: async ({ kind, name }) => ok(objects.find((one) => one.kind === kind && one.metadata.name === name)),
  list: async ({ kind }) => ok(objects.filter((one) => one.kind === kind)),
  apply: async (one) => ok(one),
  applyStatus: nothing,
  patch: nothing,
  admits: async () => ok(undefined),
  create: nothing,
  watch: async () => () => undefined,
  token: async (namespace, account) => ok(`${namespace}/${account}`),
};

test('holes become free ports, empty folders and the name of a pod; what is no hole stays', async () => {
  const program = { tool: 'x', for: 'Deployment/blue/web', args: ['${port:a}', '${folder:b}', '${pod}', '${HOME}'] };
  const holes = await openHoles(program, join(folder, 'holes'), api);
  if (!holes.ok) throw new Error(holes.error.diagnostic.message);
  const [port, place, pod, home] = program.args.map((text) => fill(text, holes.value));
  expect(Number(port)).toBeGreaterThan(0);
  expect(statSync(place ?? '').mode & 0o777).toBe(0o700);
  expect([pod, home]).toEqual(['web-1', '${HOME}']);
});

test('a program acts as the service account of its workload, with a file of its own', async () => {
  const path = join(folder, 'identity');
  const program = { tool: 'x', for: 'Deployment/blue/web', args: [] };
  expect(await identityFor(program, { api, own, path })).toEqual({ ok: true, value: path });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    clusters: [{ name: 'rehearsal' }],
    users: [{ name: 'strata', user: { token: 'blue/robot' } }],
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a program that ends is started again; its secrets lie in its folder, and its service leads to its port', async () => {
  const options = { folder, signal: new AbortController().signal, locate: async () => process.execPath };
  const programs = createPrograms(options, api, own);
  const script = 'require("fs").appendFileSync(process.argv[1] + "/starts", process.env.KUBECONFIG + "\\n")';
  const started = await programs.start({
    tool: 'quick',
    for: 'Deployment/blue/web',
    args: ['-e', script, '${folder:certs}'],
    mounts: [{ secret: 'blue/pair', folder: 'certs' }],
    serves: [{ service: 'blue/web', port: 443, to: 'hook' }],
  });
  expect(started).toEqual(ok(undefined));
  expect(programs.portOf('blue/web:443')).toBeGreaterThan(0);
  expect(programs.portOf('blue/web:80')).toBeUndefined();
  const certs = join(folder, 'programs', 'quick-1', 'certs');
  const starts = (): number =>
    existsSync(join(certs, 'starts')) ? readFileSync(join(certs, 'starts'), 'utf8').split('\n').length - 1 : 0;
  for (let tries = 0; tries < 1_500 && starts() < 2; tries += 1) {
    await programs.round();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(starts()).toBeGreaterThanOrEqual(2);
  expect(readFileSync(join(certs, 'starts'), 'utf8')).toContain(join(folder, 'programs', 'quick-1', 'kubeconfig'));
  expect(readFileSync(join(certs, 'tls.crt'), 'utf8')).toBe('paper');
  await programs.end();
  expect(programs.running()).toEqual([]);
});

test('a program that is not on this machine is named', async () => {
  const options = { folder, signal: new AbortController().signal, locate: async () => undefined };
  const started = await createPrograms(options, api, own).start({ tool: 'none', for: 'Deployment/blue/web', args: [] });
  expect(started).toMatchObject({ ok: false, error: { diagnostic: { code: 'REHEARSAL-TOOL-MISSING' } } });
});
