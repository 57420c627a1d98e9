import type { Step } from '../../model/index.js';
import type { Stated } from '../../prerequisites/index.js';
import type { Toolchain } from '../../toolchain/index.js';

/** Where programs come from, in words: which host that is, a user's own settings (GOPROXY, pip, npm, apt) decide. */
const places: Readonly<Record<string, string>> = {
  goModule: 'the Go module proxy (GOPROXY)',
  goFiles: 'the Go module proxy (GOPROXY)',
  crds: 'the Go module proxy (GOPROXY)',
  npm: 'the npm registry',
  pypi: 'the Python package index',
  debian: 'the Debian archive (apt sources)',
  debianFile: 'the Debian archive (apt sources)',
};

/** What the host that runs Strata fetches, once: the toolchain's programs, by where they come from. */
export function toolchainNeeds(toolchain: Toolchain, steps: readonly Step[]): readonly Stated[] {
  const names = steps.flatMap(({ id }) => /^toolchain\/tool\/(.+)$/.exec(id)?.[1] ?? []);
  const byPlace = new Map<string, string[]>();
  for (const name of names.sort()) {
    const source = toolchain.tools.get(name)?.sources[0];
    const place = source === undefined ? undefined : placeOf(source);
    if (place !== undefined) byPlace.set(place, [...(byPlace.get(place) ?? []), name]);
  }
  if (byPlace.size === 0) return [];
  return [
    {
      id: 'toolchain/host/egress',
      kind: 'egress',
      what: 'Package registries that the host running Strata fetches its programs from, over HTTPS (443)',
      why: 'The toolchain is pinned and fetched once into the cache; a bundle replaces this behind an air gap.',
      items: [...byPlace].map(([place, tools]) => `${place}: ${tools.join(', ')}`),
      number: { value: names.length, unit: 'programs' },
      for: 'toolchain/host',
      after: [],
    },
  ];
}

const placeOf = (source: object): string | undefined =>
  Object.keys(source)
    .map((key) => places[key])
    .find((place) => place !== undefined);
