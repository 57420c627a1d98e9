import { expect, test } from 'vitest';
import type { Digest } from '../model/index.js';
import { createPuppet, must, type Puppet } from '../testkit/index.js';
import { buildPackage, cachedPackage } from './build.js';
import type { PackagePlan } from './packages.js';

const scope = { signal: new AbortController().signal, emit: () => {} };
const origin = { version: '1', recorded: '2026-11-24' };
const digest = `sha256:${'0'.repeat(64)}` as Digest; // a constant of the right form
const plan: PackagePlan = {
  name: 'web',
  tree: { root: 'project', path: 'packages/web', digest },
  files: ['kustomization.yaml', 'web.yaml'],
  spec: { title: 'web' },
  after: [],
  values: {},
  patches: [],
};
const context = { images: {}, kubeVersion: 'v1.37.2' };

function machine(): Puppet {
  const puppet = createPuppet();
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' } };
  const files = { 'kustomization.yaml': 'resources: [web.yaml]\n', 'web.yaml': JSON.stringify(object) };
  for (const [name, body] of Object.entries(files))
    puppet.state.files.set(`/project/packages/web/${name}`, { body, mode: 0o644 });
  puppet.tool('kubectl', origin).answer((args) => {
    const file = puppet.state.files.get(`${args.at(-1)}/web.yaml`);
    return file === undefined ? { code: 1, stderr: `no ${args.at(-1)}` } : { stdout: file.body ?? '' };
  });
  return puppet;
}

test("two builds of one package at once do not get in each other's way", async () => {
  const puppet = machine();
  const built = await Promise.all([1, 2, 3].map(() => buildPackage(plan, context, puppet.world(scope))));
  for (const one of built) expect(must(one).objects).toHaveLength(1);
  const left = [...puppet.state.files.keys()].filter((path) => path.startsWith('/cache/rendered/'));
  expect(left).toHaveLength(1);
  expect(must(await cachedPackage(plan, context, puppet.reader(scope)))?.objects).toHaveLength(1);
});

test('what is built is the same whoever says which image it is, and another one for another delivery', async () => {
  const puppet = machine();
  const known = { ...context, images: { web: { ref: 'r/web:v1', digest } } };
  must(await buildPackage(plan, known, puppet.world(scope)));
  const stored = { ...context, images: { web: { ref: 'r/web:v1', digest, size: 7 } } };
  expect(must(await cachedPackage(plan, stored, puppet.reader(scope)))).toBeDefined();
  expect(must(await cachedPackage({ ...plan, delivery: 'helm' }, known, puppet.reader(scope)))).toBeUndefined();
  const other = { ...context, images: { web: { ref: 'r/web:v1' } } };
  expect(must(await cachedPackage(plan, other, puppet.reader(scope)))).toBeUndefined();
});
