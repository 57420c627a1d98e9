import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubeObject, RenderedPackage } from '../../model/index.js';
import { parseManifests } from '../manifests.js';
import {
  capacityOf,
  imageFindings,
  type NodeCapacity,
  parseRemovedApis,
  removedApis,
  untestedPolicies,
  upgradeConflicts,
} from './index.js';
import { quantity } from './quantities.js';

/** A package whose objects are written as YAML in NAME.yaml. */
function pack(name: string, ...docs: readonly string[]): RenderedPackage {
  const read = parseManifests(docs.join('\n---\n'), `${name}.yaml`);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  const file = { file: `${name}/package.yaml`, line: 1, column: 1 };
  const empty = { provides: [], requires: [], after: [], health: [], programs: [], plays: [] };
  return { name, file, objects: read.value, ...empty };
}

const objects = (...docs: readonly string[]): readonly KubeObject[] => pack('live', ...docs).objects.map((one) => one.object);
const object = (apiVersion: string, kind: string, rest = ''): string =>
  `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: x, namespace: default}${rest === '' ? '' : `, ${rest}`}}`;

describe('removed APIs', () => {
  const file = 'catalog/kubernetes/removed-apis.yaml';
  const read = parseRemovedApis(readFileSync(join(import.meta.dirname, '../../..', file), 'utf8'), file);
  const table = read.ok ? read.value : [];

  test('the table of the catalog is read, and each row is removed after it was deprecated', () => {
    expect(table.length).toBeGreaterThan(40);
    const minor = (release: string): number => Number(release.split('.')[1]);
    for (const row of table) expect(minor(row.removed), JSON.stringify(row)).toBeGreaterThan(minor(row.deprecated));
    expect(new Set(table.flatMap((row) => row.kinds.map((kind) => `${row.version}/${kind}`))).size).toBe(
      table.flatMap((row) => row.kinds).length,
    );
  });

  test.each([
    ['policy/v1beta1', 'PodDisruptionBudget', 'v1.24.9', 'API-DEPRECATED'],
    ['policy/v1beta1', 'PodDisruptionBudget', 'v1.25.0', 'API-REMOVED'],
    ['flowcontrol.apiserver.k8s.io/v1beta3', 'FlowSchema', 'v1.37.2', 'API-REMOVED'],
    ['autoscaling/v2beta2', 'HorizontalPodAutoscaler', '1.9', undefined],
    ['policy/v1', 'PodDisruptionBudget', 'v1.37.2', undefined],
  ])('%s %s for %s: %s', (version, kind, target, code) => {
    const found = removedApis([pack('p', object('v1', 'ConfigMap'), object(version, kind))], target, table);
    expect(found.map((one) => [one.code, one.where])).toEqual(
      code === undefined ? [] : [[code, { file: 'p.yaml', line: 3, column: 1 }]],
    );
  });

  test('CHECK-DATA-INVALID: a table without the date of removal', () => {
    const bad = parseRemovedApis('apis: [{version: v1, kinds: [Pod], deprecated: "1.1"}]', 'x.yaml');
    expect(bad).toMatchObject({ ok: false, error: { code: 'CHECK-DATA-INVALID', where: { file: 'x.yaml' } } });
    expect(parseRemovedApis(': [', 'x.yaml').ok).toBe(false);
  });
});

describe('images', () => {
  const of = (image: string): RenderedPackage =>
    pack('p', object('apps/v1', 'Deployment', `spec: {template: {spec: {containers: [{name: c, image: "${image}"}]}}}`));
  test.each([
    ['registry.example.org:5000/app', 'IMAGE-LATEST'],
    ['app:latest', 'IMAGE-LATEST'],
    ['app:1.2', 'IMAGE-NO-DIGEST'],
    [`app:1.2@sha256:${'0'.repeat(64)}`, undefined],
  ])('%s: %s', (image, code) => {
    expect(imageFindings([of(image)]).map((one) => one.code)).toEqual(code === undefined ? [] : [code]);
    expect(imageFindings([of(image)], () => true)).toEqual([]);
  });

  test('an object whose controller makes the pods is read too', () => {
    const one = pack(
      'p',
      object('monitoring.coreos.com/v1', 'Prometheus', 'spec: {image: "quay.io/prometheus:v3", a: [{image: "b/c:latest"}]}'),
    );
    expect(
      imageFindings([one])
        .map((found) => found.code)
        .sort(),
    ).toEqual(['IMAGE-LATEST', 'IMAGE-NO-DIGEST']);
  });
});

describe('capacity', () => {
  const gi = 2 ** 30;
  const machine = (name: string, cpu: number, memory: number, role: NodeCapacity['role'] = 'worker'): NodeCapacity => ({
    name,
    role,
    cpu,
    memoryBytes: memory * gi,
  });
  const pods = (cpu: string, memory: string, more = ''): string =>
    `template: {spec: {containers: [{name: c, resources: {requests: {cpu: ${cpu}, memory: ${memory}}}}]${more}}}`;
  const deployment = (replicas: number, cpu: string, memory: string, more = ''): string =>
    object('apps/v1', 'Deployment', `spec: {replicas: ${replicas}, ${pods(cpu, memory, more)}}`);
  const daemon = (cpu: string, memory: string): string => object('apps/v1', 'DaemonSet', `spec: {${pods(cpu, memory)}}`);
  const machines = [machine('c', 4, 8, 'control-plane'), machine('w1', 4, 8), machine('w2', 4, 8)];

  test('what fits is placed, with the share of DaemonSets on each machine', () => {
    const capacity = capacityOf([pack('p', daemon('500m', '1Gi'), deployment(4, '1', '1Gi'))], machines);
    expect(capacity.problems).toEqual([]);
    expect(capacity.nodes.map(({ name, used, daemons, pods: count }) => [name, used.cpu, daemons.cpu, count])).toEqual([
      ['c', 0, 0, 0],
      ['w1', 2.5, 0.5, 3],
      ['w2', 2.5, 0.5, 3],
    ]);
    expect(capacity.requested).toEqual({ cpu: 5, memoryBytes: 6 * gi, pods: 6 });
    expect(capacity.offered).toEqual({ cpu: 12, memoryBytes: 24 * gi });
  });

  test('CAPACITY-DOES-NOT-FIT says what is left beside DaemonSets', () => {
    const { problems } = capacityOf([pack('p', daemon('500m', '1Gi'), deployment(1, '3900m', '1Gi'))], machines);
    expect(problems).toMatchObject([{ code: 'CAPACITY-DOES-NOT-FIT', severity: 'error', where: { file: 'p.yaml', line: 3 } }]);
    expect(problems[0]?.message).toContain('3.9 cores where at most 3.5');
  });

  test('CAPACITY-EXHAUSTED counts the pods without a place', () => {
    const { problems } = capacityOf([pack('p', deployment(20, '1', '1Gi'))], machines);
    expect(problems).toMatchObject([{ code: 'CAPACITY-EXHAUSTED', severity: 'error' }]);
    expect(problems[0]?.message).toContain('12 pods');
  });

  test('pods that want a machine each do not fit on fewer', () => {
    const apart =
      ', affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname}]}}';
    const of = (replicas: number) => capacityOf([pack('p', deployment(replicas, '100m', '1Gi', apart))], machines).problems;
    expect(of(2)).toEqual([]);
    expect(of(3)).toMatchObject([{ code: 'CAPACITY-EXHAUSTED', severity: 'error' }]);
  });

  test('the control plane takes only pods that tolerate it', () => {
    const alone = [machine('c', 4, 8, 'control-plane')];
    const of = (more: string) => capacityOf([pack('p', deployment(1, '1', '1Gi', more))], alone).problems.map((one) => one.code);
    expect(of('')).toEqual(['CAPACITY-DOES-NOT-FIT']);
    expect(of(', tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists, effect: NoSchedule}]')).toEqual([]);
  });

  test('CAPACITY-NO-REQUESTS lists the workloads of a package', () => {
    const bare = object('apps/v1', 'Deployment', 'spec: {template: {spec: {containers: [{name: c}]}}}');
    expect(capacityOf([pack('p', bare)], machines).problems).toMatchObject([{ code: 'CAPACITY-NO-REQUESTS', severity: 'info' }]);
  });

  test('no machine is ever given more than it has, and no pod is lost', () => {
    const sizes = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 9000 })),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(sizes, (all) => {
        const one = pack(
          'p',
          object('v1', 'ConfigMap'),
          ...all.map(([count, cpu, memory]) => deployment(count, `${cpu}m`, `${memory}Mi`)),
        );
        const { nodes, problems, requested } = capacityOf([one], machines);
        for (const node of nodes) {
          expect(node.used.cpu).toBeLessThanOrEqual(node.cpu + 1e-5);
          expect(node.used.memoryBytes).toBeLessThanOrEqual(node.memoryBytes);
        }
        const wanted = all.reduce((sum, [count]) => sum + count, 0);
        const placed = nodes.reduce((sum, node) => sum + node.pods, 0);
        expect(requested.pods).toBe(wanted);
        expect(problems.length > 0).toBe(placed < wanted);
      }),
    );
  });

  test.each([
    ['250m', 0.25],
    ['1Gi', gi],
    ['1e3', 1000],
    [2, 2],
    ['2k', 2000],
    ['much', undefined],
    ['1Xi', undefined],
  ])('quantity %s is %s', (from, value) => expect(quantity(from)).toBe(value));
});

test('POLICY-WITHOUT-TEST: a template whose kind has no samples', () => {
  const template = object('templates.gatekeeper.sh/v1', 'ConstraintTemplate', 'spec: {crd: {spec: {names: {kind: NoRoot}}}}');
  expect(untestedPolicies([pack('p', template)], new Set())).toMatchObject([
    { code: 'POLICY-WITHOUT-TEST', severity: 'error', where: { file: 'p.yaml', line: 1 } },
  ]);
  expect(untestedPolicies([pack('p', template)], new Set(['NoRoot']))).toEqual([]);
});

describe('upgrade against a recorded cluster', () => {
  const conflicts = (wanted: string, ...live: readonly string[]) =>
    upgradeConflicts([pack('p', wanted)], { objects: objects(...live) });

  const changed: readonly (readonly [string, string, string, string, string])[] = [
    [
      'apps/v1',
      'Deployment',
      'spec: {selector: {matchLabels: {a: b}}}',
      'spec: {selector: {matchLabels: {a: c}}}',
      'spec.selector',
    ],
    ['apps/v1', 'StatefulSet', 'spec: {serviceName: new}', 'spec: {serviceName: old}', 'spec.serviceName'],
    [
      'apps/v1',
      'StatefulSet',
      'spec: {volumeClaimTemplates: [{spec: {resources: {requests: {storage: 2Gi}}}}]}',
      'spec: {volumeClaimTemplates: [{spec: {resources: {requests: {storage: 1Gi}}}}]}',
      'spec.volumeClaimTemplates',
    ],
    [
      'batch/v1',
      'Job',
      'spec: {template: {spec: {containers: [{image: b}]}}}',
      'spec: {template: {spec: {containers: [{image: a}]}}}',
      'spec.template',
    ],
    ['v1', 'Service', 'spec: {clusterIP: None}', 'spec: {clusterIP: 10.0.0.1}', 'spec.clusterIP'],
    ['v1', 'PersistentVolumeClaim', 'spec: {storageClassName: b}', 'spec: {storageClassName: a}', 'spec.storageClassName'],
    [
      'v1',
      'PersistentVolumeClaim',
      'spec: {resources: {requests: {storage: 1Gi}}}',
      'spec: {resources: {requests: {storage: 2Gi}}}',
      'spec.resources.requests.storage',
    ],
    ['storage.k8s.io/v1', 'StorageClass', 'parameters: {type: b}', 'parameters: {type: a}', 'parameters'],
    ['storage.k8s.io/v1', 'StorageClass', 'provisioner: b', 'provisioner: a', 'provisioner'],
    [
      'rbac.authorization.k8s.io/v1',
      'RoleBinding',
      'roleRef: {kind: Role, name: b}',
      'roleRef: {kind: Role, name: a}',
      'roleRef',
    ],
    ['v1', 'ConfigMap', 'immutable: true, data: {a: "2"}', 'immutable: true, data: {a: "1"}', 'data'],
    ['v1', 'Secret', 'immutable: true, stringData: {a: "2"}', 'immutable: true, data: {a: MQ==}', 'data'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'spec: {scope: Cluster}', 'spec: {scope: Namespaced}', 'spec.scope'],
  ];
  test.each(changed)('UPGRADE-IMMUTABLE: %s %s, %s', (apiVersion, kind, wanted, live, field) => {
    const found = conflicts(object(apiVersion, kind, wanted), object(apiVersion, kind, live));
    expect(found).toMatchObject([{ code: 'UPGRADE-IMMUTABLE', where: { file: 'p.yaml', line: 1 } }]);
    expect(found[0]?.message).toContain(`${field} of ${kind}`);
    expect(conflicts(object(apiVersion, kind, live), object(apiVersion, kind, live))).toEqual([]);
  });

  test.each([
    ['v1', 'Secret', 'immutable: true, stringData: {a: "1"}', 'immutable: true, data: {a: MQ==}'],
    ['v1', 'ConfigMap', 'data: {a: "2"}', 'data: {a: "1"}'],
    ['v1', 'Service', 'spec: {ports: []}', 'spec: {clusterIP: 10.0.0.1}'],
    [
      'v1',
      'PersistentVolumeClaim',
      'spec: {resources: {requests: {storage: 2Gi}}}',
      'spec: {resources: {requests: {storage: 1Gi}}}',
    ],
    [
      'apps/v1',
      'StatefulSet',
      'spec: {volumeClaimTemplates: [{spec: {resources: {requests: {storage: 1024Mi}}}}]}',
      'spec: {volumeClaimTemplates: [{spec: {volumeMode: Filesystem, resources: {requests: {storage: 1Gi}}}, status: {phase: Pending}}]}',
    ],
    [
      'batch/v1',
      'Job',
      'spec: {template: {spec: {containers: [{image: a}]}}}',
      'spec: {template: {spec: {dnsPolicy: ClusterFirst, containers: [{image: a, name: x}]}}}',
    ],
  ])('no conflict: %s %s, %s', (apiVersion, kind, wanted, live) => {
    expect(conflicts(object(apiVersion, kind, wanted), object(apiVersion, kind, live))).toEqual([]);
  });

  test('the values of a Secret are never told', () => {
    const [found] = conflicts(
      object('v1', 'Secret', 'immutable: true, stringData: {a: hunter2}'),
      object('v1', 'Secret', 'immutable: true, data: {a: c2VjcmV0}'),
    );
    expect(JSON.stringify(found)).not.toMatch(/hunter2|aHVudGVyMg|c2VjcmV0/);
  });

  const crd = (versions: string, rest = ''): string =>
    `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: ws.e.org}, spec: {group: e.org, scope: Namespaced, names: {kind: W, plural: ws}, versions: ${versions}}${rest}}`;
  const both = '[{name: v1, served: true}, {name: v2, served: true}]';

  test('UPGRADE-STORED-VERSION-DROPPED', () => {
    const live = crd(both, ', status: {storedVersions: [v1, v2]}');
    expect(conflicts(crd('[{name: v2, served: true}]'), live).map((one) => one.code)).toEqual(['UPGRADE-STORED-VERSION-DROPPED']);
    expect(conflicts(crd('[{name: v1, served: false}, {name: v2, served: true}]'), live)).toEqual([]);
  });

  test('UPGRADE-SERVED-VERSION-REMOVED counts the live objects', () => {
    const next = crd('[{name: v1, served: false}, {name: v2, served: true}]');
    const found = conflicts(next, crd(both), object('e.org/v1', 'W'), object('e.org/v2', 'W'));
    expect(found).toMatchObject([{ code: 'UPGRADE-SERVED-VERSION-REMOVED', where: { file: 'p.yaml' } }]);
    expect(found[0]?.message).toContain('1 recorded object is');
  });
});
