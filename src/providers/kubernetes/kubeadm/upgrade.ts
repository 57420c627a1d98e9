import type { Failure, Node, Result, World } from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import {
  backupScript,
  installScript,
  type MachinePart,
  programFolder,
  readyScript,
  render,
  restartKubeletScript,
  rollbackScript,
  tidyScript,
  upgradeScript,
} from '../../../tools/kubeadm/index.js';
import { eventually } from '../../../tools/kubectl/index.js';
import { askMachine, changeMachine, writeLines } from '../../../tools/ssh/index.js';
import { kubeadmFile } from './cluster-files.js';
import { apiServers, kubeconfig, seeNodes } from './cluster-look.js';
import { drain, reopen } from './drain.js';
import { kubeletNotUp, planeNotUp, upgradeFailed } from './errors.js';
import { ignoredUpgradeChecks } from './preflight.js';

/** The version of Kubernetes one machine should run. */
export interface VersionWant {
  readonly node: Node;
  readonly part: MachinePart;
  readonly version: string;
  /** Milliseconds its pods have to go elsewhere. */
  readonly drainMs: number;
  readonly cgroup: 'v1' | 'v2';
  readonly template: string;
}

const configFile = '/run/strata/upgrade.yaml';
/** kubelet reports its version with its first status. */
const kubeletMs = 180_000;

/**
 * One machine, from its old version to the new one. What fails before anything was changed only opens it again; what fails
 * afterwards puts the old programs, kubelet's configuration and (where kubeadm itself failed) the static pods back.
 */
export async function upgradeMachine(w: World, want: VersionWant, from: string): Promise<Result<void>> {
  const { name } = want.node;
  const gone = await empty(w, want);
  if (!gone.ok) return openedAfter(w, name, gone.error);
  const prepared = await prepare(w, want, from);
  if (!prepared.ok) return openedAfter(w, name, prepared.error);
  const managed = await runKubeadm(w, want);
  if (!managed.ok) return rolledBack(w, want, { from, what: 'everything', cause: managed.error });
  const started = await startKubelet(w, want);
  // Its control plane runs the new version and is well: an older kubelet beside it is supported, going back with it is not.
  if (!started.ok) return rolledBack(w, want, { from, what: 'kubelet', cause: started.error });
  const renewed = want.part === 'first-control-plane' ? await renewKubeconfig(w, want) : ok(undefined);
  if (!renewed.ok) return renewed;
  const tidied = await changeMachine(w, want.node, { what: 'tidying up', script: tidyScript(from, want.version) });
  return tidied.ok ? reopen(w, name) : tidied;
}

async function openedAfter(w: World, name: string, cause: Failure): Promise<Result<never>> {
  const open = await reopen(w, name);
  if (!open.ok) w.note(`${name} is still closed to pods: ${open.error.diagnostic.message}`);
  return err(cause);
}

/** A single machine has nowhere to send its pods: they stay while kubelet is exchanged under them. */
async function empty(w: World, { node, drainMs }: VersionWant): Promise<Result<void>> {
  const nodes = await seeNodes(w);
  if (!nodes.ok) return nodes;
  return nodes.value.length < 2 ? ok(undefined) : drain(w, node.name, drainMs);
}

async function prepare(w: World, { node, version, template }: VersionWant, from: string): Promise<Result<void>> {
  const config = render(template, { version });
  if (!config.ok) return config;
  const lines = writeLines([{ path: configFile, content: config.value }]);
  if (!lines.ok) return lines;
  const there = readyScript(version);
  // After a start of kubelet that failed, the machine may run the new programs already.
  const done = await changeMachine(w, node, {
    what: 'keeping what it runs now',
    script: there + backupScript(from) + lines.value,
  });
  return done.ok ? ok(undefined) : done;
}

async function runKubeadm(w: World, { node, part, version, cgroup }: VersionWant): Promise<Result<void>> {
  const done = await changeMachine(w, node, {
    what: `kubeadm upgrade to ${version}`,
    script: upgradeScript(part, version, configFile, ignoredUpgradeChecks(cgroup)),
    deadlineMs: 900_000,
  });
  if (!done.ok) return done;
  if (part === 'worker') return ok(undefined);
  const up = await eventually(
    w,
    async () => {
      const servers = await apiServers(w);
      return servers.ok && servers.value.get(node.name) === version;
    },
    { deadlineMs: 120_000 },
  );
  return up ? ok(undefined) : err(planeNotUp(node.name, version));
}

async function startKubelet(w: World, { node, part, version }: VersionWant): Promise<Result<void>> {
  // The configuration the cluster was made from names its version; the rest of it stays.
  const noted = part === 'worker' ? '' : `sed -i 's/^kubernetesVersion: .*/kubernetesVersion: ${version}/' ${kubeadmFile}\n`;
  const script = noted + installScript(programFolder(version)) + restartKubeletScript;
  const done = await changeMachine(w, node, { what: `starting kubelet ${version}`, script });
  if (!done.ok) return done;
  return (await runsKubelet(w, node.name, version)) ? ok(undefined) : err(kubeletNotUp(node.name, version));
}

const runsKubelet = (w: World, name: string, version: string): Promise<boolean> =>
  eventually(
    w,
    async () => {
      const [own] = await nodesOrNone(w, name);
      return own?.ready === true && own.kubelet === version;
    },
    { deadlineMs: kubeletMs },
  );

async function nodesOrNone(w: World, name: string) {
  const nodes = await seeNodes(w, name);
  return nodes.ok ? nodes.value : [];
}

interface Failed {
  readonly from: string;
  readonly what: 'kubelet' | 'everything';
  readonly cause: Failure;
}

async function rolledBack(w: World, { node, version }: VersionWant, { from, what, cause }: Failed): Promise<Result<never>> {
  w.note(`${node.name}: going back to ${from}, because ${cause.diagnostic.message}`);
  const back = await changeMachine(w, node, { what: `going back to ${from}`, script: rollbackScript(from, what) });
  if (!back.ok)
    return err(upgradeFailed(node.name, version, `Going back to ${from} failed too: ${back.error.diagnostic.message}`, cause));
  const runs = await runsKubelet(w, node.name, from);
  const open = await reopen(w, node.name);
  const state = runs ? `is Ready with kubelet ${from} again` : `has kubelet ${from} again, but is not Ready`;
  const taking = open.ok ? 'takes pods' : 'is still closed to pods';
  return err(upgradeFailed(node.name, version, `It ${state} and ${taking}.`, cause));
}

/** kubeadm renewed the administrator's certificate. */
async function renewKubeconfig(w: World, { node }: VersionWant): Promise<Result<void>> {
  const text = await askMachine(w, node, { what: 'reading the kubeconfig', script: 'cat /etc/kubernetes/admin.conf\n' });
  return text.ok ? w.keep(kubeconfig, text.value) : text;
}
