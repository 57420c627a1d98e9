import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Diagnostic, RenderedObject, Result, World } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { notRead, type TemplateOutput, templateChart } from '../tools/helm/index.js';
import { packageFile, prepareChart } from './chart-source.js';
import { packageValues } from './layers.js';
import { parseManifests } from './manifests.js';
import type { PackagePlan } from './packages.js';
import { standIns } from './secrets.js';
import { placeObjects, stageOf, tidy, withNamespace } from './stages.js';
import { mergeValues } from './values.js';

/** Objects of a chart, each with its template and its stage. */
export async function chartObjects(plan: PackagePlan, kubeVersion: string, w: World): Promise<Result<readonly RenderedObject[]>> {
  const values = await packageValues(plan, w);
  if (!values.ok) return values;
  const prepared = await prepareChart(plan, values.value, w);
  if (!prepared.ok) return prepared;
  const { folder, leftOut } = prepared.value;
  if (leftOut.length > 0) w.note(`${plan.name}: left out of the chart, since switched off and not there: ${leftOut.join(', ')}`);
  const namespace = plan.spec.namespace ?? 'default';
  const where = packageFile(plan, w);
  const output = await templateChart(w, {
    release: plan.spec.source?.release ?? plan.name,
    chart: folder,
    namespace,
    values: JSON.stringify(mergeValues(values.value, standIns(plan.sources ?? []))),
    kubeVersion,
    apiVersions: plan.spec.source?.apiVersions ?? [],
    where,
  });
  if (!output.ok) return output;
  const read = readTemplates(output.value, folder, plan.name);
  if (!read.ok) return read;
  const placed = placeObjects(read.value, namespace);
  return ok(plan.spec.namespaceOwner === false ? placed : withNamespace(placed, namespace, where));
}

/** Objects of what helm printed, with their templates as origin. */
export function readTemplates(
  output: readonly TemplateOutput[],
  folder: string,
  name: string,
): Result<readonly RenderedObject[]> {
  const objects: RenderedObject[] = [];
  for (const { source, text } of output) {
    const file = join(folder, ...source.split('/').slice(1));
    const read = parseManifests(text, file);
    if (!read.ok) return err(notRead(name, { file, line: 1, column: 1 }, sayFirst(read.error)));
    for (const { object } of read.value) {
      const stage = stageOf(object);
      if (stage !== undefined) objects.push({ object: tidy(object), from: { file, line: 1, column: 1 }, stage });
    }
  }
  return ok(objects);
}

const sayFirst = ([first]: readonly Diagnostic[]): string => first?.message ?? 'it is no YAML';

/** The objects of a stage as one file, in the order helm gives. */
export const manifestOf = (objects: readonly RenderedObject[]): string =>
  objects.map((one) => stringify(one.object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
