// The one list: one line per provider. `registry.ts` makes the program's registry of it.
export { packer } from './image/packer/index.js';
export { nspawn } from './infrastructure/nspawn/index.js';
export { existing } from './infrastructure/existing/index.js';
export { terraformAws } from './infrastructure/terraform-aws/index.js';
export { terraformAzure } from './infrastructure/terraform-azure/index.js';
export { terraformVsphere } from './infrastructure/terraform-vsphere/index.js';
export { terraformLibvirt } from './infrastructure/terraform-libvirt/index.js';
export { kubeadm } from './kubernetes/kubeadm/index.js';
export { rke2 } from './kubernetes/rke2/index.js';
export { existingCluster } from './kubernetes/existing-cluster/index.js';
export { konvoy } from './kubernetes/konvoy/index.js';
export { openshift } from './kubernetes/openshift/index.js';
export { tanzu } from './kubernetes/tanzu/index.js';
export { flux } from './services/flux/index.js';
export { argocd } from './applications/argocd/index.js';
