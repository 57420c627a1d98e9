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
  Told,
  World,
} from '../../../model/index.js';
import { ok } from '../../../model/index.js';
import { type ApplyUnit, arrange, type PlannedBuild } from '../../../packages/arrange.js';
import { buildPackage } from '../../../packages/build.js';
import { artefactNames, imageNames, type PackagePlan, readPackages } from '../../../packages/packages.js';
import { bootstrapPackage, type FluxSpec } from './spec.js';
import { fluxNamespace, kustomizationObject, sourceObject, sourceStatus } from './sync.js';

/** The core services as objects, and what Flux is told of them. */
export function deliveryOf(spec: FluxSpec, kit: Kit): Delivery {
  const { bootstrap, packages, problems } = readPackages({ ...spec, bootstrap: bootstrapPackage }, kit);
  const all = bootstrap === undefined ? packages : [bootstrap, ...packages];
  return {
    tools: [...new Set(['kubectl', ...all.flatMap(artefactNames)])].sort(),
    problems: problems.map(({ code, message, remedy, where }) => ({
      code,
      severity: 'error',
      message,
      ...(where === undefined ? {} : { where }),
      remedies: [{ say: remedy }],
    })),
    render: (parts, w) => renderDelivery({ spec, plans: all, component: kit.component }, parts, w),
  };
}

interface Sources {
  readonly spec: FluxSpec;
  readonly plans: readonly PackagePlan[];
  readonly component: string;
}

async function renderDelivery(
  { spec, plans, component }: Sources,
  parts: RenderParts,
  w: World,
): Promise<Result<RenderedDelivery>> {
  const problems: Diagnostic[] = [];
  const builds: PlannedBuild[] = [];
  for (const plan of plans) {
    const built = await buildPackage(plan, { images: imagesOf(plan, parts), kubeVersion: parts.kubernetes }, w);
    if (built.ok) builds.push({ plan, built: built.value });
    else problems.push(built.error.diagnostic);
  }
  const { packages, bootstrap, units, files, problems: found } = arrange(builds, bootstrapPackage, w);
  return ok({
    packages,
    bootstrap,
    files,
    problems: [...problems, ...found],
    tell: (tree, at) => tell(spec, component, units, { tree, at }),
    reports: (name) => ({ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace: fluxNamespace, name }),
    appliedBy: {
      manager: 'kustomize-controller',
      adds: ['kustomize.toolkit.fluxcd.io/name', 'kustomize.toolkit.fluxcd.io/namespace'],
    },
  });
}

const imagesOf = (plan: PackagePlan, parts: RenderParts): Readonly<Record<string, KnownImage>> =>
  Object.fromEntries(
    imageNames(plan).flatMap((name) => {
      const image = parts.image(name);
      return image === undefined ? [] : [[name, image]];
    }),
  );

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
