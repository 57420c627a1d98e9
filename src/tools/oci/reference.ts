import type { Failure, Result } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** An image reference in its parts, e.g. host `registry.k8s.io`, path `coredns/coredns`, tag `v1.15.0`. */
export interface Reference {
  readonly host: string;
  readonly path: string;
  readonly tag: string;
}

const shape =
  /^(?<host>[a-z0-9.-]+(?::[0-9]+)?)\/(?<path>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*):(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127})$/;

/** Parses a full reference; short ones (`redis:7`) are refused, because their host would be a guess. */
export function parseReference(text: string): Result<Reference> {
  const groups = shape.exec(text)?.groups;
  const { host, path, tag } = groups ?? {};
  if (host === undefined || path === undefined || tag === undefined) return err(malformed(text));
  // Without a dot or a port the first part is a path, not a host.
  if (!host.includes('.') && !host.includes(':') && host !== 'localhost') return err(malformed(text));
  return ok({ host, path, tag });
}

/** Repository in Strata's own registry: the full name, so that one mirror rule per host is enough. */
export const mirrored = (reference: Reference): string => `${reference.host}/${reference.path}`;

const malformed = (text: string): Failure =>
  failure('invalid', 'OCI-REFERENCE', `'${text}' is not a full image reference.`, {
    say: 'Write host/path:tag, e.g. docker.io/library/redis:7.0.15.',
  });
