import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Digest, Spec } from '../../model/index.js';
import { cachedPackage } from '../../packages/build.js';
import { readPackages } from '../../packages/packages.js';
import { createPuppet, must, type Puppet } from '../../testkit/index.js';
import { createCatalogReader } from '../../host/index.js';
import { makeKit } from '../kit.js';
import type { Site } from '../site.js';
import { renderAhead } from './deliveries.js';

const project = mkdtempSync(join(tmpdir(), 'strata-ahead-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

const scope = { signal: new AbortController().signal, emit: () => {} };
const digest = `sha256:${'1'.repeat(64)}` as Digest; // a constant of the right form
const describe = (name: string, spec: object): string =>
  JSON.stringify({ apiVersion: 'strata.dev/v1alpha1', kind: 'Package', metadata: { name }, spec: { title: name, ...spec } });
const texts: Record<string, string> = {
  'packages/flux/package.yaml': describe('flux', {}),
  'packages/flux/kustomization.yaml': '{}',
  'packages/web/package.yaml': describe('web', { images: [{ image: 'web', replaces: 'web' }] }),
  'packages/web/kustomization.yaml': '{}',
};

const component = {
  layer: 'services',
  name: 'core',
  use: 'flux',
  with: { packages: [{ name: 'web', values: {}, patches: [] }], interval: '5m', timeout: '3m', retryInterval: '3s' },
} as const;
// Only the platform, its environment and its components are looked at.
const spec = { platform: 'p', environment: 'e', components: [component] } as unknown as Spec;

/** A machine whose files are those of the project on disk, and on which an image of that name was built. */
function machine(): { readonly puppet: Puppet; readonly site: Site } {
  const puppet = createPuppet();
  const put = (path: string, body: string) => puppet.state.files.set(path, { body, mode: 0o644 });
  for (const [path, text] of Object.entries(texts)) {
    put(`/project/${path}`, text);
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  const entry = { digest, size: 1, annotations: { 'org.opencontainers.image.ref.name': 'r.example/web:v1' } };
  put(`${puppet.state.paths.cache}/oci/index.json`, JSON.stringify({ manifests: [entry] }));
  puppet.tool('kubectl', { version: '1', recorded: '2026-11-24' }).answer(() => ({ stdout: '' }));
  const images = new Map([['web', { name: 'web', ref: 'r.example/web:v1' }]]);
  // What this use case takes of a site: a machine, its folders, and the pinned images.
  const site = { host: puppet, paths: { ...puppet.state.paths, project }, toolchain: { images } } as unknown as Site;
  return { puppet, site };
}

async function isRendered({ puppet, site }: ReturnType<typeof machine>): Promise<boolean> {
  const reader = createCatalogReader(site.paths);
  const needs = { tools: new Set<string>(), images: new Set<string>() };
  const kit = makeKit({ platform: 'p', environment: 'e', layer: 'services', component: 'core', reader, needs });
  const { packages } = readPackages({ packages: component.with.packages, bootstrap: 'flux' }, kit);
  const [web] = packages;
  if (web === undefined) throw new Error('there is a package');
  // What the render step passes: the reference and the digest of the image it was given.
  const context = { images: { web: { ref: 'r.example/web:v1', digest } }, kubeVersion: 'v1.37.2' };
  return must(await cachedPackage(web, context, puppet.reader(scope))) !== undefined;
}

test('what was rendered before is rendered ahead, just as the step would, images included', async () => {
  const made = machine();
  made.puppet.state.files.set('/state/services/core/objects.json', { body: '[]', mode: 0o644 });
  await renderAhead(made.site, spec);
  expect(await isRendered(made)).toBe(true);
});

test('what was never rendered is left to the run', async () => {
  const made = machine();
  await renderAhead(made.site, spec);
  expect(await isRendered(made)).toBe(false);
});
