import { describe, expect, it } from 'vitest';
import { secretRef } from '../../model/index.js';
import { createPuppet } from '../../testkit/index.js';
import { applyManifest, getObjects, isReady, type KubeObject, kubectlFailed, objectsIn, waitReady } from './index.js';

const scope = { signal: new AbortController().signal, emit: () => {} };
const origin = { version: 'v1.37.2', recorded: '2026-11-24' };
const kubeconfig = secretRef('kubeconfig');
const object = (kind: string, spec: object, status: object, generation = 1): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'x', generation },
  spec: { ...spec },
  status: { ...status },
});

describe('readiness', () => {
  it.each([
    ['Deployment', { replicas: 2 }, { observedGeneration: 1, updatedReplicas: 2, availableReplicas: 2 }, true],
    ['Deployment', { replicas: 2 }, { observedGeneration: 0, updatedReplicas: 2, availableReplicas: 2 }, false],
    ['Deployment', {}, { observedGeneration: 1, updatedReplicas: 1 }, false],
    ['DaemonSet', {}, { observedGeneration: 1, desiredNumberScheduled: 0 }, false],
    ['DaemonSet', {}, { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 3 }, true],
    ['StatefulSet', { replicas: 1 }, { observedGeneration: 1, readyReplicas: 1 }, true],
    ['PersistentVolumeClaim', {}, { phase: 'Pending' }, false],
    ['Node', {}, { conditions: [{ type: 'Ready', status: 'True' }] }, true],
    ['Node', {}, { conditions: [{ type: 'Ready', status: 'Unknown' }] }, false],
    ['ConfigMap', {}, {}, true],
  ])('of a %s with %j and %j is %s', (kind, spec, status, expected) => {
    expect(isReady(object(kind, spec, status))).toBe(expected);
  });
});

describe('failures', () => {
  // Recorded from kubectl v1.37.2.
  it.each([
    ['The connection to the server 10.77.0.11:6443 was refused - did you specify the right host or port?', 'not-ready'],
    ['Unable to connect to the server: dial tcp 10.77.0.11:6443: connect: connection refused', 'not-ready'],
    ['Error from server (InternalError): failed calling webhook "validation.gatekeeper.sh": no endpoints available', 'not-ready'],
    [
      'error: resource mapping not found for name: "x" namespace: "" from "STDIN": no matches for kind "K8sX" in version "v1"\nensure CRDs are installed first',
      'not-ready',
    ],
    [
      'Error from server (Forbidden): serviceaccounts "coredns" is forbidden: User "kubernetes-admin" cannot get resource "serviceaccounts" in API group "" in the namespace "kube-system": RBAC: clusterrole.rbac.authorization.k8s.io "cluster-admin" not found',
      'not-ready',
    ],
    ['Error from server (Forbidden): pods "x" is forbidden', 'tool-failed'],
  ])('%j', (stderr, kind) => {
    expect(kubectlFailed('x', { code: 1, stdout: '', stderr }).kind).toBe(kind);
  });
});

it('objects come alone or as a list', () => {
  const one = object('Pod', {}, {});
  expect(objectsIn({ kind: 'List', items: [one, 'x'] })).toEqual([one]);
  expect(objectsIn(one)).toEqual([one]);
  expect(objectsIn([])).toEqual([]);
});

describe('the client', () => {
  it('keeps its cache in the environment and its credentials out of argv', async () => {
    const puppet = createPuppet();
    let seen: readonly string[] = [];
    puppet.tool('kubectl', origin).answer((args) => {
      seen = args;
      return { stdout: '' };
    });
    expect(await getObjects(puppet.reader(scope), kubeconfig, ['nodes'])).toEqual({ ok: true, value: [] });
    expect(seen.slice(0, 4)).toEqual([
      '--kubeconfig',
      'secret:kubeconfig',
      '--request-timeout=20s',
      '--cache-dir=/state/kubectl-cache',
    ]);
  });
  it('applies on the server, as one owner', async () => {
    const puppet = createPuppet();
    puppet
      .tool('kubectl', origin)
      .answer((args) => (args.includes('--server-side') && args.includes('--field-manager=strata') ? {} : { code: 1 }));
    expect(await applyManifest(puppet.world(scope), kubeconfig, 'kind: X')).toEqual({ ok: true, value: undefined });
  });
  it('waits through silence, and says how far things are', async () => {
    const puppet = createPuppet();
    let asked = 0;
    puppet.tool('kubectl', origin).answer(() => {
      asked += 1;
      if (asked === 1) return { code: 1, stderr: 'dial tcp: connect: connection refused' };
      return {
        stdout: JSON.stringify(
          object('Pod', {}, { phase: 'Pending', conditions: asked < 5 ? [] : [{ type: 'Ready', status: 'True' }] }),
        ),
      };
    });
    expect(await waitReady(puppet.reader(scope), kubeconfig, ['pod', 'x'], 1)).toMatchObject({ ok: true });
    asked = -1000;
    const late = await waitReady(puppet.reader(scope), kubeconfig, ['pod', 'x'], 1, { deadlineMs: 1_000 });
    expect(late).toMatchObject({
      ok: false,
      error: { kind: 'not-ready', diagnostic: { message: 'pod x is not ready after 1 s: Pod x: phase Pending' } },
    });
  });
});
