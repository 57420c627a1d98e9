import { createHash } from 'node:crypto';
import type { Digest, ReadWorld, Result, World } from '../../../../../model/index.js';
import { ok } from '../../../../../model/index.js';
import { type AwsAccess, endTagged, findAmi } from '../../../../../tools/aws/index.js';
import { findAzureImage, removeGroup } from '../../../../../tools/az/index.js';
import { destroyMachine, findMachine, type VcenterAccess } from '../../../../../tools/govc/index.js';
import { inCache } from '../../places.js';
import type { Place, TargetPlan } from '../../targets/index.js';

/** The tag that build machines and images carry; its value is the image's key. */
export const keyTag = 'strata-key';

/** An image as its place knows it. */
export interface FoundImage {
  /** Id at the place, or the path relative to the cache. */
  readonly location: string;
  readonly state: 'available' | 'pending' | 'failed';
  readonly digest: Digest;
}

/** What an image is looked for with. */
export interface Looked extends Pick<TargetPlan, 'place' | 'secrets'> {
  readonly name: string;
  readonly key: string;
}

const isDigest = (text: string): text is Digest => /^sha256:[0-9a-f]{64}$/.test(text);

/** Clouds give no digest of an image: its id, which is never given twice, stands for it. */
function digestOfId(id: string): Digest {
  const text = `sha256:${createHash('sha256').update(id).digest('hex')}`;
  if (!isDigest(text)) throw new Error('sha256 has 64 hex digits');
  return text;
}
const withDigest = (location: string, state: FoundImage['state']): FoundImage => ({
  location,
  state,
  digest: digestOfId(location),
});

/** Name of the group that an Azure build makes and removes. */
export const buildGroup = (key: string): string => `strata-build-${key}`;
/** Where a disk file is kept, relative to the cache. */
export const diskFile = (key: string): string => `images/${key}/exports/node.qcow2`;

const awsAccess = (place: Place & { readonly kind: 'aws' }, env: Looked['secrets']): AwsAccess => ({ ...place, env });
const vcenter = (place: Place & { readonly kind: 'vsphere' }, { GOVC_PASSWORD }: Looked['secrets']): VcenterAccess => ({
  ...place,
  env: GOVC_PASSWORD ? { GOVC_PASSWORD } : {},
});
const pathOf = ({ datacenter, folder }: Place & { readonly kind: 'vsphere' }, name: string): string =>
  `/${datacenter}/vm/${folder}/${name}`;

/** Looks for the image where it belongs. */
export async function findImage(w: ReadWorld, { place, secrets, name, key }: Looked): Promise<Result<FoundImage | undefined>> {
  if (place.kind === 'file') {
    const digest = await w.digest(inCache(w, diskFile(key)));
    return ok(digest && { location: diskFile(key), state: 'available', digest });
  }
  if (place.kind === 'aws') {
    const ami = await findAmi(w, awsAccess(place, secrets), name);
    return ami.ok ? ok(ami.value && withDigest(ami.value.id, ami.value.state)) : ami;
  }
  if (place.kind === 'azure') {
    const image = await findAzureImage(w, place, name);
    return image.ok ? ok(image.value && withDigest(image.value.id, image.value.state)) : image;
  }
  const machine = await findMachine(w, vcenter(place, secrets), pathOf(place, name));
  // A machine of that name that is no template yet is a build that was killed.
  return machine.ok ? ok(machine.value?.kind === 'template' ? withDigest(machine.value.path, 'available') : undefined) : machine;
}

/** Takes away what a killed build left beside the image: it would cost money, or be in the way of the next. */
export async function sweep(w: World, looked: Looked): Promise<Result<void>> {
  const gone = await sweepPlace(w, looked);
  if (!gone.ok) return gone;
  if (gone.value.length > 0) w.note(`took away ${gone.value.join(', ')} of a former build`);
  return ok(undefined);
}

/** Names of what was taken away. */
async function sweepPlace(w: World, { place, secrets, name, key }: Looked): Promise<Result<readonly string[]>> {
  if (place.kind === 'aws') return endTagged(w, awsAccess(place, secrets), keyTag, key);
  if (place.kind === 'vsphere') return sweepMachine(w, vcenter(place, secrets), pathOf(place, name));
  if (place.kind === 'file') return ok([]);
  const gone = await removeGroup(w, place.subscription, buildGroup(key));
  return gone.ok ? ok(gone.value === 'removed' ? [buildGroup(key)] : []) : gone;
}

async function sweepMachine(w: World, access: VcenterAccess, path: string): Promise<Result<readonly string[]>> {
  const machine = await findMachine(w, access, path);
  if (!machine.ok) return machine;
  if (machine.value?.kind !== 'machine') return ok([]);
  const gone = await destroyMachine(w, access, path);
  return gone.ok ? ok([path]) : gone;
}
