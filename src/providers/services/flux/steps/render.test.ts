import { expect, test } from 'vitest';
import type { Digest } from '../../../../model/index.js';
import { buildPackage } from '../../../../packages/build.js';
import type { PackagePlan } from '../../../../packages/packages.js';
import { createPuppet, must, type Puppet } from '../../../../testkit/index.js';
import { bootstrapPackage } from '../spec.js';
import { renderTree, type RenderWant } from './render.js';

const digest = `sha256:${'0'.repeat(64)}` as Digest; // a constant of the right form
const origin = { version: '1', recorded: '2026-11-24' };
const scope = { signal: new AbortController().signal, emit: () => {} };

const planOf = (name: string): PackagePlan => ({
  name,
  tree: { root: 'project', path: `packages/${name}`, digest },
  files: ['kustomization.yaml', 'object.yaml'],
  spec: { title: name },
  after: [],
  values: {},
  patches: [],
});
const want: RenderWant = {
  component: 'core',
  kubeVersion: 'v1.37.2',
  packages: [planOf(bootstrapPackage), planOf('web')],
  images: {},
  data: {},
  trees: [],
  problems: [],
};

function put(puppet: Puppet, name: string, spec: object): void {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' }, spec };
  const files = { 'kustomization.yaml': 'resources: [object.yaml]\n', 'object.yaml': JSON.stringify(object) };
  for (const [file, body] of Object.entries(files))
    puppet.state.files.set(`/project/packages/${name}/${file}`, { body, mode: 0o644 });
}

function machine(): Puppet {
  const puppet = createPuppet();
  const { files } = puppet.state;
  const body = (path = ''): string => files.get(path)?.body ?? '';
  const write = (path: string, text: string): object => {
    files.set(path, { body: text, mode: 0o644 });
    return {};
  };
  puppet.tool('kubectl', origin).answer((args) => ({ stdout: body(`${args.at(-1)}/object.yaml`) }));
  puppet.tool('tar', origin).answer((args) => write(args[1] ?? '', 'tar'));
  puppet.tool('gzip', origin).answer((args) => write(`${args.at(-1)}.gz`, 'gz'));
  puppet.tool('cp', origin).answer((args) => write(args.at(-1) ?? '', body(args.at(-2))));
  put(puppet, bootstrapPackage, {});
  put(puppet, 'web', { replicas: 1 });
  return puppet;
}

async function look(puppet: Puppet) {
  const got = must(await renderTree.observe(want, puppet.reader(scope)));
  return { got, changes: renderTree.diff(want, got) };
}

test('the objects of a tree that is to change are named, once they can be rendered', async () => {
  const puppet = machine();
  const packages = [
    { what: 'package', to: bootstrapPackage },
    { what: 'package', to: 'web' },
  ];
  expect(await look(puppet)).toEqual({ got: undefined, changes: packages });
  const made = must(await renderTree.apply(want, undefined, puppet.world(scope)));
  expect(await look(puppet)).toEqual({ got: made, changes: [] });

  put(puppet, 'web', { replicas: 2 });
  expect((await look(puppet)).changes).toEqual(packages);
  const context = { images: {}, kubeVersion: want.kubeVersion };
  must(await buildPackage(planOf('web'), context, puppet.world(scope)));
  const { got, changes } = await look(puppet);
  expect(got).toBeDefined();
  expect(changes.map(({ what }) => what)).toEqual([
    'apps/v1 Deployment default/web',
    'apps/v1 Deployment default/web spec.replicas',
  ]);
  expect(changes[1]).toMatchObject({ from: '1', to: '2' });

  const again = must(await renderTree.apply(want, got, puppet.world(scope)));
  expect(await look(puppet)).toEqual({ got: again, changes: [] });
});

test('texts that differ without a changed object are still a change', async () => {
  const puppet = machine();
  must(await renderTree.apply(want, undefined, puppet.world(scope)));
  puppet.state.files.set('/state/services/core/tree/web/object.yaml', { body: 'else', mode: 0o644 });
  expect((await look(puppet)).changes).toEqual([{ what: 'files of the tree', to: 'written anew' }]);
});
