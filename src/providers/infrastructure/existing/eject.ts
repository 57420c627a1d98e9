import type { Ejection, Kit } from '../../../model/index.js';
import { inventoryOf } from './inventory.js';
import type { ExistingSpec } from './spec.js';

/** The inventory as Ansible reads it, and the machines' host keys: there is nothing to make. */
export function ejectInventory(spec: ExistingSpec, kit: Kit): Ejection {
  const listed = inventoryOf(spec, kit.text(kit.project(spec.knownHosts)));
  const group = (role: 'control-plane' | 'worker', title: string): string =>
    `[${title}]\n${listed
      .filter((one) => one.role === role)
      .map(({ name, address, user, port }) => `${name} ansible_host=${address} ansible_user=${user} ansible_port=${port}\n`)
      .join('')}`;
  const known = listed.flatMap(({ address, port, hostKey }) =>
    hostKey === undefined ? [] : [`${port === 22 ? address : `[${address}]:${port}`} ${hostKey}\n`],
  );
  const ssh = "--ssh-common-args='-o UserKnownHostsFile=known_hosts -o StrictHostKeyChecking=yes'";
  return {
    files: [
      { path: 'inventory.ini', text: `${group('control-plane', 'control_planes')}\n${group('worker', 'workers')}` },
      { path: 'known_hosts', text: known.join('') },
    ],
    variables: [{ name: 'SSH_KEY', why: 'private key that opens the machines' }],
    programs: ['ansible'],
    check: ['ansible-inventory -i inventory.ini --list > /dev/null'],
    apply: [`ansible all -i inventory.ini --private-key $(SSH_KEY) ${ssh} -m ping`],
    destroy: [],
    leftOut: [`The registry and the git server that Strata runs at ${spec.support.address} are not set up.`],
  };
}
