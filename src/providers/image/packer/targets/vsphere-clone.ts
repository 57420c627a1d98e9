import { type Static, Type } from 'typebox';
import { strict, type TargetPlan, word } from './target.js';
import { vsphereCommon, vsphereProperties } from './vsphere.js';

/** A template cloned from one that is there (vsphere-clone). */
export const VsphereCloneSettings = strict(
  {
    ...vsphereProperties,
    template: word('Template or machine to start from, with cloud-init or the account below.'),
    login: Type.String({ default: 'packer', description: 'Account of that template that may use sudo.' }),
    loginKey: Type.Optional(word('File with the private key of that account; a key made for the build where absent.')),
    clone: Type.Union([Type.Literal('full'), Type.Literal('linked')], {
      default: 'full',
      description: 'A full copy, or one that shares the disk of a snapshot.',
    }),
  },
  { description: 'Settings of target vsphere-clone.' },
);
export type VsphereCloneSettings = Static<typeof VsphereCloneSettings>;

/** Fills in the target. */
export function vsphereCloneTarget(settings: VsphereCloneSettings): TargetPlan {
  const common = vsphereCommon(settings);
  const source = { template: settings.template };
  return {
    ...common,
    id: 'vsphere-clone',
    builder: 'vsphere-clone',
    login: settings.login,
    variables: {
      ...common.variables,
      ...source,
      linked_clone: settings.clone === 'linked',
      ...(settings.loginKey !== undefined && { key: settings.loginKey }),
    },
    identity: source,
  };
}
