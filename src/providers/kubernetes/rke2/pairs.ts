import type { PairNeed } from '../../../model/index.js';

/** What RKE2 asks of the layers before it. */
export const pairs: readonly PairNeed[] = [
  {
    key: 'image.os',
    // Validated by its makers: https://github.com/rancher/rke2/issues/10805 (RHEL 9), /8316 (Rocky 9), /3579 (RHEL 8), /5854 (Ubuntu 24.04).
    oneOf: ['rhel-9', 'rhel-8', 'rocky-9', 'ubuntu-24.04', 'ubuntu-22.04'],
    because:
      'RKE2 is validated on these (https://docs.rke2.io/install/requirements#linux); Debian and AlmaLinux are not among them.',
  },
  {
    key: 'infrastructure.controlPlanes',
    oneOf: ['1', '3', '5', '7'],
    because:
      'etcd goes on with more than half of its members, so an even number only adds one that may fail (https://docs.rke2.io/install/ha).',
  },
  {
    key: 'infrastructure.kind',
    oneOf: ['existing', 'vsphere', 'aws', 'azure', 'libvirt'],
    because:
      'the CIS profile of RKE2 sets kernel.panic and vm.overcommit_memory, and a local machine has no kernel of its own: they would change this host.',
  },
];
