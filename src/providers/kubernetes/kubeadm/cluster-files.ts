import { ok, type Result } from '../../../model/index.js';
import { render } from '../../../tools/kubeadm/index.js';
import type { RemoteFile } from '../../../tools/ssh/index.js';

/** What the control plane's files are made from. */
export interface ClusterFacts {
  readonly name: string;
  readonly address: string;
  /** `host:port` of the API. */
  readonly apiServer: string;
  readonly clusterName: string;
  readonly version: string;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  readonly clusterDomain: string;
  /** Image references; their tags are what kubeadm is told. */
  readonly etcd: string;
  readonly dns: string;
  readonly cgroup: 'v1' | 'v2';
  readonly encryption: boolean;
  readonly audit: boolean;
  /** No workers: the control plane takes workloads. */
  readonly alone: boolean;
  readonly featureGates: Readonly<Record<string, boolean>>;
  readonly eviction: { readonly memory: string; readonly node: string; readonly images: string };
  readonly templates: { readonly init: string; readonly auditPolicy: string };
}

const folder = '/etc/kubernetes/strata';
/** kubeadm's configuration; holds no secret. */
export const kubeadmFile = `${folder}/kubeadm.yaml`;
/** The API server's EncryptionConfiguration; secret. */
export const encryptionFile = `${folder}/encryption.yaml`;
const auditFile = `${folder}/audit-policy.yaml`;
/** Where the API server writes its audit log. */
export const auditLog = '/var/log/kubernetes/audit.log';

const tagOf = (ref: string): string => ref.slice(ref.lastIndexOf(':') + 1);
const argument = (name: string, value: string): string => `- { name: ${name}, value: ${JSON.stringify(value)} }`;

/** Files of the control plane that hold no secret. */
export function clusterFiles(facts: ClusterFacts): Result<readonly RemoteFile[]> {
  const init = render(facts.templates.init, initValues(facts));
  if (!init.ok) return init;
  const config: RemoteFile = { path: kubeadmFile, content: init.value };
  return ok(facts.audit ? [config, { path: auditFile, content: facts.templates.auditPolicy }] : [config]);
}

function initValues(facts: ClusterFacts): Readonly<Record<string, string>> {
  const { eviction } = facts;
  return {
    name: facts.name,
    address: facts.address,
    apiServer: facts.apiServer,
    clusterName: facts.clusterName,
    version: facts.version,
    podSubnet: facts.podSubnet,
    serviceSubnet: facts.serviceSubnet,
    clusterDomain: facts.clusterDomain,
    etcdTag: tagOf(facts.etcd),
    dnsTag: tagOf(facts.dns),
    taints: facts.alone ? '[]' : '[{ key: node-role.kubernetes.io/control-plane, effect: NoSchedule }]',
    apiServerArgs: apiServerArguments(facts).join('\n'),
    apiServerVolumes: apiServerVolumes(facts).join('\n'),
    featureGates: JSON.stringify(facts.featureGates),
    // containerd and kubelet must agree; the image sets containerd by the same rule.
    cgroupDriver: facts.cgroup === 'v1' ? 'cgroupfs' : 'systemd',
    failCgroupV1: facts.cgroup === 'v1' ? 'false' : 'true',
    evictionMemory: eviction.memory,
    evictionNode: eviction.node,
    evictionImages: eviction.images,
  };
}

function apiServerArguments({ encryption, audit }: ClusterFacts): readonly string[] {
  return [
    ...(encryption ? [argument('encryption-provider-config', encryptionFile)] : []),
    ...(audit
      ? [
          argument('audit-policy-file', auditFile),
          argument('audit-log-path', auditLog),
          argument('audit-log-maxage', '30'),
          argument('audit-log-maxbackup', '5'),
          argument('audit-log-maxsize', '50'),
        ]
      : []),
  ];
}

function apiServerVolumes({ audit }: ClusterFacts): readonly string[] {
  const config = `- { name: strata, hostPath: ${folder}, mountPath: ${folder}, readOnly: true, pathType: DirectoryOrCreate }`;
  const log = '- { name: audit, hostPath: /var/log/kubernetes, mountPath: /var/log/kubernetes, pathType: DirectoryOrCreate }';
  return audit ? [config, log] : [config];
}
