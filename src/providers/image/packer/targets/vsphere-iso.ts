import type { Static } from 'typebox';
import { disk, download, gibibytes, type Sources, strict, type TargetPlan } from './target.js';
import { vsphereCommon, vsphereProperties } from './vsphere.js';

/** A template installed from the distributor's ISO (vsphere-iso). */
export const VsphereIsoSettings = strict(
  { ...vsphereProperties, iso: download("the distributor's server ISO"), diskSize: disk },
  { description: 'Settings of target vsphere-iso.' },
);
export type VsphereIsoSettings = Static<typeof VsphereIsoSettings>;

/** Fills in the target. */
export function vsphereIsoTarget(settings: VsphereIsoSettings, { iso, vsphere }: Sources): TargetPlan {
  const common = vsphereCommon(settings);
  const source = { iso_checksum: settings.iso.checksum, guest: vsphere.guest, disk_gib: gibibytes(settings.diskSize) };
  return {
    ...common,
    id: 'vsphere-iso',
    builder: 'vsphere-iso',
    login: 'packer',
    answers: iso.answers,
    variables: { ...common.variables, ...source, iso_url: settings.iso.url, boot_command: [...iso.boot] },
    identity: { ...source, boot_command: [...iso.boot] },
  };
}
