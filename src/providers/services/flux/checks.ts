import type { Claim, Json, ReadWorld, Result, SecretRef } from '../../../model/index.js';
import { ok } from '../../../model/index.js';
import { askCluster, offerObject } from '../../../tools/kubectl/index.js';
import { member } from './members.js';

/** An object with what admission must say to it. */
export interface Sample {
  /** Policy (name of its constraint) that is to speak. */
  readonly policy: string;
  /** e.g. `denied-init`. */
  readonly name: string;
  readonly expect: 'denied' | 'allowed';
  /** Refused, or only warned of. */
  readonly action: 'deny' | 'warn';
  readonly object: Json;
}

/** What proves that a package does its work, complete as data. */
export type ReadyCheck =
  | { readonly kind: 'admission'; readonly namespace: string; readonly samples: readonly Sample[] }
  | { readonly kind: 'prometheus'; readonly service: string; readonly jobs: readonly string[] }
  | {
      readonly kind: 'answers';
      readonly claim: string;
      readonly service: string;
      readonly path: string;
      readonly contains?: string | undefined;
    };

/** Enough to see that it still holds, or everything, with evidence. */
export type Depth = 'quick' | 'full';

/** What a check found: problems where it does not hold. */
export interface Finding {
  readonly problems: readonly string[];
  readonly claims: readonly Claim[];
}

/** Runs one check; changes nothing. */
export function runCheck(r: ReadWorld, kubeconfig: SecretRef, check: ReadyCheck, depth: Depth): Promise<Result<Finding>> {
  switch (check.kind) {
    case 'admission':
      return checkAdmission(r, kubeconfig, check, depth);
    case 'prometheus':
      return checkTargets(r, kubeconfig, check);
    case 'answers':
      return checkAnswer(r, kubeconfig, check);
  }
}

type Of<K extends ReadyCheck['kind']> = Extract<ReadyCheck, { kind: K }>;

async function checkAdmission(
  r: ReadWorld,
  kubeconfig: SecretRef,
  check: Of<'admission'>,
  depth: Depth,
): Promise<Result<Finding>> {
  const samples = depth === 'full' ? check.samples : firstDenied(check.samples);
  const answers = await inBatches(samples, 4, (sample) => offer(r, kubeconfig, check.namespace, sample));
  const findings: Claim[] = [];
  for (const answer of answers) {
    if (!answer.ok) return answer;
    findings.push(answer.value);
  }
  return ok({ problems: findings.filter((c) => c.verdict === 'fail').map((c) => c.claim), claims: findings });
}

/** One sample of each policy: enough to see that the policy is in force. */
function firstDenied(samples: readonly Sample[]): readonly Sample[] {
  const seen = new Set<string>();
  return samples.filter((sample) => {
    if (sample.expect !== 'denied' || seen.has(sample.policy)) return false;
    seen.add(sample.policy);
    return true;
  });
}

async function offer(r: ReadWorld, kubeconfig: SecretRef, namespace: string, sample: Sample): Promise<Result<Claim>> {
  const verdict = await offerObject(r, kubeconfig, JSON.stringify(sample.object), namespace);
  if (!verdict.ok) return verdict;
  const mark = `[${sample.policy}]`;
  const said = verdict.value.said
    .filter((line) => line.includes(mark))
    .map((line) => line.slice(line.indexOf(mark) + mark.length).trim());
  const blocked = sample.action === 'warn' ? said.length > 0 : !verdict.value.admitted && said.length > 0;
  const subject = `${sample.policy}, sample ${sample.name}`;
  if (sample.expect === 'denied') {
    const verb = sample.action === 'warn' ? 'warned of' : 'refused';
    return ok(
      blocked
        ? { claim: `${subject}: ${verb}: ${said.join('; ')}`, verdict: 'pass' }
        : { claim: `${subject}: not ${verb}`, verdict: 'fail' },
    );
  }
  return ok(
    said.length === 0
      ? { claim: `${subject}: admitted`, verdict: 'pass' }
      : { claim: `${subject}: refused: ${said.join('; ')}`, verdict: 'fail' },
  );
}

async function inBatches<T, R>(items: readonly T[], size: number, work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += size) results.push(...(await Promise.all(items.slice(at, at + size).map(work))));
  return results;
}

/** Address of a service's path through the API server; `service` is `namespace/name:port`. */
function throughApi(service: string, path: string): string {
  const [namespace, name] = service.split('/');
  return `/api/v1/namespaces/${namespace}/services/${name}/proxy${path}`;
}

const ask = (r: ReadWorld, kubeconfig: SecretRef, service: string, path: string): Promise<Result<string>> =>
  askCluster(r, kubeconfig, `asking ${service}${path}`, ['get', '--raw', throughApi(service, path)]);

async function checkAnswer(r: ReadWorld, kubeconfig: SecretRef, check: Of<'answers'>): Promise<Result<Finding>> {
  const answer = await ask(r, kubeconfig, check.service, check.path);
  const holds = answer.ok && answer.value.includes(check.contains ?? '');
  if (holds) return ok({ problems: [], claims: [{ claim: check.claim, verdict: 'pass' }] });
  const why = answer.ok
    ? `${check.service}${check.path} does not say '${check.contains ?? ''}'`
    : answer.error.diagnostic.message;
  return ok({ problems: [why], claims: [{ claim: `${check.claim}: ${why}`, verdict: 'fail' }] });
}

interface Target {
  readonly job: string;
  readonly instance: string;
  readonly health: string;
  readonly error: string;
}

async function checkTargets(r: ReadWorld, kubeconfig: SecretRef, check: Of<'prometheus'>): Promise<Result<Finding>> {
  const answer = await ask(r, kubeconfig, check.service, '/api/v1/targets?state=active');
  if (!answer.ok) return ok(notChecked(answer.error.diagnostic.message));
  const targets = readTargets(answer.value);
  if (targets === undefined) return ok(notChecked(`${check.service} did not answer with its targets`));
  const jobs = [...new Set([...check.jobs, ...targets.map((t) => t.job)])].sort();
  const claims = jobs.map((job) =>
    claimOf(
      job,
      targets.filter((t) => t.job === job),
    ),
  );
  return ok({ problems: claims.filter((c) => c.verdict === 'fail').map((c) => c.claim), claims });
}

const notChecked = (why: string): Finding => ({ problems: [why], claims: [{ claim: `Prometheus: ${why}`, verdict: 'fail' }] });

function claimOf(job: string, targets: readonly Target[]): Claim {
  const up = targets.filter((t) => t.health === 'up').length;
  const first = targets.find((t) => t.health !== 'up');
  if (first === undefined && up > 0) return { claim: `Prometheus scrapes ${job}: ${up} of ${up} up`, verdict: 'pass' };
  const why =
    first === undefined
      ? 'no target'
      : `${up} of ${targets.length} up; ${first.instance} is ${first.health}${first.error === '' ? '' : `: ${first.error}`}`;
  return { claim: `Prometheus scrapes ${job}: ${why}`, verdict: 'fail' };
}

function readTargets(text: string): readonly Target[] | undefined {
  const active = member(member(parseJson(text), 'data'), 'activeTargets');
  if (!Array.isArray(active)) return undefined;
  return active.map((target: unknown) => ({
    job: String(member(member(target, 'labels'), 'job') ?? ''),
    instance: String(member(member(target, 'labels'), 'instance') ?? ''),
    health: String(member(target, 'health') ?? ''),
    error: String(member(target, 'lastError') ?? ''),
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
