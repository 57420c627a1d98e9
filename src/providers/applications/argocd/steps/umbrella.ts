import type { Action, ReadWorld, Result, SecretRef, Support, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import type { ApplicationState } from '../../../../tools/argocd/index.js';
import { argocdNamespace, parseApplication, projectManifest, text, umbrellaManifest } from '../../../../tools/argocd/index.js';
import { applyManifest, deleteObjects } from '../../../../tools/kubectl/index.js';
import { awaitApplication, isCurrent } from '../await-application.js';
import { applicationNames, getApplication, isSilent } from '../cluster.js';
import { stillThere } from '../errors.js';
import { repositoryUrl } from '../git-service.js';
import { repositoryFolder } from './repository.js';

/** The one Application that makes all others. */
export interface UmbrellaWanted {
  readonly kubeconfig: SecretRef;
  readonly repository: string;
  readonly branch: string;
  /** Commit of the branch. */
  readonly head: string;
  /** Where the git server is. */
  readonly support: Support;
  /** Namespaces, as patterns, that applications may not touch. */
  readonly reserved: readonly string[];
  /** Core services that stand: applications may rely on them. */
  readonly services: readonly string[];
}

/** The umbrella as it is in the cluster. */
export interface UmbrellaState {
  readonly kubeconfig: SecretRef;
  readonly repository: string;
  readonly branch: string;
  readonly revision: string;
  readonly sync: string;
  /** Applications it made, sorted. */
  readonly applications: readonly string[];
}

/** Name of the umbrella Application. */
export const umbrellaName = 'umbrella';

/** Place of an application's entry in the repository. */
export const entryFile = 'application.yaml';

/** The borders of both kinds of Application, and the umbrella itself. */
export function umbrellaManifests(want: Omit<UmbrellaWanted, 'kubeconfig' | 'head' | 'services'>): string {
  const url = repositoryUrl(want.support.git, want.repository);
  const items = [
    projectManifest({
      name: umbrellaName,
      description: 'The umbrella: it may make Applications here, and nothing else.',
      repositories: [url],
      namespaces: [argocdNamespace],
      clusterKinds: [],
      namespacedKinds: [{ group: 'argoproj.io', kind: 'Application' }],
    }),
    projectManifest({
      name: 'applications',
      description: 'Applications of the platform’s users: namespaces of their own, nothing of the whole cluster beside those.',
      repositories: ['*'],
      namespaces: [...want.reserved.map((name) => `!${name}`), '*'],
      clusterKinds: [{ group: '', kind: 'Namespace' }],
      except: want.reserved.map((name) => ({ group: '', kind: 'Namespace', name })),
    }),
    umbrellaManifest({
      name: umbrellaName,
      project: umbrellaName,
      repository: url,
      branch: want.branch,
      include: `*/${entryFile}`,
    }),
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

async function look(want: UmbrellaWanted, r: ReadWorld): Promise<Result<UmbrellaState | undefined>> {
  const object = await getApplication(r, want.kubeconfig, umbrellaName);
  if (!object.ok || object.value === undefined) return object.ok ? ok(undefined) : object;
  const state = parseApplication(object.value);
  const current = await isCurrent(r, { git: repositoryFolder(r, want.repository), head: want.head }, state);
  if (!current.ok) return current;
  return ok({
    ...stateOf(want, state),
    repository: text(object.value, 'spec', 'source', 'repoURL') ?? '',
    branch: text(object.value, 'spec', 'source', 'targetRevision') ?? '',
    ...(current.value ? {} : { revision: state.revision ?? '' }),
  });
}

/** A revision that builds on the wanted one is written as the wanted one: it is what was asked for. */
const stateOf = (want: UmbrellaWanted, state: ApplicationState): UmbrellaState => ({
  kubeconfig: want.kubeconfig,
  repository: repositoryUrl(want.support.git, want.repository),
  branch: want.branch,
  revision: want.head,
  sync: state.sync,
  applications: state.objects
    .filter((o) => o.kind === 'Application')
    .map((o) => o.name)
    .sort(),
});

/** Makes the umbrella Application and lets it bring the entries of the repository. */
export const raiseUmbrella: Action<UmbrellaWanted, UmbrellaState> = {
  observe: look,

  diff(want, got) {
    if (got === undefined) return [{ what: 'umbrella', to: repositoryUrl(want.support.git, want.repository) }];
    const wanted = {
      repository: repositoryUrl(want.support.git, want.repository),
      branch: want.branch,
      revision: want.head,
      sync: 'Synced',
    };
    return (['repository', 'branch', 'revision', 'sync'] as const)
      .filter((key) => got[key] !== wanted[key])
      .map((key) => ({ what: key, from: got[key], to: wanted[key] }));
  },

  async apply(want, _got, w: World) {
    const applied = await applyManifest(w, want.kubeconfig, umbrellaManifests(want));
    if (!applied.ok) return applied;
    const state = await awaitApplication(w, {
      kubeconfig: want.kubeconfig,
      application: umbrellaName,
      git: repositoryFolder(w, want.repository),
      head: want.head,
      until: 'synced',
    });
    return state.ok ? ok(stateOf(want, state.value)) : state;
  },

  async verify(_want, got) {
    const made = got.applications.length === 0 ? 'no application' : got.applications.join(', ');
    return [
      {
        claim: `The umbrella follows ${got.repository} at ${got.revision} and made ${made}`,
        verdict: got.sync === 'Synced' ? 'pass' : 'fail',
      },
    ];
  },

  async remove(got, w) {
    const names = await applicationNames(w, got.kubeconfig);
    // A cluster that does not answer goes with its machines.
    if (!names.ok) return isSilent(names) ? ok(undefined) : names;
    if (!names.value.includes(umbrellaName)) return ok(undefined);
    // Its finalizer takes the Applications along, and theirs what they deployed.
    const what = ['applications.argoproj.io', umbrellaName, '-n', argocdNamespace];
    const gone = await deleteObjects(w, got.kubeconfig, what, 120_000);
    if (gone.ok) return gone;
    const rest = await applicationNames(w, got.kubeconfig);
    return rest.ok && rest.value.length > 0 ? err(stillThere(rest.value)) : gone;
  },
};
