import { dirname, join } from 'node:path';
import {
  absolutePath,
  copyTree,
  createCatalogReader,
  listNames,
  makeFolder,
  removeScratch,
  shownPath,
  writeAtomically,
} from '../../host/index.js';
import {
  type Component,
  type Ejection,
  err,
  type Kit,
  layers,
  ok,
  type RenderedDelivery,
  type Result,
} from '../../model/index.js';
import { openPlatform, type Opened, type PlatformRequest } from '../definition-of.js';
import type { RunWatch } from '../held.js';
import { lookingKit } from '../kit.js';
import { providerOf, renderSpec } from '../rehearsal/deliveries.js';
import { composeAt } from '../site.js';
import { type Trouble, troubleOf } from '../trouble.js';
import { ejectDelivery } from './deliver.js';
import { folderTaken, notRendered } from './errors.js';
import { componentMakefile, type EjectedComponent, readme, topMakefile } from './makefile.js';

/** What to eject, and where to. */
export interface EjectRequest extends PlatformRequest {
  readonly into: string;
}

/** What was written. */
export interface Ejected {
  readonly folder: string;
  readonly components: readonly {
    readonly component: string;
    readonly use: string;
    /** False where the provider has no form without Strata. */
    readonly plain: boolean;
    readonly leftOut: readonly string[];
  }[];
}

/** Writes an environment as plain files of its own tools, with a Makefile: all of them, or none. */
export async function eject(request: EjectRequest, watch: RunWatch): Promise<Result<Ejected, Trouble>> {
  const opened = await openPlatform(request);
  if (!opened.ok) return opened;
  const { spec, sources } = opened.value;
  const into = absolutePath(request.into);
  if ((await listNames(into)).length > 0) return err(troubleOf(folderTaken(shownPath(into))));
  const components = await ejectAll(opened.value, watch);
  if (!components.ok) return err({ ...components.error, sources });
  const written = await writeAll(opened.value, into, components.value);
  if (!written.ok) return err(troubleOf(written.error));
  return ok({
    folder: shownPath(into),
    components: components.value.map(({ folder, use, ejection }) => ({
      component: folder,
      use,
      plain: ejection !== undefined,
      leftOut: ejection?.leftOut ?? [],
    })),
  });

  async function writeAll({ site }: Opened, target: string, all: readonly EjectedComponent[]): Promise<Result<void>> {
    const beside = join(dirname(target), `.${target.split('/').at(-1) ?? 'eject'}.${process.pid}.part`);
    try {
      for (const one of all) {
        const done = await writeComponent(join(beside, one.folder), one, site.paths);
        if (!done.ok) return done;
      }
      for (const [name, text] of [
        ['Makefile', topMakefile(all)],
        ['README.md', readme(spec.platform, spec.environment, all)],
      ] as const) {
        const done = await writeAtomically(join(beside, name), text);
        if (!done.ok) return done;
      }
      return await copyTree(beside, target);
    } finally {
      await removeScratch(beside);
    }
  }
}

/** Every component, in the order of the layers. */
async function ejectAll({ site, spec }: Opened, watch: RunWatch): Promise<Result<readonly EjectedComponent[], Trouble>> {
  const composed = composeAt(site, spec, 'ask');
  if (!composed.ok) return err(troubleOf(composed.error));
  const rendered = await renderSpec(site, spec, watch);
  if (!rendered.ok) return err(troubleOf(rendered.error));
  const errors = rendered.value.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const trouble = troubleOf(notRendered());
    return err({ ...trouble, diagnostics: [...errors, ...trouble.diagnostics] });
  }
  const reader = createCatalogReader(site.paths);
  const ordered = layers.flatMap((layer) => spec.components.filter((one) => one.layer === layer));
  return ok(
    ordered.map((component): EjectedComponent => {
      const { layer, name, use } = component;
      const delivery = rendered.value.components.find((one) => one.component === component)?.delivery;
      const kit = lookingKit(spec, component, reader);
      return {
        layer,
        name,
        use,
        folder: `${layer}/${name}`,
        ejection: ejectionOf(component, composed.value.published, kit, delivery),
      };
    }),
  );
}

/** What the provider says, on top of what every delivery can say of itself. */
function ejectionOf(
  component: Component,
  published: object,
  kit: Kit,
  delivery: RenderedDelivery | undefined,
): Ejection | undefined {
  const provider = providerOf(component);
  // The registry holds providers of every layer, so what each is given is checked by its layer and not by its type.
  const own = provider?.eject as
    | ((spec: unknown, given: unknown, kit: unknown, parts: unknown) => Ejection | undefined)
    | undefined;
  const said = own?.call(provider, component.with, published, kit, delivery === undefined ? {} : { rendered: delivery });
  const objects = delivery && ejectDelivery(delivery);
  if (said === undefined || objects === undefined) return said ?? objects;
  return {
    files: [...objects.files, ...said.files],
    variables: [...objects.variables, ...said.variables],
    programs: [...new Set([...objects.programs, ...said.programs])],
    check: [...objects.check, ...said.check],
    apply: [...objects.apply, ...said.apply],
    destroy: [...said.destroy, ...objects.destroy],
    leftOut: [...objects.leftOut, ...said.leftOut],
  };
}

async function writeComponent(
  folder: string,
  one: EjectedComponent,
  roots: { readonly catalog: string; readonly project: string },
): Promise<Result<void>> {
  if (one.ejection === undefined) return makeFolder(folder);
  for (const file of one.ejection.files) {
    const done =
      'text' in file
        ? await writeAtomically(join(folder, file.path), file.text, file.mode === undefined ? {} : { mode: file.mode })
        : await copyTree(join(roots[file.copy.root], file.copy.path), join(folder, file.path));
    if (!done.ok) return done;
  }
  return writeAtomically(join(folder, 'Makefile'), componentMakefile(one));
}
