import type { Node, Result, SecretRef, World } from '../../../model/index.js';
import { ok, secretRef } from '../../../model/index.js';
import { joinScript, newCertificateKey, render, uploadCertificatesScript } from '../../../tools/kubeadm/index.js';
import { deleteObjects, waitReady } from '../../../tools/kubectl/index.js';
import { changeMachine, putSecret } from '../../../tools/ssh/index.js';
import { kubeconfig } from './cluster-look.js';
import { clusterOf, type ControlPlaneWant, putControlPlaneFiles } from './control-plane.js';
import { removeMember } from './etcd.js';
import { discoveryLines, joinFile, makeJoinConfig } from './join-config.js';
import { ignoredChecks } from './preflight.js';

const uploadFile = '/run/strata/upload-certificates.yaml';

/**
 * Joins a machine as one more control plane. What the cluster and etcd remember of a machine of that name goes first: a member
 * that never comes back would count as lost in every majority.
 */
export async function joinControlPlane(w: World, want: ControlPlaneWant, source: Node): Promise<Result<void>> {
  const { node } = want;
  const forgotten = await removeMember(w, node);
  if (!forgotten.ok) return forgotten;
  const stale = await deleteObjects(w, kubeconfig, ['node', node.name]);
  if (!stale.ok) return stale;
  const cluster = await clusterOf(w, source);
  if (!cluster.ok) return cluster;
  const put = await putControlPlaneFiles(w, want, cluster.value.version || want.version);
  if (!put.ok) return put;
  const certificateKey = newCertificateKey();
  const uploaded = await uploadCertificates(w, want, source, { certificateKey, version: cluster.value.version || want.version });
  if (!uploaded.ok) return uploaded;
  const joined = await join(w, want, { certificateKey, authority: cluster.value.authority });
  if (!joined.ok) return joined;
  const ready = await waitReady(w, kubeconfig, ['node', node.name], 1, { deadlineMs: 180_000 });
  if (!ready.ok) return ready;
  // Nobody else is to fetch them.
  return deleteObjects(w, kubeconfig, ['secret', 'kubeadm-certs', '-n', 'kube-system']);
}

async function uploadCertificates(
  w: World,
  { node, joining }: ControlPlaneWant,
  source: Node,
  values: { readonly certificateKey: string; readonly version: string },
): Promise<Result<void>> {
  const config = render(joining.uploadCertificates, values);
  if (!config.ok) return config;
  const ref: SecretRef = secretRef(`certificates-for-${node.name}`);
  const kept = await w.keep(ref, config.value);
  if (!kept.ok) return kept;
  const put = await putSecret(w, source, ref, uploadFile);
  if (!put.ok) return put;
  const done = await changeMachine(w, source, {
    what: `laying certificates ready for ${node.name}`,
    script: uploadCertificatesScript(uploadFile),
    deadlineMs: 120_000,
  });
  return done.ok ? ok(undefined) : done;
}

async function join(
  w: World,
  want: ControlPlaneWant,
  { certificateKey, authority }: { readonly certificateKey: string; readonly authority: string },
): Promise<Result<void>> {
  const { node, joining, apiServer } = want;
  const discovery = discoveryLines(joining, apiServer, authority);
  if (!discovery.ok) return discovery;
  const taints = want.alone ? '[]' : '[{ key: node-role.kubernetes.io/control-plane, effect: NoSchedule }]';
  const config = await makeJoinConfig(w, node, joining, { certificateKey, taints });
  if (!config.ok) return config;
  const put = await putSecret(w, node, config.value, joinFile);
  if (!put.ok) return put;
  const done = await changeMachine(w, node, {
    what: 'kubeadm join as a control plane',
    script: discovery.value + joinScript(joinFile, ignoredChecks(want.cgroup)),
    deadlineMs: 480_000,
  });
  return done.ok ? ok(undefined) : done;
}
