import type { Action, ReadWorld, Result, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { createBootstrap, deleteBootstrap } from '../../../../tools/nkp/index.js';
import { noBootstrap } from '../errors.js';
import { bootstrapKubeconfig, bootstrapRuns, managerOf } from '../manager.js';

/** A cluster on this machine from which the wanted one is made. */
export interface BootstrapWant {
  readonly name: string;
  /** Its image, where the default one cannot be pulled. */
  readonly image?: string | undefined;
}

/** Who manages the wanted cluster. */
export interface BootstrapGot {
  readonly name: string;
  readonly by: 'self-managed' | 'managed';
}

/** Makes the bootstrap cluster, unless the wanted one manages itself already. */
export const bootstrapCluster: Action<BootstrapWant, BootstrapGot> = {
  async observe({ name }, w) {
    const manager = await managerOf(w, name);
    return ok(manager && { name, by: manager.self });
  },
  diff: (_want, got) => (got === undefined ? [{ what: 'bootstrap cluster' }] : []),
  async apply({ name, image }, got, w) {
    if (got !== undefined) return ok(got);
    const file = fileOf(w);
    const folder = await w.makeDirectory(`${w.paths.state}/konvoy`, 0o700);
    if (!folder.ok) return folder;
    // A killed run may have made it already: then its kubeconfig lies there, and only has to be kept.
    const there = await w.read(file);
    if (!there.ok) return there;
    const made = there.value === undefined ? await createBootstrap(w, file, image) : ok(undefined);
    if (!made.ok) return made;
    const kept = await keep(file, w);
    return kept.ok ? ok({ name, by: 'managed' }) : kept;
  },
  async remove({ name }, w) {
    if (!(await bootstrapRuns(w, name))) return ok(undefined);
    const gone = await deleteBootstrap(w, bootstrapKubeconfig);
    return gone.ok ? w.remove(`${w.paths.state}/konvoy`) : gone;
  },
};

const fileOf = (w: ReadWorld): string => `${w.paths.state}/konvoy/bootstrap.kubeconfig`;

async function keep(file: string, w: World): Promise<Result<void>> {
  const text = await w.read(file);
  if (!text.ok) return text;
  if (text.value === undefined) return err(noBootstrap(file));
  const kept = await w.keep(bootstrapKubeconfig, text.value);
  return kept.ok ? w.remove(file) : kept;
}
