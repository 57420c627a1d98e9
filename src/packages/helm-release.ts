import type { Applier, Archive, KnownImage, KubeObject } from '../model/index.js';
import { hashOf } from './chart-source.js';
import { changesOf, packageLabel } from './kustomize.js';
import { at, list } from './order/read.js';
import type { ChartSource, Patch } from './package-schema.js';
import type { PackagePlan } from './packages.js';
import { valuesFrom } from './secrets.js';

/** Where releases are written down in a cluster, and helm-controller's clock. */
export interface ReleaseContext {
  /** Namespace of the release, its values and its source; the chart's objects go to the package's own. */
  readonly namespace: string;
  /** How often a release is looked at. */
  readonly interval: string;
  /** How long an action of Helm may take. */
  readonly timeout: string;
}

/** All that a release is made of. */
export interface ReleaseParts {
  readonly plan: PackagePlan;
  /** Values over the chart's own, as YAML. */
  readonly values: string;
  readonly images: Readonly<Record<string, KnownImage>>;
  /** The chart, where no registry or repository serves it. */
  readonly archive?: Archive | undefined;
  /** The chart brings the package's namespace itself. */
  readonly namespaceInChart?: boolean;
  /** What the chart renders to with the package's changes and labels on it: the release is to make the same. */
  readonly objects?: readonly KubeObject[];
}

type Fetched = Extract<ChartSource, { oci: string } | { repository: string }>;

/** Whether helm-controller can fetch a chart from where the package has it. */
export const isFetched = (source: ChartSource): source is Fetched => 'oci' in source || 'repository' in source;

const sourceApi = 'source.toolkit.fluxcd.io/v1';
const releaseApi = 'helm.toolkit.fluxcd.io/v2';

/** Name of the object that announces a chart which is published by Strata. */
export const chartName = (packageName: string): string => `${packageName}-chart`;

/** The release of a package. */
export const releaseKey = (packageName: string, namespace: string) =>
  ({ apiVersion: releaseApi, kind: 'HelmRelease', namespace, name: packageName }) as const;

/** As whom helm-controller applies, and what Helm and it put on each object by themselves. */
export const helmApplier: Applier = {
  manager: 'helm-controller',
  adds: [
    'app.kubernetes.io/managed-by',
    'meta.helm.sh/release-name',
    'meta.helm.sh/release-namespace',
    'helm.toolkit.fluxcd.io/name',
    'helm.toolkit.fluxcd.io/namespace',
  ],
};

/** The objects by which helm-controller installs a chart: namespace, values, source and the release. */
export function helmReleaseObjects(parts: ReleaseParts, context: ReleaseContext): readonly KubeObject[] {
  const { plan, values, archive } = parts;
  const chart = plan.spec.source?.chart;
  if (chart === undefined || (archive === undefined && !isFetched(chart))) return [];
  const namespace = plan.spec.namespace ?? 'default';
  const metadata = { name: plan.name, namespace: context.namespace };
  // Another name for other values or another chart: so the release itself changes, and is not taken for ready before they are in.
  const name = `${plan.name}-values-${hashOf([values, chart, archive?.digest]).slice(0, 10)}`;
  return [
    ...(makesNamespace(parts, namespace) ? [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }] : []),
    { apiVersion: 'v1', kind: 'Secret', metadata: { ...metadata, name }, type: 'Opaque', stringData: { 'values.yaml': values } },
    ...(archive === undefined && isFetched(chart) ? [sourceOf(chart, metadata, context)] : []),
    { apiVersion: releaseApi, kind: 'HelmRelease', metadata, spec: releaseSpec(parts, chart, { ...context, name }) },
  ];
}

/** Those of Kubernetes itself are there. */
const makesNamespace = ({ plan, namespaceInChart }: ReleaseParts, namespace: string): boolean =>
  plan.spec.namespaceOwner !== false && namespaceInChart !== true && namespace !== 'default' && !namespace.startsWith('kube-');

function releaseSpec(parts: ReleaseParts, chart: ChartSource, { name, interval, timeout }: ReleaseContext & { name: string }) {
  const { plan } = parts;
  const namespace = plan.spec.namespace ?? 'default';
  const { health = [] } = plan.spec;
  return {
    ...chartOf(chart, plan.name),
    releaseName: plan.spec.source?.release ?? plan.name,
    targetNamespace: namespace,
    // Helm's own commands look for a release where its objects are.
    storageNamespace: namespace,
    valuesFrom: [{ kind: 'Secret', name }, ...valuesFrom(plan.sources ?? [])],
    install: {
      crds: 'CreateReplace',
      remediation: { retries: 3 },
      ...(parts.namespaceInChart === true ? { createNamespace: true } : {}),
    },
    upgrade: { crds: 'CreateReplace', remediation: { retries: 3, remediateLastFailure: true } },
    interval,
    timeout,
    commonMetadata: { labels: { [packageLabel]: plan.name } },
    postRenderers: [{ kustomize: postRendering(parts) }],
    ...(health.length === 0 ? {} : { healthCheckExprs: health }),
  };
}

/** A package's own changes, and its label on the pods: `commonMetadata` only reaches the objects themselves. */
function postRendering({ plan, images, objects = [] }: ReleaseParts): object {
  const changes = changesOf(plan, images);
  const patches = [...changes.patches, ...templateLabels(plan.name), ...objects.flatMap(claimLabels)];
  return { ...(changes.images.length === 0 ? {} : { images: changes.images }), patches };
}

const workloads = { Deployment: 'apps/v1', StatefulSet: 'apps/v1', DaemonSet: 'apps/v1', Job: 'batch/v1', CronJob: 'batch/v1' };

function templateLabels(packageName: string): readonly Patch[] {
  const template = { metadata: { labels: { [packageLabel]: packageName } } };
  return Object.entries(workloads).map(([kind, apiVersion]) => {
    const spec = kind === 'CronJob' ? { jobTemplate: { ...template, spec: { template } } } : { template };
    // The target says which objects; the name in the patch only has to be there.
    return { target: { kind }, patch: JSON.stringify({ apiVersion, kind, metadata: { name: 'any' }, spec }) };
  });
}

/** Labels of a StatefulSet's claims, which no strategic merge reaches; they cannot be changed later. */
function claimLabels({ kind, metadata, spec }: KubeObject): readonly Patch[] {
  const claims = list(at(spec, 'volumeClaimTemplates'));
  if (kind !== 'StatefulSet' || claims.length === 0) return [];
  const operations = claims.map((claim, i) => ({
    op: 'add',
    path: `/spec/volumeClaimTemplates/${i}/metadata/labels`,
    value: at(claim, 'metadata', 'labels') ?? {},
  }));
  return [{ target: { kind, name: metadata.name }, patch: JSON.stringify(operations) }];
}

function sourceOf(chart: Fetched, metadata: KubeObject['metadata'], { interval }: ReleaseContext): KubeObject {
  if ('repository' in chart)
    return { apiVersion: sourceApi, kind: 'HelmRepository', metadata, spec: { url: chart.repository, interval } };
  // The pinned digest is that of the archive, not of the manifest: it cannot be `ref.digest`.
  const layerSelector = { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', operation: 'copy' };
  const spec = { url: chart.oci, ref: { tag: chart.version }, layerSelector, interval };
  return { apiVersion: sourceApi, kind: 'OCIRepository', metadata, spec };
}

function chartOf(chart: ChartSource, name: string): object {
  if (!isFetched(chart)) return { chartRef: { kind: 'ExternalArtifact', name: chartName(name) } };
  if ('oci' in chart) return { chartRef: { kind: 'OCIRepository', name } };
  return { chart: { spec: { chart: chart.name, version: chart.version, sourceRef: { kind: 'HelmRepository', name } } } };
}
