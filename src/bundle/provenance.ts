import type { Digest } from '../model/index.js';
import type { About, Item } from './types.js';

/** What the bundle was made from. */
export interface Origin {
  /** Digest of the merged definition. */
  readonly definition: Digest;
}

/** A statement in the form of SLSA provenance v1: who made which content out of what. */
export function provenance(root: Digest, about: About, items: readonly Item[], origin: Origin): string {
  const sha256 = (digest: Digest): { readonly sha256: string } => ({ sha256: digest.slice('sha256:'.length) });
  const images = items.filter(({ kind }) => kind === 'image');
  return JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [
      { name: `${about.platform}-${about.environment}`, digest: sha256(root) },
      ...images.map(({ name, digest }) => ({ name, digest: sha256(digest) })),
    ],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://strata.dev/bundle/v1',
        externalParameters: { platform: about.platform, environment: about.environment, release: about.release },
        internalParameters: { missing: about.missing },
        resolvedDependencies: [
          { name: 'definition', digest: sha256(origin.definition) },
          ...items
            .filter(({ kind }) => !['image', 'sbom', 'left-out'].includes(kind))
            .map(({ kind, name, digest }) => ({ name: `${kind}/${name}`, digest: sha256(digest) })),
        ],
      },
      runDetails: {
        builder: { id: 'https://strata.dev/bundle', version: { strata: about.strata } },
        metadata: { finishedOn: about.created },
      },
    },
  });
}
