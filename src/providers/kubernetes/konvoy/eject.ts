import { type Ejection, type Given, isRef, type Kit, type Later, type Node, secretRef } from '../../../model/index.js';
import { toYaml } from '../../../tools/document/index.js';
import { inventories, namespace, ofRole, sshSecretOf } from './inventory.js';
import type { KonvoySpec } from './spec.js';

/** What is known without the machines; a word in capitals stands for what is not. */
const known = (value: Later<string>, word: string): string => (isRef(value) ? word : value);

/** The inventory, and one call of nkp that makes a cluster which manages itself. */
export function ejectKonvoy(spec: KonvoySpec, { infrastructure }: Given<'kubernetes'>, kit: Kit): Ejection {
  const name = spec.name ?? `${kit.platform}-${kit.environment}`;
  const nodes = plainNodes(infrastructure.nodes);
  const made = inventories({ name, nodes, template: kit.text(kit.catalog('kubernetes/konvoy/inventory.yaml')) });
  const own = { name: 'KUBECONFIG_OUT', why: 'where the kubeconfig is written', fallback: 'kubeconfig' };
  return {
    files: [{ path: 'inventory.yaml', text: toYaml(made.ok ? made.value : []) }],
    variables: [{ name: 'SSH_KEY', why: 'private key that opens the machines' }, own],
    programs: ['nkp', 'kubectl'],
    check: ['nkp version'],
    apply: [
      ...pushLines(spec),
      'nkp create bootstrap --kubeconfig bootstrap.kubeconfig' +
        (spec.airgap?.bootstrapImage === undefined ? '' : ` --bootstrap-cluster-image ${spec.airgap.bootstrapImage}`),
      `kubectl --kubeconfig bootstrap.kubeconfig create secret generic ${sshSecretOf(name)} -n ${namespace} --from-file=ssh-privatekey="$(SSH_KEY)"`,
      `kubectl --kubeconfig bootstrap.kubeconfig label secret ${sshSecretOf(name)} -n ${namespace} clusterctl.cluster.x-k8s.io/move=`,
      'kubectl --kubeconfig bootstrap.kubeconfig apply -f inventory.yaml',
      createLine(spec, name, nodes, known(infrastructure.api, 'API:6443')),
      `nkp get kubeconfig --cluster-name ${name} --namespace ${namespace} --kubeconfig bootstrap.kubeconfig > "$(KUBECONFIG_OUT)"`,
      'nkp create capi-components --kubeconfig "$(KUBECONFIG_OUT)"',
      'nkp move capi-resources --from-kubeconfig bootstrap.kubeconfig --to-kubeconfig "$(KUBECONFIG_OUT)"',
      'nkp delete bootstrap --kubeconfig bootstrap.kubeconfig',
    ],
    destroy: [
      `nkp delete cluster --cluster-name ${name} --namespace ${namespace} --self-managed=true --kubeconfig "$(KUBECONFIG_OUT)"`,
    ],
    leftOut: [
      'A run that ended midway is not taken up: see which of the two clusters holds the objects before you run the lines again.',
      ...(nodes.some(({ ssh }) => ssh.user === 'the-ssh-user')
        ? ['User and port of the machines are known once these are made: fill them in in inventory.yaml.']
        : []),
    ],
  };
}

function plainNodes(nodes: Later<readonly Node[]>): readonly Node[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: Later<Node>): readonly Node[] => {
    if (isRef(node) || isRef(node.role)) return [];
    const name = known(node.name, 'NAME');
    const ssh = isRef(node.ssh)
      ? { user: 'the-ssh-user', port: 22 }
      : { user: known(node.ssh.user, 'the-ssh-user'), port: isRef(node.ssh.port) ? 22 : node.ssh.port };
    return [
      {
        name,
        role: node.role,
        address: known(node.address, `ADDRESS-OF-${name}`),
        ssh: { ...ssh, key: secretRef('key'), hostKey: '' },
      },
    ];
  });
}

const pushLines = ({ airgap }: KonvoySpec): readonly string[] =>
  (airgap?.bundles ?? []).map((bundle) => `nkp push bundle --bundle ${bundle} --to-registry ${airgap?.registry ?? 'REGISTRY'}`);

function createLine(spec: KonvoySpec, name: string, nodes: readonly Node[], api: string): string {
  const [host = '', port = '6443'] = api.split(':');
  return [
    `nkp create cluster preprovisioned --cluster-name ${name} --namespace ${namespace} --kubernetes-version ${spec.version.slice(1)}`,
    `--control-plane-endpoint-host ${host} --control-plane-endpoint-port ${port}`,
    ...(spec.virtualInterface === undefined ? [] : [`--virtual-ip-interface ${spec.virtualInterface}`]),
    `--control-plane-replicas ${ofRole(nodes, 'control-plane').length} --worker-replicas ${ofRole(nodes, 'worker').length}`,
    `--kubernetes-pod-network-cidr ${spec.podSubnet} --kubernetes-service-cidr ${spec.serviceSubnet}`,
    '--pre-provisioned-inventory-file inventory.yaml --ssh-private-key-file "$(SSH_KEY)"',
    ...(spec.airgap?.registry === undefined ? [] : [`--registry-mirror-url ${spec.airgap.registry}`]),
    ...(spec.airgap?.authority === undefined ? [] : [`--registry-mirror-cacert ${spec.airgap.authority}`]),
    ...(spec.overrides === undefined ? [] : [`--override-secret-name ${spec.overrides}`]),
    '--wait --kubeconfig bootstrap.kubeconfig',
  ].join(' ');
}
