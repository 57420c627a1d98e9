// Every image target on every infrastructure under every distribution: what goes together, why the rest does not, and which
// steps each product plans. UPDATE_GOLDEN=1 writes the table anew, and fails so that nobody does it unseen.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compose } from '../../src/app/compose.js';
import { unsupportedPairs } from '../../src/app/definition/pairs.js';
import { createCatalogReader } from '../../src/host/index.js';
import { type Component, layers } from '../../src/model/index.js';
import { systemIds } from '../../src/providers/image/packer/systems.js';
import { providers } from '../../src/providers/registry.js';
import { componentOf, distributions, imageTargets, infrastructures } from '../support/minimal-specs.js';

const catalog = resolve(import.meta.dirname, '../../catalog');
const golden = join(import.meta.dirname, 'matrix.golden.md');
const reader = createCatalogReader({ catalog, project: join(import.meta.dirname, 'no-such-project') });
const none = 'none';
const specOf = (components: readonly Component[]) => ({ platform: 'matrix', environment: 'all', components });

const below = (layer: 'infrastructure' | 'kubernetes', all: typeof infrastructures): readonly Component[] =>
  Object.entries(all).map(([id, said]) => componentOf(layer, id, said));
const machines = below('infrastructure', infrastructures);
const clusters = below('kubernetes', distributions);
const images: ReadonlyMap<string, readonly Component[]> = new Map(
  Object.entries(imageTargets).map(([target, said]) => [
    target,
    systemIds.map((os) => componentOf('image', 'packer', { ...said, os })),
  ]),
);
const systemOf = ({ with: spec }: Component): string => String(Reflect.get(Object(spec), 'os'));

interface Cell {
  readonly target: string;
  readonly infrastructure: Component;
  readonly cluster: Component;
  /** Operating systems it works with; empty = refused. */
  readonly systems: readonly string[];
  /** Why not, once for each reason. */
  readonly reasons: readonly string[];
  /** Ids of the steps by layer, where it works. */
  readonly steps: readonly string[];
}

/** One combination: with each operating system, or without a machine image at all. */
function cellOf(target: string, infrastructure: Component, cluster: Component): Cell {
  const choices = (images.get(target) ?? [undefined]).map((image) => {
    const components = [...(image === undefined ? [] : [image]), infrastructure, cluster];
    const pairs = unsupportedPairs(specOf(components), providers);
    return { image, components, problems: pairs.map(({ message, remedies: [{ say }] }) => `${message} (${say})`) };
  });
  const works = choices.filter(({ problems }) => problems.length === 0);
  const [first] = works;
  const base = { target, infrastructure, cluster };
  if (first === undefined) {
    const least = [...choices].sort((a, b) => a.problems.length - b.problems.length)[0];
    return { ...base, systems: [], reasons: least?.problems ?? [], steps: [] };
  }
  const composed = compose(specOf(first.components), { providers, reader, toolchain: () => [] });
  if (!composed.ok) return { ...base, systems: [], reasons: [composed.error.diagnostic.message], steps: [] };
  const systems = works.map(({ image }) => (image === undefined ? none : systemOf(image)));
  return { ...base, systems, reasons: [], steps: composed.value.steps.map(({ id }) => id) };
}

const cells = [none, ...images.keys()].flatMap((target) =>
  machines.flatMap((infrastructure) => clusters.map((cluster) => cellOf(target, infrastructure, cluster))),
);

function tables(): string {
  const notes = [...new Set(cells.flatMap(({ reasons }) => reasons))];
  const all = systemIds.length;
  const shown = ({ systems, reasons }: Cell): string =>
    systems.length === 0
      ? `✗ ${reasons.map((one) => `[${notes.indexOf(one) + 1}]`).join(' ')}`
      : systems[0] === none
        ? '✓'
        : `✓ ${systems.length === all ? 'all' : systems.join(', ')}`;
  const sections = [none, ...images.keys()].map((target) => {
    const rows = machines.map((infrastructure) => {
      const row = cells.filter((one) => one.target === target && one.infrastructure === infrastructure);
      return `| ${infrastructure.use} | ${row.map(shown).join(' | ')} |`;
    });
    const title = target === none ? 'No machine image' : `Image target ${target}`;
    return `## ${title}\n\n| infrastructure | ${clusters.map(({ use }) => use).join(' | ')} |\n|---|${clusters.map(() => '---').join('|')}|\n${rows.join('\n')}\n`;
  });
  const reasons = notes.map((one, at) => `${at + 1}. ${one}`);
  return `${sections.join('\n')}\n## Reasons\n\n${reasons.join('\n')}\n`;
}

/** Step ids of each product; where they depend on what is below, each list once with what it belongs to. */
function plans(): string {
  const lists = new Map<string, Map<string, Set<string>>>();
  for (const { target, infrastructure, cluster, steps } of cells) {
    const used = { image: target, infrastructure: infrastructure.use, kubernetes: cluster.use } as const;
    for (const layer of ['image', 'infrastructure', 'kubernetes'] as const) {
      const own = steps.filter((id) => id.startsWith(`${layer}/`)).map((id) => id.slice(`${layer}/one/`.length));
      if (own.length === 0) continue;
      const product = `${layer} ${used[layer]}`;
      const known = lists.get(product) ?? new Map<string, Set<string>>();
      const text = own.join(', ');
      known.set(text, (known.get(text) ?? new Set()).add(layer === 'kubernetes' ? infrastructure.use : target));
      lists.set(product, known);
    }
  }
  const lines = [...lists].map(([product, known]) => {
    const each = [...known].map(([text, where]) => `- ${known.size === 1 ? '' : `with ${[...where].join(', ')}: `}${text}`);
    return `### ${product}\n\n${each.join('\n')}\n`;
  });
  return `## Steps\n\n${lines.join('\n')}`;
}

const head = `# What goes together

Made by test/catalog/matrix.test.ts: three control planes and two workers, each product told no more than it must be.
✓ with the operating systems that all layers take; ✗ with the reasons below.
`;

describe('image target × infrastructure × distribution', () => {
  it('has every provider of its three layers', () => {
    const ids = (layer: string) => providers.filter((one) => one.layer === layer).map(({ id }) => id);
    expect(Object.keys(infrastructures).sort()).toEqual([...ids('infrastructure')].sort());
    expect(Object.keys(distributions).sort()).toEqual([...ids('kubernetes')].sort());
    expect(layers.slice(0, 3)).toEqual(['image', 'infrastructure', 'kubernetes']);
  });
  it('refuses with a reason, or plans steps for its cluster', () => {
    for (const { target, infrastructure, cluster, systems, reasons, steps } of cells) {
      const name = `${target} × ${infrastructure.use} × ${cluster.use}`;
      expect(systems.length > 0, name).toBe(reasons.length === 0);
      expect(new Set(steps).size, name).toBe(steps.length);
      if (systems.length > 0)
        expect(
          steps.some((id) => id.startsWith('kubernetes/')),
          name,
        ).toBe(true);
    }
  });
  it('is the table that was looked at', () => {
    const made = `${head}\n${tables()}\n${plans()}`;
    if (process.env['UPDATE_GOLDEN'] === '1') {
      writeFileSync(golden, made);
      throw new Error('matrix.golden.md was written: look at it, then run again without UPDATE_GOLDEN');
    }
    expect(made).toBe(readFileSync(golden, 'utf8'));
  });
});
