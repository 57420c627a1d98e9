import type { ImageFormat, Offers, PairNeed } from '../../../model/index.js';
import type { PackerSpec } from './spec.js';
import { systemOf } from './systems.js';

const formats: Readonly<Record<PackerSpec['target'], ImageFormat>> = {
  rootfs: 'rootfs',
  qemu: 'qcow2',
  aws: 'ami',
  azure: 'azure-image',
  'vsphere-iso': 'vsphere-template',
  'vsphere-clone': 'vsphere-template',
};

/** Every format the component makes. */
export const formatsOf = ({ target, exports }: PackerSpec): readonly ImageFormat[] =>
  target === 'rootfs' ? ['rootfs', ...exports] : [formats[target]];

/** What later layers choose by; the last two are for this layer's own rules below. */
export const offers = (spec: PackerSpec): Offers => ({
  'image.format': formatsOf(spec),
  'image.os': [spec.os],
  [`image.fips of ${spec.os}`]: [spec.fips ? 'on' : 'off'],
  [`image.target of ${spec.os}`]: [spec.target],
});

/** What the operating system does not offer. */
export function needs(spec: PackerSpec): readonly PairNeed[] {
  const { title, ...system } = systemOf(spec.os);
  const noFips = 'noFips' in system ? system.noFips : undefined;
  const fips: PairNeed = {
    key: `image.fips of ${spec.os}`,
    oneOf: ['off'],
    because: `FIPS mode is not to be had on ${title}: ${noFips}; choose rhel-8, rhel-9, rocky-9 or alma-9, or leave fips off.`,
  };
  const target: PairNeed = {
    key: `image.target of ${spec.os}`,
    oneOf: ['qemu', 'aws', 'azure', 'vsphere-iso', 'vsphere-clone'],
    because: `A root filesystem is put together from Debian's archive; ${title} is made from the distributor's own image.`,
  };
  return [...(noFips === undefined ? [] : [fips]), ...(spec.os === 'debian-12' ? [] : [target])];
}
