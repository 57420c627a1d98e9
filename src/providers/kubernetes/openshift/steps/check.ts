import type { Action, Failure, SecretRef } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { overlaps, parseCidr } from '../../../../tools/network/index.js';
import { agentConfig, apiVipOf, type ClusterFacts, installConfig, withheld } from '../documents.js';
import { notACluster } from '../errors.js';
import { AgentConfig, InstallConfig, misfits } from '../schema.js';

/** Changes nothing: says all the installer would refuse, before it is run. */
export const fitCluster: Action<{ readonly facts: ClusterFacts }, Readonly<Record<string, never>>> = {
  async observe({ facts }) {
    const install = installConfig(facts, withheld);
    if (!install.ok) return install;
    const agent = agentConfig(facts);
    if (!agent.ok) return agent;
    const troubles = [
      ...layout(facts),
      ...addresses(facts),
      ...misfits(InstallConfig, install.value).map((one) => `install-config.yaml${one}`),
      ...misfits(AgentConfig, agent.value).map((one) => `agent-config.yaml${one}`),
    ];
    return troubles.length === 0 ? ok({}) : err(notACluster(troubles));
  },
  diff: () => [],
  apply: async () => ok({}),
};

/** A step that says why there can be no cluster; planning itself cannot fail. */
export const impossible = (
  failure: Failure,
): Action<Readonly<Record<string, never>>, { readonly kubeconfig: SecretRef; readonly version: string }> => ({
  observe: async () => err(failure),
  diff: () => [{ what: 'cluster' }],
  apply: async () => err(failure),
});

/** Numbers of machines: https://github.com/openshift/installer pkg/asset/agent/installconfig.go */
function layout({ machines, platform, hosts, ingressVip }: ClusterFacts): readonly string[] {
  const planes = machines.filter(({ role }) => role === 'control-plane').length;
  const workers = machines.length - planes;
  const unknown = Object.keys(hosts).filter((name) => !machines.some((one) => one.name === name));
  return [
    ...([1, 3, 4, 5].includes(planes) ? [] : [`it has ${planes} control planes; 1, 3, 4 or 5 are possible`]),
    ...(planes === 1 && workers > 0 ? [`beside a single control plane there can be no workers, and there are ${workers}`] : []),
    ...(planes === 1 && platform === 'baremetal' ? ['a single machine needs platform none or external'] : []),
    ...(platform === 'baremetal' && ingressVip === undefined ? ['platform baremetal needs `ingressVip`'] : []),
    ...unknown.map((name) => `there is no machine ${name} for the entry in \`hosts\``),
  ];
}

function addresses(facts: ClusterFacts): readonly string[] {
  const { machines, machineNetwork, podSubnet, serviceSubnet, platform, ingressVip } = facts;
  const vips = platform === 'baremetal' ? [apiVipOf(facts), ingressVip ?? ''].filter((one) => one !== '') : [];
  const inside = (address: string): boolean => shares(machineNetwork, address);
  const ranges = [machineNetwork, podSubnet, serviceSubnet];
  return [
    ...[...machines.map(({ address }) => address), ...vips]
      .filter((one) => !inside(one))
      .map((one) => `${one} is not in ${machineNetwork}`),
    ...vips.filter((one) => machines.some(({ address }) => address === one)).map((one) => `${one} is a machine's own address`),
    ...ranges.flatMap((one, at) =>
      ranges
        .slice(at + 1)
        .filter((other) => shares(one, other))
        .map((other) => `${one} and ${other} share addresses`),
    ),
  ];
}

function shares(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  return a !== undefined && b !== undefined && overlaps(a, b);
}
