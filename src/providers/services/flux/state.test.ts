import { expect, test } from 'vitest';
import type { KubeObject } from '../../../tools/kubectl/index.js';
import { readState } from './state.js';
import { explainPod } from './trouble.js';

const revision = 'core@sha256:ccd0ec88';

/** Statuses as kustomize-controller v1.9.5 wrote them (2026-11-24). */
function kustomization(status: Readonly<Record<string, unknown>>): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'monitoring', namespace: 'flux-system', generation: 2 },
    status: { observedGeneration: 2, ...status },
  };
}

const condition = (type: string, status: string, reason: string, message: string) => ({ type, status, reason, message });

test('applied and healthy', () => {
  const state = readState(
    kustomization({
      conditions: [condition('Ready', 'True', 'ReconciliationSucceeded', `Applied revision: ${revision}`)],
      lastAppliedRevision: revision,
      lastAttemptedRevision: revision,
      inventory: {
        entries: [
          { id: 'monitoring_platform_monitoring.coreos.com_Prometheus', v: 'v1' },
          { id: '_prometheus_rbac.authorization.k8s.io_ClusterRole', v: 'v1' },
        ],
      },
    }),
  );
  expect(state).toMatchObject({
    ready: true,
    applied: revision,
    broken: false,
    failure: '',
    objects: 2,
    namespaces: ['monitoring'],
  });
});

test('a status older than the spec is not ready', () => {
  const conditions = [condition('Ready', 'True', 'ReconciliationSucceeded', '')];
  expect(readState(kustomization({ observedGeneration: 1, conditions })).ready).toBe(false);
});

test('a failure is kept while the next attempt runs, and the message says what runs', () => {
  const state = readState(
    kustomization({
      conditions: [
        condition(
          'Reconciling',
          'True',
          'ProgressingWithRetry',
          `Detecting drift for revision ${revision} with a timeout of 3m0s`,
        ),
        condition('Ready', 'False', 'HealthCheckFailed', "timeout waiting for: [Deployment/x status: 'InProgress']"),
      ],
      lastAttemptedRevision: revision,
    }),
  );
  expect(state.failure).toBe("HealthCheckFailed: timeout waiting for: [Deployment/x status: 'InProgress']");
  expect(state).toMatchObject({ ready: false, broken: false, applied: '', attempted: revision });
});

test('waiting for another package is no failure', () => {
  const state = readState(
    kustomization({
      conditions: [condition('Ready', 'False', 'DependencyNotReady', "dependency 'flux-system/policies' is not ready")],
    }),
  );
  expect(state).toMatchObject({
    waitsForOthers: true,
    failure: '',
    message: "DependencyNotReady: dependency 'flux-system/policies' is not ready",
  });
});

test('a tree that cannot be built is broken: waiting would not help', () => {
  const state = readState(kustomization({ conditions: [condition('Ready', 'False', 'BuildFailed', 'kustomize build failed')] }));
  expect(state.broken).toBe(true);
});

test('progress is told without the revision and the timeout, which every message repeats', () => {
  const conditions = [
    condition('Reconciling', 'True', 'Progressing', `Building manifests for revision ${revision} with a timeout of 1m0s`),
  ];
  expect(readState(kustomization({ conditions })).message).toBe('Progressing: Building manifests');
});

test('no status at all', () => {
  expect(readState({ ...kustomization({}), status: {} })).toMatchObject({
    ready: false,
    message: 'Flux has not looked at it yet',
    objects: 0,
  });
});

const pod = (status: Readonly<Record<string, unknown>>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'prometheus-platform-0', namespace: 'monitoring' },
  status,
});

test('a pod that cannot pull says so', () => {
  const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "quay.io/x:v1"' };
  expect(
    explainPod(pod({ phase: 'Pending', containerStatuses: [{ name: 'prometheus', ready: false, state: { waiting } }] })),
  ).toBe('Pod monitoring/prometheus-platform-0: container prometheus: ImagePullBackOff: Back-off pulling image "quay.io/x:v1"');
});

test('a pod that crashes says its last words', () => {
  const status = {
    name: 'prometheus',
    ready: false,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting failed container=prometheus' } },
    lastState: { terminated: { exitCode: 2, message: 'first\nfield kubernetes_sd_configs not found\n' } },
  };
  expect(
    explainPod(pod({ phase: 'Running', containerStatuses: [{ name: 'other', ready: true, state: { running: {} } }, status] })),
  ).toBe(
    'Pod monitoring/prometheus-platform-0: container prometheus: CrashLoopBackOff (last exit 2: field kubernetes_sd_configs not found)',
  );
});

test('a pod that finds no machine says why', () => {
  const conditions = [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available: 3 Insufficient memory.' }];
  expect(explainPod(pod({ phase: 'Pending', conditions }))).toBe(
    'Pod monitoring/prometheus-platform-0: Pending: 0/3 nodes are available: 3 Insufficient memory.',
  );
});

test('long words lose their middle, where nothing is said', () => {
  const message = `level=error ${'x'.repeat(500)} field kubernetes_sd_configs not found`;
  const status = { name: 'prometheus', ready: false, state: { terminated: { exitCode: 2, message } } };
  const said = explainPod(pod({ phase: 'Running', containerStatuses: [status] }));
  expect(said).toMatch(/container prometheus ended \(last exit 2: level=error x+ … x+ field kubernetes_sd_configs not found\)$/);
  expect(said.length).toBeLessThan(400);
});
