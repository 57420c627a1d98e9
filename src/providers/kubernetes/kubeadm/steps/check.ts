import type { Action, ReadWorld, Result } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { kubeconfig, seeNodes, serverVersion } from '../cluster-look.js';
import { rangesOverlap, rangeTooSmall, versionSkew } from '../errors.js';
import { overlapping, podRange } from '../nodes.js';
import { skew } from '../versions.js';

/** Addresses and version of a cluster, as they are asked for. */
export interface CheckWant {
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  /** Addresses of the machines. */
  readonly machines: readonly string[];
  readonly version: string;
}

/** Looks at what the schema cannot: whether ranges fit each other, and the version what runs. Before anything is touched. */
export const checkedCluster: Action<CheckWant, Readonly<Record<string, never>>> = {
  observe: check,
  diff: () => [],
  apply: async (want, _got, w) => check(want, w),
};

async function check(want: CheckWant, w: ReadWorld): Promise<Result<Readonly<Record<string, never>>>> {
  const { podSubnet, serviceSubnet, machines } = want;
  const both = overlapping([podSubnet, serviceSubnet, ...machines]);
  if (both !== undefined) return err(rangesOverlap(...both));
  if (podRange(podSubnet, machines.length - 1) === undefined) return err(rangeTooSmall(podSubnet, machines.length));
  return reachable(want.version, w);
}

/** Whether the wanted version can be reached from what runs; a cluster that does not answer is looked at by later steps. */
async function reachable(version: string, w: ReadWorld): Promise<Result<Readonly<Record<string, never>>>> {
  if (!(await w.holds(kubeconfig))) return ok({});
  const server = await serverVersion(w);
  const nodes = server === '' ? undefined : await seeNodes(w);
  const running = [
    { what: 'The API server', has: server },
    ...(nodes?.ok ? nodes.value.map(({ name, kubelet }) => ({ what: name, has: kubelet })) : []),
  ];
  for (const { what, has } of running) {
    const kind = skew(has, version);
    if (kind !== undefined) return err(versionSkew(what, has, version, kind));
  }
  return ok({});
}
