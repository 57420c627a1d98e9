const checksum = `sha256:${'0'.repeat(64)}`;
const vsphere = {
  server: 'vcenter.example',
  user: 'packer@vsphere.local',
  password: 'vcenter-password',
  datacenter: 'dc1',
  cluster: 'compute',
  datastore: 'fast',
  network: 'nodes',
};

/** One definition per target, as small as it may be; for tests. */
export const samplesOfTargets = {
  qemu: { target: 'qemu', qemu: { image: { url: 'https://images.example/cloud.qcow2', checksum } } },
  aws: {
    target: 'aws',
    aws: { region: 'eu-central-1', credentials: { keyId: 'aws-key-id', key: 'aws-key' } },
  },
  azure: {
    target: 'azure',
    azure: {
      subscription: '11111111-1111-1111-1111-111111111111',
      tenant: '22222222-2222-2222-2222-222222222222',
      resourceGroup: 'images',
      location: 'westeurope',
    },
  },
  'vsphere-iso': {
    target: 'vsphere-iso',
    vsphereIso: { ...vsphere, iso: { url: 'https://images.example/server.iso', checksum } },
  },
  'vsphere-clone': { target: 'vsphere-clone', vsphereClone: { ...vsphere, template: 'golden' } },
} as const;
