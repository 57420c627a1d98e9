import type { IgnoredCheck } from './scripts.js';

/** Programs of a machine that belong to one version of Kubernetes. */
export const programs = ['kubeadm', 'kubelet', 'kubectl'] as const;

/** Folder on the machine with the programs of a version. */
export const programFolder = (version: string): string => `/var/lib/strata/kubernetes/${version}`;

/** Folder on the machine with what it ran before an upgrade from this version. */
export const backupFolder = (from: string): string => `/var/lib/strata/upgrade/from-${from}`;

/** What a machine is in the cluster: it decides how kubeadm upgrades it. */
export type MachinePart = 'first-control-plane' | 'control-plane' | 'worker';

const configuration = '/var/lib/kubelet/config.yaml /var/lib/kubelet/kubeadm-flags.env';
const manifests = '/etc/kubernetes/manifests';

/**
 * Fetches the programs out of their image and keeps them in a folder of the version. containerd compares every byte with
 * the image's digest. `reference` is `host:port/name:tag@sha256:…`, plain HTTP.
 */
export function fetchProgramsScript(reference: string, version: string): string {
  const folder = programFolder(version);
  return [
    'mount=$(mktemp -d /run/strata-programs.XXXXXX)',
    `trap 'ctr -n k8s.io images unmount --rm "$mount" >/dev/null 2>&1 || true; rmdir "$mount" 2>/dev/null || true' EXIT`,
    `ctr -n k8s.io images pull --plain-http ${reference} >/dev/null`,
    `ctr -n k8s.io images mount ${reference} "$mount" >/dev/null`,
    `rm -rf ${folder}.new`,
    `mkdir -p ${folder}.new`,
    ...programs.map((name) => `install -m 0755 "$mount/bin/${name}" ${folder}.new/${name}`),
    `rm -rf ${folder}`,
    `printf '%s\\n' ${reference.slice(reference.indexOf('@') + 1)} > ${folder}.new/digest`,
    `mv ${folder}.new ${folder}`,
    '',
  ].join('\n');
}

/** Puts programs of a folder where the machine starts them, each one whole or not at all. */
export const installScript = (folder: string): string =>
  `${programs
    .flatMap((name) => [
      `install -m 0755 ${folder}/${name} /usr/bin/${name}.strata`,
      `mv -f /usr/bin/${name}.strata /usr/bin/${name}`,
    ])
    .join('\n')}\n`;

/** Keeps what the machine runs now; what an earlier attempt kept is what it ran before that one. */
export function backupScript(from: string): string {
  const folder = backupFolder(from);
  return [
    `if [ ! -e ${folder} ]; then`,
    `  rm -rf ${folder}.new`,
    `  mkdir -p -m 0700 ${folder}.new`,
    ...programs.map((name) => `  cp -a /usr/bin/${name} ${folder}.new/`),
    `  cp -a ${configuration} ${folder}.new/`,
    `  if [ -d ${manifests} ]; then cp -a ${manifests} ${folder}.new/; fi`,
    `  mv ${folder}.new ${folder}`,
    'fi',
    '',
  ].join('\n');
}

/** Programs that are to be installed lie ready; those a machine starts already are laid there. */
export function readyScript(version: string): string {
  const folder = programFolder(version);
  return [
    `if [ ! -x ${folder}/kubelet ]; then`,
    `  [ "$(kubeadm version -o short)" = ${version} ] || { echo 'programs of ${version} are not there' >&2; exit 1; }`,
    `  mkdir -p ${folder}`,
    ...programs.map((name) => `  cp -a /usr/bin/${name} ${folder}/`),
    'fi',
    '',
  ].join('\n');
}

/** Upgrades what kubeadm manages on the machine, with kubeadm of the new version; kubelet itself comes afterwards. */
export function upgradeScript(part: MachinePart, version: string, config: string, ignored: readonly IgnoredCheck[]): string {
  const kubeadm = `${programFolder(version)}/kubeadm`;
  const checks = ignored.length === 0 ? '' : ` --ignore-preflight-errors=${ignored.map(({ check }) => check).join(',')}`;
  const verb = part === 'first-control-plane' ? 'apply --yes' : 'node';
  return [
    'mkdir -p /run/strata',
    `${kubeadm} upgrade ${verb} --config ${config}${checks} >/run/strata/kubeadm.log 2>&1 || { cat /run/strata/kubeadm.log >&2; exit 1; }`,
    '',
  ].join('\n');
}

/** Starts kubelet of the new version. */
export const restartKubeletScript = 'systemctl daemon-reload\nsystemctl restart kubelet.service\n';

/** Brings back what an upgrade found: programs, kubelet's configuration and, where asked for, static pods that differ. */
export function rollbackScript(from: string, what: 'kubelet' | 'everything'): string {
  const folder = backupFolder(from);
  const pods = [
    `if [ -d ${folder}/manifests ]; then`,
    `  for file in ${folder}/manifests/*; do`,
    `    cmp -s "$file" "${manifests}/\${file##*/}" || { cp -a "$file" ${manifests}/.strata; mv -f ${manifests}/.strata "${manifests}/\${file##*/}"; }`,
    '  done',
    'fi',
  ];
  return [
    installScript(folder).trimEnd(),
    `cp -a ${folder}/config.yaml ${folder}/kubeadm-flags.env /var/lib/kubelet/`,
    ...(what === 'everything' ? pods : []),
    restartKubeletScript,
  ].join('\n');
}

/** After an upgrade nobody goes back: what it kept and laid ready only takes space. */
export const tidyScript = (from: string, version: string): string => `rm -rf ${backupFolder(from)} ${programFolder(version)}\n`;
