import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import type { Digest, Json, ReadWorld } from '../../../model/index.js';

/** A digest in a stored record. */
export const DigestText = Type.Unsafe<Digest>(Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }));

/** Sixteen hex digits of plain data: the name of what is made from it. */
export const keyOf = (inputs: Json): string => createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);

/** Folders relative to the cache. */
export const baseFolder = (key: string): string => `images/base-${key}`;
export const imageFolder = (key: string): string => `images/${key}`;
export const contentFolder = (sha256: string): string => `scap/${sha256.slice(0, 16)}`;
/** Package files, shared by all images. The dot keeps it apart from whatever else is named in that folder. */
export const packageCache = 'images/.packages';

/** Absolute path of a folder of the cache. */
export const inCache = (w: ReadWorld, folder: string): string => `${w.paths.cache}/${folder}`;

/** Folder for unfinished work; each environment has its own, so that two never meet. In the cache, so that a rename finishes it. */
export const workFolder = (w: ReadWorld, name: string): string =>
  `${w.paths.cache}/images/.work/${createHash('sha256').update(`${w.paths.state}\n${name}`).digest('hex').slice(0, 8)}`;
