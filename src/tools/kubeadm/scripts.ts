/** A preflight check that is not applied, and why. */
export interface IgnoredCheck {
  readonly check: string;
  readonly because: string;
}

/** Says nothing unless it fails: pages of kernel options are of interest only then. `show` prints the log. */
const quiet = (command: string, show = 'cat'): readonly string[] => [
  'mkdir -p /run/strata',
  `${command} >/run/strata/kubeadm.log 2>&1 || { ${show} /run/strata/kubeadm.log >&2; exit 1; }`,
];

const ignoring = (checks: readonly IgnoredCheck[]): string =>
  checks.length === 0 ? '' : ` --ignore-preflight-errors=${checks.map(({ check }) => check).join(',')}`;

/**
 * Makes the control plane. Every phase but preflight may be repeated: kubeadm keeps certificates that are there and
 * writes manifests anew, so a killed or changed one is simply run again. Preflight would take its own traces for a conflict.
 */
export function initScript(config: string, ignored: readonly IgnoredCheck[]): string {
  return [
    `if [ ! -e /etc/kubernetes/manifests ] || [ -z "$(ls -A /etc/kubernetes/manifests)" ]; then`,
    ...quiet(`kubeadm init phase preflight --config ${config}${ignoring(ignored)}`),
    'fi',
    `kubeadm init --config ${config} --skip-phases=preflight,bootstrap-token,addon,show-join-command`,
    // It says the token it makes.
    ...quiet(`kubeadm init phase bootstrap-token --config ${config}`, 'grep -v token'),
    // kubeadm makes a token that lives a day; machines join with tokens of their own that live for minutes.
    'export KUBECONFIG=/etc/kubernetes/admin.conf',
    'kubectl -n kube-system delete secret --field-selector type=bootstrap.kubernetes.io/token --ignore-not-found >/dev/null',
    '',
  ].join('\n');
}

/** A configuration with a secret in it is removed whatever happens. */
const removed = (...files: readonly string[]): string => `trap 'rm -f ${files.join(' ')}' EXIT`;

/** Puts a machine back that was joined before, or was cut off in the middle; one that was never touched is left alone. */
const clean = [
  'if [ -e /etc/kubernetes/kubelet.conf ] || [ -e /etc/kubernetes/bootstrap-kubelet.conf ] || [ -e /etc/kubernetes/pki/ca.crt ]; then',
  '  kubeadm reset --force >/dev/null 2>&1 || true',
  // What a member of another life stored would keep it out of the new one.
  '  rm -rf /var/lib/etcd/member',
  'fi',
] as const;

/** Joins a machine; one that was cut off in the middle is put back first. The configuration, which holds a token, is removed in any case. */
export function joinScript(config: string, ignored: readonly IgnoredCheck[]): string {
  return [removed(config), ...clean, ...quiet(`kubeadm join --config ${config}${ignoring(ignored)}`), ''].join('\n');
}

/** Lets a control plane that is to come fetch this one's certificates, encrypted with the key in the configuration; kubeadm would print the key. */
export function uploadCertificatesScript(config: string): string {
  return [
    removed(config, '/run/strata/kubeadm.log'),
    ...quiet(`kubeadm init phase upload-certs --upload-certs --skip-certificate-key-print --config ${config}`),
    '',
  ].join('\n');
}

/** Writes the static pods of a control plane anew, from the configuration the cluster holds. */
export const rewriteControlPlaneScript = (ignored: readonly IgnoredCheck[]): string =>
  [...quiet(`kubeadm upgrade node --skip-phases=kubelet-config,addon,post-upgrade${ignoring(ignored)}`), ''].join('\n');

/** Takes a machine out of its cluster: pods, credentials, what kubeadm and its pods stored. Already clean = nothing to do. */
export const resetScript = (): string =>
  [
    'command -v kubeadm >/dev/null || exit 0',
    ...clean.map((line) => line.replace(' >/dev/null 2>&1 || true', ' >/dev/null 2>&1')),
    'rm -rf /etc/kubernetes/strata',
    '',
  ].join('\n');
