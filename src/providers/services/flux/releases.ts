import { helmNotApplied, type PackageProblem } from '../../../packages/errors.js';
import type { ReleaseContext } from '../../../packages/helm-release.js';
import { isFetched } from '../../../packages/helm-release.js';
import type { PackagePlan } from '../../../packages/packages.js';
import type { FluxSpec } from './spec.js';
import { fluxNamespace } from './sync.js';

/** Packages that come as Helm releases. */
export const releasesOf = (plans: readonly PackagePlan[]): readonly PackagePlan[] =>
  plans.filter((plan) => plan.delivery === 'helm');

/** Releases whose chart Strata has to publish. */
export const ownCharts = (plans: readonly PackagePlan[]): readonly PackagePlan[] =>
  releasesOf(plans).filter(({ spec }) => spec.source !== undefined && !isFetched(spec.source.chart));

/** Where releases are written down, and Helm's clock. */
export const releaseContext = ({ interval, timeout }: FluxSpec): ReleaseContext => ({
  namespace: fluxNamespace,
  interval,
  timeout,
});

/** Kinds that only releases need, and the artefacts of the toolchain they are in. */
const releaseKinds = [
  { from: 'helm-controller-crds', files: ['helm.toolkit.fluxcd.io_helmreleases.yaml'] },
  {
    from: 'source-controller-crds',
    files: ['source.toolkit.fluxcd.io_helmcharts.yaml', 'source.toolkit.fluxcd.io_helmrepositories.yaml'],
  },
];

/** The package that bootstraps, with the kinds of releases where a package is one; kinds it brings itself stay as they are. */
export function withReleaseKinds(bootstrap: PackagePlan, plans: readonly PackagePlan[]): PackagePlan {
  if (releasesOf(plans).length === 0) return bootstrap;
  const data = bootstrap.spec.data ?? [];
  const there = new Set([...bootstrap.files, ...data.flatMap(({ files }) => files)]);
  const missing = releaseKinds.map(({ from, files }) => ({ from, files: files.filter((file) => !there.has(file)) }));
  return {
    ...bootstrap,
    spec: { ...bootstrap.spec, data: [...data, ...missing.filter(({ files }) => files.length > 0)] },
  };
}

const controller = 'helm-controller';

/** Said before anything is applied: releases would lie in the cluster, and nobody would look at them. */
export function installerProblems(bootstrap: PackagePlan | undefined, plans: readonly PackagePlan[]): readonly PackageProblem[] {
  const names = releasesOf(plans).map(({ name }) => name);
  const images = (bootstrap?.spec.images ?? []).map((use) => ('ref' in use ? use.ref : use.image));
  const isThere = images.some((image) => new RegExp(`(^|/)${controller}(:|@|$)`).test(image));
  const why = `the package '${bootstrap?.name ?? ''}' has no image of it`;
  return names.length === 0 || isThere ? [] : [helmNotApplied(names, why)];
}
