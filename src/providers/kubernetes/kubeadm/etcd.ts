import type { ReadWorld, Result, World } from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import { askCluster, command, condition, getObjects, kubectlFailed } from '../../../tools/kubectl/index.js';
import { kubeconfig, nodeOf } from './cluster-look.js';
import { noEtcd } from './errors.js';

/** One member of etcd, as etcd tells. */
export interface EtcdMember {
  /** Hexadecimal. */
  readonly id: string;
  /** `started`, or `unstarted` before it was heard of for the first time. */
  readonly state: string;
  /** Empty before it was heard of. */
  readonly name: string;
  readonly peer: string;
  /** It copies and does not vote yet. */
  readonly learner: boolean;
}

const pki = '/etc/kubernetes/pki/etcd';
const etcdctl = ['etcdctl', `--cacert=${pki}/ca.crt`, `--cert=${pki}/server.crt`, `--key=${pki}/server.key`] as const;

/** Reads `etcdctl member list` in its simple form: JSON would round the ids, which have 64 bits. */
export const parseMembers = (text: string): readonly EtcdMember[] =>
  text.split('\n').flatMap((line) => {
    const [id = '', state = '', name = '', peer = '', , learner = ''] = line.split(',').map((part) => part.trim());
    return /^[0-9a-f]{1,16}$/.test(id) ? [{ id, state, name, peer, learner: learner === 'true' }] : [];
  });

/** The pod of a member that answers, preferably not on `notOn`. */
async function podOf(w: ReadWorld, notOn: string): Promise<Result<string>> {
  const pods = await getObjects(w, kubeconfig, ['pods', '-n', 'kube-system', '-l', 'component=etcd']);
  if (!pods.ok) return pods;
  const ready = pods.value.filter((pod) => condition(pod, 'Ready') === 'True');
  const pod = ready.find((one) => nodeOf(one) !== notOn) ?? ready[0];
  return pod === undefined ? err(noEtcd()) : ok(pod.metadata.name);
}

const inPod = (pod: string, args: readonly string[]): readonly string[] => [
  'exec',
  '-n',
  'kube-system',
  pod,
  '--',
  ...etcdctl,
  ...args,
];

/** All members, as the majority of them agrees. */
export async function etcdMembers(w: ReadWorld, notOn = ''): Promise<Result<readonly EtcdMember[]>> {
  const pod = await podOf(w, notOn);
  if (!pod.ok) return pod;
  const said = await askCluster(w, kubeconfig, "asking for etcd's members", inPod(pod.value, ['member', 'list']), 20_000);
  return said.ok ? ok(parseMembers(said.value)) : said;
}

/** Takes the member of a machine out of etcd; absent = success. */
export async function removeMember(
  w: World,
  machine: { readonly name: string; readonly address: string },
): Promise<Result<void>> {
  const members = await etcdMembers(w, machine.name);
  if (!members.ok) return members;
  const old = members.value.filter(({ name, peer }) => name === machine.name || peer === `https://${machine.address}:2380`);
  for (const { id } of old) {
    const pod = await podOf(w, machine.name);
    if (!pod.ok) return pod;
    const cmd = command(w, kubeconfig, inPod(pod.value, ['member', 'remove', id]));
    const gone = await w.change({ ...cmd, deadlineMs: 30_000 });
    if (!gone.ok) return gone;
    if (gone.value.code !== 0) return err(kubectlFailed(`taking ${machine.name} out of etcd`, gone.value));
  }
  return ok(undefined);
}
