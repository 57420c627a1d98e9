import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RenderedPackage } from '../../model/index.js';
import { parseManifests } from '../manifests.js';
import { analyseOrder, type Order, removalOrder } from './index.js';

/** A package whose objects are written as YAML in NAME.yaml. */
function pack(name: string, yaml: string, more: Partial<RenderedPackage> = {}): RenderedPackage {
  const read = parseManifests(yaml, `${name}.yaml`);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  const file = { file: `${name}/package.yaml`, line: 1, column: 1 };
  const empty = { provides: [], requires: [], after: [], health: [], programs: [], plays: [] };
  return { name, file, objects: read.value, ...empty, ...more };
}

const docs = (...all: readonly string[]): string => all.join('\n---\n');
const namespace = (name: string, labels = '{}'): string =>
  `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, labels: ${labels}}}`;
const deployment = (where: string, name: string, pod: string): string =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}, namespace: ${where}}, spec: {selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: ${pod}}}}`;
const crd = (kind: string, scope = 'Namespaced'): string =>
  `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: ${kind.toLowerCase()}s.example.org}, spec: {group: example.org, scope: ${scope}, names: {kind: ${kind}, plural: ${kind.toLowerCase()}s}, versions: [{name: v1, served: true, storage: true}, {name: v0, served: false}]}}`;
const custom = (kind: string, name: string, spec = '{}', version = 'v1'): string =>
  `{apiVersion: example.org/${version}, kind: ${kind}, metadata: {name: ${name}, namespace: default}, spec: ${spec}}`;
const service = (where: string, name: string, app = name): string =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: ${where}}, spec: {selector: {app: ${app}}, ports: [{port: 443}]}}`;
const hook = (where: string, serviceName: string, more: string): string =>
  `{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: guard}, webhooks: [{name: guard.example.org, clientConfig: {service: {name: ${serviceName}, namespace: ${where}}}, ${more}}]}`;
const pods = 'rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]';
const except = (...names: readonly string[]): string =>
  `namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [${names.join(', ')}]}]}`;

const codes = (order: Order): readonly string[] => order.problems.map((one) => one.code);

describe('what is made comes before what needs it', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['kind', crd('Widget'), custom('Widget', 'w')],
    ['namespace', namespace('a'), '{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: a}}'],
    [
      'secret',
      '{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: default}}',
      deployment('default', 'd', '{containers: [{name: c, envFrom: [{secretRef: {name: s}}]}]}'),
    ],
    [
      'secret',
      '{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: default}}',
      deployment('default', 'd', '{volumes: [{name: v, projected: {sources: [{secret: {name: s}}]}}]}'),
    ],
    [
      'config-map',
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: s, namespace: default}}',
      deployment(
        'default',
        'd',
        '{initContainers: [{name: c, env: [{name: X, valueFrom: {configMapKeyRef: {name: s, key: k}}}]}]}',
      ),
    ],
    [
      'account',
      '{apiVersion: v1, kind: ServiceAccount, metadata: {name: s, namespace: default}}',
      deployment('default', 'd', '{serviceAccountName: s}'),
    ],
    [
      'storage-class',
      '{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast}}',
      '{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: p, namespace: default}, spec: {storageClassName: fast}}',
    ],
    [
      'priority-class',
      '{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}}',
      deployment('default', 'd', '{priorityClassName: high}'),
    ],
    [
      'ingress-class',
      '{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: web}}',
      '{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: default}, spec: {ingressClassName: web}}',
    ],
    [
      'service',
      docs(service('default', 'api'), deployment('default', 'api', '{containers: []}')),
      '{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.m.example.org}, spec: {service: {name: api, namespace: default}}}',
    ],
  ];
  test.each(cases)('%s', (reason, maker, user) => {
    const order = analyseOrder([pack('a-user', user), pack('z-maker', maker)]);
    expect(order.after).toEqual({ 'a-user': ['z-maker'], 'z-maker': [] });
    expect(order.sequence).toEqual(['z-maker', 'a-user']);
    expect(removalOrder(order)).toEqual(['a-user', 'z-maker']);
    expect(order.edges[0]).toMatchObject({
      reason,
      consumer: { at: { file: 'a-user.yaml', line: 1 } },
      producer: { at: { file: 'z-maker.yaml' } },
    });
    expect(order.problems).toEqual([]);
  });

  test('a Secret that a Certificate asks for comes from the package of the Certificate', () => {
    const certificate =
      '{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: c, namespace: default}, spec: {secretName: tls}}';
    const user = pack('a', deployment('default', 'd', '{volumes: [{name: v, secret: {secretName: tls}}]}'));
    const order = analyseOrder([user, pack('b', certificate)], { provided: ['crd/cert-manager.io/Certificate'] });
    expect([order.after.a, order.problems]).toEqual([['b'], []]);
  });

  test('what a package declares to provide counts as made by it', () => {
    const user = pack('a', deployment('default', 'd', '{volumes: [{name: v, secret: {secretName: es-elastic-user}}]}'));
    const order = analyseOrder([user, pack('b', namespace('b'), { provides: ['secret/default/es-*'] })]);
    expect([order.after.a, order.problems]).toEqual([['b'], []]);
  });

  test('what is given is there first and orders nothing', () => {
    const order = analyseOrder([pack('a', custom('Widget', 'w'))], { given: [pack('own', crd('Widget'))] });
    expect([order.after, order.problems]).toEqual([{ a: [] }, []]);
  });
});

describe('webhooks', () => {
  const guard = (more: string): string =>
    docs(
      namespace('guard'),
      service('guard', 'guard'),
      deployment('guard', 'guard', '{containers: []}'),
      hook('guard', 'guard', more),
    );

  test('one that fails closed comes before what it covers, unless it needs that itself', () => {
    const user = pack('a', deployment('default', 'd', '{containers: []}'));
    const needed = pack('b', docs(crd('Widget'), deployment('default', 'e', '{containers: []}')));
    const keeper = pack('keeper', docs(guard(`${pods}, ${except('kube-system', 'guard')}`), custom('Widget', 'w')));
    const order = analyseOrder([user, needed, keeper]);
    expect([order.after, order.problems]).toEqual([{ a: ['keeper'], b: [], keeper: ['b'] }, []]);
  });

  test('a package may bring the webhook and the namespace of a service that comes later', () => {
    const early = pack('early', docs(namespace('guard'), hook('guard', 'guard', `${pods}, failurePolicy: Ignore`)));
    const late = pack('late', docs(service('guard', 'guard'), deployment('guard', 'guard', '{containers: []}')));
    const order = analyseOrder([early, late]);
    expect([order.sequence, order.problems]).toEqual([['early', 'late'], []]);
  });

  test('one that is ignored when absent, or covers other namespaces, orders nothing', () => {
    const user = pack('a', deployment('default', 'd', '{containers: []}'));
    for (const more of [`${pods}, failurePolicy: Ignore`, `${pods}, ${except('kube-system', 'guard', 'default')}`])
      expect(analyseOrder([user, pack('k', guard(more))]).after.a).toEqual([]);
  });

  test.each([
    ['its own pods', except('kube-system'), 'its own pods in guard'],
    ['kube-system', except('guard'), 'pods in kube-system'],
  ])('ORDER-WEBHOOK-LOCKS: %s', (_, selector, said) => {
    const [problem, ...others] = analyseOrder([pack('k', guard(`${pods}, ${selector}`))]).problems;
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'ORDER-WEBHOOK-LOCKS', severity: 'error', where: { file: 'k.yaml', line: 7 } });
    expect(problem?.message).toContain(said);
  });

  test.each([
    ['no service', docs(namespace('guard'), deployment('guard', 'guard', '{}')), 'nothing makes service guard/guard'],
    [
      'no pod',
      docs(namespace('guard'), service('guard', 'guard', 'other'), deployment('guard', 'guard', '{}')),
      'selects no pod',
    ],
  ])('ORDER-WEBHOOK-NO-ENDPOINT: %s', (_, rest, said) => {
    const closed = hook('guard', 'guard', `${pods}, ${except('kube-system', 'guard')}`);
    const { problems } = analyseOrder([pack('k', docs(closed, rest))]);
    expect(problems).toMatchObject([
      { code: 'ORDER-WEBHOOK-NO-ENDPOINT', severity: 'error', where: { file: 'k.yaml', line: 1 } },
    ]);
    expect(problems[0]?.message).toContain(said);
  });
});

describe('planted faults', () => {
  test('ORDER-CYCLE names every package with its reason', () => {
    const a = pack('a', docs(crd('Apple'), custom('Berry', 'b')));
    const b = pack('b', docs(crd('Berry'), custom('Cherry', 'c')));
    const c = pack('c', docs(crd('Cherry'), custom('Apple', 'a')));
    const { problems } = analyseOrder([a, b, c, pack('d', custom('Apple', 'x'))]);
    expect(problems).toMatchObject([{ code: 'ORDER-CYCLE', where: { file: 'a.yaml', line: 3 } }]);
    for (const said of ['a, b, c', 'Berry default/b (a.yaml:3)', 'Cherry default/c (b.yaml:3)', 'Apple default/a (c.yaml:3)'])
      expect(problems[0]?.message).toContain(said);
  });

  test('two cycles are two findings', () => {
    const pair = (x: string, y: string): readonly RenderedPackage[] => [
      pack(x.toLowerCase(), docs(crd(x), custom(y, 'o'))),
      pack(y.toLowerCase(), docs(crd(y), custom(x, 'o'))),
    ];
    expect(codes(analyseOrder([...pair('Ant', 'Bee'), ...pair('Cat', 'Dog')]))).toEqual(['ORDER-CYCLE', 'ORDER-CYCLE']);
  });

  test('ORDER-DECLARED-CONTRADICTED points at the package.yaml', () => {
    const maker = pack('maker', crd('Widget'), { requires: ['widgets-in-use'] });
    const user = pack('user', custom('Widget', 'w'), { provides: ['widgets-in-use'] });
    expect(analyseOrder([maker, user]).problems).toMatchObject([
      { code: 'ORDER-DECLARED-CONTRADICTED', where: { file: 'maker/package.yaml' } },
    ]);
  });

  test('ORDER-CRD-MISSING counts the objects and says which package has the kind', () => {
    const user = pack('u', docs(custom('Widget', 'a'), custom('Widget', 'b')));
    const { problems } = analyseOrder([user], { offers: new Map([['example.org/Widget', 'widgets']]) });
    expect(problems).toMatchObject([{ code: 'ORDER-CRD-MISSING', where: { file: 'u.yaml', line: 1 } }]);
    expect(problems[0]?.message).toContain('1 more');
    expect(problems[0]?.remedies[0].command).toBe('strata package add widgets');
  });

  test('ORDER-CRD-VERSION-MISSING: a version that is not served', () => {
    const order = analyseOrder([pack('c', crd('Widget')), pack('u', custom('Widget', 'w', '{}', 'v0'))]);
    expect(order.problems).toMatchObject([{ code: 'ORDER-CRD-VERSION-MISSING', where: { file: 'u.yaml' } }]);
  });

  test('ORDER-NAMESPACE-MISSING', () => {
    const order = analyseOrder([pack('u', deployment('nowhere', 'd', '{}'))]);
    expect(order.problems).toMatchObject([{ code: 'ORDER-NAMESPACE-MISSING', where: { file: 'u.yaml', line: 1 } }]);
  });

  test('ORDER-OWNED-TWICE, also when only the version differs', () => {
    const of = (version: string): string => `{apiVersion: ${version}, kind: Deployment, metadata: {name: d, namespace: default}}`;
    const order = analyseOrder([pack('a', of('apps/v1')), pack('b', of('apps/v1beta1'))]);
    expect(order.problems).toMatchObject([{ code: 'ORDER-OWNED-TWICE', where: { file: 'b.yaml', line: 1 } }]);
  });

  test('ORDER-SECRET-MISSING is a warning; optional ones are none', () => {
    const of = (more: string): RenderedPackage =>
      pack('u', deployment('default', 'd', `{volumes: [{name: v, secret: {secretName: s${more}}}]}`));
    expect(analyseOrder([of('')]).problems).toMatchObject([
      { code: 'ORDER-SECRET-MISSING', severity: 'warning', where: { line: 1 } },
    ]);
    expect(analyseOrder([of(', optional: true')]).problems).toEqual([]);
  });

  test('a package that may create Secrets is told of softly', () => {
    const role =
      '{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r, namespace: default}, rules: [{apiGroups: [""], resources: [secrets], verbs: [create]}]}';
    const user = pack('u', docs(deployment('default', 'd', '{volumes: [{name: v, secret: {secretName: s}}]}'), role));
    expect(analyseOrder([user]).problems).toMatchObject([{ code: 'ORDER-SECRET-MISSING', severity: 'info' }]);
  });

  test('ORDER-STORAGE-CLASS-MISSING is an error where the classes of the cluster are known', () => {
    const user = pack('u', custom('Widget', 'w', '{sets: [{volume: {storageClassName: gold}}]}'));
    const own = ['crd/example.org/Widget'];
    expect(analyseOrder([pack('c', crd('Widget')), user]).problems).toMatchObject([{ severity: 'warning' }]);
    expect(analyseOrder([user], { provided: own }).problems).toMatchObject([
      { code: 'ORDER-STORAGE-CLASS-MISSING', severity: 'error', where: { file: 'u.yaml' } },
    ]);
    expect(analyseOrder([user], { provided: [...own, 'storage-class/gold'] }).problems).toEqual([]);
  });

  test('ORDER-CLASS-MISSING: a priority that does not exist', () => {
    const of = (name: string): RenderedPackage => pack('u', deployment('default', 'd', `{priorityClassName: ${name}}`));
    expect(codes(analyseOrder([of('high')]))).toEqual(['ORDER-CLASS-MISSING']);
    expect(codes(analyseOrder([of('system-node-critical')]))).toEqual([]);
  });
});

/** Packages 0..n-1; each uses kinds of some others, lower or (where cycles are asked for) any. */
const world = (cyclic: 'never' | 'perhaps') =>
  fc.integer({ min: 1, max: 12 }).chain((count) =>
    fc.array(fc.array(fc.nat(count - 1), { maxLength: 4 }), { minLength: count, maxLength: count }).map((uses) =>
      uses.map((all, i) => {
        const lower = cyclic === 'never' ? all.filter((one) => one < i) : all;
        const name = `p${(i * 7) % count}-${i}`;
        return pack(name, docs(crd(`K${i}`), ...lower.map((one, n) => custom(`K${one}`, `o${i}x${n}`))));
      }),
    ),
  );

const shuffle = <T>(values: readonly T[], seed: number): readonly T[] =>
  values
    .map((value, i) => ({ value, at: Math.imul(i + 1, seed | 1) >>> 3 }))
    .sort((a, b) => a.at - b.at)
    .map((one) => one.value);

describe('properties', () => {
  test('without a cycle, everything comes after what it needs, and nothing is found', () => {
    fc.assert(
      fc.property(world('never'), (packages) => {
        const order = analyseOrder(packages);
        const place = new Map(order.sequence.map((name, i) => [name, i]));
        expect(order.problems).toEqual([]);
        expect([...order.sequence].sort()).toEqual(packages.map((one) => one.name).sort());
        for (const edge of order.edges) expect(place.get(edge.before)).toBeLessThan(place.get(edge.after) ?? -1);
      }),
    );
  });

  test('the result does not depend on the order of packages and objects', () => {
    fc.assert(
      fc.property(world('perhaps'), fc.integer(), (packages, seed) => {
        const shuffled = shuffle(packages, seed).map((one) => ({ ...one, objects: shuffle(one.objects, seed >>> 1) }));
        expect(analyseOrder(shuffled)).toEqual(analyseOrder(packages));
      }),
    );
  });

  test('there is a finding exactly when some package cannot be placed', () => {
    fc.assert(
      fc.property(world('perhaps'), (packages) => {
        const order = analyseOrder(packages);
        const place = new Map(order.sequence.map((name, i) => [name, i]));
        const broken = order.edges.some((edge) => (place.get(edge.before) ?? 0) > (place.get(edge.after) ?? 0));
        if (broken) expect(codes(order)).toContain('ORDER-CYCLE');
        if (order.problems.length === 0) expect(broken).toBe(false);
      }),
    );
  });
});

test('5,000 objects in 100 packages take well under 300 ms', () => {
  const packages = Array.from({ length: 100 }, (_, i) =>
    pack(
      `p${i}`,
      docs(
        namespace(`n${i}`),
        ...Array.from({ length: 49 }, (_, j) =>
          deployment(`n${(i + (j % 3)) % (i + 3 > 99 ? 1 : 100)}`, `d${i}x${j}`, '{containers: []}'),
        ),
      ),
    ),
  );
  const times = [1, 2, 3].map(() => {
    const began = performance.now();
    analyseOrder(packages);
    return performance.now() - began;
  });
  expect(Math.min(...times)).toBeLessThan(300);
});
