import type { RenderedObject, RenderedPackage } from '../../model/index.js';
import type { Objects, Refusal } from './objects.js';

/** Namespaces and kinds come before what lives in them. */
const rank = (one: RenderedObject): number => {
  const { kind } = one.object;
  if (kind === 'Namespace') return 0;
  return kind === 'CustomResourceDefinition' ? 1 : 2;
};

/** How many objects travel to the API server at once. */
const width = 16;
/** How long a kind that was just defined may take to be served, in milliseconds. */
const settleMs = 5_000;

/** Gives a package's objects to the API server, lower stages first; says which it did not take. */
export async function applyPackage(
  api: Objects,
  one: RenderedPackage,
  pause: (ms: number) => Promise<void>,
): Promise<readonly Refusal[]> {
  const refusals: Refusal[] = [];
  const waves = new Map<number, RenderedObject[]>();
  for (const object of one.objects) {
    const wave = object.stage * 3 + rank(object);
    waves.set(wave, [...(waves.get(wave) ?? []), object]);
  }
  for (const [, objects] of [...waves].sort(([a], [b]) => a - b)) {
    for (let at = 0; at < objects.length; at += width) {
      const batch = objects.slice(at, at + width);
      const done = await Promise.all(batch.map((object) => applySettling(api, object, one.namespace, pause)));
      refusals.push(...done.flatMap((refusal) => refusal ?? []));
    }
  }
  return refusals;
}

/** A kind is served a moment after its definition was taken, so an unknown kind is asked for again. */
async function applySettling(
  api: Objects,
  { object }: RenderedObject,
  namespace: string | undefined,
  pause: (ms: number) => Promise<void>,
): Promise<Refusal | undefined> {
  const until = Date.now() + settleMs;
  for (;;) {
    const applied = await api.apply(object, namespace);
    if (applied.ok) return undefined;
    if (applied.error.kind !== 'not-ready' || Date.now() > until) return { object, failure: applied.error };
    await pause(200);
  }
}
