import { createHash } from 'node:crypto';
import type { Component } from './component.js';

/** What a bill of materials lists the parts of. */
export interface Group {
  readonly name: string;
  readonly version?: string;
  readonly type: 'container' | 'application' | 'data';
  /** `sha256:…` of its content. */
  readonly digest?: string;
  readonly purl?: string;
  readonly components: readonly Component[];
}

/** A bill of materials, before it has a form. */
export interface Bill {
  /** The thing itself, with what lies in it directly. */
  readonly about: Group;
  /** Things in it that have parts of their own. */
  readonly groups: readonly Group[];
  /** ISO 8601. */
  readonly created: string;
  /** Version of Strata. */
  readonly strata: string;
}

/** A UUID that the same content always has. */
export function stableUuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  // Version 8: a form of one's own; variant 10.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Package URL of an image by its reference and digest. */
export function imagePurl(ref: string, digest: string): string {
  const [, repository = ref, tag = ''] = /^(.*?)(?::([^:/]+))?$/.exec(ref) ?? [];
  const name = repository.split('/').at(-1) ?? repository;
  const query = `repository_url=${encodeURIComponent(repository)}${tag === '' ? '' : `&tag=${encodeURIComponent(tag)}`}`;
  return `pkg:oci/${encodeURIComponent(name)}@${encodeURIComponent(digest)}?${query}`;
}
