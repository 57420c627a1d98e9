import type { Failure, ReadWorld, Result, SecretRef, World } from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import type { ApplicationState } from '../../../tools/argocd/index.js';
import { explainState, hasGivenUp, isWell, parseApplication } from '../../../tools/argocd/index.js';
import { isAncestor } from '../../../tools/git/index.js';
import { getApplication, requestRefresh, requestSync, sleepUntil } from './cluster.js';
import { applicationBehind, applicationMissing, applicationNotWell } from './errors.js';
import { podTroubles } from './pod-troubles.js';

/** An Application and what counts as arrived. */
export interface Awaited {
  readonly kubeconfig: SecretRef;
  readonly application: string;
  /** Absolute folder of the bare repository. */
  readonly git: string;
  /** Commit it must have been compared with; one that builds on it counts as well. */
  readonly head: string;
  /** `synced`: as git says · `well`: and healthy. */
  readonly until: 'synced' | 'well';
}

/** How long one attempt watches; the engine repeats it until the step's deadline. */
const attemptSeconds = 30;

/** State of one Application; `undefined` where there is none, or no cluster that answers. */
export async function readApplication(
  r: ReadWorld,
  kubeconfig: SecretRef,
  application: string,
): Promise<Result<ApplicationState | undefined>> {
  const object = await getApplication(r, kubeconfig, application);
  if (!object.ok) return object;
  return ok(object.value === undefined ? undefined : parseApplication(object.value));
}

/** Whether a state was compared with `head` or a commit on top of it. */
export async function isCurrent(
  r: ReadWorld,
  awaited: Pick<Awaited, 'git' | 'head'>,
  state: ApplicationState,
): Promise<Result<boolean>> {
  // Where a comparison failed, the name of the branch stands in its place.
  if (state.revision === undefined || !/^[0-9a-f]{40}$/.test(state.revision)) return ok(false);
  return isAncestor(r, awaited.git, awaited.head, state.revision);
}

/** What an Application lacks of having arrived. */
type Missing = 'nothing' | 'appear' | 'revision' | 'sync' | 'health';

/** One look at an Application. */
interface Look {
  readonly missing: Missing;
  readonly state: ApplicationState | undefined;
}

/** Watches an Application until it has arrived; says what changes meanwhile, and what is missing when it does not arrive. */
export async function awaitApplication(w: World, awaited: Awaited): Promise<Result<ApplicationState>> {
  const end = w.now().getTime() + attemptSeconds * 1000;
  const tell = teller(w, awaited);
  const ask = helpfulQuestion(awaited);
  for (;;) {
    const seen = await lookOnce(w, awaited);
    if (!seen.ok) return seen;
    const { state, missing } = seen.value;
    if (state !== undefined && missing === 'nothing') return ok(state);
    if (w.now().getTime() >= end || w.signal.aborted) return err(await explain(w, awaited, seen.value));
    await tell(seen.value);
    const asked = await ask(w, seen.value);
    if (!asked.ok) return asked;
    await watch(w, awaited, missing);
  }
}

/** Asks Argo CD, at most once, for what it does not do by itself: to look before its next round, to try again what failed. */
function helpfulQuestion(awaited: Awaited): (w: World, look: Look) => Promise<Result<void>> {
  let asked = false;
  return async (w, { state, missing }) => {
    const stuck = missing === 'sync' && state !== undefined && hasGivenUp(state);
    if (asked || (missing !== 'revision' && !stuck)) return ok(undefined);
    asked = true;
    const { kubeconfig, application, head } = awaited;
    return stuck ? requestSync(w, kubeconfig, application, head) : requestRefresh(w, kubeconfig, application);
  };
}

async function lookOnce(r: ReadWorld, awaited: Awaited): Promise<Result<Look>> {
  const seen = await readApplication(r, awaited.kubeconfig, awaited.application);
  if (!seen.ok) return seen;
  const state = seen.value;
  if (state === undefined) return ok({ missing: 'appear', state });
  const current = await isCurrent(r, awaited, state);
  if (!current.ok) return current;
  if (!current.value) return ok({ missing: 'revision', state });
  if (state.sync !== 'Synced') return ok({ missing: 'sync', state });
  return ok({ missing: awaited.until === 'synced' || isWell(state) ? 'nothing' : 'health', state });
}

/** Tells the user each state once, when it comes; where it stays, what is wrong below it. */
function teller(w: World, { kubeconfig, application, head }: Awaited): (look: Look) => Promise<void> {
  let told = '';
  const tell = (text: string) => {
    if (text !== told) w.note(`${application}: ${text}`);
    told = text;
  };
  let last = '';
  return async ({ state, missing }) => {
    if (state === undefined) return;
    // An older commit's state would only mislead.
    const text = missing === 'revision' ? `waits for commit ${head.slice(0, 8)}` : explainState(state);
    const stays = text === last;
    last = text;
    if (!stays) return tell(text);
    const troubles = missing === 'health' ? await podTroubles(w, kubeconfig, state) : [];
    if (troubles.length > 0) tell([text, ...troubles].join('; '));
  };
}

/** Lets kubectl watch for the next thing that is missing: one process that sleeps, not many that ask. */
async function watch(w: World, awaited: Awaited, missing: Missing): Promise<void> {
  const conditions: Readonly<Record<Missing, string>> = {
    nothing: 'create',
    appear: 'create',
    revision: `jsonpath={.status.sync.revision}=${awaited.head}`,
    sync: 'jsonpath={.status.sync.status}=Synced',
    health: 'jsonpath={.status.health.status}=Healthy',
  };
  await sleepUntil(w, awaited.kubeconfig, { application: awaited.application, condition: conditions[missing], seconds: 5 });
  // A watch that ends at once (the object is gone, the API restarts) must not become a busy loop.
  await w.pause(200);
}

async function explain(r: ReadWorld, awaited: Awaited, { state, missing }: Look): Promise<Failure> {
  if (state === undefined) return applicationMissing(awaited.application);
  if (missing === 'revision') return applicationBehind(state, awaited.head);
  return applicationNotWell(state, await podTroubles(r, awaited.kubeconfig, state));
}
