import type { Node } from '../../../model/index.js';
import { ok, type Result } from '../../../model/index.js';
import { type Document, laidOver } from '../../../tools/document/index.js';

/** Cluster objects live in this namespace, as the makers' guide has it. */
export const namespace = 'default';

/** What the inventories are made of. */
export interface InventoryFacts {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly template: string;
}

/** Name of the pool of workers. */
export const poolOf = (cluster: string): string => `${cluster}-md-0`;

/** Name of the Secret with the key that opens the machines. */
export const sshSecretOf = (cluster: string): string => `${cluster}-ssh-key`;

/** Machines of a role. */
export const ofRole = (nodes: readonly Node[], role: Node['role']): readonly Node[] => nodes.filter((node) => node.role === role);

/** The inventories of control plane and workers. Fields: PreprovisionedInventory, https://docs.d2iq.com/dkp/2.7/pre-provisioned-define-infrastructure */
export function inventories(facts: InventoryFacts): Result<readonly Document[]> {
  const made: Document[] = [];
  for (const [suffix, role] of [
    ['control-plane', 'control-plane'],
    ['md-0', 'worker'],
  ] as const) {
    const nodes = ofRole(facts.nodes, role);
    const [first] = nodes;
    if (first === undefined) continue;
    const one = laidOver('kubernetes/konvoy/inventory.yaml', facts.template, {
      metadata: { name: `${facts.name}-${suffix}`, namespace, labels: { 'cluster.x-k8s.io/cluster-name': facts.name } },
      spec: {
        hosts: nodes.map(({ address }) => ({ address })),
        sshConfig: {
          port: first.ssh.port,
          user: first.ssh.user,
          privateKeyRef: { name: sshSecretOf(facts.name), namespace },
        },
      },
    });
    if (!one.ok) return one;
    made.push(one.value);
  }
  return ok(made);
}

/** What the pre-provisioned provider cannot take, one line each. */
export function troublesOf(
  { nodes }: Pick<InventoryFacts, 'nodes'>,
  api: string,
  virtualInterface: string | undefined,
): readonly string[] {
  const planes = ofRole(nodes, 'control-plane').length;
  const host = api.replace(/:\d+$/, '');
  const access = (['control-plane', 'worker'] as const).filter((role) => {
    const all = ofRole(nodes, role).map(({ ssh }) => `${ssh.user}:${ssh.port}:${ssh.key.$secret}`);
    return new Set(all).size > 1;
  });
  const keys = new Set(nodes.map(({ ssh }) => ssh.key.$secret));
  return [
    ...([1, 3, 5].includes(planes) ? [] : [`it has ${planes} control planes; etcd wants 1, 3 or 5`]),
    ...access.map((role) => `machines of role ${role} are reached as different users, ports or keys, and an inventory holds one`),
    ...(keys.size > 1 ? ['machines have different keys, and a cluster has one'] : []),
    ...nodes
      .filter(({ ssh }) => ssh.via !== undefined)
      .map(({ name }) => `${name} stands behind a bastion, and the controllers in the cluster know no way through one`),
    ...(planes > 1 && virtualInterface === undefined && nodes.some(({ address }) => address === host)
      ? ['the API is at one control plane of several: give it an address of its own with `virtualInterface`, or a load balancer']
      : []),
  ];
}
