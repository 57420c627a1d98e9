import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type {
  Action,
  Change,
  OciImage,
  ReadWorld,
  Result,
  SecretRef,
  Support,
  ToolArtefact,
  Tree,
  World,
} from '../../../../model/index.js';
import { err, ok, secretRef } from '../../../../model/index.js';
import { argocdNamespace, text } from '../../../../tools/argocd/index.js';
import {
  applyManifest,
  askCluster,
  deleteObjects,
  getObjects,
  type KubeObject,
  stateOf,
  isReady,
} from '../../../../tools/kubectl/index.js';
import { applicationNames, isSilent } from '../cluster.js';
import { manifestsMissing, notReady, stillThere } from '../errors.js';
import { gitServiceManifests } from '../git-service.js';
import { rootKustomization, splitRendered } from '../render.js';

/** Argo CD as it shall run. */
export interface InstallWanted {
  readonly component: string;
  readonly kubeconfig: SecretRef;
  /** Upstream's manifests, from the toolchain. */
  readonly manifests: ToolArtefact;
  /** Strata's kustomization over them. */
  readonly overlay: Tree;
  readonly images: { readonly argocd: OciImage; readonly redis: OciImage };
  /** Where the git server is. */
  readonly support: Support;
}

/** Argo CD as it runs. */
export interface Installed {
  readonly kubeconfig: SecretRef;
  /** Digest of what it was installed from. */
  readonly digest: string;
  /** Workloads that are not ready, in words. */
  readonly waiting: readonly string[];
}

/** What the installation's objects are rendered from. */
export interface InstallationSources {
  readonly manifests: Pick<ToolArtefact, 'name'>;
  readonly overlay: Pick<Tree, 'path'>;
  readonly images: { readonly argocd: Pick<OciImage, 'ref'>; readonly redis: Pick<OciImage, 'ref'> };
  readonly support: Pick<Support, 'git'>;
}

const stamp = 'strata-installed';
const workloads = ['deployment/argocd-redis', 'deployment/argocd-repo-server', 'statefulset/argocd-application-controller'];

/** Digest of everything the installation is made from. */
export function installDigest(want: InstallWanted): string {
  const parts = [
    want.manifests.digest,
    want.overlay.digest,
    want.images.argocd.digest,
    want.images.redis.digest,
    want.support.git,
  ];
  return `sha256:${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`;
}

async function look(want: InstallWanted, r: ReadWorld): Promise<Result<Installed | undefined>> {
  const objects = await getObjects(r, want.kubeconfig, [`configmap/${stamp}`, ...workloads, '-n', argocdNamespace]);
  if (!objects.ok) return isSilent(objects) ? ok(undefined) : objects;
  if (objects.value.length === 0) return ok(undefined);
  const found = objects.value.find((object) => text(object, 'kind') === 'ConfigMap');
  return ok({
    kubeconfig: want.kubeconfig,
    digest: text(found, 'data', 'digest') ?? '',
    waiting: workloads.flatMap((name) => waitingFor(name, objects.value)),
  });
}

/** Why a workload is not ready, in words; empty where it is. */
function waitingFor(workload: string, objects: readonly KubeObject[]): readonly string[] {
  const name = workload.slice(workload.indexOf('/') + 1);
  const object = objects.find((candidate) => candidate.metadata.name === name);
  if (object === undefined) return [`${name} is missing`];
  return isReady(object) ? [] : [stateOf(object)];
}

/** Puts upstream's manifests, Strata's patches and what this environment decides into one kustomize folder. */
export async function writeInstallation(want: InstallationSources, folder: string, w: World): Promise<Result<string>> {
  const source = await w.locate(want.manifests.name);
  const upstream = source === undefined ? undefined : join(source, 'manifests');
  if (upstream === undefined || (await w.list(upstream)).length === 0) return err(manifestsMissing(upstream ?? 'nowhere'));
  const cleared = await w.remove(folder);
  if (!cleared.ok) return cleared;
  for (const [from, to] of [
    [upstream, join(folder, 'base', 'upstream')],
    [join(w.paths.catalog, want.overlay.path), join(folder, 'base')],
  ] as const) {
    const copied = await copyTree(w, from, to);
    if (!copied.ok) return copied;
  }
  const service = gitServiceManifests(want.support.git);
  const own: [string, string][] = service === '' ? [] : [['git-service.yaml', service]];
  const names = own.map(([name]) => name);
  for (const [name, content] of [...own, ['kustomization.yaml', rootKustomization(want.images, names)] as const]) {
    const written = await w.write(join(folder, name), content);
    if (!written.ok) return written;
  }
  return ok(folder);
}

async function copyTree(w: World, from: string, to: string): Promise<Result<void>> {
  for (const name of await w.list(from)) {
    const inside = (await w.stat(join(from, name)))?.kind === 'directory';
    const copied = inside
      ? await copyTree(w, join(from, name), join(to, name))
      : await copyText(w, join(from, name), join(to, name));
    if (!copied.ok) return copied;
  }
  return ok(undefined);
}

async function copyText(w: World, from: string, to: string): Promise<Result<void>> {
  const body = await w.read(from);
  return body.ok ? w.write(to, body.value ?? '') : body;
}

/** The password between Argo CD and its cache: made once, never shown, known to the cluster and to the secret store only. */
async function applyPassword(want: InstallWanted, w: World): Promise<Result<void>> {
  const ref = secretRef(`applications-${want.component}-redis.json`);
  if (!(await w.holds(ref))) {
    const manifest = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'argocd-redis', namespace: argocdNamespace },
      stringData: { auth: randomBytes(24).toString('base64url') },
    };
    const kept = await w.keep(ref, JSON.stringify(manifest));
    if (!kept.ok) return kept;
  }
  return applyManifest(w, want.kubeconfig, ref);
}

async function applyAll(want: InstallWanted, w: World): Promise<Result<void>> {
  const folder = await writeInstallation(want, join(w.paths.state, 'applications', want.component, 'argocd'), w);
  if (!folder.ok) return folder;
  const rendered = await askCluster(w, want.kubeconfig, 'rendering Argo CD', ['kustomize', folder.value]);
  if (!rendered.ok) return rendered;
  const { first, rest } = splitRendered(rendered.value);
  const defined = await applyManifest(w, want.kubeconfig, first);
  if (!defined.ok) return defined;
  const password = await applyPassword(want, w);
  if (!password.ok) return password;
  const applied = await applyManifest(w, want.kubeconfig, rest);
  if (!applied.ok) return applied;
  const crds = ['crd/applications.argoproj.io', 'crd/appprojects.argoproj.io'];
  const wait = ['wait', ...crds, '--for=condition=Established', '--timeout=15s'];
  const established = await askCluster(w, want.kubeconfig, 'waiting for the Application kind', wait);
  return established.ok ? ok(undefined) : established;
}

async function awaitReady(want: InstallWanted, w: World): Promise<Result<Installed>> {
  for (let round = 0; ; round += 1) {
    const state = await look(want, w);
    if (!state.ok) return state;
    const waiting = state.value?.waiting ?? ['nothing of it is there'];
    if (state.value !== undefined && waiting.length === 0) return ok(state.value);
    if (round === 20 || w.signal.aborted) return err(notReady(waiting));
    await w.pause(1000);
  }
}

/** Installs Argo CD's controller, repository server and cache. */
export const installArgocd: Action<InstallWanted, Installed> = {
  observe: look,

  diff(want, got) {
    if (got === undefined) return [{ what: 'argocd', to: want.images.argocd.ref }];
    const changes: Change[] = got.waiting.map((what) => ({ what: 'ready', from: what, to: 'ready' }));
    const digest = installDigest(want);
    if (got.digest !== digest)
      changes.push({ what: 'installation', ...(got.digest === '' ? {} : { from: got.digest }), to: digest });
    return changes;
  },

  async apply(want, got, w) {
    const digest = installDigest(want);
    if (got?.digest !== digest) {
      const applied = await applyAll(want, w);
      if (!applied.ok) return applied;
      // Written after everything else: a run killed before this applies again.
      const stamped = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: stamp, namespace: argocdNamespace },
        data: { digest },
      };
      const written = await applyManifest(w, want.kubeconfig, JSON.stringify(stamped));
      if (!written.ok) return written;
    }
    return awaitReady(want, w);
  },

  async verify(want, got, r) {
    const objects = await getObjects(r, want.kubeconfig, ['pods', '-n', argocdNamespace]);
    const running = objects.ok ? objects.value.filter((pod) => text(pod, 'status', 'phase') === 'Running').length : 0;
    const pass = got.waiting.length === 0 && running >= workloads.length;
    return [
      { claim: `Argo CD ${want.images.argocd.ref} runs: ${running} pods, every workload ready`, verdict: pass ? 'pass' : 'fail' },
    ];
  },

  async remove(got, w) {
    const names = await applicationNames(w, got.kubeconfig);
    // A cluster that does not answer goes with its machines.
    if (!names.ok) return isSilent(names) ? ok(undefined) : names;
    if (names.value.length > 0) {
      // While Argo CD still runs: only it can finish what their finalizers ask for.
      const what = ['applications.argoproj.io', '--all', '-n', argocdNamespace];
      const gone = await deleteObjects(w, got.kubeconfig, what, 120_000);
      if (!gone.ok) return err({ ...stillThere(names.value), cause: gone.error });
    }
    return removeInstallation(got.kubeconfig, w);
  },
};

async function removeInstallation(kubeconfig: SecretRef, w: World): Promise<Result<void>> {
  const parts: readonly (readonly string[])[] = [
    // Begun first and awaited last: its pods end while the rest goes.
    ['namespace', argocdNamespace, '--wait=false'],
    ['crd', 'applications.argoproj.io', 'appprojects.argoproj.io'],
    ['clusterrole,clusterrolebinding', '-l', 'app.kubernetes.io/part-of=argocd'],
    ['namespace', argocdNamespace],
  ];
  for (const what of parts) {
    const gone = await deleteObjects(w, kubeconfig, what, 120_000);
    if (!gone.ok) return gone;
  }
  return ok(undefined);
}
