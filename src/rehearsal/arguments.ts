/** Where the parts of a simulated control plane find each other. */
export interface Places {
  readonly folder: string;
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly apiPort: number;
  readonly kubeconfig: string;
  readonly tokens: string;
  readonly egress: string;
  readonly key: string;
  readonly certs: string;
}

/** etcd without fsync: what a rehearsal stores is thrown away. */
export function etcdArguments({ folder, etcdPort, etcdPeerPort }: Places): readonly string[] {
  const client = `http://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${etcdPeerPort}`;
  return [
    ...['--name', 'default', '--data-dir', `${folder}/etcd`, '--unsafe-no-fsync', '--log-level', 'error'],
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
    // A data directory that was kept names the ports of the run that made it.
    '--force-new-cluster',
  ];
}

/** Flags of kube-apiserver: as a cluster has them, except that what it asks of the cluster goes through a tunnel. */
export function apiServerArguments(places: Places): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${places.etcdPort}`,
    '--bind-address=127.0.0.1',
    // An address of documentation, which nobody asks: without one, a machine without a route could not rehearse.
    '--advertise-address=192.0.2.1',
    `--secure-port=${places.apiPort}`,
    `--cert-dir=${places.certs}`,
    `--token-auth-file=${places.tokens}`,
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    `--service-account-key-file=${places.key}`,
    `--service-account-signing-key-file=${places.key}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.96.0.0/16',
    `--egress-selector-config-file=${places.egress}`,
    // One machine asks for everything here: fairness between many would only slow it down.
    '--enable-priority-and-fairness=false',
    '--max-requests-inflight=0',
    '--max-mutating-requests-inflight=0',
  ];
}

const clients = ['--kube-api-qps=500', '--kube-api-burst=1000'];

export const controllerManagerArguments = ({ kubeconfig, key, certs }: Places): readonly string[] => [
  `--kubeconfig=${kubeconfig}`,
  `--service-account-private-key-file=${key}`,
  `--root-ca-file=${certs}/apiserver.crt`,
  '--leader-elect=false',
  '--secure-port=0',
  // Publishes a certificate authority; the API server here has a certificate of its own making, and no authority.
  '--controllers=*,-kube-apiserver-serving-clustertrustbundle-publisher-controller',
  '--concurrent-deployment-syncs=20',
  '--concurrent-replicaset-syncs=20',
  ...clients,
];

export const schedulerArguments = ({ kubeconfig }: Places): readonly string[] => [
  `--kubeconfig=${kubeconfig}`,
  '--leader-elect=false',
  '--secure-port=0',
  ...clients,
];

/** What KWOK makes of machines and pods: ready at once, gone at once, a Job's pod done at once. */
const stages = [
  'pod/fast/pod-ready.yaml',
  'pod/fast/pod-complete.yaml',
  'pod/fast/pod-delete.yaml',
  'node/fast/node-initialize.yaml',
  'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
] as const;

/** KWOK plays every machine, and the pods on it; `folder` holds the stages its makers ship. */
export const kwokArguments = ({ kubeconfig }: Places, folder: string): readonly string[] => [
  ...stages.map((file) => `--config=${folder}/kustomize/stage/${file}`),
  `--kubeconfig=${kubeconfig}`,
  '--manage-all-nodes=true',
  '--node-lease-duration-seconds=40',
];

/** Who may do what: one user, allowed everything. */
export const kubeconfigText = (port: number, certs: string, token: string): string =>
  `${JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'rehearsal', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': `${certs}/apiserver.crt` } },
    ],
    users: [{ name: 'strata', user: { token } }],
    contexts: [{ name: 'rehearsal', context: { cluster: 'rehearsal', user: 'strata' } }],
    'current-context': 'rehearsal',
  })}\n`;

/** Socket of the tunnel, in the folder the API server runs in. */
export const tunnelName = 'tunnel.sock';

/** Webhooks and aggregated APIs are reached through the tunnel; etcd and the rest as always. */
export const egressText = (): string =>
  `${JSON.stringify({
    apiVersion: 'apiserver.k8s.io/v1beta1',
    kind: 'EgressSelectorConfiguration',
    egressSelections: [
      { name: 'cluster', connection: { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: tunnelName } } } },
    ],
  })}\n`;
