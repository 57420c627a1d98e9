/** Paths of RKE2 on Linux: https://docs.rke2.io/install/configuration, https://docs.rke2.io/install/airgap */
export const places = {
  config: '/etc/rancher/rke2/config.yaml',
  token: '/etc/rancher/rke2/token',
  agentToken: '/etc/rancher/rke2/agent-token',
  registries: '/etc/rancher/rke2/registries.yaml',
  auditPolicy: '/etc/rancher/rke2/strata-audit-policy.yaml',
  podSecurity: '/etc/rancher/rke2/strata-pod-security.yaml',
  /** Written by RKE2 for its administrator; points at 127.0.0.1. */
  kubeconfig: '/etc/rancher/rke2/rke2.yaml',
  /** What was unpacked here last, with its sums; written by Strata when all of it is in place. */
  release: '/etc/rancher/rke2/strata-release',
  /** The authority's certificate; its sum is what joining members compare. */
  authority: '/var/lib/rancher/rke2/server/tls/server-ca.crt',
  images: '/var/lib/rancher/rke2/agent/images',
  auditLog: '/var/lib/rancher/rke2/server/logs/audit.log',
  etcd: '/var/lib/rancher/rke2/server/db/etcd',
  encryption: '/var/lib/rancher/rke2/server/cred/encryption-config.json',
} as const;

/** Where servers take in new members; the API itself is on 6443. */
export const registrationPort = 9345;

/** The tarball puts the program below the first, packages below the second, read-only systems below the third. */
export const prefixes = ['/usr/local/bin', '/usr/bin', '/opt/rke2/bin'] as const;
