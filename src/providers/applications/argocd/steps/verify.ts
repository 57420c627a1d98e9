import { createHash } from 'node:crypto';
import type { Action, OciImage, ReadWorld, Result, SecretRef, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { argocdNamespace } from '../../../../tools/argocd/index.js';
import { applyManifest, askCluster, deleteObjects, getObjects } from '../../../../tools/kubectl/index.js';
import { isSilent } from '../cluster.js';
import { notAnswered } from '../errors.js';
import { describeAnswer, type HttpAnswer, type HttpCheck, isAnswered, machineToAsk, planChecks } from '../http-checks.js';
import { digestOf, phaseOf, probeManifest, probeName, readProbe, silent } from '../probe-pod.js';

/** Applications whose annotated Services have to answer. */
export interface VerifyWanted {
  readonly kubeconfig: SecretRef;
  readonly applications: readonly string[];
  /** Commit they run from: a new one is asked anew. */
  readonly head: string;
  /** Image of the program that asks from inside. */
  readonly prober: OciImage;
}

/** What answered. */
export interface Verified {
  readonly kubeconfig: SecretRef;
  /** Applications that are Synced, Healthy, and answer wherever they promise to. */
  readonly healthy: readonly string[];
  readonly answers: readonly HttpAnswer[];
  /** Where each can be reached from outside of the cluster. */
  readonly urls: readonly { readonly name: string; readonly url: string }[];
}

interface Checks {
  readonly outside: readonly HttpCheck[];
  readonly inside: readonly HttpCheck[];
}

async function plan(want: VerifyWanted, r: ReadWorld): Promise<Result<Checks>> {
  const services = await getObjects(r, want.kubeconfig, ['services', '-A']);
  if (!services.ok) return services;
  const nodes = await getObjects(r, want.kubeconfig, ['nodes']);
  if (!nodes.ok) return nodes;
  const checks = planChecks(want.applications, services.value, machineToAsk(nodes.value));
  return ok({ outside: checks.filter((c) => c.from === 'outside'), inside: checks.filter((c) => c.from === 'inside') });
}

const checksDigest = (want: VerifyWanted, checks: Checks): string =>
  createHash('sha256')
    .update(JSON.stringify([want.head, want.prober.digest, checks.inside]))
    .digest('hex');

const sha256 = (body: string): string => `sha256:${createHash('sha256').update(body).digest('hex')}`;

async function ask(r: ReadWorld, check: HttpCheck): Promise<HttpAnswer> {
  const answer = await r.get({ url: check.url, deadlineMs: 5_000 });
  if (!answer.ok) return silent(check, answer.error.diagnostic.message);
  const { status, body } = answer.value;
  return { ...check, status, bytes: Buffer.byteLength(body), digest: sha256(body), error: '' };
}

/** Answers of the pod that asked for exactly these checks; `undefined` while there are none. */
async function insideAnswers(
  want: VerifyWanted,
  checks: Checks,
  r: ReadWorld,
): Promise<Result<readonly HttpAnswer[] | undefined>> {
  if (checks.inside.length === 0) return ok([]);
  const pods = await getObjects(r, want.kubeconfig, ['pod', probeName, '-n', argocdNamespace]);
  if (!pods.ok) return pods;
  const pod = pods.value[0];
  if (digestOf(pod) !== checksDigest(want, checks) || !['Succeeded', 'Failed'].includes(phaseOf(pod))) return ok(undefined);
  const log = await askCluster(r, want.kubeconfig, 'reading what the pod was told', ['logs', probeName, '-n', argocdNamespace]);
  return log.ok ? ok(readProbe(log.value, checks.inside)) : log;
}

async function look(want: VerifyWanted, r: ReadWorld): Promise<Result<Verified | undefined>> {
  const checks = await plan(want, r);
  if (!checks.ok) return isSilent(checks) ? ok(undefined) : checks;
  const inside = await insideAnswers(want, checks.value, r);
  if (!inside.ok) return inside;
  if (inside.value === undefined) return ok(undefined);
  const outside = await Promise.all(checks.value.outside.map((check) => ask(r, check)));
  return ok(verified(want, [...outside, ...inside.value]));
}

function verified(want: VerifyWanted, answers: readonly HttpAnswer[]): Verified {
  const mute = new Set(answers.filter((answer) => !isAnswered(answer)).map((answer) => answer.application));
  const reachable = answers.filter((answer) => answer.from === 'outside' && isAnswered(answer));
  return {
    kubeconfig: want.kubeconfig,
    healthy: want.applications.filter((name) => !mute.has(name)),
    answers,
    urls: reachable.map(({ application, url }) => ({ name: application, url })),
  };
}

async function askFromInside(want: VerifyWanted, checks: Checks, w: World): Promise<Result<readonly HttpAnswer[]>> {
  const gone = await deleteObjects(w, want.kubeconfig, ['pod', probeName, '-n', argocdNamespace, '--grace-period=0', '--force']);
  if (!gone.ok) return gone;
  const made = await applyManifest(w, want.kubeconfig, probeManifest(want.prober.ref, checks.inside, checksDigest(want, checks)));
  if (!made.ok) return made;
  for (let second = 0; second < 60 && !w.signal.aborted; second += 1) {
    const answers = await insideAnswers(want, checks, w);
    if (!answers.ok) return answers;
    if (answers.value !== undefined) return ok(answers.value);
    await w.pause(500);
  }
  return ok(checks.inside.map((check) => silent(check, 'the pod that asks did not end')));
}

/** Asks the applications over HTTP: from outside through a machine's port, and from a pod through the cluster's DNS. */
export const verifyApplications: Action<VerifyWanted, Verified> = {
  observe: look,

  diff(want, got) {
    if (got === undefined) return [{ what: 'answers', to: `${want.applications.length} applications asked over HTTP` }];
    return got.answers
      .filter((answer) => !isAnswered(answer))
      .map((answer) => ({ what: answer.url, from: answer.error || String(answer.status), to: 'answers' }));
  },

  async apply(want, _got, w) {
    const checks = await plan(want, w);
    if (!checks.ok) return checks;
    const before = await insideAnswers(want, checks.value, w);
    if (!before.ok) return before;
    const known = before.value?.every(isAnswered) ? ok(before.value) : await askFromInside(want, checks.value, w);
    if (!known.ok) return known;
    const outside = await Promise.all(checks.value.outside.map((check) => ask(w, check)));
    const state = verified(want, [...outside, ...known.value]);
    const mute = state.answers.filter((answer) => !isAnswered(answer));
    return mute.length > 0 ? err(notAnswered(mute.map(describeAnswer))) : ok(state);
  },

  async verify(want, got) {
    const silentOnes = want.applications.filter((name) => !got.answers.some((answer) => answer.application === name));
    return [
      ...got.answers.map((answer) => ({
        claim: describeAnswer(answer),
        verdict: isAnswered(answer) ? ('pass' as const) : ('fail' as const),
      })),
      ...silentOnes.map((name) => ({
        claim: `${name} answers over HTTP: none of its Services names a path to ask`,
        verdict: 'not-checked' as const,
      })),
    ];
  },

  async remove(got, w) {
    const gone = await deleteObjects(w, got.kubeconfig, ['pod', probeName, '-n', argocdNamespace, '--grace-period=0', '--force']);
    return isSilent(gone) ? ok(undefined) : gone;
  },
};
