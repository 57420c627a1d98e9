import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Diagnostic, Span } from '../../model/index.js';
import * as errors from './errors.js';
import { limits } from './limits.js';
import type { Parsed } from './parsed.js';
import type { Placer } from './places.js';
import type { Tree, TreeEntry } from './tree.js';

/** Longest key, in characters. */
const longestKey = 256;

/** What one reading of one document has seen so far. */
interface Reading {
  readonly place: Placer;
  readonly diagnostics: Diagnostic[];
  readonly anchors: Map<string, unknown>;
  /** Nodes being read right now: an alias to one of them never ends. */
  readonly open: Set<unknown>;
  nodes: number;
  aliases: number;
  /** Set once something was left out. */
  partial: boolean;
  /** Set once a limit is passed: the rest is not read. */
  stopped: boolean;
}

/** Turns the composed nodes into a tree, counting what aliases multiply. */
export function readTree(root: ParsedNode, place: Placer): Parsed {
  const reading: Reading = {
    place,
    diagnostics: [],
    anchors: new Map(),
    open: new Set(),
    nodes: 0,
    aliases: 0,
    partial: false,
    stopped: false,
  };
  const tree = readNode(root, reading, 0);
  const { diagnostics } = reading;
  if (reading.stopped || tree === undefined) return { diagnostics };
  return { tree, diagnostics, ...(reading.partial && { partial: true }) };
}

function spanOf(node: { readonly range?: readonly [number, number, number] | null }, { place }: Reading): Span {
  return node.range ? place(node.range[0], node.range[1]) : place(0);
}

/** Ends the reading: one finding, not one per repetition. */
function stop(reading: Reading, diagnostic: Diagnostic): undefined {
  if (!reading.stopped) reading.diagnostics.push(diagnostic);
  reading.stopped = true;
  return undefined;
}

function readNode(node: unknown, reading: Reading, depth: number): Tree | undefined {
  if (reading.stopped) return undefined;
  reading.nodes += 1;
  if (isAlias(node)) return readAlias(node, reading, depth);
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return undefined;
  const at = spanOf(node, reading);
  if (reading.nodes > limits.nodes) {
    const message = `more than ${limits.nodes} values`;
    return stop(reading, reading.aliases > 0 ? errors.aliasLimit(at, `aliases make ${message}`) : errors.tooLarge(at, message));
  }
  if (depth > limits.depth) return stop(reading, errors.tooLarge(at, `the nesting is deeper than ${limits.depth} levels`));
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, node);
  reading.open.add(node);
  const tree = isScalar(node)
    ? readScalar(node, at, reading)
    : isSeq(node)
      ? readList(node, at, reading, depth)
      : readMap(node, at, reading, depth);
  reading.open.delete(node);
  return tree;
}

function readAlias(
  node: { readonly source: string; readonly range?: readonly [number, number, number] | null },
  reading: Reading,
  depth: number,
): Tree | undefined {
  const at = spanOf(node, reading);
  reading.aliases += 1;
  if (reading.aliases > limits.aliases)
    return stop(reading, errors.aliasLimit(at, `more than ${limits.aliases} aliases are used`));
  const target = reading.anchors.get(node.source);
  if (target === undefined) {
    reading.diagnostics.push(
      errors.syntax(at, `the alias "*${node.source}" has no anchor before it`, `mark a value with "&${node.source}" first`),
    );
    return undefined;
  }
  if (reading.open.has(target)) return stop(reading, errors.aliasLimit(at, `the alias "*${node.source}" contains itself`));
  return readNode(target, reading, depth);
}

function readScalar(node: Scalar, at: Span, reading: Reading): Tree | undefined {
  const { value } = node;
  const source = node.source ?? String(value);
  if (typeof value === 'string' && value.length > limits.text) {
    reading.diagnostics.push(errors.tooLarge(at, `a text of ${value.length} characters; at most ${limits.text} are allowed`));
    return undefined;
  }
  if (typeof value === 'number' && (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))) {
    reading.diagnostics.push(
      errors.badValue(at, `the number ${source}`, 'cannot be held exactly', { say: `quote it: "${source}"` }),
    );
    return undefined;
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) {
    return { kind: 'scalar', value, source, at };
  }
  reading.diagnostics.push(errors.syntax(at, 'a value of an unsupported type', 'use text, a number, true, false or null'));
  return undefined;
}

function readList(node: YAMLSeq, at: Span, reading: Reading, depth: number): Tree {
  const items: Tree[] = [];
  for (const item of node.items) {
    const tree = readNode(item, reading, depth + 1);
    if (tree === undefined) reading.partial = true;
    else items.push(tree);
  }
  return { kind: 'list', items, at };
}

function readMap(node: YAMLMap, at: Span, reading: Reading, depth: number): Tree {
  const entries = new Map<string, TreeEntry>();
  for (const pair of node.items) {
    const key = readKey(pair.key, at, reading);
    if (key === undefined) continue;
    const first = entries.get(key.text);
    if (first !== undefined) {
      reading.diagnostics.push(errors.duplicateKey(key.at, key.text, first.keyAt));
      continue;
    }
    const value: Tree | undefined =
      pair.value === null ? { kind: 'scalar', value: null, source: '', at: key.at } : readNode(pair.value, reading, depth + 1);
    if (value === undefined) reading.partial = true;
    else entries.set(key.text, { keyAt: key.at, value });
  }
  return { kind: 'map', entries, at };
}

function readKey(key: unknown, mapAt: Span, reading: Reading): { readonly text: string; readonly at: Span } | undefined {
  const complain = (diagnostic: Diagnostic): undefined => {
    reading.diagnostics.push(diagnostic);
    reading.partial = true;
    return undefined;
  };
  if (!isScalar(key)) return complain(errors.syntax(mapAt, 'a key must be plain text', 'write the key as a single word'));
  const at = spanOf(key, reading);
  const text = typeof key.value === 'string' ? key.value : (key.source ?? '');
  if (text === '') return complain(errors.syntax(at, 'a key is empty', 'write a word before the colon'));
  if (text === '<<') return complain(errors.mergeKey(at));
  if (text === '__proto__') return complain(errors.reservedKey(at, text));
  if (text.length > longestKey)
    return complain(errors.tooLarge(at, `a key of ${text.length} characters; at most ${longestKey} are allowed`));
  if (key.anchor !== undefined) reading.anchors.set(key.anchor, key);
  return { text, at };
}
