import { type Json, ok, type Result } from '../../../model/index.js';
import { type Document, laidOver, toYaml } from '../../../tools/document/index.js';
import type { OpenshiftSpec } from './spec.js';

/** A machine as the installer is told of it. */
export interface Machine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly address: string;
}

/** All that the installer's two files are made of, but for secrets. */
export interface ClusterFacts
  extends Pick<
    OpenshiftSpec,
    | 'platform'
    | 'machineNetwork'
    | 'podSubnet'
    | 'hostPrefix'
    | 'serviceSubnet'
    | 'architecture'
    | 'hosts'
    | 'mirrors'
    | 'fips'
    | 'ntp'
  > {
  readonly name: string;
  readonly baseDomain: string;
  readonly machines: readonly Machine[];
  /** `host:port` of the API. */
  readonly api: string;
  readonly apiVip?: string | undefined;
  readonly ingressVip?: string | undefined;
  readonly proxy?: OpenshiftSpec['proxy'] | undefined;
  /** PEM; empty where there is none. */
  readonly trustBundle: string;
  readonly templates: { readonly install: string; readonly agent: string };
}

/** What is secret in them. */
export interface Secrets {
  readonly pullSecret: string;
  readonly sshKey: string;
}

/** Stands where a secret would, in all that is shown or compared. */
export const withheld: Secrets = { pullSecret: '(withheld)', sshKey: '(withheld)' };

const count = ({ machines }: ClusterFacts, role: Machine['role']): number => machines.filter((one) => one.role === role).length;

/** The machine that leads the installation: the first of the control plane. */
export const rendezvous = ({ machines }: Pick<ClusterFacts, 'machines'>): Machine | undefined =>
  machines.find(({ role }) => role === 'control-plane');

/** Where the API is reached on platform baremetal. */
export const apiVipOf = ({ apiVip, api }: Pick<ClusterFacts, 'api' | 'apiVip'>): string => apiVip ?? api.replace(/:\d+$/, '');

/** install-config.yaml. Fields: https://github.com/openshift/installer pkg/types/installconfig.go */
export function installConfig(facts: ClusterFacts, { pullSecret, sshKey }: Secrets): Result<Document> {
  const pool = { architecture: facts.architecture, hyperthreading: 'Enabled' };
  return laidOver('kubernetes/openshift/install-config.yaml', facts.templates.install, {
    apiVersion: 'v1',
    metadata: { name: facts.name },
    baseDomain: facts.baseDomain,
    controlPlane: { ...pool, name: 'master', replicas: count(facts, 'control-plane') },
    compute: [{ ...pool, name: 'worker', replicas: count(facts, 'worker') }],
    networking: {
      machineNetwork: [{ cidr: facts.machineNetwork }],
      clusterNetwork: [{ cidr: facts.podSubnet, hostPrefix: facts.hostPrefix }],
      serviceNetwork: [facts.serviceSubnet],
    },
    platform: platform(facts),
    fips: facts.fips,
    proxy: proxy(facts),
    additionalTrustBundle: facts.trustBundle === '' ? undefined : facts.trustBundle,
    additionalTrustBundlePolicy: facts.trustBundle === '' ? undefined : 'Always',
    imageDigestSources:
      facts.mirrors.length === 0 ? undefined : facts.mirrors.map(({ source, mirrors }) => ({ source, mirrors })),
    pullSecret,
    sshKey,
  });
}

function platform(facts: ClusterFacts): Document {
  if (facts.platform === 'external') return { external: { platformName: 'strata' } };
  if (facts.platform === 'none') return { none: {} };
  return { baremetal: { apiVIPs: [apiVipOf(facts)], ingressVIPs: facts.ingressVip === undefined ? [] : [facts.ingressVip] } };
}

const proxy = ({ proxy: through }: ClusterFacts): Document | undefined =>
  through && {
    httpProxy: through.http,
    httpsProxy: through.https,
    noProxy: through.except.length === 0 ? undefined : through.except.join(','),
  };

/** agent-config.yaml. Fields: https://github.com/openshift/installer pkg/types/agent/agent_config_type.go */
export function agentConfig(facts: ClusterFacts): Result<Document> {
  const hosts = facts.machines.flatMap((machine) => hostOf(facts, machine));
  return laidOver('kubernetes/openshift/agent-config.yaml', facts.templates.agent, {
    apiVersion: 'v1beta1',
    kind: 'AgentConfig',
    metadata: { name: facts.name },
    rendezvousIP: rendezvous(facts)?.address,
    additionalNTPSources: facts.ntp.length === 0 ? undefined : [...facts.ntp],
    hosts: hosts.length === 0 ? undefined : hosts,
  });
}

function hostOf({ hosts, machineNetwork }: ClusterFacts, { name, role, address }: Machine): readonly Document[] {
  const host = hosts[name];
  if (host === undefined) return [];
  const { network, mac, disk, interface: nic = 'eno1' } = host;
  const prefix = network?.prefix ?? Number(machineNetwork.split('/')[1]);
  const fixed = network && nmstate({ ...network, name: nic, mac, address, prefix });
  return [
    {
      hostname: name,
      role: role === 'control-plane' ? 'master' : 'worker',
      interfaces: [{ name: nic, macAddress: mac }],
      rootDeviceHints: disk,
      networkConfig: fixed,
    },
  ];
}

interface Fixed {
  readonly name: string;
  readonly mac: string;
  readonly address: string;
  readonly prefix: number;
  readonly gateway: string;
  readonly dns: readonly string[];
}

/** A fixed address as nmstate says it. https://nmstate.io/examples.html */
const nmstate = ({ name, mac, address, prefix, gateway, dns }: Fixed): Json => ({
  interfaces: [
    {
      name,
      type: 'ethernet',
      state: 'up',
      'mac-address': mac,
      ipv4: { enabled: true, dhcp: false, address: [{ ip: address, 'prefix-length': prefix }] },
      ipv6: { enabled: false },
    },
  ],
  'dns-resolver': { config: { server: dns } },
  routes: {
    config: [{ destination: '0.0.0.0/0', 'next-hop-address': gateway, 'next-hop-interface': name, 'table-id': 254 }],
  },
});

/** Both files as one text. */
export function documents(facts: ClusterFacts, secrets: Secrets = withheld): Result<readonly [string, string]> {
  const install = installConfig(facts, secrets);
  if (!install.ok) return install;
  const agent = agentConfig(facts);
  return agent.ok ? ok([toYaml([install.value]), toYaml([agent.value])]) : agent;
}
