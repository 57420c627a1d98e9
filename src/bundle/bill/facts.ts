import { join } from 'node:path';
import { createGunzip, type Gunzip } from 'node:zlib';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Digest, World } from '../../model/index.js';
import type { Watch } from '../disk.js';
import { type Component, ComponentShape, distinct } from './component.js';
import { LayerContent, programWatch } from './layer.js';

/** What content is looked into for. */
export type Look = 'layer' | 'layer-gzip' | 'program';

/** Looks into content while it passes by. */
export interface Looking {
  readonly watch: Watch;
  finish(): Promise<readonly Component[]>;
}

/** Bytes that compressed content may become: more is not looked into. */
const mostUnpacked = 64 * 1024 ** 3;

/** Begins to look into content that passes by once. */
export function lookInto(look: Look): Looking {
  if (look === 'program') return lookIntoProgram();
  const layer = new LayerContent();
  if (look === 'layer') return { watch: (chunk) => layer.push(chunk), finish: async () => distinct(layer.finish()) };
  return lookIntoCompressed(layer);
}

function lookIntoProgram(): Looking {
  let found: readonly Component[] = [];
  const { take, end } = programWatch((components) => {
    found = components;
  });
  return {
    watch: take,
    finish: async () => {
      end();
      return distinct(found);
    },
  };
}

function lookIntoCompressed(layer: LayerContent): Looking {
  const unpacking: Gunzip = createGunzip();
  let [size, over] = [0, false];
  const ended = new Promise<void>((resolve) => {
    unpacking.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > mostUnpacked) unpacking.destroy();
      else layer.push(chunk);
    });
    for (const event of ['end', 'error', 'close'])
      unpacking.once(event, () => {
        over = true;
        resolve();
      });
  });
  return {
    async watch(chunk) {
      if (over || unpacking.write(Buffer.from(chunk))) return;
      await Promise.race([ended, new Promise<void>((resolve) => unpacking.once('drain', () => resolve()))]);
    },
    async finish() {
      unpacking.end();
      await ended;
      return distinct(layer.finish());
    },
  };
}

/** What was found in content is kept under its digest: content does not change. */
export interface Facts {
  get(digest: Digest, look: Look): Promise<readonly Component[] | undefined>;
  put(digest: Digest, look: Look, found: readonly Component[]): Promise<void>;
}

/** Raised whenever more is found than before. */
const finding = 1;
const FactsShape = Type.Object({ finding: Type.Literal(finding), found: Type.Array(ComponentShape) });

/** Keeps what was found in the cache. */
export function cachedFacts(w: World): Facts {
  const file = (digest: Digest, look: Look): string =>
    join(w.paths.cache, 'bundle', 'facts', `${digest.slice('sha256:'.length)}.${look}.json`);
  return {
    async get(digest, look) {
      const text = await w.read(file(digest, look));
      if (!text.ok || text.value === undefined) return undefined;
      try {
        const value: unknown = JSON.parse(text.value);
        return Value.Check(FactsShape, value) ? value.found : undefined;
      } catch {
        return undefined;
      }
    },
    async put(digest, look, found) {
      await w.write(file(digest, look), JSON.stringify({ finding, found })); // what cannot be kept is found again
    },
  };
}
