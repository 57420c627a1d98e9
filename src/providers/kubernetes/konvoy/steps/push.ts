import type { Action, Claim, Digest, ReadWorld } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { pushBundle } from '../../../../tools/nkp/index.js';
import { bundleMissing } from '../errors.js';

/** A bundle of images and where it goes. */
export interface PushWant {
  readonly bundle: string;
  readonly registry: string;
  readonly authority?: string | undefined;
}

/** The pushed bundle. */
export interface PushGot {
  readonly bundle: string;
  /** Of the file as it was pushed. */
  readonly pushed: string;
  /** Of the file as it is. */
  readonly file: Digest;
}

const noteOf = (w: ReadWorld, bundle: string): string => `${w.paths.state}/konvoy/pushed/${bundle.split('/').at(-1) ?? 'bundle'}`;

/** Pushes a bundle once. What is in it only `nkp` knows, so that it did is noted; that every image arrived is not claimed. */
export const pushedBundle: Action<PushWant, PushGot> = {
  async observe({ bundle, registry }, w) {
    const file = await w.digest(bundle);
    if (file === undefined) return err(bundleMissing(bundle));
    const note = await w.read(noteOf(w, bundle));
    if (!note.ok) return note;
    const [pushed = '', where = ''] = (note.value ?? '').split('\n');
    return ok(where === registry ? { bundle, pushed, file } : undefined);
  },
  diff: ({ bundle }, got) => (got !== undefined && got.pushed === got.file ? [] : [{ what: bundle }]),
  async apply({ bundle, registry, authority }, _got, w) {
    const file = await w.digest(bundle);
    if (file === undefined) return err(bundleMissing(bundle));
    const pushed = await pushBundle(w, bundle, registry, authority);
    if (!pushed.ok) return pushed;
    const noted = await w.write(noteOf(w, bundle), `${file}\n${registry}\n`);
    return noted.ok ? ok({ bundle, pushed: file, file }) : noted;
  },
  async verify({ bundle, registry }): Promise<readonly Claim[]> {
    return [
      { claim: `nkp pushed ${bundle} to ${registry}`, verdict: 'pass' },
      { claim: `Every image of ${bundle} can be pulled from ${registry}`, verdict: 'not-checked' },
    ];
  },
  remove: ({ bundle }, w) => w.remove(noteOf(w, bundle)),
};
