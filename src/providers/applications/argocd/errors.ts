import type { Diagnostic, Failure, Span } from '../../../model/index.js';
import { failure } from '../../../model/index.js';
import type { ApplicationState } from '../../../tools/argocd/index.js';
import { explainState } from '../../../tools/argocd/index.js';

/** The project has no folder of applications. */
export const folderMissing = (folder: string): Failure =>
  failure('invalid', 'ARGOCD-FOLDER-MISSING', `The project has no folder ${folder}: there are no applications to deploy.`, {
    say: `Make the folder ${folder} beside platform.yaml, with <name>/application.yaml in it, or name another one in with.repository.`,
  });

/** The toolchain's data is not there. */
export const manifestsMissing = (place: string): Failure =>
  failure('tool-missing', 'ARGOCD-MANIFESTS-MISSING', `Argo CD's own manifests are not there (looked in ${place}).`, {
    say: 'Fetch the data again.',
    command: 'strata doctor --install',
  });

/** Argo CD's own programs do not come up. */
export const notReady = (waiting: readonly string[]): Failure =>
  failure('not-ready', 'ARGOCD-NOT-READY', `Argo CD is not ready: ${waiting.join('; ')}.`, {
    say: 'Look at its pods and their events.',
    command: 'kubectl -n argocd get pods,events',
  });

/** An Application is not Synced and Healthy at the wanted commit. */
export const applicationNotWell = (state: ApplicationState, details: readonly string[]): Failure =>
  failure(
    'not-ready',
    'ARGOCD-APP-NOT-WELL',
    [`Application ${state.name} is ${explainState(state)}`, ...details].join('; '),
    { say: 'Look at what Argo CD says of it.', command: `kubectl -n argocd describe application ${state.name}` },
    { say: 'Correct its manifests in the repository and commit: Argo CD takes the next commit within seconds.' },
  );

/** Argo CD has not compared an Application with the newest commit yet. */
export const applicationBehind = (state: ApplicationState, head: string): Failure =>
  failure(
    'not-ready',
    'ARGOCD-APP-BEHIND',
    `Application ${state.name} was compared with commit ${short(state.revision)}, the repository is at ${short(head)}; it is ${explainState(state)}`,
    {
      say: 'Look whether Argo CD reaches the git server.',
      command: 'kubectl -n argocd logs deployment/argocd-repo-server --tail=20',
    },
  );

/** The repository has an entry that the cluster does not know. */
export const applicationMissing = (name: string): Failure =>
  failure(
    'not-ready',
    'ARGOCD-APP-MISSING',
    `Application ${name} is in the repository but not in the cluster: the umbrella has not made it.`,
    {
      say: 'Look at what the umbrella application says.',
      command: 'kubectl -n argocd describe application umbrella',
    },
  );

/** An entry names another application than its folder. */
export const entryMisnamed = (folder: string, problem: string): Failure =>
  failure('invalid', 'ARGOCD-ENTRY-INVALID', `${folder}/application.yaml ${problem}.`, {
    say: 'Give metadata.name the name of the folder: one folder is one application.',
  });

/** An application does not answer HTTP. */
export const notAnswered = (silent: readonly string[]): Failure =>
  failure('not-ready', 'ARGOCD-HTTP-UNANSWERED', `Not answered with a status below 400: ${silent.join('; ')}.`, {
    say: 'Look at the application’s pods and its Service.',
    command: 'kubectl get pods,services,endpointslices -A',
  });

/** Applications that are still there when all should be gone. */
export const stillThere = (names: readonly string[]): Failure =>
  failure('not-ready', 'ARGOCD-APPS-REMAIN', `Applications still being removed: ${names.join(', ')}.`, {
    say: 'Wait for what they deployed to go, or look at what holds it.',
    command: 'kubectl -n argocd get applications',
  });

const short = (commit: string | undefined): string => commit?.slice(0, 8) ?? 'none';

/** What kustomize makes of a folder cannot be used. */
export const manifestsUnusable = (file: string, why: string): Failure => {
  const made = failure('invalid', 'ARGOCD-MANIFESTS-UNUSABLE', `The folder does not build: ${why}.`, {
    say: 'Build it by hand to see the same, and correct it.',
    command: 'kubectl kustomize FOLDER',
  });
  return { ...made, diagnostic: { ...made.diagnostic, where: { file, line: 1, column: 1 } } };
};

/** An application comes from another repository than the project's own. */
export const foreignSource = (where: Span, name: string): Diagnostic => ({
  code: 'ARGOCD-SOURCE-FOREIGN',
  severity: 'info',
  message: `Application ${name} comes from another repository: its objects are not known here.`,
  where,
  remedies: [{ say: 'Nothing is needed; they are seen once Argo CD has fetched them.' }],
});

/** Nothing says into which namespace a Secret goes. */
export const secretHomeless = (name: string, application: string): Failure => {
  const made = failure(
    'invalid',
    'ARGOCD-SECRET-HOMELESS',
    `Neither secrets/${name}.enc.yaml nor the entry of application ${application} names a namespace.`,
    { say: 'Set spec.destination.namespace in application.yaml, or correct the name of the application.' },
  );
  return { ...made, diagnostic: { ...made.diagnostic, where: { file: `secrets/${name}.enc.yaml`, line: 1, column: 1 } } };
};

/** An application names a folder with no manifests in it. */
export const sourceMissing = (where: Span, folder: string): Diagnostic => ({
  code: 'ARGOCD-SOURCE-EMPTY',
  severity: 'error',
  message: `The folder ${folder} holds no manifests.`,
  where,
  remedies: [{ say: 'Put the manifests there, or correct spec.source.path.' }],
});
