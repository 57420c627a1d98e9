import { stringify } from 'yaml';
import type { FileInput, SetInput } from '../../bundle/create.js';
import { secretInside } from '../../bundle/errors.js';
import { err, ok, type RenderedPackage, type Result } from '../../model/index.js';
import type { Opened } from '../definition-of.js';
import type { RunWatch } from '../held.js';
import { renderSpec, type RenderedComponent } from '../rehearsal/deliveries.js';
import type { Part } from './part.js';
import { inFull, referencesIn } from './references.js';
import { holdsSecret } from './sets.js';

/** The rendered objects and the tree that controllers fetch; every image they name must be among those carried. */
export async function deploySets({ site, spec }: Opened, images: readonly string[], watch: RunWatch): Promise<Result<Part>> {
  const rendered = await renderSpec(site, spec, watch);
  if (!rendered.ok) return rendered;
  const sets: SetInput[] = [];
  const missing: string[] = [];
  const there = new Set(images);
  for (const one of rendered.value.components) {
    const name = `${one.component.layer}/${one.component.name}`;
    const files = filesOf(one);
    const open = files.find(({ from }) => 'text' in from && holdsSecret(site, from.text));
    if (open !== undefined) return err(secretInside(`${open.path} of ${name}`));
    if (files.length > 0) sets.push({ kind: 'deploy', name, files });
    const objects = [...one.delivery.bootstrap, ...one.delivery.packages].flatMap((each) => each.objects);
    for (const { image, by } of referencesIn(objects)) {
      if (!there.has(inFull(image))) missing.push(`image ${image}: named by ${by}, and neither built nor pinned`);
    }
  }
  const broken = rendered.value.problems.filter(({ severity }) => severity === 'error');
  missing.push(...broken.map(({ code, message }) => `deploy: ${code} ${message}`));
  missing.push(...rendered.value.silent.map((name) => `deploy ${name}: it does not say what it puts into a cluster`));
  return ok({ sets, missing });
}

function filesOf({ delivery }: RenderedComponent): readonly FileInput[] {
  const tree = [...delivery.files].map(([path, text]): FileInput => ({ path: `tree/${path}`, from: { text } }));
  const objects = [
    ...delivery.bootstrap.map((one) => objectFile('bootstrap', one)),
    // Where there is a tree, the objects of the packages are in it.
    ...(tree.length > 0 ? [] : delivery.packages.map((one) => objectFile('packages', one))),
  ];
  return [...tree, ...objects.filter((one) => one !== undefined)];
}

function objectFile(folder: string, { name, objects }: RenderedPackage): FileInput | undefined {
  if (objects.length === 0) return undefined;
  const text = objects.map(({ object }) => stringify(object, { lineWidth: 0 })).join('---\n');
  return { path: `${folder}/${name}.yaml`, from: { text } };
}
