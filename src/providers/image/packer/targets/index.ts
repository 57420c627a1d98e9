import type { PackerSpec } from '../spec.js';
import { awsTarget } from './aws.js';
import { azureTarget } from './azure.js';
import { qemuTarget } from './qemu.js';
import type { Sources, TargetPlan } from './target.js';
import { vsphereCloneTarget } from './vsphere-clone.js';
import { vsphereIsoTarget } from './vsphere-iso.js';

export * from './target.js';

/** The chosen target with its settings; `undefined` for the root file system, which is made without a machine of its own. */
export function targetOf(spec: PackerSpec, sources: Sources): TargetPlan | undefined {
  if (spec.target === 'rootfs') return undefined;
  const { qemu, aws, azure, vsphereIso, vsphereClone } = spec;
  if (spec.target === 'qemu' && qemu) return qemuTarget(qemu);
  if (spec.target === 'aws' && aws) return awsTarget(aws, sources);
  if (spec.target === 'azure' && azure) return azureTarget(azure, sources);
  if (spec.target === 'vsphere-iso' && vsphereIso) return vsphereIsoTarget(vsphereIso, sources);
  if (spec.target === 'vsphere-clone' && vsphereClone) return vsphereCloneTarget(vsphereClone);
  throw new Error(`target ${spec.target} without its settings: the schema asks for them`);
}
