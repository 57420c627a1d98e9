import { defineProvider } from '../../../model/index.js';
import { ejectKonvoy } from './eject.js';
import { planKonvoy } from './plan.js';
import { KonvoySpec } from './spec.js';

/** A Konvoy cluster (D2iQ DKP, Nutanix NKP) on machines of the infrastructure layer, through Cluster API. */
export const konvoy = defineProvider<'kubernetes', KonvoySpec>({
  id: 'konvoy',
  layer: 'kubernetes',
  spec: KonvoySpec,
  facts: {
    title: 'Konvoy (NKP, DKP)',
    provides: ['kubernetes', 'storage', 'dns'],
    requires: ['machines'],
    reads: ['infrastructure'],
  },
  tools: [
    { tool: 'nkp', why: 'makes the bootstrap cluster, renders and updates the cluster, pushes bundles of images' },
    { tool: 'kubectl', why: 'asks and changes the objects of Cluster API and the cluster' },
  ],
  offers: ({ version }) => ({ 'kubernetes.version': [version.split('+')[0] ?? version] }),
  needs: () => [
    {
      key: 'image.os',
      oneOf: ['rocky-9', 'rhel-8', 'rhel-9', 'ubuntu-22.04'],
      because:
        'Konvoy prepares each machine itself with the roles of its image builder, which know the families of RHEL and Ubuntu 22.04; on Debian and other rebuilds they stop.',
    },
    {
      key: 'infrastructure.kind',
      oneOf: ['existing', 'vsphere', 'libvirt', 'aws', 'azure'],
      because: 'The pre-provisioned provider takes over whole machines over SSH; a container on this machine is none.',
    },
    {
      key: 'infrastructure.controlPlanes',
      oneOf: ['1', '3', '5'],
      because: 'etcd of Konvoy runs on the control planes and wants an odd number of them.',
    },
  ],
  plan: planKonvoy,
  eject: ejectKonvoy,
});
