import type { KeyObject } from 'node:crypto';
import { ok, type Result } from '../model/index.js';
import { formatVersion, media, notes } from './format.js';
import { envelopeOf, payloadOf, signBytes } from './keys.js';
import { type Origin, provenance } from './provenance.js';
import type { Store } from './store.js';
import type { About, Index, Item, Part } from './types.js';

/** An item with its place in the index. */
export interface Listed {
  readonly part: Part;
  readonly item: Item;
}

/** What is sealed. */
export interface Sealing {
  readonly store: Store;
  readonly about: About;
  readonly origin: Origin;
  readonly key?: KeyObject | undefined;
}

/** Name of a bundle: in its layout, of its volumes, and its tag in a registry. */
export const bundleName = (about: Pick<About, 'platform' | 'environment'>): string => `${about.platform}-${about.environment}`;

/** The bundle's own index: what it says of itself, and every item. */
export function renderIndex(about: About, listed: readonly Listed[]): string {
  const annotations = {
    [notes.format]: String(formatVersion),
    [notes.platform]: about.platform,
    [notes.environment]: about.environment,
    [notes.release]: about.release,
    [notes.program]: about.strata,
    [notes.created]: about.created,
    ...(about.expires === undefined ? {} : { [notes.expires]: about.expires }),
    ...(about.missing.length === 0 ? {} : { [notes.missing]: JSON.stringify(about.missing) }),
  };
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: media.index,
    artifactType: media.bundle,
    manifests: listed.map(({ part }) => part),
    annotations,
  });
}

/** Signs, and writes the layout's index last of all. */
export async function seal(sealing: Sealing, root: Part, listed: readonly Listed[]): Promise<Result<void>> {
  const signed = await signatures(sealing, root, listed);
  if (!signed.ok) return signed;
  const parts = listed.map(({ part }) => part);
  return sealing.store.close(JSON.stringify(layoutIndex(sealing.about, root, parts, signed.value)));
}

/** The layout's index: the bundle, and images under their references, so that any OCI client finds them. */
export function layoutIndex(about: About, root: Part, parts: readonly Part[], signed: readonly Part[]): Index {
  const own: Part = {
    mediaType: root.mediaType,
    digest: root.digest,
    size: root.size,
    artifactType: media.bundle,
    annotations: { [notes.ref]: bundleName(about), [notes.cosignKind]: 'dev.cosignproject.cosign/imageIndex' },
  };
  const images = parts
    .filter(({ annotations }) => annotations?.[notes.kind] === 'image')
    .map((part): Part => {
      const name = part.annotations?.[notes.name] ?? '';
      return { ...part, annotations: { [notes.ref]: name, 'io.containerd.image.name': name } };
    });
  const tag = root.digest.replace(':', '-');
  const named = signed.map(({ mediaType, digest, size }, i): Part => {
    const [suffix, kind] = i === 0 ? ['sig', 'sigs'] : ['att', 'atts'];
    const annotations = { [notes.ref]: `${tag}.${suffix}`, [notes.cosignKind]: `dev.cosignproject.cosign/${kind}` };
    return { mediaType, digest, size, annotations };
  });
  return { schemaVersion: 2, mediaType: media.index, manifests: [own, ...images, ...named] };
}

/** Signature and provenance, in this order; none without a key. */
async function signatures(
  { store, about, origin, key }: Sealing,
  root: Part,
  listed: readonly Listed[],
): Promise<Result<readonly Part[]>> {
  if (key === undefined) return ok([]);
  const payload = payloadOf(root.digest);
  const signature = await placeSigned(store, media.payload, payload, {
    [notes.signature]: signBytes(key, Buffer.from(payload, 'utf8')),
  });
  if (!signature.ok) return signature;
  const items = listed.map(({ item }) => item);
  const envelope = envelopeOf(key, media.statement, provenance(root.digest, about, items, origin));
  const attestation = await placeSigned(store, media.envelope, envelope, {
    predicateType: 'https://slsa.dev/provenance/v1',
    [notes.signature]: '',
  });
  if (!attestation.ok) return attestation;
  return ok([signature.value, attestation.value]);
}

/** A manifest as cosign writes it: an image whose one layer is what is signed. */
async function placeSigned(
  store: Store,
  mediaType: string,
  text: string,
  annotations: Readonly<Record<string, string>>,
): Promise<Result<Part>> {
  const layer = await store.text(mediaType, text);
  if (!layer.ok) return layer;
  const config = await store.text(
    media.config,
    JSON.stringify({
      architecture: '',
      created: '0001-01-01T00:00:00Z',
      history: [{ created: '0001-01-01T00:00:00Z' }],
      os: '',
      rootfs: { type: 'layers', diff_ids: [layer.value.digest] },
      config: {},
    }),
  );
  if (!config.ok) return config;
  return store.text(
    media.manifest,
    JSON.stringify({
      schemaVersion: 2,
      mediaType: media.manifest,
      config: config.value,
      layers: [{ ...layer.value, annotations }],
    }),
  );
}
