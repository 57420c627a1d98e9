import { err, type Node, ok, type ReadWorld, type Result, type SecretRef, secretRef } from '../../../model/index.js';
import { condition, getObjects, type KubeObject } from '../../../tools/kubectl/index.js';
import { factsScript, mayBecome, places } from '../../../tools/rke2/index.js';
import { askMachine, differing, parseFacts } from '../../../tools/ssh/index.js';
import { type MemberFacts, memberFiles } from './config.js';
import { closedMark } from './drain.js';
import { skew } from './errors.js';
import { lacksRelease, type ReleaseFiles } from './install.js';
import type { TokensGot } from './steps/tokens.js';

/** The administrator's kubeconfig. */
export const kubeconfig = secretRef('kubeconfig');

/** A machine that is to be a member of the cluster. */
export interface MemberWant {
  readonly node: Node;
  readonly facts: MemberFacts;
  readonly version: string;
  readonly release: ReleaseFiles;
  readonly tokens: TokensGot;
  readonly drainSeconds: number;
}

/** The member as the machine and the cluster tell. */
export interface MemberGot {
  readonly node: Node;
  readonly role: 'server' | 'agent';
  readonly kubeconfig: SecretRef;
  /** Release of the program on the machine. */
  readonly binary: string;
  /** Release its kubelet says it runs; empty where it is no node. */
  readonly running: string;
  /** `Ready`, `NotReady`, or `unknown` where the cluster does not know it or does not answer. */
  readonly state: string;
  /** Closed to pods by Strata. */
  readonly closed: boolean;
  /** It has data or credentials of the cluster, and its service runs. */
  readonly joined: boolean;
  readonly active: boolean;
  /** Sum of the authority's certificate; empty on agents. */
  readonly authority: string;
  /** What of the release is not in place. */
  readonly lacks: boolean;
  readonly differs: readonly string[];
}

/** Asks the machine, and the cluster where there is one. */
export async function lookAtMember(want: MemberWant, w: ReadWorld): Promise<Result<MemberGot | undefined>> {
  const { node, facts, version } = want;
  const files = memberFiles(facts);
  if (!files.ok) return files;
  const sums = `sha256sum ${files.value.map(({ path }) => path).join(' ')} 2>/dev/null\nexit 0\n`;
  const said = await askMachine(w, node, { what: 'looking at RKE2', script: factsScript(facts.role) + sums });
  if (!said.ok) return said;
  const inCluster = await nodeInCluster(w, node.name);
  const running = runningOf(inCluster);
  const way = running === '' ? 'same' : mayBecome(running, version);
  if (way === 'older' || way === 'too-far') return err(skew(node.name, running, version, way));
  const seen = parseFacts(said.value);
  const active = seen.get('service') === 'active';
  const joined = facts.role === 'server' ? seen.get('datastore') === 'yes' : active || inCluster !== undefined;
  if (!joined && !active && inCluster === undefined) return ok(undefined);
  const held = facts.role !== 'server' || (await w.holds(kubeconfig));
  return ok({
    ...cluster(want, inCluster, running),
    binary: seen.get('binary') ?? '',
    joined,
    active,
    authority: seen.get('authority') ?? '',
    lacks: lacksRelease(seen, version, want.release),
    differs: [
      ...differing(files.value, said.value).map((path) => `file ${path}`),
      ...unlike(facts.role, seen),
      ...(held ? [] : ['kubeconfig']),
    ],
  });
}

/** What the cluster says of the member. */
const cluster = ({ node, facts }: MemberWant, inCluster: KubeObject | undefined, running: string) => ({
  node,
  role: facts.role,
  kubeconfig,
  running,
  state: inCluster === undefined ? 'unknown' : condition(inCluster, 'Ready') === 'True' ? 'Ready' : 'NotReady',
  closed: inCluster?.metadata.annotations?.[closedMark] !== undefined,
});

/** What is not as it should be, beside files whose sum is known. */
function unlike(role: MemberFacts['role'], seen: ReadonlyMap<string, string>): readonly string[] {
  const token = role === 'server' ? places.token : places.agentToken;
  return [
    ...(seen.get(`mode:${token}`) === '600' ? [] : [`file ${token}`]),
    ...(seen.get('enabled') === 'enabled' ? [] : ['start at boot']),
  ];
}

/** The node object; `undefined` where there is none, or nobody to ask yet. */
export async function nodeInCluster(w: ReadWorld, name: string): Promise<KubeObject | undefined> {
  if (!(await w.holds(kubeconfig))) return undefined;
  const found = await getObjects(w, kubeconfig, ['node', name]);
  return found.ok ? found.value[0] : undefined;
}

/** Release that a node's kubelet tells. */
export function runningOf(node: KubeObject | undefined): string {
  const info: unknown = node?.status?.nodeInfo;
  const version: unknown = typeof info === 'object' && info !== null ? Reflect.get(info, 'kubeletVersion') : undefined;
  return typeof version === 'string' ? version : '';
}

/** What a machine that is no member yet carries. */
export async function installedOn(
  { node, facts, version, release }: MemberWant,
  w: ReadWorld,
): Promise<Result<{ readonly lacks: boolean; readonly has: string }>> {
  const said = await askMachine(w, node, { what: 'looking for RKE2', script: `${factsScript(facts.role)}exit 0\n` });
  if (!said.ok) return said;
  const seen = parseFacts(said.value);
  return ok({ lacks: lacksRelease(seen, version, release), has: seen.get('binary') ?? '' });
}
