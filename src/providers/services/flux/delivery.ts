import type {
  Delivery,
  Diagnostic,
  KnownImage,
  Kit,
  KubeObject,
  RenderedDelivery,
  RenderParts,
  Result,
  ServedTree,
  Span,
  Told,
  World,
} from '../../../model/index.js';
import { ok, secretRef } from '../../../model/index.js';
import { type ApplyUnit, arrange, type PlannedBuild } from '../../../packages/arrange.js';
import { buildPackage } from '../../../packages/build.js';
import { type PackageProblem, renderedInstead } from '../../../packages/errors.js';
import { chartName } from '../../../packages/helm-release.js';
import { artefactNames, imageNames, type PackagePlan, readPackages } from '../../../packages/packages.js';
import { atUserValue } from '../../../packages/user-values.js';
import { releaseContext, withReleaseKinds } from './releases.js';
import { bootstrapPackage, type FluxSpec } from './spec.js';
import { keyObject, keysFor } from './steps/decryption.js';
import { artifactObject, fluxNamespace, kustomizationObject, sourceObject, sourceStatus } from './sync.js';

/** The core services as objects, and what Flux is told of them. */
export function deliveryOf(spec: FluxSpec, kit: Kit): Delivery {
  const { bootstrap, packages, problems } = readPackages({ ...spec, bootstrap: bootstrapPackage, releases: fluxNamespace }, kit);
  const all = bootstrap === undefined ? packages : [withReleaseKinds(bootstrap, packages), ...packages];
  return {
    tools: [...new Set(['kubectl', ...all.flatMap(artefactNames)])].sort(),
    problems: [
      ...problems.filter(({ value }) => value === undefined).map((one) => diagnosticOf(one, 'error')),
      ...fallenBack(all),
    ],
    render: (parts, w) =>
      renderDelivery(
        { spec, plans: all, component: kit.component, valued: problems.filter(({ value }) => value !== undefined) },
        parts,
        w,
      ),
  };
}

const diagnosticOf = ({ code, message, remedy, where }: PackageProblem, severity: Diagnostic['severity']): Diagnostic => ({
  code,
  severity,
  message,
  ...(where === undefined ? {} : { where }),
  remedies: [{ say: remedy }],
});

/** Packages that are rendered, although releases were chosen for all. */
const fallenBack = (plans: readonly PackagePlan[]): readonly Diagnostic[] =>
  plans.flatMap(({ name, notHelm }) => (notHelm === undefined ? [] : [diagnosticOf(renderedInstead(name, notHelm), 'info')]));

interface Sources {
  readonly spec: FluxSpec;
  readonly plans: readonly PackagePlan[];
  readonly component: string;
  /** Problems of values that the user set. */
  readonly valued: readonly PackageProblem[];
}

async function renderDelivery(
  { spec, plans, component, valued }: Sources,
  parts: RenderParts,
  w: World,
): Promise<Result<RenderedDelivery>> {
  const problems: Diagnostic[] = valued.map((one) => placedAt(one, parts));
  const keys = await decryptionKeys(plans, w);
  // The tree needs no key: only who opens it does. A rehearsal without one says why nothing became ready.
  if (!keys.ok) problems.push({ ...keys.error.diagnostic, severity: 'warning' });
  const builds: PlannedBuild[] = [];
  for (const plan of plans) {
    const context = { images: imagesOf(plan, parts), kubeVersion: parts.kubernetes, releases: releaseContext(spec) };
    const built = await buildPackage(plan, context, w);
    if (built.ok) builds.push({ plan, built: built.value });
    else problems.push(atUserValue(built.error.diagnostic, plan, parts));
  }
  const { packages, bootstrap, units, files, problems: found } = arrange(builds, bootstrapPackage, w);
  return ok({
    packages: packages.map((one) => ({ ...one, ...chosenAt(one.name, parts) })),
    bootstrap,
    files,
    problems: [...problems, ...found],
    tell: (tree, at, archives) => [
      ...tellCharts(archives, at),
      ...(keys.ok ? keys.value : []),
      ...tell(spec, component, units, { tree, at }),
    ],
    reports: (name) => ({ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace: fluxNamespace, name }),
    appliedBy: {
      manager: 'kustomize-controller',
      adds: ['kustomize.toolkit.fluxcd.io/name', 'kustomize.toolkit.fluxcd.io/namespace'],
    },
  });
}

/** The Secret by which Flux opens encrypted ones; told like everything it is told. */
async function decryptionKeys(plans: readonly PackagePlan[], w: World): Promise<Result<readonly Told[]>> {
  const recipients = plans.flatMap(({ secrets = [] }) => secrets.flatMap((one) => one.recipients));
  if (plans.every(({ secrets = [] }) => secrets.length === 0)) return ok([]);
  const kept = await w.reveal(secretRef('age-key'));
  if (!kept.ok) return kept;
  const keys = keysFor(kept.value.expose(), recipients);
  return keys.ok ? ok([{ object: keyObject(keys.value) }]) : keys;
}

/** Where the user wrote the value. */
function placedAt(problem: PackageProblem, parts: RenderParts): Diagnostic {
  const [name = '', ...path] = problem.value ?? [];
  const where = parts.place?.(name, path);
  return { ...diagnosticOf(problem, 'error'), ...(where === undefined ? {} : { where }) };
}

const imagesOf = (plan: PackagePlan, parts: RenderParts): Readonly<Record<string, KnownImage>> =>
  Object.fromEntries(
    imageNames(plan).flatMap((name) => {
      const image = parts.image(name);
      return image === undefined ? [] : [[name, image]];
    }),
  );

function chosenAt(name: string, parts: RenderParts): { readonly at?: Span } {
  const at = parts.place?.(name, []);
  return at === undefined ? {} : { at };
}

/** Charts that Strata itself publishes. */
const tellCharts = (archives: ReadonlyMap<string, ServedTree> | undefined, at: Date): readonly Told[] =>
  [...(archives ?? [])].map(([name, archive]) => {
    const announced = artifactObject(chartName(name)) as unknown as KubeObject;
    return { object: announced, status: sourceStatus({ repository: '', tag: '', ...archive }, at) };
  });

/** The source and its status, and one object for each folder. */
function tell(
  { source, interval, retryInterval, timeout }: FluxSpec,
  component: string,
  units: readonly ApplyUnit[],
  { tree, at }: { readonly tree: ServedTree; readonly at: Date },
): readonly Told[] {
  const published = { repository: '', tag: '', ...tree };
  const announced = sourceObject(source, component, published, interval) as unknown as KubeObject;
  const times = { interval, retryInterval, timeout };
  return [
    { object: announced, status: sourceStatus(published, at) },
    ...units.map((unit) => ({ object: kustomizationObject(source, component, unit, times) as unknown as KubeObject })),
  ];
}
