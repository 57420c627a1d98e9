import type { Json } from '../../model/index.js';

/** Namespace in which Argo CD looks for Applications. */
export const argocdNamespace = 'argocd';

/** Deletes what an Application made before the Application itself goes. */
export const cascadeFinalizer = 'resources-finalizer.argocd.argoproj.io';

/** Kind of an Application. */
export const applicationKind = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' } as const;

/**
 * Patch of an Application that asks Argo CD to compare it now, without what it remembers of the repository (remembered
 * errors included); Argo CD takes the annotation away again.
 */
export const refreshPatch: Json = { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'hard' } } };

/** How often a sync is tried: about twenty seconds, since a deletion waits for a sync that is under way. */
const retry = { limit: 4, refresh: true, backoff: { duration: '2s', factor: 2, maxDuration: '8s' } } as const;

/** Patch of an Application that asks for a sync: Argo CD does not try a commit again whose sync has failed for good. */
export const syncPatch = (revision: string): Json => ({
  operation: { initiatedBy: { username: 'strata' }, sync: { revision, prune: true }, retry },
});

/** The API server of the cluster Argo CD runs in. */
export const inCluster = 'https://kubernetes.default.svc';

/** What Applications of a project may deploy, and where. */
export interface ProjectDraft {
  readonly name: string;
  readonly description: string;
  readonly repositories: readonly string[];
  /** Namespaces, as patterns; `!name` excludes one. */
  readonly namespaces: readonly string[];
  /** Kinds of the whole cluster that are allowed. */
  readonly clusterKinds: readonly { readonly group: string; readonly kind: string }[];
  /** Exceptions from `clusterKinds`, by name pattern. */
  readonly except?: readonly { readonly group: string; readonly kind: string; readonly name: string }[];
  /** Where present, only these kinds inside a namespace. */
  readonly namespacedKinds?: readonly { readonly group: string; readonly kind: string }[];
}

/** An AppProject: the border around a set of Applications. */
export const projectManifest = (draft: ProjectDraft): Json => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  metadata: { name: draft.name, namespace: argocdNamespace, labels: labels(draft.name) },
  spec: {
    description: draft.description,
    sourceRepos: draft.repositories,
    destinations: draft.namespaces.map((namespace) => ({ server: inCluster, namespace })),
    clusterResourceWhitelist: draft.clusterKinds,
    ...(draft.except === undefined ? {} : { clusterResourceBlacklist: draft.except }),
    ...(draft.namespacedKinds === undefined ? {} : { namespaceResourceWhitelist: draft.namespacedKinds }),
  },
});

/** An Application over many others: it deploys the entries it finds in a repository. */
export interface UmbrellaDraft {
  readonly name: string;
  readonly project: string;
  readonly repository: string;
  readonly branch: string;
  /** Glob of the entries' files, from the top of the repository. */
  readonly include: string;
}

/** The umbrella: prunes what left git, heals what was changed by hand, and takes its children along when it goes. */
export const umbrellaManifest = (draft: UmbrellaDraft): Json => ({
  ...applicationKind,
  metadata: {
    name: draft.name,
    namespace: argocdNamespace,
    labels: labels(draft.name),
    finalizers: [cascadeFinalizer],
  },
  spec: {
    project: draft.project,
    source: {
      repoURL: draft.repository,
      targetRevision: draft.branch,
      path: '.',
      directory: { recurse: true, include: draft.include },
    },
    destination: { server: inCluster, namespace: argocdNamespace },
    syncPolicy: {
      // An empty repository is a wish as well: the last application may be removed.
      automated: { prune: true, selfHeal: true, allowEmpty: true },
      retry,
    },
  },
});

const labels = (name: string) => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/part-of': 'applications',
  'app.kubernetes.io/managed-by': 'strata',
});
