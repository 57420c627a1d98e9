import type { IgnoredCheck } from '../../../tools/kubeadm/index.js';

/** Checks of kubeadm's preflight that do not apply, each with its reason. All others are kept. */
export function ignoredChecks(cgroup: 'v1' | 'v2'): readonly IgnoredCheck[] {
  const always: readonly IgnoredCheck[] = [
    {
      check: 'SystemVerification',
      because: 'reads the kernel configuration of the host, which a machine in a container has no file of, and refuses cgroup v1',
    },
    {
      check: 'FileContent--proc-sys-net-bridge-bridge-nf-call-iptables',
      because: 'pods of one machine reach Services through routes of the bridge, not through its packet filter',
    },
    { check: 'Swap', because: "swap is the host's; kubelet is told to start beside it and gives none to pods" },
  ];
  return cgroup === 'v1'
    ? [
        ...always,
        {
          check: 'ContainerRuntimeVersion',
          because: "the image's containerd does not tell its cgroup driver; it is set on both sides",
        },
      ]
    : always;
}

/** Checks of an upgrade that do not apply: those of a machine, and those of an addon that is ours. */
export const ignoredUpgradeChecks = (cgroup: 'v1' | 'v2'): readonly IgnoredCheck[] => [
  ...ignoredChecks(cgroup),
  { check: 'CoreDNSUnsupportedPlugins', because: 'CoreDNS and its configuration are from the catalog, not from kubeadm' },
  { check: 'CoreDNSMigration', because: 'kubeadm does not touch CoreDNS here' },
];
