import type { Span } from '../../model/index.js';
import type { KnownPackage } from '../edit/known-packages.js';
import { child, type Tree } from '../definition/tree.js';
import type { ImportMap, MappedPackage } from './import-map.js';
import { isSecret } from './secrets.js';
import { type Leaf, pathText, type Step, type Values } from './values.js';

/** What becomes of one value. */
export type Fate =
  | { readonly kind: 'carried'; readonly to: string; readonly put?: Put }
  | { readonly kind: 'left'; readonly reason: string }
  /** To be provided apart; its value goes nowhere. */
  | { readonly kind: 'secret'; readonly reason: string };

/** Where a carried value is written. */
export interface Put {
  readonly package?: string;
  readonly layer: 'services' | 'infrastructure';
  readonly path: readonly Step[];
}

/** One leaf with its fate. */
export interface Decided {
  readonly leaf: Leaf;
  readonly fate: Fate;
}

/** A package of the other system: whether it is on, and what does its work here. */
export interface Found {
  readonly mapped: MappedPackage;
  readonly on: boolean;
  /** Where the values say so; absent for a default. */
  readonly at?: Span;
  /** Way to its block. */
  readonly path: readonly string[];
  /** Packages of the catalog, those that exist. */
  readonly to: readonly KnownPackage[];
  readonly missing: readonly string[];
}

/** True where the values have the form that puts every package under `packages`. */
export const isNewForm = ({ tree }: Values): boolean => {
  const version = child(child(tree, 'packageConfiguration'), 'version');
  return version?.kind === 'scalar' && version.value === 'v1';
};

const plainKey = (key: string): string => key.replaceAll('-', '').toLowerCase();

/** Looks up every package the mapping knows. Pure. */
export function findPackages(values: Values, map: ImportMap, known: readonly KnownPackage[]): readonly Found[] {
  const custom = child(values.tree, 'packages');
  const keys = custom?.kind === 'map' ? [...custom.entries.keys()] : [];
  const isNew = isNewForm(values);
  return map.packages.map((mapped) => {
    const own = keys.find((key) => plainKey(key) === plainKey(mapped.key));
    const old = mapped.addon === true ? ['addons', mapped.key] : [mapped.key];
    const path = isNew ? ['packages', own ?? mapped.key] : old;
    const enabled = child(path.reduce<Tree | undefined>(child, values.tree), 'enabled');
    const said = enabled?.kind === 'scalar' ? enabled.value : undefined;
    const to = mapped.to.flatMap((name) => known.find((one) => one.name === name && one.problem === undefined) ?? []);
    return {
      mapped,
      on: typeof said === 'boolean' ? said : mapped.on,
      ...(typeof said === 'boolean' && enabled !== undefined && { at: enabled.at }),
      path,
      to,
      missing: mapped.to.filter((name) => !to.some((one) => one.name === name)),
    };
  });
}

/** Decides every leaf: none is without a fate. Pure. */
export function decideAll(values: Values, map: ImportMap, found: readonly Found[]): readonly Decided[] {
  const first = values.leaves.map((leaf): Decided => ({ leaf, fate: fateOf(leaf, values, map, found) }));
  return onePlaceEach(wholeLists(first));
}

const left = (reason: string): Fate => ({ kind: 'left', reason });

function fateOf(leaf: Leaf, values: Values, map: ImportMap, found: readonly Found[]): Fate {
  if (isSecret(leaf, values.tree)) return { kind: 'secret', reason: 'it looks like a secret: provide it apart' };
  if (leaf.tree.kind === 'scalar' && leaf.tree.value === null) return left('it is nothing (null)');
  const here = found.find(({ path }) => path.every((key, at) => leaf.path[at] === key));
  if (here !== undefined) return packageFate(leaf, leaf.path.slice(here.path.length), here, map);
  return topFate(leaf, map, isNewForm(values));
}

const nothing = left('it is empty, and says nothing');

function topFate({ path, tree }: Leaf, map: ImportMap, isNew: boolean): Fate {
  if (tree.kind !== 'scalar') return nothing;
  const setting = map.settings.find(({ from }) => from === path.join('.'));
  if (setting !== undefined)
    return { kind: 'carried', to: `${setting.layer}.with.${setting.to}`, put: { layer: setting.layer, path: [setting.to] } };
  const [top] = path;
  if (top === 'packages')
    return left(
      isNew
        ? 'no package of that name is known; describe it in packages/NAME/package.yaml'
        : 'a chart of your own: describe it in packages/NAME/package.yaml',
    );
  if (isNew && map.packages.some(({ key }) => key === top))
    return left('packageConfiguration v1 reads packages under "packages" alone');
  return left(
    (typeof top === 'string' && Object.hasOwn(map.top, top) ? map.top[top] : undefined) ?? 'the key has no counterpart',
  );
}

function packageFate(leaf: Leaf, rest: readonly Step[], found: Found, map: ImportMap): Fate {
  const [field] = rest;
  if (field === 'enabled' && rest.length === 1) return enabledFate(leaf, found);
  if (field === 'values' && rest.length > 1) return valuesFate(rest.slice(1), found, map);
  if (leaf.tree.kind !== 'scalar') return nothing;
  return left(reasonAt(field, map.fields) ?? 'a setting of the umbrella chart, which has no counterpart');
}

function enabledFate({ tree }: Leaf, { on, to, mapped }: Found): Fate {
  if (tree.kind !== 'scalar' || typeof tree.value !== 'boolean')
    return left(`it is neither true nor false; the package is ${on ? 'on' : 'off'} by default`);
  if (!on) return { kind: 'carried', to: 'the package is not chosen' };
  if (to.length > 0) return { kind: 'carried', to: `services.packages: ${to.map(({ name }) => name).join(', ')}` };
  return left(`the catalog has no such package; nearest: ${mapped.nearest ?? mapped.to.join(', ')}`);
}

/** Levels inside a package's values: with those around it, below what a definition may have. */
const deepest = 20;

function valuesFate(path: readonly Step[], { mapped, on, to }: Found, map: ImportMap): Fate {
  if (!on) return left('the package is not enabled');
  const into = mapped.into ?? mapped.to.at(-1);
  const target = to.find(({ name }) => name === into);
  if (target === undefined) return left('the catalog has no such package');
  // Forks keep the values of the chart they wrap under `upstream`.
  const isUpstream = path[0] === 'upstream';
  const inner = isUpstream ? path.slice(1) : path;
  const setting = mapped.settings?.[inner.join('.')];
  if (setting !== undefined && target.settings.includes(setting)) return carriedInto(target.name, [setting]);
  const reason = (isUpstream ? undefined : reasonAt(inner[0], map.wrapper)) ?? unfit(inner, target, mapped, map);
  return reason === undefined
    ? carriedInto(target.name, [...(mapped.under === undefined ? [] : [mapped.under]), ...inner])
    : left(reason);
}

const carriedInto = (name: string, path: readonly Step[]): Fate => ({
  kind: 'carried',
  to: `services.packages[${name}].values.${pathText(path)}`,
  put: { package: name, layer: 'services', path },
});

const reasonAt = (step: Step | undefined, reasons: Readonly<Record<string, string>>): string | undefined =>
  typeof step === 'string' && Object.hasOwn(reasons, step) ? reasons[step] : undefined;

/** Why a value of the chart is not one for the package; `undefined` where it is. */
function unfit(path: readonly Step[], target: KnownPackage, { values, note }: MappedPackage, map: ImportMap): string | undefined {
  if (!target.chart || values === 'own' || path.length === 0)
    return `package ${target.name} has values of its own${note === undefined ? '' : `: ${note}`}`;
  if (path.length > deepest) return `it is nested deeper than ${deepest} levels`;
  return path.map((step) => reasonAt(step, map.pinned)).find((reason) => reason !== undefined);
}

/** A list is carried whole or not at all: without one of its values, another would take its place. */
function wholeLists(all: readonly Decided[]): readonly Decided[] {
  const listOf = ({ path }: Leaf): string | undefined => {
    const at = path.findIndex((step) => typeof step === 'number');
    return at === -1 ? undefined : JSON.stringify(path.slice(0, at));
  };
  const torn = new Set(all.flatMap(({ leaf, fate }) => (fate.kind === 'carried' ? [] : (listOf(leaf) ?? []))));
  return all.map((one) => {
    const list = listOf(one.leaf);
    return one.fate.kind === 'carried' && list !== undefined && torn.has(list)
      ? { leaf: one.leaf, fate: left('another value of its list is not carried over') }
      : one;
  });
}

/** Of two values for one place the first is written. */
function onePlaceEach(all: readonly Decided[]): readonly Decided[] {
  const root: Places = new Map();
  return all.map((one) => {
    const put = one.fate.kind === 'carried' ? one.fate.put : undefined;
    if (put === undefined || take(root, [put.layer, put.package ?? '', ...put.path])) return one;
    return { leaf: one.leaf, fate: left('another value takes its place already') };
  });
}

interface Places extends Map<Step, Places> {}

/** Marks a place as taken; false where it, one around it or one in it is. */
function take(root: Places, way: readonly Step[]): boolean {
  let here = root;
  for (const [at, step] of way.entries()) {
    const below = here.get(step);
    const [sibling] = here.keys();
    const isNew = below === undefined;
    if (sibling !== undefined && typeof sibling !== typeof step) return false;
    if (!isNew && (below.size === 0 || at === way.length - 1)) return false;
    const next: Places = below ?? new Map();
    if (isNew) here.set(step, next);
    here = next;
  }
  return true;
}
