import type { Command, Failure, Output, ReadWorld, Result, SecretRef, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

const minute = 60_000;
const pathOf = (secret: SecretRef) => ({ $secretPath: secret.$secret });
/** A registry named without a scheme is the environment's own, which speaks plain HTTP. */
const urlOf = (registry: string): string => (registry.includes('://') ? registry : `http://${registry}`);

/** A cluster as `nkp` knows it. */
export interface NkpCluster {
  readonly name: string;
  readonly namespace: string;
}

/** What a pre-provisioned cluster is made from; flags of `nkp create cluster preprovisioned` (documented for 2.12 to 2.18). */
export interface NkpCreate extends NkpCluster {
  readonly version: string;
  readonly endpoint: { readonly host: string; readonly port: string; readonly interface?: string | undefined };
  readonly controlPlanes: number;
  readonly workers: number;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  /** Absolute path. */
  readonly inventory: string;
  readonly sshKey: SecretRef;
  /** Registry images come from. */
  readonly mirror?: { readonly url: string; readonly authority?: string | undefined } | undefined;
  /** Name of the Secret with overrides, e.g. for FIPS. */
  readonly overrides?: string | undefined;
}

/** Version of the program, e.g. `2.16.1`; `nkp version` lists one component a line (documented). */
export async function nkpVersion(r: ReadWorld): Promise<Result<string>> {
  const ran = await r.query({ tool: 'nkp', args: ['version'], deadlineMs: minute });
  if (!ran.ok) return ran;
  const version = /^nkp: v([0-9][0-9.]*)/m.exec(ran.value.stdout)?.[1];
  return version === undefined ? err(failed('version', ran.value)) : ok(version);
}

/** The objects of a cluster as YAML; creates nothing. They hold the SSH key: what comes back is a secret. */
export async function renderCluster(r: ReadWorld, create: NkpCreate): Promise<Result<string>> {
  const { endpoint, mirror, overrides } = create;
  const args: Command['args'] = [
    ...['create', 'cluster', 'preprovisioned', ...named(create)],
    ...['--kubernetes-version', create.version.replace(/^v/, '')],
    ...['--control-plane-endpoint-host', endpoint.host, '--control-plane-endpoint-port', endpoint.port],
    ...(endpoint.interface === undefined ? [] : ['--virtual-ip-interface', endpoint.interface]),
    ...['--control-plane-replicas', String(create.controlPlanes), '--worker-replicas', String(create.workers)],
    ...['--kubernetes-pod-network-cidr', create.podSubnet, '--kubernetes-service-cidr', create.serviceSubnet],
    ...['--pre-provisioned-inventory-file', create.inventory, '--ssh-private-key-file', pathOf(create.sshKey)],
    ...(mirror === undefined ? [] : ['--registry-mirror-url', urlOf(mirror.url)]),
    ...(mirror?.authority === undefined ? [] : ['--registry-mirror-cacert', mirror.authority]),
    ...(overrides === undefined ? [] : ['--override-secret-name', overrides]),
    ...['--dry-run', '--output', 'yaml'],
  ];
  const ran = await r.query({ tool: 'nkp', args, deadlineMs: 5 * minute });
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(ran.value.stdout) : err(failed('create cluster preprovisioned --dry-run', ran.value));
}

const named = ({ name, namespace }: NkpCluster): readonly string[] => ['--cluster-name', name, '--namespace', namespace];

/** Makes the bootstrap cluster; its kubeconfig is written to `file`. Needs a container engine. */
export const createBootstrap = (w: World, file: string, image?: string): Promise<Result<void>> =>
  run(w, ['create', 'bootstrap', '--kubeconfig', file, ...(image === undefined ? [] : ['--bootstrap-cluster-image', image])], 25);

/** Removes the bootstrap cluster. */
export const deleteBootstrap = (w: World, kubeconfig: SecretRef): Promise<Result<void>> =>
  run(w, ['delete', 'bootstrap', '--kubeconfig', pathOf(kubeconfig)], 15);

/** Puts the controllers of Cluster API into a cluster. */
export const createComponents = (w: World, kubeconfig: SecretRef): Promise<Result<void>> =>
  run(w, ['create', 'capi-components', '--kubeconfig', pathOf(kubeconfig)], 30);

/** Moves the objects of all clusters from one manager to another. */
export const moveResources = (w: World, from: SecretRef, to: SecretRef): Promise<Result<void>> =>
  run(w, ['move', 'capi-resources', '--from-kubeconfig', pathOf(from), '--to-kubeconfig', pathOf(to)], 30);

/** Brings a control plane to a version, machine by machine. */
export const updateControlPlane = (w: World, cluster: NkpCluster, version: string, manager: SecretRef): Promise<Result<void>> =>
  run(w, ['update', 'controlplane', 'preprovisioned', ...named(cluster), ...to(version, manager)], 125);

/** Brings a pool of workers to a version. */
export const updateNodePool = (
  w: World,
  cluster: NkpCluster & { readonly pool: string },
  version: string,
  manager: SecretRef,
): Promise<Result<void>> =>
  run(w, ['update', 'nodepool', 'preprovisioned', cluster.pool, ...named(cluster), ...to(version, manager)], 125);

const to = (version: string, manager: SecretRef): Command['args'] => [
  ...['--kubernetes-version', version.replace(/^v/, ''), '--timeout', '2h0m0s', '--kubeconfig', pathOf(manager)],
];

/** Removes a cluster; a self-managed one is first taken back by a bootstrap cluster, which `nkp` makes and removes. */
export const deleteCluster = (
  w: World,
  cluster: NkpCluster,
  manager: { readonly kubeconfig: SecretRef; readonly self: 'self-managed' | 'managed' },
): Promise<Result<void>> =>
  run(
    w,
    [
      'delete',
      'cluster',
      ...named(cluster),
      `--self-managed=${manager.self === 'self-managed'}`,
      '--kubeconfig',
      pathOf(manager.kubeconfig),
    ],
    60,
  );

/** Pushes a bundle of images; the registry's login is the container engine's, never an argument. */
export const pushBundle = (w: World, file: string, registry: string, authority?: string): Promise<Result<void>> =>
  run(
    w,
    [
      ...['push', 'bundle', '--bundle', file, '--to-registry', urlOf(registry)],
      ...(authority === undefined ? [] : ['--to-registry-ca-cert-file', authority]),
      ...(urlOf(registry).startsWith('http://') ? ['--to-registry-insecure-skip-tls-verify'] : []),
    ],
    120,
  );

async function run(w: World, args: Command['args'], minutes: number): Promise<Result<void>> {
  const ran = await w.change({ tool: 'nkp', args, deadlineMs: minutes * minute, stream: true });
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(failed(args.slice(0, 3).map(String).join(' '), ran.value));
}

function failed(what: string, { code, stdout, stderr }: Output): Failure {
  const lines = (stderr.trim() || stdout.trim())
    .split('\n')
    .slice(-3)
    .map((line) => line.slice(0, 400));
  return failure('tool-failed', 'NKP-FAILED', `nkp ${what}: ${lines.join(' · ') || `exit ${code}`}`, {
    say: 'Read what nkp said, correct it, and run again: what is made already is taken up.',
    command: 'strata up',
  });
}
