/** Words of the format: what a bundle is made of, and how much of it is read at most. */
export const media = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  empty: 'application/vnd.oci.empty.v1+json',
  bundle: 'application/vnd.strata.bundle.v1',
  file: 'application/vnd.strata.file.v1',
  payload: 'application/vnd.dev.cosign.simplesigning.v1+json',
  envelope: 'application/vnd.dsse.envelope.v1+json',
  statement: 'application/vnd.in-toto+json',
  cyclonedx: 'application/vnd.cyclonedx+json',
  spdx: 'application/spdx+json',
} as const;

/** Media types of an upstream image's parts; everything else is refused. */
export const imageMedia: ReadonlySet<string> = new Set([
  media.manifest,
  media.config,
  'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.container.image.v1+json',
  'application/vnd.docker.image.rootfs.diff.tar',
  'application/vnd.docker.image.rootfs.diff.tar.gzip',
]);

export const notes = {
  kind: 'dev.strata.bundle.kind',
  name: 'dev.strata.bundle.name',
  format: 'dev.strata.bundle.format',
  platform: 'dev.strata.bundle.platform',
  environment: 'dev.strata.bundle.environment',
  release: 'dev.strata.bundle.release',
  expires: 'dev.strata.bundle.expires',
  missing: 'dev.strata.bundle.missing',
  program: 'dev.strata.bundle.strata',
  mode: 'dev.strata.bundle.mode',
  created: 'org.opencontainers.image.created',
  ref: 'org.opencontainers.image.ref.name',
  title: 'org.opencontainers.image.title',
  signature: 'dev.cosignproject.cosign/signature',
  /** How cosign finds its own in a folder. */
  cosignKind: 'kind',
} as const;

/** What an item is; an unknown kind is refused. */
export const kinds = [
  'image',
  'tool',
  'data',
  'os-package',
  'deploy',
  'catalog',
  'definition',
  'content',
  'terraform',
  'sbom',
  'left-out',
] as const;

/** What an item is. */
export type Kind = (typeof kinds)[number];

/** Version of this form; a newer one is not read. */
export const formatVersion = 1;

/** Repository of the bundle itself, in a registry and as its signature names it. */
export const bundleRepository = 'strata/bundle';

export const limits = {
  /** Files in a bundle. */
  entries: 200_000,
  /** Bytes of index.json. */
  index: 16 * 1024 * 1024,
  /** Bytes of a manifest. */
  manifest: 16 * 1024 * 1024,
  /** Bytes of a signature's parts. */
  signature: 1024 * 1024,
  items: 20_000,
  /** Bytes of a path inside an item. */
  path: 1024,
  /** Bytes of all blobs together. */
  total: 8 * 1024 ** 4,
} as const;

/** Why a path inside an item is not taken; `undefined` where it is. */
export function pathFault(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (Buffer.byteLength(path) > limits.path) return `is longer than ${limits.path} bytes`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused.
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'holds a control character';
  if (/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/.test(path)) return 'holds a character that changes the direction of reading';
  if (path.includes('\\')) return 'holds a backslash';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute';
  const parts = path.split('/');
  if (parts.includes('..') || parts.includes('.') || parts.includes('')) return "holds an empty part, '.' or '..'";
  return parts.some((part) => Buffer.byteLength(part) > 255) ? 'has a part longer than 255 bytes' : undefined;
}

/** The name a file system that ignores case, and how letters are composed, would give. */
export const folded = (path: string): string => path.normalize('NFKC').toLowerCase();
