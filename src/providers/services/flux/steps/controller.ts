import { join } from 'node:path';
import type { Action, Digest, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { ok } from '../../../../model/index.js';
import { applyManifest, askCluster, deleteObjects, getObjects, isReady, stateOf } from '../../../../tools/kubectl/index.js';
import { controllerNotReady } from '../errors.js';
import { packageLabel } from '../../../../packages/kustomize.js';
import { bootstrapPackage } from '../spec.js';
import { fluxNamespace } from '../sync.js';
import { podTrouble } from '../trouble.js';
import { waitUntil } from '../wait.js';
import { renderFolder } from './render.js';

/** The controller that applies everything else. */
export interface ControllerWant {
  readonly kubeconfig: SecretRef;
  readonly component: string;
  /** Of the rendered folder that holds it. */
  readonly bootstrap: Digest;
}

/** What stands of it. */
export interface ControllerThere {
  readonly kubeconfig: SecretRef;
  /** Folder it was applied from. */
  readonly bootstrap: string;
  readonly ready: boolean;
}

const deadlineMs = 120_000;
const markName = 'strata-applied';
const appliedFrom = 'strata.dev/applied-from';
const ours = ['-n', fluxNamespace, '-l', `${packageLabel}=${bootstrapPackage}`];

async function look(kubeconfig: SecretRef, r: ReadWorld): Promise<Result<ControllerThere | undefined>> {
  const found = await getObjects(r, kubeconfig, ['deployments,configmaps', ...ours]);
  if (!found.ok) return found;
  const deployments = found.value.filter((object) => object.kind === 'Deployment');
  if (deployments.length === 0) return ok(undefined);
  const mark = found.value.find((object) => object.kind === 'ConfigMap' && object.metadata.name === markName);
  const bootstrap = mark?.metadata.annotations?.[appliedFrom] ?? '';
  return ok({ kubeconfig, bootstrap, ready: deployments.every(isReady) });
}

function waitReady(want: ControllerWant, w: World): Promise<Result<void>> {
  return waitUntil(w, { deadlineMs, between: () => w.pause(500), late: controllerNotReady }, async () => {
    const found = await getObjects(w, want.kubeconfig, ['deployments', ...ours]);
    if (!found.ok) return found;
    const late = found.value.filter((deployment) => !isReady(deployment));
    if (found.value.length > 0 && late.length === 0) return ok({ done: undefined });
    return ok({
      waiting: [...late.map(stateOf), ...(await podTrouble(w, want.kubeconfig, bootstrapPackage, [fluxNamespace]))].join('; '),
    });
  });
}

/** Flux runs: applied directly, since nothing else can apply yet. */
export const bootstrapController: Action<ControllerWant, ControllerThere> = {
  observe: (want, r) => look(want.kubeconfig, r),
  diff(want, got) {
    if (got === undefined) return [{ what: 'controller', to: 'present' }];
    return [
      ...(got.bootstrap === want.bootstrap ? [] : [{ what: 'manifests', from: got.bootstrap, to: want.bootstrap }]),
      ...(got.ready ? [] : [{ what: 'controller', from: 'not ready', to: 'ready' }]),
    ];
  },
  async apply(want, _got, w) {
    const folder = join(renderFolder(w, want.component), 'bootstrap');
    const built = await askCluster(w, want.kubeconfig, 'building the manifests of Flux', ['kustomize', folder]);
    if (!built.ok) return built;
    const applied = await applyManifest(w, want.kubeconfig, built.value);
    if (!applied.ok) return applied;
    const ready = await waitReady(want, w);
    if (!ready.ok) return ready;
    // Written last: a killed run leaves no mark, so the next one applies again.
    const marked = await applyManifest(w, want.kubeconfig, JSON.stringify(markOf(want.bootstrap)));
    if (!marked.ok) return marked;
    return ok({ kubeconfig: want.kubeconfig, bootstrap: want.bootstrap, ready: true });
  },
  async verify(_want, got) {
    return [{ claim: 'Flux runs and applies what its sources hold', verdict: got.ready ? 'pass' : 'fail' }];
  },
  async remove(got, w) {
    const gone = await deleteObjects(
      w,
      got.kubeconfig,
      ['customresourcedefinitions,clusterrolebindings,namespaces', '-l', `${packageLabel}=${bootstrapPackage}`],
      120_000,
    );
    return gone.ok || gone.error.kind === 'not-ready' ? ok(undefined) : gone;
  },
};

/** Says which manifests were applied to the end. */
const markOf = (bootstrap: Digest) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: markName,
    namespace: fluxNamespace,
    labels: { [packageLabel]: bootstrapPackage },
    annotations: { [appliedFrom]: bootstrap },
  },
});
