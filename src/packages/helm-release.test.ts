import { parse, stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { Archive } from '../model/index.js';
import { helmReleaseObjects, type ReleaseParts } from './helm-release.js';
import type { PackagePlan } from './packages.js';

const context = { namespace: 'delivery', interval: '5m', timeout: '3m' };
const repository = { repository: 'https://charts.example', name: 'store', version: '1.2.3' };
const archive: Archive = { name: 'logs', file: '/cache/chart.tgz', digest: `sha256:${'1'.repeat(64)}`, size: 9 };

function planOf(chart: object, more: object = {}, patches: PackagePlan['patches'] = []): PackagePlan {
  const spec = { title: 'Logs', namespace: 'logging', source: { chart }, ...more } as PackagePlan['spec']; // one form of a chart each
  const tree = { root: 'catalog', path: 'packages/logs' } as PackagePlan['tree']; // its digest is not looked at
  return { name: 'logs', tree, files: [], spec, after: [], values: {}, patches };
}

const objectsOf = (plan: PackagePlan, more: Partial<ReleaseParts> = {}) =>
  helmReleaseObjects({ plan, values: 'a: 1\n', images: {}, ...more }, context);
const releaseOf = (...given: Parameters<typeof objectsOf>): Record<string, unknown> =>
  (objectsOf(...given).at(-1)?.spec ?? {}) as Record<string, unknown>; // the release comes last

describe('objects of a Helm release', () => {
  it('are namespace, values, source and release, which name each other', () => {
    const [namespace, secret, source, release] = objectsOf(planOf(repository));
    expect(namespace?.metadata.name).toBe('logging');
    expect(secret).toMatchObject({ kind: 'Secret', stringData: { 'values.yaml': 'a: 1\n' } });
    expect(source).toMatchObject({ kind: 'HelmRepository', spec: { url: 'https://charts.example', interval: '5m' } });
    expect(release?.spec).toMatchObject({
      chart: { spec: { chart: 'store', version: '1.2.3', sourceRef: { kind: 'HelmRepository', name: 'logs' } } },
      releaseName: 'logs',
      targetNamespace: 'logging',
      valuesFrom: [{ kind: 'Secret', name: secret?.metadata.name }],
      timeout: '3m',
    });
    for (const one of [secret, source, release]) expect(one?.metadata.namespace).toBe('delivery');
    expect(JSON.stringify(release)).not.toContain('a: 1');
  });

  it('take a chart of a registry by reference, never by the digest of its archive', () => {
    const objects = objectsOf(planOf({ oci: 'oci://r.example/store', version: '1.2.3', digest: archive.digest }));
    const source = objects.find((one) => one.kind === 'OCIRepository');
    expect(source?.spec).toMatchObject({ ref: { tag: '1.2.3' } });
    expect(JSON.stringify(source)).not.toContain(archive.digest);
    expect(objects.at(-1)?.spec).toMatchObject({ chartRef: { kind: 'OCIRepository', name: 'logs' } });
  });

  it('take a chart of the catalog from what Strata publishes', () => {
    const objects = objectsOf(planOf({ folder: 'chart' }), { archive });
    expect(objects.map((one) => one.kind)).toEqual(['Namespace', 'Secret', 'HelmRelease']);
    expect(objects.at(-1)?.spec).toMatchObject({ chartRef: { kind: 'ExternalArtifact', name: 'logs-chart' } });
    expect(objectsOf(planOf({ folder: 'chart' }))).toEqual([]);
  });

  it('change the release itself with the values and with the chart, so that an old one is not taken for ready', () => {
    const name = (more: Partial<ReleaseParts>): unknown =>
      releaseOf(planOf({ folder: 'chart' }), { archive, ...more }).valuesFrom;
    expect(name({})).toEqual(name({}));
    expect(name({ values: 'a: 2\n' })).not.toEqual(name({}));
    expect(name({ archive: { ...archive, digest: `sha256:${'2'.repeat(64)}` } })).not.toEqual(name({}));
  });

  it('leave a namespace of another alone, and let Helm make one that the chart holds', () => {
    const kinds = objectsOf(planOf(repository, { namespaceOwner: false })).map((one) => one.kind);
    expect(kinds).toEqual(['Secret', 'HelmRepository', 'HelmRelease']);
    const inChart = objectsOf(planOf(repository), { namespaceInChart: true });
    expect(inChart.map((one) => one.kind)).toEqual(['Secret', 'HelmRepository', 'HelmRelease']);
    expect(inChart.at(-1)?.spec).toMatchObject({ install: { createNamespace: true } });
  });

  it('carry patches, images and the rules of health into the release', () => {
    const patches = [{ target: { kind: 'Deployment' }, patch: '[]' }];
    const more = {
      images: [{ image: 'x', replaces: 'y' }],
      health: [{ apiVersion: 'a/v1', kind: 'A', current: 'true' }],
    };
    const images = { x: { ref: 'r.example/x:v1', digest: archive.digest } };
    const spec = releaseOf(planOf(repository, more, patches), { images });
    expect(spec.healthCheckExprs).toEqual(more.health);
    expect(spec.postRenderers).toMatchObject([
      { kustomize: { images: [{ name: 'y', newName: 'r.example/x', newTag: 'v1', digest: archive.digest }] } },
    ]);
    expect(JSON.stringify(spec.postRenderers)).toContain(JSON.stringify(patches[0]).slice(1, -1));
  });

  it('put the label of the package on objects and on their pods', () => {
    const spec = releaseOf(planOf(repository));
    expect(spec.commonMetadata).toEqual({ labels: { 'strata.dev/package': 'logs' } });
    const [{ kustomize }] = spec.postRenderers as [{ kustomize: { patches: { target: { kind: string }; patch: string }[] } }];
    const cron = kustomize.patches.find(({ target }) => target.kind === 'CronJob');
    expect(parse(cron?.patch ?? '').spec.jobTemplate.spec.template.metadata.labels).toEqual({ 'strata.dev/package': 'logs' });
  });

  it('are written as the golden case has it', async () => {
    const more = {
      images: [{ image: 'x', replaces: 'y' }],
      health: [{ apiVersion: 'a/v1', kind: 'A', current: 'true' }],
    };
    const images = { x: { ref: 'r.example/x:v1', digest: archive.digest } };
    const objects = objectsOf(planOf({ folder: 'chart' }, more), { images, archive });
    const text = objects.map((one) => stringify(one, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
    await expect(text).toMatchFileSnapshot('cases/helm-release.golden.yaml');
  });

  it('put labels on claims of a StatefulSet, as the rendering has them', () => {
    const labels = { own: 'yes', 'strata.dev/package': 'logs' };
    const spec = { volumeClaimTemplates: [{ metadata: { name: 'data', labels } }] };
    const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'store' }, spec };
    const [{ kustomize }] = releaseOf(planOf(repository), { objects: [set] }).postRenderers as [
      { kustomize: { patches: { target: object; patch: string }[] } },
    ];
    const last = kustomize.patches.at(-1);
    expect(last?.target).toEqual({ kind: 'StatefulSet', name: 'store' });
    expect(parse(last?.patch ?? '')).toEqual([
      { op: 'add', path: '/spec/volumeClaimTemplates/0/metadata/labels', value: labels },
    ]);
  });
});
