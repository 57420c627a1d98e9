import { type Applier, type Diagnostic, type KubeObject, ok, type RenderedPackage, type Result } from '../../model/index.js';
import {
  asStored,
  type FieldChange,
  type KubeClient,
  lastWriter,
  managersOf,
  nameOf,
  ownedChanges,
  type Resource,
  surelySame,
} from '../../tools/kube-api/index.js';
import { forEach } from './cluster.js';

/** An object as it is wanted, and as whom it is applied. */
export interface Wanted {
  readonly object: KubeObject;
  readonly package: string;
  readonly applier: Applier;
}

/** One field that is not as it is wanted. */
export interface FieldDifference {
  /** With dots, e.g. `spec.replicas`. */
  readonly path: string;
  readonly live?: unknown;
  readonly wanted?: unknown;
  /** Who wrote it last, where that was not the delivering controller. */
  readonly by?: { readonly manager: string; readonly operation: string; readonly at?: string };
}

/** One object that is not as it is wanted. */
export interface ObjectDifference {
  /** `apps/v1 Deployment monitoring/grafana`. */
  readonly object: string;
  readonly package: string;
  /** `missing`: wanted and not there · `changed` · `extra`: there, and no longer wanted. */
  readonly difference: 'missing' | 'changed' | 'extra';
  readonly fields: readonly FieldDifference[];
}

/** What a comparison with a live cluster found. */
export interface Comparison {
  /** Objects that were compared. */
  readonly objects: number;
  readonly differences: readonly ObjectDifference[];
  /** Objects of which the API server would not say what applying them would change. */
  readonly unknown: readonly { readonly object: string; readonly finding: Diagnostic }[];
}

const packageLabel = 'strata.dev/package';

interface Placed extends Wanted {
  readonly key: string;
  readonly resource: Resource | undefined;
}

/** Compares what is wanted with what a cluster has; changes nothing in it. */
export async function compareWith(client: KubeClient, wanted: readonly Wanted[]): Promise<Result<Comparison>> {
  const resources = await client.resources();
  if (!resources.ok) return resources;
  const placed = wanted.map((one) => place(one, resources.value));
  const kinds = [...new Set(placed.flatMap(({ resource }) => resource ?? []))];
  const live = new Map<string, KubeObject>();
  for (const list of await forEach(kinds, (kind) => client.list(kind))) {
    if (!list.ok) return list;
    for (const object of list.value) live.set(keyOf(object), object);
  }
  const judged = await forEach(placed, (one) => judge(client, one, live.get(one.key)));
  const extra = await extras(client, resources.value, { placed, kinds, live: [...live.values()] });
  return ok({
    objects: wanted.length,
    differences: [...judged.flatMap((one) => one.difference ?? []), ...extra],
    unknown: judged.flatMap((one) => one.unknown ?? []),
  });
}

function place(one: Wanted, resources: readonly Resource[]): Placed {
  const { apiVersion, kind } = one.object;
  const resource = resources.find((each) => each.apiVersion === apiVersion && each.kind === kind);
  return { ...one, resource, key: keyOf(one.object) };
}

/** An object is the same in every version of its group. */
const keyOf = ({ apiVersion, kind, metadata }: KubeObject): string => {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return [group, kind, metadata.namespace ?? '', metadata.name].join('\u0000');
};

interface Judged {
  readonly difference?: ObjectDifference;
  readonly unknown?: Comparison['unknown'][number];
}

async function judge(client: KubeClient, one: Placed, live: KubeObject | undefined): Promise<Judged> {
  const { object, applier } = one;
  const { manager } = applier;
  const name = nameOf(object);
  if (live === undefined) return { difference: { object: name, package: one.package, difference: 'missing', fields: [] } };
  if (surelySame(object, live, applier)) return {};
  const would = await client.apply(object, { manager, dryRun: 'server' });
  if (!would.ok) return { unknown: { object: name, finding: would.error.diagnostic } };
  const fields = ownedChanges(live, would.value, applier).map((change) => fieldOf(change, live, manager));
  return fields.length === 0 ? {} : { difference: { object: name, package: one.package, difference: 'changed', fields } };
}

function fieldOf({ path, from, to }: FieldChange, live: KubeObject, manager: string): FieldDifference {
  const writer = lastWriter(live, path, manager);
  const by = writer && { manager: writer.manager, operation: writer.operation, ...(writer.time && { at: writer.time }) };
  return {
    path: path.join('.'),
    ...(from !== undefined && { live: from }),
    ...(to !== undefined && { wanted: to }),
    ...(by && { by }),
  };
}

/**
 * What carries a package's label, was applied by a delivering controller, and is no longer wanted. The label alone does
 * not tell: what a controller makes of a template (pods, claims) carries it too.
 */
async function extras(
  client: KubeClient,
  resources: readonly Resource[],
  { placed, kinds, live }: Looked,
): Promise<readonly ObjectDifference[]> {
  const wanted = new Set(placed.map(({ key }) => key));
  const managers = new Set(placed.map(({ applier }) => applier.manager));
  const listed = new Set(kinds.map(groupKind));
  const others = resources.filter(
    (one) => one.preferred && one.verbs.includes('list') && one.verbs.includes('patch') && !listed.has(groupKind(one)),
  );
  const lists = await forEach(others, (kind) => client.list(kind, packageLabel));
  const seen = live.filter(({ metadata }) => metadata.labels?.[packageLabel] !== undefined);
  const found = [...seen, ...lists.flatMap((list) => (list.ok ? list.value : []))];
  return found
    .filter((object) => !wanted.has(keyOf(object)) && !isMade(object))
    .filter((object) => managersOf(object).some((one) => one.operation === 'Apply' && managers.has(one.manager)))
    .map((object) => ({
      object: nameOf(object),
      package: object.metadata.labels?.[packageLabel] ?? '',
      difference: 'extra',
      fields: [],
    }));
}

/** What was looked at already. */
interface Looked {
  readonly placed: readonly Placed[];
  readonly kinds: readonly Resource[];
  readonly live: readonly KubeObject[];
}

const groupKind = ({ apiVersion, kind }: Resource): string => `${apiVersion.split('/').slice(0, -1).join('')} ${kind}`;

const isMade = ({ metadata }: KubeObject): boolean => 'ownerReferences' in metadata;

/** A package's objects as they are applied, each with its namespace. */
export function wantedOf(
  one: RenderedPackage,
  applier: Applier,
  isNamespaced: (object: KubeObject) => boolean,
): readonly Wanted[] {
  return one.objects.map(({ object }) => {
    const stored = asStored(object);
    const { namespace, ...rest } = stored.metadata;
    const space = isNamespaced(object) ? (namespace ?? one.namespace ?? 'default') : undefined;
    const metadata = space === undefined ? rest : { ...rest, namespace: space };
    return { object: { ...stored, metadata }, package: one.name, applier };
  });
}

/** What another controller installs is applied as that one, and what tells it to is applied by the delivering one. */
export function wantedOfPackage(
  one: RenderedPackage,
  applier: Applier,
  isNamespaced: (object: KubeObject) => boolean,
): readonly Wanted[] {
  const { installation } = one;
  if (installation === undefined) return wantedOf(one, applier, isNamespaced);
  const told = wantedOf({ ...one, objects: installation.objects }, applier, isNamespaced);
  const names = new Set(told.map(({ object }) => sayWhich(object)));
  const installed = wantedOf(one, installation.appliedBy, isNamespaced);
  return [...told, ...installed.filter(({ object }) => !names.has(sayWhich(object)))];
}

const sayWhich = ({ apiVersion, kind, metadata }: KubeObject): string =>
  [apiVersion, kind, metadata.namespace ?? '', metadata.name].join(' ');
