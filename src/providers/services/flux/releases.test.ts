import { expect, test } from 'vitest';
import type { Digest, RenderedDelivery, RenderParts } from '../../../model/index.js';
import { createPuppet, must, type Puppet, sampleGiven, sampleKit } from '../../../testkit/index.js';
import { deliveryOf } from './delivery.js';
import { planFlux } from './plan.js';
import type { FluxSpec } from './spec.js';
import { deployTree, type DeployWant } from './steps/deploy.js';
import { renderTree, type RenderWant } from './steps/render.js';

const scope = { signal: new AbortController().signal, emit: () => {} };
const origin = { version: 'v4.3.1', recorded: '2026-11-24' };

const describe = (name: string, spec: object): string =>
  JSON.stringify({ apiVersion: 'strata.dev/v1alpha1', kind: 'Package', metadata: { name }, spec: { title: name, ...spec } });

/** `ground` defines a kind, `house` is one of them, `sign` is one in the house's namespace, and no chart. */
const packages: Record<string, string> = {
  'packages/flux/package.yaml': describe('flux', {}),
  'packages/flux/kustomization.yaml': '{}',
  'packages/ground/package.yaml': describe('ground', { namespace: 'ground', source: { chart: { folder: 'chart' } } }),
  'packages/ground/chart/Chart.yaml': '{"apiVersion":"v2","name":"ground","version":"1.0.0"}',
  'packages/house/package.yaml': describe('house', { namespace: 'house', source: { chart: { folder: 'chart' } } }),
  'packages/house/chart/Chart.yaml': '{"apiVersion":"v2","name":"house","version":"1.0.0"}',
  'packages/sign/package.yaml': describe('sign', {}),
  'packages/sign/kustomization.yaml': '{"resources":["sign.yaml"]}',
  'packages/sign/sign.yaml':
    '{"apiVersion":"ground.example.com/v1","kind":"Plot","metadata":{"name":"sign","namespace":"house"}}',
};
const plot = (name: string) => ({ apiVersion: 'ground.example.com/v1', kind: 'Plot', metadata: { name, namespace: 'house' } });
const rendered: Record<string, readonly object[]> = {
  ground: [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'plots.ground.example.com' },
      spec: {
        group: 'ground.example.com',
        scope: 'Namespaced',
        names: { kind: 'Plot' },
        versions: [{ name: 'v1', served: true }],
      },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'survey', annotations: { 'helm.sh/hook': 'pre-install' } },
    },
  ],
  house: [plot('house')],
};

const files = Object.fromEntries(Object.entries(packages).map(([path, text]) => [`project:${path}`, text]));
const specOf = (delivery: FluxSpec['delivery']): FluxSpec => ({
  packages: ['sign', 'house', 'ground'].map((name) => ({ name, values: {}, patches: [] })),
  delivery,
  source: 'external-artifact',
  interval: '5m',
  retryInterval: '3s',
  timeout: '2m',
});

function machine(): Puppet {
  const puppet = createPuppet();
  const { files: there } = puppet.state;
  const write = (path: string, body: string): object => {
    there.set(path, { body, mode: 0o644 });
    return {};
  };
  for (const [path, text] of Object.entries(packages)) write(`/project/${path}`, text);
  for (const from of ['helm-controller-crds', 'source-controller-crds']) puppet.tool(from, origin);
  for (const [from, file] of [
    ['helm-controller-crds', 'helm.toolkit.fluxcd.io_helmreleases.yaml'],
    ['source-controller-crds', 'source.toolkit.fluxcd.io_helmcharts.yaml'],
    ['source-controller-crds', 'source.toolkit.fluxcd.io_helmrepositories.yaml'],
  ])
    write(`/puppet/bin/${from}/${file}`, `# ${file}\n`);
  const body = (path = ''): string => there.get(path)?.body ?? '';
  puppet.tool('helm', origin).answer((args) => {
    const name = args[1] ?? '';
    if (args[0] === 'package') return write(`${args[3]}/chart.tgz`, body(`${name}/Chart.yaml`));
    const texts = (rendered[name] ?? []).map((one, i) => `---\n# Source: chart/templates/${i}.yaml\n${JSON.stringify(one)}\n`);
    return { stdout: texts.join('') };
  });
  // What kustomize would do to the objects is of no interest here.
  puppet.tool('kubectl', origin).answer((args) => {
    const folder = args.at(-1) ?? '';
    return { stdout: body(`${folder}/chart.yaml`) || body(`${folder}/sign.yaml`) };
  });
  puppet.tool('tar', origin).answer((args) => {
    const folder = args[args.indexOf('-C') + 1] ?? '';
    return args[0] === '-xf' ? write(`${folder}/chart/Chart.yaml`, body(args[1])) : write(args[1] ?? '', folder);
  });
  puppet.tool('gzip', origin).answer((args) => write(`${args.at(-1)}.gz`, body(args.at(-1))));
  return puppet;
}

const parts: RenderParts = { kubernetes: 'v1.37.2', image: () => undefined };

async function renderedAs(delivery: FluxSpec['delivery']): Promise<RenderedDelivery> {
  return must(await deliveryOf(specOf(delivery), sampleKit('services', files)).render(parts, machine().world(scope)));
}

const tree = { url: 'http://127.0.0.1:1/tree.tar.gz', digest: `sha256:${'0'.repeat(64)}`, size: 1, revision: 'a@b' };

/** What each Kustomization waits for, once its package is one unit. */
function waits(delivery: RenderedDelivery): Record<string, readonly string[]> {
  const told = delivery.tell(tree, new Date(0)).map(({ object }) => object);
  const units = told.filter(({ kind }) => kind === 'Kustomization');
  const firstOf = (name: string) =>
    units.find(({ metadata }) => metadata.name === `${name}.crds`) ?? units.find(({ metadata }) => metadata.name === name);
  const before = (one: (typeof units)[number] | undefined): readonly string[] =>
    (Object(one?.spec).dependsOn ?? []).map(({ name }: { name: string }) => name);
  return Object.fromEntries(delivery.packages.map(({ name }) => [name, before(firstOf(name))]));
}

test('order is the same however packages are delivered', async () => {
  const [plain, released] = [await renderedAs('rendered'), await renderedAs('helm')];
  const after = (delivery: RenderedDelivery) => delivery.packages.map((one) => [one.name, one.after]);
  expect(after(released)).toEqual(after(plain));
  expect(after(plain)).toEqual([
    ['ground', []],
    ['house', ['ground']],
    ['sign', ['ground', 'house']],
  ]);
  expect(waits(released)).toEqual(waits(plain));
  expect(waits(released)).toEqual(Object.fromEntries(after(plain)));
});

test('objects are the same; of a release, the tree holds what installs them, in one folder', async () => {
  const [plain, released] = [await renderedAs('rendered'), await renderedAs('helm')];
  expect(released.packages.map((one) => one.objects)).toEqual(plain.packages.map((one) => one.objects));
  const folders = (delivery: RenderedDelivery) => [...new Set([...delivery.files.keys()].map((path) => path.split('/')[0]))];
  expect(folders(plain)).toEqual(['ground.crds', 'ground', 'house', 'sign']);
  expect(folders(released)).toEqual(['ground', 'house', 'sign']);
  expect(released.files.get('ground/release.yaml')).toContain('kind: HelmRelease');
  expect(released.files.get('ground/release.yaml')).not.toContain('plots.ground.example.com');
  expect(released.packages.map((one) => one.installation?.reports.name)).toEqual(['ground', 'house', undefined]);
});

test('health of a release is that of the object which is waited for', async () => {
  const released = await renderedAs('helm');
  const told = released.tell(tree, new Date(0)).map(({ object }) => object);
  for (const one of told.filter(({ kind }) => kind === 'Kustomization')) expect(one.spec).toMatchObject({ wait: true });
});

test('a chart that nobody serves is announced with its own archive', async () => {
  const released = await renderedAs('helm');
  const archives = new Map(
    released.packages.flatMap(({ installation }) => installation?.archive ?? []).map((one) => [one.name, tree]),
  );
  expect([...archives.keys()]).toEqual(['ground', 'house']);
  const told = released.tell(tree, new Date(0), archives);
  const charts = told.filter(({ object }) => object.metadata.name.endsWith('-chart'));
  expect(charts.map(({ object }) => object.metadata.name)).toEqual(['ground-chart', 'house-chart']);
  for (const { object, status } of charts) {
    expect(object.kind).toBe('ExternalArtifact');
    expect(status).toMatchObject({ artifact: { url: tree.url, digest: tree.digest } });
  }
});

test('kinds of releases are only brought where there is one', () => {
  const tools = (delivery: FluxSpec['delivery']) => deliveryOf(specOf(delivery), sampleKit('services', files)).tools;
  expect(tools('rendered')).not.toContain('helm-controller-crds');
  expect(tools('helm')).toContain('helm-controller-crds');
});

test('a package that is no chart is told of, and is no error', () => {
  const { problems } = deliveryOf(specOf('helm'), sampleKit('services', files));
  expect(problems.map(({ code, severity }) => [code, severity])).toEqual([['PACKAGE-RENDERED-INSTEAD', 'info']]);
});

const renderWant = (more: object = {}): RenderWant => {
  const kit = sampleKit('services', { ...files, ...more });
  const { steps } = planFlux(specOf('helm'), sampleGiven('services'), kit);
  const inputs = steps.find((step) => step.id.endsWith('/render'))?.inputs as unknown as RenderWant; // nothing in it comes later
  return { ...inputs, kubeVersion: 'v1.37.2', images: {}, data: {} };
};

test('without a helm-controller the rendering can be looked at, but is refused before anything is applied', async () => {
  const puppet = machine();
  const want = renderWant();
  const got = must(await renderTree.observe(want, puppet.reader(scope)));
  expect(renderTree.diff(want, got)[0]?.what).toBe('PACKAGE-HELM-NOT-APPLIED');
  const refused = await renderTree.apply(want, got, puppet.world(scope));
  expect(refused).toMatchObject({ ok: false, error: { diagnostic: { code: 'PACKAGE-HELM-NOT-APPLIED' } } });
  expect(puppet.state.files.has('/state/services/sample/tree.tar.gz')).toBe(false);
});

test('with one, the tree is written and its charts are named', async () => {
  const brought = describe('flux', { images: [{ ref: 'registry.example/helm-controller:v1.6.0' }] });
  const puppet = machine();
  puppet.state.files.set('/project/packages/flux/package.yaml', { body: brought, mode: 0o644 });
  const want = renderWant({ 'project:packages/flux/package.yaml': brought });
  const made = must(await renderTree.apply(want, undefined, puppet.world(scope)));
  expect(made.charts.map(({ name }) => name)).toEqual(['ground', 'house']);
  const again = must(await renderTree.observe(want, puppet.reader(scope)));
  expect(again).toEqual(made);
  expect(renderTree.diff(want, again)).toEqual([]);
});

test('releases are not told to a cluster in which nobody installs them', async () => {
  const puppet = createPuppet();
  puppet.tool('kubectl', origin).answer((args) => {
    const other = { kind: 'Deployment', metadata: { name: 'kustomize-controller' } };
    return args.includes('get') ? { stdout: JSON.stringify({ items: [other] }) } : { code: 1, stderr: 'not played' };
  });
  const want: DeployWant = {
    kubeconfig: { $secret: 'kubeconfig' } as unknown as DeployWant['kubeconfig'], // not looked into
    component: 'core',
    source: 'external-artifact',
    tree: { ...tree, digest: tree.digest as Digest, repository: 'r', tag: 't' }, // a constant of the right form
    packages: [],
    times: { interval: '5m', retryInterval: '3s', timeout: '2m' },
    releases: ['house'],
  };
  const told = await deployTree.apply(want, undefined, puppet.world(scope));
  expect(told).toMatchObject({ ok: false, error: { diagnostic: { code: 'PACKAGE-HELM-NOT-APPLIED' } } });
});
