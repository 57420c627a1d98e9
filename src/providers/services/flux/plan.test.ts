import { expect, test } from 'vitest';
import { createPuppet, sampleGiven, sampleKit } from '../../../testkit/index.js';
import { planFlux } from './plan.js';
import type { FluxSpec } from './spec.js';
import { durationMs } from './spec.js';
import { renderTree } from './steps/render.js';
import { kustomizationObject, type PublishedTree, sourceObject, sourceStatus } from './sync.js';

const file = (name: string, rest: string): string =>
  `apiVersion: strata.dev/v1alpha1\nkind: Package\nmetadata: {name: ${name}}\nspec:\n  title: The ${name}\n${rest}`;
const files = {
  'catalog:packages/flux/package.yaml': file('flux', '  images: [{image: controller, replaces: x}]\n'),
  'catalog:packages/rules/package.yaml': file('rules', '  provides: [admission]\n  images: [{image: rules, replaces: y}]\n'),
  'catalog:packages/figures/package.yaml': file(
    'figures',
    '  requires: [admission]\n  verify: [{answers: {claim: c, service: a/b, path: /}}]\n  data: [{from: crds, files: [a.yaml]}]\n',
  ),
};
const spec: FluxSpec = {
  packages: [
    { name: 'figures', values: {}, patches: [] },
    { name: 'rules', values: {}, patches: [] },
  ],
  delivery: 'rendered',
  source: 'external-artifact',
  interval: '5m',
  retryInterval: '3s',
  timeout: '2m',
};

test('each package is a step behind what it requires, and proven where it can be', () => {
  const kit = sampleKit('services', files);
  const { steps, publishes } = planFlux(spec, sampleGiven('services'), kit);
  const edges = Object.fromEntries(steps.map((step) => [step.id.slice('services/sample/'.length), step.after ?? []]));
  expect(Object.keys(edges)).toEqual([
    'images',
    'render',
    'publish',
    'flux',
    'deploy',
    'package-rules',
    'package-figures',
    'verify-figures',
  ]);
  expect(edges.flux).toEqual(['services/sample/images', 'toolchain/tool/kubectl']);
  expect(edges.deploy).toEqual(['services/sample/flux']);
  expect(edges['package-figures']).toEqual(['services/sample/package-rules']);
  expect(publishes.ready).toEqual([
    { $step: 'services/sample/package-rules', $path: 'name' },
    { $step: 'services/sample/package-figures', $path: 'name' },
  ]);
  expect(
    kit
      .toolchain()
      .map((step) => step.id)
      .sort(),
  ).toEqual(['toolchain/image/controller', 'toolchain/image/rules', 'toolchain/tool/crds', 'toolchain/tool/kubectl']);
});

test('problems of the packages refuse the rendering, all at once', async () => {
  const { steps } = planFlux(
    { ...spec, packages: spec.packages.slice(0, 1) },
    sampleGiven('services'),
    sampleKit('services', files),
  );
  const render = steps.find((step) => step.id.endsWith('/render'));
  const reader = createPuppet().reader({ signal: new AbortController().signal, emit: () => {} });
  expect(await renderTree.observe({ ...render?.inputs, images: {}, data: {} }, reader)).toMatchObject({
    ok: false,
    error: { kind: 'invalid', diagnostic: { code: 'PACKAGE-REQUIREMENT-MISSING' } },
  });
});

const tree: PublishedTree = {
  repository: '10.77.0.2:5000/strata/a-b',
  tag: 'core',
  revision: 'core@sha256:1111',
  url: 'http://10.77.0.2:5000/v2/strata/a-b/blobs/sha256:2222',
  digest: 'sha256:2222',
  size: 10,
};
const times = { interval: '5m', retryInterval: '3s', timeout: '2m' };

test('an OCIRepository names the artefact; an ExternalArtifact carries it in its status', () => {
  expect(sourceObject('oci-repository', 'core', tree, '5m')).toMatchObject({
    kind: 'OCIRepository',
    spec: { url: 'oci://10.77.0.2:5000/strata/a-b', ref: { tag: 'core' }, insecure: true, interval: '5m' },
  });
  expect(sourceObject('external-artifact', 'core', tree, '5m')).toMatchObject({ kind: 'ExternalArtifact', spec: {} });
  expect(sourceStatus(tree, new Date('2026-01-02T03:04:05.678Z'))).toMatchObject({
    artifact: { url: tree.url, digest: tree.digest, revision: tree.revision, size: 10, lastUpdateTime: '2026-01-02T03:04:05Z' },
    conditions: [{ type: 'Ready', status: 'True' }],
  });
});

test('a Kustomization carries order, health and time', () => {
  const health = [{ apiVersion: 'x/v1', kind: 'Y', current: 'true' }];
  expect(kustomizationObject('external-artifact', 'core', { name: 'figures', after: ['rules'], health }, times)).toMatchObject({
    metadata: { name: 'figures', namespace: 'flux-system' },
    spec: {
      sourceRef: { kind: 'ExternalArtifact', name: 'core' },
      path: './figures',
      prune: true,
      wait: true,
      dependsOn: [{ name: 'rules' }],
      healthCheckExprs: health,
      ...times,
    },
  });
});

test.each([
  ['3s', 3_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
])('%s is %d ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});
