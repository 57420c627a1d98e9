import { places, prefixes } from './places.js';

/** What a member runs as. */
export type Role = 'server' | 'agent';

/** Shell function `rke2_bin`: path of the program, whichever way it was installed. */
const findBinary = `rke2_bin() { for d in ${prefixes.join(' ')}; do [ -x "$d/rke2" ] && { echo "$d/rke2"; return; }; done; return 0; }
`;

/**
 * Prints what a member is, as `key=value`. `rke2 --version` begins with
 * `rke2 version v1.36.3+rke2r1 (commit)`: https://docs.rke2.io/reference/cli_tools
 */
export const factsScript = (role: Role): string => `set +e
${findBinary}
bin=$(rke2_bin)
printf 'binary=%s\\n' "$([ -n "$bin" ] && "$bin" --version 2>/dev/null | sed -n 's/^rke2 version \\([^ ]*\\).*/\\1/p')"
printf 'service=%s\\n' "$(systemctl is-active rke2-${role}.service 2>/dev/null)"
printf 'enabled=%s\\n' "$(systemctl is-enabled rke2-${role}.service 2>/dev/null)"
printf 'archives=%s\\n' "$(ls ${places.images} 2>/dev/null | grep -c '^rke2-images')"
[ -d ${places.etcd} ] && echo datastore=yes
[ -s ${places.kubeconfig} ] && echo kubeconfig=yes
[ -s ${places.authority} ] && printf 'authority=%s\\n' "$(sha256sum < ${places.authority} | cut -d' ' -f1)"
[ -s ${places.release} ] && printf 'release=%s\\n' "$(sha256sum < ${places.release} | cut -d' ' -f1)"
for f in ${places.token} ${places.agentToken}; do [ -e "$f" ] && printf 'mode:%s=%s\\n' "$f" "$(stat -c %a "$f")"; done
`;

/** Takes a release out of its tarball, over what is there: program, units and uninstall script come together. */
export const unpackScript = (tarball: string): string => `
tar -xzf ${tarball} -C /usr/local
rm -f ${tarball}
systemctl daemon-reload
`;

/** Starts a member, or starts it again with what it now has; returns when systemd heard that it is up (Type=notify). */
export const startScript = (role: Role): string => `
systemctl daemon-reload
systemctl enable --quiet rke2-${role}.service
systemctl restart rke2-${role}.service
systemctl is-active --quiet rke2-${role}.service
`;

/** Keeps etcd as it is now: https://docs.rke2.io/datastore/backup_restore */
export const snapshotScript = (name: string): string => `${findBinary}
"$(rke2_bin)" etcd-snapshot save --name ${name} >/run/strata-rke2-snapshot.log 2>&1 || { tail -n 5 /run/strata-rke2-snapshot.log >&2; exit 1; }
`;

/** `Encryption Status: Enabled` and more: https://docs.rke2.io/security/secrets_encryption */
export const encryptionScript = `${findBinary}
"$(rke2_bin)" secrets-encrypt status
`;

/** Runs the uninstall script that lies beside the program; it stops, unmounts and removes everything, itself at last. */
export const uninstallScript = `for d in ${prefixes.join(' ')}; do
  if [ -x "$d/rke2-uninstall.sh" ]; then "$d/rke2-uninstall.sh" >/run/strata-rke2-uninstall.log 2>&1 || { tail -n 5 /run/strata-rke2-uninstall.log >&2; exit 1; }; fi
done
rm -f ${places.token} ${places.agentToken}
`;
