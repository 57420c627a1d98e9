import { stringify } from 'yaml';
import type { Installation, KnownImage, KubeObject, RenderedObject, Result, World } from '../model/index.js';
import { ok } from '../model/index.js';
import type { BuiltPackage } from './built.js';
import { packChart } from './chart-archive.js';
import { packageFile } from './chart-source.js';
import { helmApplier, helmReleaseObjects, isFetched, type ReleaseContext, releaseKey } from './helm-release.js';
import { packageLabel } from './kustomize.js';
import { packageValues } from './layers.js';
import type { PackagePlan } from './packages.js';

/** A package whose objects were built, to be told as a release. */
export interface Releasing {
  readonly plan: PackagePlan;
  readonly images: Readonly<Record<string, KnownImage>>;
  /** What its chart renders to: the order follows from it, whoever applies it. */
  readonly objects: readonly RenderedObject[];
}

const releaseFile = 'release.yaml';

/** The package as one folder with its release; its objects stay what they are, but Helm brings them. */
export async function buildRelease(
  { plan, images, objects }: Releasing,
  context: ReleaseContext,
  w: World,
): Promise<Result<BuiltPackage>> {
  const values = await packageValues(plan, w);
  if (!values.ok) return values;
  const chart = plan.spec.source?.chart;
  const archive = chart === undefined || isFetched(chart) ? undefined : await packChart(plan, values.value, w);
  if (archive?.ok === false) return archive;
  const where = packageFile(plan, w);
  const made = objects.map(({ object }) => object);
  const parts = { plan, values: stringify(values.value), images, archive: archive?.value, objects: made };
  const told = helmReleaseObjects({ ...parts, namespaceInChart: bringsNamespace(plan, objects, where.file) }, context).map(
    (object): KubeObject => ({ ...object, metadata: { ...object.metadata, labels: { [packageLabel]: plan.name } } }),
  );
  const installation: Installation = {
    controller: 'helm-controller',
    reports: releaseKey(plan.name, context.namespace),
    objects: told.map((object) => ({ object, from: where, stage: 0 })),
    appliedBy: helmApplier,
    ...(archive === undefined ? {} : { archive: archive.value }),
  };
  const kustomization = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: [releaseFile] };
  const files = {
    'kustomization.yaml': stringify(kustomization, { lineWidth: 0 }),
    [releaseFile]: told.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n'),
  };
  return ok({ folders: [{ name: plan.name, stage: 0, files }], objects, installation });
}

/** Whether a template of the chart makes the package's namespace: one that Strata adds is placed at the package's file. */
const bringsNamespace = (plan: PackagePlan, objects: readonly RenderedObject[], added: string): boolean =>
  objects.some(
    ({ object, from }) => object.kind === 'Namespace' && object.metadata.name === plan.spec.namespace && from.file !== added,
  );
