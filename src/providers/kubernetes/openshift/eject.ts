import { type Ejection, type Given, isRef, type Kit, type Later } from '../../../model/index.js';
import { toYaml } from '../../../tools/document/index.js';
import { agentConfig, type ClusterFacts, installConfig, withheld } from './documents.js';
import { plannedMachines } from './nodes.js';
import type { OpenshiftSpec } from './spec.js';

/** What is known without the machines; a word in capitals stands for what is not. */
const known = (value: Later<string>, word: string): string => (isRef(value) ? word : value);

/** The installer's two files; the secrets are put in by the recipe, from the user's own files. */
export function ejectOpenshift(spec: OpenshiftSpec, { infrastructure }: Given<'kubernetes'>, kit: Kit): Ejection {
  const facts = factsOf(spec, infrastructure, kit);
  const install = installConfig(facts, withheld);
  const agent = agentConfig(facts);
  const { pullSecret: _, sshKey: __, ...open } = install.ok ? install.value : {};
  const secrets = `printf "pullSecret: '%s'\\nsshKey: '%s'\\n" "$$(tr -d '\\n' < "$(PULL_SECRET_FILE)")" "$$(cat "$(SSH_PUBLIC_KEY_FILE)")"`;
  const iso = `assets/agent.${spec.architecture === 'arm64' ? 'aarch64' : 'x86_64'}.iso`;
  const unknown = facts.machines.filter(({ address }) => address.startsWith('ADDRESS-OF-')).map(({ name }) => name);
  return {
    files: [
      { path: 'install-config.yaml', text: toYaml([open]) },
      { path: 'agent-config.yaml', text: toYaml(agent.ok ? [agent.value] : []) },
    ],
    variables: [
      { name: 'PULL_SECRET_FILE', why: 'file with the pull secret' },
      { name: 'SSH_PUBLIC_KEY_FILE', why: 'file with the public key for the user core' },
    ],
    programs: ['openshift-install', 'kubectl'],
    check: ['openshift-install version'],
    apply: [
      `test -e ${iso} || { umask 077; mkdir -p assets && cp agent-config.yaml assets/ && { cat install-config.yaml; ${secrets}; } > assets/install-config.yaml; }`,
      `test -e ${iso} || openshift-install agent create image --dir assets`,
      `@echo "boot every machine from ${iso}"`,
      'openshift-install agent wait-for bootstrap-complete --dir assets',
      'openshift-install agent wait-for install-complete --dir assets',
      'kubectl --kubeconfig assets/auth/kubeconfig wait --for=condition=Available clusteroperators --all --timeout=30m',
    ],
    destroy: [],
    leftOut: [
      'The cluster ends with its machines: `make destroy` removes nothing.',
      'Updates are `oc adm upgrade`; nothing refuses one that skips a minor version.',
      ...(unknown.length === 0
        ? []
        : [`Addresses that are known once the machines are made are to be filled in: ${unknown.join(', ')}.`]),
    ],
  };
}

function factsOf(spec: OpenshiftSpec, infrastructure: Given<'kubernetes'>['infrastructure'], kit: Kit): ClusterFacts {
  const text = (file: string): string => kit.text(kit.catalog(`kubernetes/openshift/${file}`));
  return {
    ...spec,
    name: spec.name ?? kit.environment,
    baseDomain: spec.baseDomain ?? known(infrastructure.domain, 'DOMAIN'),
    machines: (plannedMachines(infrastructure.nodes) ?? []).map(({ name, role, address }) => ({
      name,
      role,
      address: known(address, `ADDRESS-OF-${name}`),
    })),
    api: known(infrastructure.api, 'API'),
    trustBundle: spec.trustBundle === undefined ? '' : kit.text(kit.project(spec.trustBundle)),
    templates: { install: text('install-config.yaml'), agent: text('agent-config.yaml') },
  };
}
