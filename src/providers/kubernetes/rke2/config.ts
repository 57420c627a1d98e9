import { Errors } from 'typebox/schema';
import { stringify } from 'yaml';
import { err, ok, type Result } from '../../../model/index.js';
import { places, registrationPort, type Role } from '../../../tools/rke2/index.js';
import { render } from '../../../tools/kubeadm/index.js';
import type { RemoteFile } from '../../../tools/ssh/index.js';
import { configRefused, flagOwned } from './errors.js';
import type { Rke2Spec } from './spec.js';

/** JSON Schema of each flag. */
export interface FlagSchema {
  readonly properties: Readonly<Record<string, object>>;
}

/** What a member's files are made from; holds no secret. */
export interface MemberFacts {
  readonly name: string;
  readonly address: string;
  readonly role: Role;
  /** Where it registers; absent for the first server. */
  readonly registration?: string;
  /** `host:port` of the API. */
  readonly api: string;
  /** Names and addresses of all servers. */
  readonly servers: readonly { readonly name: string; readonly address: string }[];
  /** There are agents to take the workloads. */
  readonly agents: boolean;
  readonly registry: string;
  readonly settings: Omit<Rke2Spec, 'install' | 'version' | 'storage' | 'drainSeconds' | 'registration'>;
  readonly templates: { readonly auditPolicy: string; readonly podSecurity: string };
  /** What config.yaml may hold. */
  readonly flags: FlagSchema;
}

/** Registry names every machine gets from the environment's registry. */
const mirrored = ['docker.io', 'registry.k8s.io', 'ghcr.io', 'quay.io', 'strata.local'] as const;

/** Keys that would put a secret into the definition, or that change what the cluster is. */
const never = [
  'token',
  'agent-token',
  'etcd-s3-access-key',
  'etcd-s3-secret-key',
  'etcd-s3-session-token',
  'datastore-endpoint',
  'cluster-reset',
  'cluster-reset-restore-path',
  'data-dir',
  'config',
];

type Config = Readonly<Record<string, unknown>>;

/** config.yaml as data: https://docs.rke2.io/install/configuration#configuration-file */
function configOf(facts: MemberFacts): Config {
  const { settings, role, name, address } = facts;
  const { labels, taints } = settings[`${role}s`];
  const list = (key: string, values: readonly string[]): Config => (values.length > 0 ? { [key]: values } : {});
  const dedicated = role === 'server' && settings.dedicatedServers && facts.agents ? ['CriticalAddonsOnly=true:NoExecute'] : [];
  return {
    ...(facts.registration !== undefined && { server: `https://${facts.registration}:${registrationPort}` }),
    'token-file': role === 'server' ? places.token : places.agentToken,
    'node-name': name,
    'node-ip': [address],
    ...(settings.profile === 'cis' && { profile: 'cis' }),
    selinux: settings.selinux,
    'disable-default-registry-endpoint': true,
    ...list(
      'node-label',
      Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .sort(),
    ),
    ...list('node-taint', [...dedicated, ...taints]),
    ...(role === 'server' && serverConfig(facts)),
  };
}

function serverConfig({ settings, api, servers }: MemberFacts): Config {
  const names = [
    api.slice(0, api.lastIndexOf(':')),
    ...servers.flatMap(({ name, address }) => [name, address]),
    ...settings.tlsNames,
  ];
  return {
    'agent-token-file': places.agentToken,
    'tls-san': [...new Set(names)],
    'write-kubeconfig-mode': '0600',
    cni: [settings.cni],
    'ingress-controller': [settings.ingress],
    'cluster-cidr': [settings.podSubnet],
    'service-cidr': [settings.serviceSubnet],
    'cluster-domain': settings.clusterDomain,
    'secrets-encryption-provider': settings.secretsProvider,
    ...(settings.audit && { 'audit-policy-file': places.auditPolicy }),
    'pod-security-admission-config-file': places.podSecurity,
    'etcd-snapshot-schedule-cron': settings.snapshots.schedule,
    'etcd-snapshot-retention': settings.snapshots.keep,
    'kube-apiserver-arg': apiServerArguments(settings),
  };
}

/** Tokens are not prolonged beyond their time: CIS 1.2, https://docs.rke2.io/security/hardening_guide#rke2-configuration */
function apiServerArguments({ apiServer, audit, profile }: MemberFacts['settings']): readonly string[] {
  const own = {
    ...(profile === 'cis' && { 'service-account-extend-token-expiration': 'false' }),
    ...(audit && {
      'audit-log-path': places.auditLog,
      'audit-log-maxage': '30',
      'audit-log-maxbackup': '10',
      'audit-log-maxsize': '100',
    }),
  };
  return Object.entries({ ...own, ...apiServer })
    .map(([key, value]) => `${key}=${value}`)
    .sort();
}

/** config.yaml with the user's own flags, compared with what RKE2 has. */
export function memberConfig(facts: MemberFacts): Result<Config> {
  const own = configOf(facts);
  const { flags } = facts.settings[`${facts.role}s`];
  const taken = Object.keys(flags).filter((key) => key in own || never.includes(key));
  if (taken.length > 0) return err(flagOwned(facts.role, taken));
  const whole = { ...own, ...flags };
  const problems = problemsIn(whole, facts.flags);
  return problems.length === 0 ? ok(whole) : err(configRefused(facts.role, problems));
}

/** What the schema of the catalog says against a configuration, in words. Only keys that are there are compared: there are a hundred. */
export function problemsIn(config: Config, flags: FlagSchema): readonly string[] {
  const keys = Object.keys(config);
  const unknown = keys.filter((key) => !Object.hasOwn(flags.properties, key)).map((key) => `there is no flag ${key}`);
  const properties = Object.fromEntries(
    keys.flatMap((key) => (flags.properties[key] === undefined ? [] : [[key, flags.properties[key]]])),
  );
  const [, errors] = Errors({ type: 'object', properties }, config);
  return [...unknown, ...new Set(errors.map(({ instancePath, message }) => `${instancePath.slice(1)} ${message}`))];
}

/** Flags of servers and of agents, as the catalog's schema describes them; none where there is no schema. */
export function flagsIn(schema: string): Readonly<Record<Role, FlagSchema>> {
  const none: FlagSchema = { properties: {} };
  const all = JSON.parse(schema === '' ? '{}' : schema) as { readonly $defs?: Readonly<Record<Role, FlagSchema>> }; // our own file
  return all.$defs ?? { server: none, agent: none };
}

/** All files of a member that hold no secret. */
export function memberFiles(facts: MemberFacts): Result<readonly RemoteFile[]> {
  const { settings, templates, role, registry } = facts;
  const config = memberConfig(facts);
  if (!config.ok) return config;
  const security = render(templates.podSecurity, {
    enforce: settings.podSecurity.enforce,
    exempt: JSON.stringify(settings.podSecurity.exempt),
  });
  if (!security.ok) return security;
  const private_ = '0600';
  return ok([
    { path: places.config, content: stringify(config.value, { lineWidth: 0 }), mode: private_ },
    { path: places.registries, content: registriesOf(registry), mode: private_ },
    ...(role === 'server' ? [{ path: places.podSecurity, content: security.value, mode: private_ }] : []),
    ...(role === 'server' && settings.audit
      ? [{ path: places.auditPolicy, content: templates.auditPolicy, mode: private_ }]
      : []),
  ]);
}

/** Every image comes from the environment's registry: https://docs.rke2.io/install/private_registry */
const registriesOf = (registry: string): string =>
  stringify({ mirrors: Object.fromEntries(mirrored.map((host) => [host, { endpoint: [`http://${registry}`] }])) });
