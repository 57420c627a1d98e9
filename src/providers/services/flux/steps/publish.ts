import { join } from 'node:path';
import type { Action, Digest, ReadWorld, Result, Support, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { pushArtefact } from '../../../../tools/oci/index.js';
import { artefactMissing } from '../errors.js';
import type { PublishedTree } from '../sync.js';
import { renderFolder } from './render.js';

/** What is to be published where. */
export interface PublishWant {
  readonly support: Support;
  readonly component: string;
  /** Name in the registry, e.g. `strata/platform-environment`. */
  readonly name: string;
  readonly archive: Digest;
  readonly size: number;
}

// The types Flux's own command line gives its artefacts, so that a source-controller reads the tree as well.
const configType = 'application/vnd.cncf.flux.config.v1+json';
const contentType = 'application/vnd.cncf.flux.content.v1.tar+gzip';

/** One archive, and where it is to be. */
export interface Piece extends Pick<PublishWant, 'support' | 'name' | 'archive' | 'size'> {
  readonly tag: string;
}

/** Whether the registry serves it. */
export async function publishedPiece(want: Piece, r: ReadWorld): Promise<Result<PublishedTree | undefined>> {
  const base = `http://${want.support.registry}/v2/${want.name}`;
  const manifest = await r.get({
    url: `${base}/manifests/${want.tag}`,
    headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
  });
  if (!manifest.ok) return manifest;
  const digest = manifest.value.headers['docker-content-digest'];
  // The manifest names the archive by its digest, so that finding the digest in it is enough.
  if (manifest.value.status !== 200 || digest === undefined || !manifest.value.body.includes(`"${want.archive}"`))
    return ok(undefined);
  const url = `${base}/blobs/${want.archive}`;
  const blob = await r.get({ method: 'HEAD', url });
  if (!blob.ok) return blob;
  if (blob.value.status !== 200) return ok(undefined);
  return ok({
    repository: `${want.support.registry}/${want.name}`,
    tag: want.tag,
    revision: `${want.tag}@${digest}`,
    url,
    digest: want.archive,
    size: want.size,
  });
}

/** Sends it, and looks. */
export async function publishPiece(want: Piece, file: string, w: World): Promise<Result<PublishedTree>> {
  const pushed = await pushArtefact(w, {
    registry: want.support.registry,
    repository: want.name,
    tag: want.tag,
    mediaType: configType,
    layerMediaType: contentType,
    file,
  });
  if (!pushed.ok) return pushed;
  const there = await publishedPiece(want, w);
  if (!there.ok) return there;
  return there.value === undefined ? err(artefactMissing(pushed.value.url)) : ok(there.value);
}

const pieceOf = (want: PublishWant): Piece => ({ ...want, tag: want.component });

/** The tree is in the environment's registry as an OCI artefact. */
export const publishTree: Action<PublishWant, PublishedTree> = {
  observe: (want, r) => publishedPiece(pieceOf(want), r),
  diff: (want, got) => (got === undefined ? [{ what: 'artefact', to: want.archive }] : []),
  apply: (want, _got, w) => publishPiece(pieceOf(want), join(renderFolder(w, want.component), 'tree.tar.gz'), w),
  async verify(_want, got) {
    return [{ claim: `The registry serves the rendered tree as ${got.revision}`, verdict: 'pass' }];
  },
};
