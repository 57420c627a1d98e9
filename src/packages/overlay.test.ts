import { CORE_SCHEMA, loadAll } from 'js-yaml';
import { expect, test } from 'vitest';
import type { KubeObject } from '../model/index.js';
import { overlayObjects, overlayText } from './overlay.js';

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'd' } },
    template: { metadata: { labels: { app: 'd' } }, spec: { containers: ['a', 'b'] } },
  },
};
const role: KubeObject = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'r' }, rules: [] };
const service: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { selector: { app: 'd' } } };

test('namespace and labels reach what they should, and nothing else', () => {
  const { objects } = overlayObjects([deployment, role, service], { namespace: 'n', labels: { team: 't' } });
  expect(objects).toEqual([
    {
      ...deployment,
      metadata: { name: 'd', namespace: 'n', labels: { team: 't' } },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'd', team: 't' } },
        template: { metadata: { labels: { app: 'd', team: 't' } }, spec: { containers: ['a', 'b'] } },
      },
    },
    { ...role, metadata: { name: 'r', labels: { team: 't' } } },
    { ...service, metadata: { name: 's', namespace: 'n', labels: { team: 't' } }, spec: { selector: { app: 'd', team: 't' } } },
  ]);
  expect(deployment.metadata).toEqual({ name: 'd' });
});

test.each([
  ['replace', '/spec/replicas', 3, { replicas: 3 }],
  ['add', '/spec/paused', true, { paused: true }],
  ['remove', '/spec/replicas', undefined, { replicas: undefined }],
] as const)('%s %s', (op, path, value, spec) => {
  const patched = overlayObjects([deployment, role], { patches: [{ target: { kind: 'Deployment' }, op, path, value }] });
  expect(patched).toEqual({ objects: [{ ...deployment, spec: { ...(deployment.spec as object), ...spec } }, role], faults: [] });
});

test.each([
  ['add', '/spec/template/spec/containers/1', ['a', 'x', 'b']],
  ['add', '/spec/template/spec/containers/-', ['a', 'b', 'x']],
  ['replace', '/spec/template/spec/containers/0', ['x', 'b']],
  ['remove', '/spec/template/spec/containers/0', ['b']],
] as const)('%s %s', (op, path, containers) => {
  const { objects } = overlayObjects([deployment], { patches: [{ target: {}, op, path, value: 'x' }] });
  expect(objects[0]).toMatchObject({ spec: { template: { spec: { containers } } } });
});

test.each(['/spec/none/x', '/spec/template/spec/containers/9', '/spec/none', '/__proto__/x'])(
  'a path that leads nowhere is told: %s',
  (path) => {
    const patch = { target: { name: 'd' }, op: 'replace', path, value: 1 } as const;
    expect(overlayObjects([deployment, service], { patches: [patch] })).toMatchObject({
      objects: [deployment, service],
      faults: [{ patch, object: 'Deployment/d' }],
    });
  },
);

test('a date stays a text, a merged map is merged, and what other readers take for a truth is quoted', () => {
  const { text } = overlayText(
    '{apiVersion: v1, kind: X, metadata: {name: c}, a: &a {day: 2001-01-01}, b: {<<: *a, c: "yes"}}',
    {},
  );
  expect(loadAll(text, null, { schema: CORE_SCHEMA })).toMatchObject([{ b: { day: '2001-01-01', c: 'yes' } }]);
  expect(text).toMatch(/c: ['"]yes/);
});

test('texts are read and written; what looks like a number or a truth stays a text', () => {
  const odd =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: "1", b: "yes", c: "0x1f", d: "null", e: "1e3", f: "2001-01-01"}\n';
  const { text } = overlayText(`${odd}---\n# nothing\n---\n${odd}`, { namespace: 'n' });
  const [first, second, ...none] = loadAll(text);
  expect([second, none]).toEqual([first, []]);
  expect(first).toMatchObject({
    metadata: { namespace: 'n' },
    data: { a: '1', b: 'yes', c: '0x1f', d: 'null', e: '1e3', f: '2001-01-01' },
  });
});
