import type { KubeObject, RenderedPackage } from '../../model/index.js';
import type { Kind, Objects } from './objects.js';

/** How many of a package's objects are in the cluster, by package: seen there, not concluded. */
export async function countTaken(api: Objects, packages: readonly RenderedPackage[]): Promise<ReadonlyMap<string, number>> {
  const kinds = new Map<string, Kind>();
  for (const { object } of packages.flatMap((one) => one.objects)) {
    const { apiVersion, kind } = object;
    kinds.set(`${apiVersion} ${kind}`, { apiVersion, kind });
  }
  const there = new Set<string>();
  await Promise.all(
    [...kinds.values()].map(async (kind) => {
      const listed = await api.list(kind);
      for (const object of listed.ok ? listed.value : []) there.add(nameIn(object, object.metadata.namespace));
    }),
  );
  const isThere = (object: KubeObject, namespace: string | undefined): boolean =>
    there.has(nameIn(object, object.metadata.namespace ?? namespace)) || there.has(nameIn(object, undefined));
  return new Map(
    packages.map((one) => [one.name, one.objects.filter(({ object }) => isThere(object, one.namespace ?? 'default')).length]),
  );
}

const nameIn = ({ apiVersion, kind, metadata }: KubeObject, namespace: string | undefined): string =>
  `${apiVersion} ${kind} ${namespace ?? ''}/${metadata.name}`;
