import { type Diagnostic, err, ok, type Result, type Spec } from '../model/index.js';
import { openPlatform, type PlatformRequest } from './definition-of.js';
import type { RunWatch } from './held.js';
import { openCluster } from './live/cluster.js';
import { type Comparison, compareWith, type Wanted, wantedOf, wantedOfPackage } from './live/compare.js';
import { type RenderedSpec, renderSpec } from './rehearsal/deliveries.js';
import type { Site } from './site.js';
import { type Trouble, troubleOf } from './trouble.js';

/** Which definition to compare with which cluster. */
export interface DiffOptions extends PlatformRequest {
  /** Of another cluster than the environment's own. */
  readonly kubeconfig?: string;
}

/** A definition compared with a live cluster. */
export interface DiffResult extends Comparison {
  readonly format: 'strata.dev/diff/v1';
  /** What the cluster was compared with. */
  readonly against: 'definition' | 'last-applied';
  readonly platform: string;
  readonly environment: string;
  /** Components that cannot say what they put into a cluster: nothing of theirs was compared. */
  readonly silent: readonly string[];
  /** Findings of rendering; where one is an error, its package was not compared. */
  readonly problems: readonly Diagnostic[];
}

/** Says what delivering today's definition would change in the live cluster; changes nothing. */
export async function diff(options: DiffOptions, watch: RunWatch): Promise<Result<DiffResult, Trouble>> {
  const opened = await openPlatform(options);
  if (!opened.ok) return opened;
  const { site, spec, sources } = opened.value;
  const compared = await compareSpec({ site, spec, kubeconfig: options.kubeconfig, against: 'definition', sources }, watch);
  return compared.ok ? compared : err({ ...troubleOf(compared.error), sources });
}

/** A definition, and the cluster it is compared with. */
export interface SpecComparison {
  readonly site: Site;
  readonly spec: Spec;
  readonly kubeconfig: string | undefined;
  readonly against: DiffResult['against'];
  /** Texts of the definition, for places. */
  readonly sources?: ReadonlyMap<string, string>;
}

/** Renders a definition and compares every object with the cluster. */
export async function compareSpec(request: SpecComparison, watch: RunWatch): Promise<Result<DiffResult>> {
  const { site, spec, kubeconfig, against } = request;
  const cluster = await openCluster(site, spec, kubeconfig);
  if (!cluster.ok) return cluster;
  try {
    const rendered = await renderSpec(site, spec, watch, request.sources);
    if (!rendered.ok) return rendered;
    const { client } = cluster.value;
    const resources = await client.resources();
    if (!resources.ok) return resources;
    const namespaced = new Map(resources.value.map((one) => [`${one.apiVersion} ${one.kind}`, one.namespaced]));
    const wanted = wantedObjects(
      rendered.value,
      ({ apiVersion, kind, metadata }) => namespaced.get(`${apiVersion} ${kind}`) ?? metadata.namespace !== undefined,
    );
    const compared = await compareWith(client, wanted);
    if (!compared.ok) return compared;
    const { platform, environment } = spec;
    const { silent, problems } = rendered.value;
    return ok({ format: 'strata.dev/diff/v1', against, platform, environment, ...compared.value, silent, problems });
  } finally {
    cluster.value.close();
  }
}

const strata = { manager: 'strata' };

/** What comes first is applied by Strata itself, the packages by their delivering controller. */
const wantedObjects = (rendered: RenderedSpec, isNamespaced: Parameters<typeof wantedOf>[2]): readonly Wanted[] =>
  rendered.components.flatMap(({ delivery }) => [
    ...delivery.bootstrap.flatMap((one) => wantedOf(one, strata, isNamespaced)),
    ...delivery.packages.flatMap((one) => wantedOfPackage(one, delivery.appliedBy ?? strata, isNamespaced)),
  ]);
