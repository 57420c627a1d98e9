import type { Action, SecretRef } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { explainState } from '../../../../tools/argocd/index.js';
import { awaitApplication, isCurrent, readApplication } from '../await-application.js';
import { entryMisnamed } from '../errors.js';
import { repositoryFolder } from './repository.js';

/** One application of the project. */
export interface ApplicationWanted {
  readonly kubeconfig: SecretRef;
  readonly repository: string;
  /** Commit of the branch. */
  readonly head: string;
  /** Its folder's name. */
  readonly name: string;
  /** What is wrong with its entry; empty where nothing is. */
  readonly problem: string;
}

/** One application as Argo CD sees it. */
export interface ApplicationSeen {
  readonly name: string;
  readonly sync: string;
  readonly health: string;
  /** Compared with the wanted commit, or one on top of it. */
  readonly current: boolean;
  readonly detail: string;
}

/** Waits for one application to be Synced and Healthy; Argo CD does the work. */
export const deployApplication: Action<ApplicationWanted, ApplicationSeen> = {
  async observe(want, r) {
    const state = await readApplication(r, want.kubeconfig, want.name);
    if (!state.ok || state.value === undefined) return state.ok ? ok(undefined) : state;
    const current = await isCurrent(r, { git: repositoryFolder(r, want.repository), head: want.head }, state.value);
    if (!current.ok) return current;
    return ok({
      name: want.name,
      sync: state.value.sync,
      health: state.value.deleting ? 'Deleting' : state.value.health,
      current: current.value,
      detail: explainState(state.value),
    });
  },

  diff(want, got) {
    if (got === undefined) return [{ what: 'application', to: want.name }];
    return [
      ...(got.current ? [] : [{ what: 'revision', to: want.head }]),
      ...(got.sync === 'Synced' ? [] : [{ what: 'sync', from: got.sync, to: 'Synced' }]),
      ...(got.health === 'Healthy' ? [] : [{ what: 'health', from: got.health, to: 'Healthy' }]),
    ];
  },

  async apply(want, _got, w) {
    if (want.problem !== '') return err(entryMisnamed(want.name, want.problem));
    const state = await awaitApplication(w, {
      kubeconfig: want.kubeconfig,
      application: want.name,
      git: repositoryFolder(w, want.repository),
      head: want.head,
      until: 'well',
    });
    if (!state.ok) return state;
    const { sync, health } = state.value;
    return ok({ name: want.name, sync, health, current: true, detail: explainState(state.value) });
  },

  async verify(want, _got, r) {
    const state = await readApplication(r, want.kubeconfig, want.name);
    const seen = state.ok && state.value !== undefined ? state.value : undefined;
    const pass = seen?.sync === 'Synced' && seen.health === 'Healthy';
    const claim = `Application ${want.name} is Synced and Healthy`;
    if (pass) return [{ claim: `${claim} at ${seen.revision ?? ''}: ${seen.objects.length} objects`, verdict: 'pass' }];
    return [{ claim: `${claim}; it is ${seen === undefined ? 'missing' : explainState(seen)}`, verdict: 'fail' }];
  },
};
