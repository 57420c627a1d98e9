import { type Component, type Diagnostic, type Layer, layers, type Provider, reads, type Spec } from '../../model/index.js';
import { check } from './check.js';
import * as errors from './errors.js';
import type { Read } from './files.js';
import { duplicateNames, overlay } from './overlay.js';
import { unsupportedPairs } from './pairs.js';
import { parseText } from './parse.js';
import { child, type MapTree, type Plain, type Tree, textOf } from './tree.js';
import type { Validators } from './validators.js';

/** One file's name (as the user knows it) and text. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

/** What the two texts of a platform in one environment mean; `spec` is absent where a problem is an error. */
export interface Loaded {
  readonly spec?: Spec;
  /** Every problem, errors and warnings, in file order. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What definitions are checked against. */
export interface LoadParts {
  readonly providers: readonly Provider[];
  readonly validators: Validators;
}

/** Parses, merges and checks. Pure: texts in, a Spec or all its problems out. */
export function loadTexts(
  platform: SourceText,
  environment: { readonly name: string } & SourceText,
  { providers, validators }: LoadParts,
): Loaded {
  const base = parseText(platform.file, platform.text);
  const top = parseText(environment.file, environment.text);
  const found = [...base.diagnostics, ...top.diagnostics];
  const partial = base.partial ?? top.partial;
  if (base.tree !== undefined) found.push(...duplicateNames(base.tree));
  if (top.tree !== undefined) found.push(...duplicateNames(top.tree), ...checkFrame(top.tree, environment.name, validators));
  if (base.tree === undefined) return { diagnostics: tidy(found) };
  const merged = laidOver(base.tree, top.tree);
  found.push(...merged.diagnostics);
  const checked = check(merged.tree, validators.platform, providers);
  found.push(...checked.diagnostics.filter((one) => partial !== true || one.code !== 'SPEC-MISSING-KEY'));
  if (partial !== true && top.tree !== undefined) found.push(...emptyLayers(merged.tree, providers));
  const diagnostics = tidy(found);
  if (diagnostics.some((one) => one.severity === 'error')) return { diagnostics };
  const spec = specOf(merged.tree, checked.value, environment.name);
  const apart = unsupportedPairs(spec, providers);
  return apart.length === 0 ? { spec, diagnostics } : { diagnostics: tidy([...diagnostics, ...apart]) };
}

/** Checks a file that was read by its name, and reports what stopped the reading. */
export function readProblem(file: string, read: Exclude<Read, { kind: 'text' | 'absent' }>): Diagnostic {
  return read.kind === 'too-large' ? errors.fileTooLarge(file, read.bytes) : errors.unreadable(file, read.why);
}

function checkFrame(tree: Tree, name: string, { frame }: Validators): readonly Diagnostic[] {
  const { diagnostics } = check(tree, frame, []);
  const named = child(child(tree, 'metadata'), 'name');
  const text = textOf(child(tree, 'metadata'), 'name');
  return named === undefined || text === undefined || text === name
    ? diagnostics
    : [...diagnostics, errors.environmentNameDiffers(named.at, text, name)];
}

/** Only `spec` is laid over: the frame of each file speaks for itself. */
function laidOver(base: Tree, top: Tree | undefined): { readonly tree: Tree; readonly diagnostics: readonly Diagnostic[] } {
  const over = child(top, 'spec');
  if (base.kind !== 'map' || over === undefined || over.kind !== 'map') return { tree: base, diagnostics: [] };
  const below = base.entries.get('spec');
  if (below === undefined) return { tree: base, diagnostics: [] };
  const merged = overlay(below.value, over, 'spec');
  const entries = new Map(base.entries);
  entries.set('spec', { keyAt: below.keyAt, value: merged.tree });
  const tree: MapTree = { ...base, entries };
  return { tree, diagnostics: merged.diagnostics };
}

const sizeOf = (spec: Tree | undefined, layer: Layer): number => {
  const list = child(spec, layer);
  return list?.kind === 'list' ? list.items.length : list === undefined ? 0 : 1;
};

/** A layer may be left out only where no later one rests on it. */
function emptyLayers(tree: Tree, providers: readonly Provider[]): readonly Diagnostic[] {
  if (tree.kind !== 'map') return [];
  const entry = tree.entries.get('spec');
  if (entry === undefined || entry.value.kind !== 'map') return [];
  const spec = entry.value;
  const used = layers.filter((layer) => sizeOf(spec, layer) > 0);
  if (used.length === 0) return [errors.layerEmpty(entry.keyAt, layers[0], [])];
  return layers.flatMap((layer) => {
    const neededBy = used.filter((later) => restsOn(spec, later, providers).includes(layer));
    if (neededBy.length === 0 || sizeOf(spec, layer) > 0) return [];
    return [errors.layerEmpty(spec.entries.get(layer)?.keyAt ?? entry.keyAt, layer, neededBy)];
  });
}

/** Layers that the components of one rest on; a provider nobody knows rests on all it may read. */
function restsOn(spec: Tree, layer: Layer, providers: readonly Provider[]): readonly Layer[] {
  const list = child(spec, layer);
  const items = list?.kind === 'list' ? list.items : [];
  const known = items.map((item) => providers.find((one) => one.layer === layer && one.id === textOf(item, 'use')));
  return known.length === 0 ? reads[layer] : known.flatMap((provider) => provider?.facts.reads ?? reads[layer]);
}

function specOf(tree: Tree, value: Plain, environment: string): Spec {
  const spec = child(tree, 'spec');
  const components = layers.flatMap((layer): readonly Component[] => {
    const list = child(spec, layer);
    if (list?.kind !== 'list') return [];
    return list.items.map((item, index) => ({
      name: textOf(item, 'name') ?? '',
      layer,
      use: textOf(item, 'use') ?? '',
      with: at(value, ['spec', layer, String(index), 'with']) ?? {},
      at: child(item, 'name')?.at ?? item.at,
    }));
  });
  return { platform: textOf(child(tree, 'metadata'), 'name') ?? '', environment, components };
}

function at(value: Plain | undefined, path: readonly string[]): Plain | undefined {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Array.isArray(here) ? here[Number(key)] : here[key];
  }
  return here;
}

/** File order, each finding once. */
export function tidy(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  const kept = found.filter((one) => {
    const key = JSON.stringify([one.code, one.where, one.message]);
    return !seen.has(key) && seen.add(key);
  });
  return kept.sort((a, b) => {
    const [left, right] = [a.where, b.where];
    if (typeof left !== 'object' || typeof right !== 'object') return 0;
    return byFile(left.file, right.file) || left.line - right.line || left.column - right.column;
  });
}

/** The shared definition first, then its environments by name. */
function byFile(a: string, b: string): number {
  if (a === b) return 0;
  const rank = (file: string): number => (file.endsWith('platform.yaml') ? 0 : 1);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}
