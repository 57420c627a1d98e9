import { Value } from 'typebox/value';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { Span } from '../model/index.js';
import { PackageFile, type PackageSpec } from './package-schema.js';

/** A package as its file says, or why the file cannot be used and where. */
export type ParsedPackage =
  | { readonly ok: true; readonly spec: PackageSpec }
  | { readonly ok: false; readonly why: string; readonly where: Span };

/** Aliases that a file may expand to: enough for what people write, too few for a bomb. */
const maxAliasCount = 50;

/** Reads `package.yaml`; `file` is its name in problems. */
export function parsePackage(name: string, text: string, file = `packages/${name}/package.yaml`): ParsedPackage {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const at = (offset: number): Span => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const [fault] = document.errors;
  if (fault !== undefined) return { ok: false, why: firstLine(fault.message), where: at(fault.pos[0]) };
  const value = plain(document);
  if (value === undefined) return { ok: false, why: 'it holds too many aliases', where: at(0) };
  if (!Value.Check(PackageFile, value)) {
    const { why, path } = firstError(value);
    return { ok: false, why, where: at(offsetOf(document, path)) };
  }
  if (value.metadata.name === name) return { ok: true, spec: value.spec };
  const why = `metadata.name is '${value.metadata.name}', but the folder is '${name}'`;
  return { ok: false, why, where: at(offsetOf(document, ['metadata', 'name'])) };
}

const firstLine = (message: string): string => message.split('\n')[0]?.replace(/ at line.*$/, '') ?? message;

function plain(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount }) ?? null;
  } catch {
    return undefined;
  }
}

interface SchemaError {
  readonly why: string;
  readonly path: readonly string[];
}

/** The deepest error says most: of a union's branches, it belongs to the one that fits best. */
function firstError(value: unknown): SchemaError {
  const errors = Value.Errors(PackageFile, value).filter((one) => one.keyword !== 'anyOf' && one.keyword !== 'boolean');
  const depth = (path: string): number => path.split('/').length;
  const deepest = errors.reduce<(typeof errors)[number] | undefined>(
    (best, one) => (best === undefined || depth(one.instancePath) > depth(best.instancePath) ? one : best),
    undefined,
  );
  if (deepest === undefined) return { why: 'it does not fit the schema', path: [] };
  const path = deepest.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const surplus = deepest.keyword === 'additionalProperties' ? deepest.params.additionalProperties : [];
  const [extra] = surplus;
  const where = deepest.instancePath === '' ? '/' : deepest.instancePath;
  return extra === undefined
    ? { why: `${where} ${deepest.message}`, path }
    : { why: `${where} has no key '${extra}'`, path: [...path, extra] };
}

/** Where a path begins; of one that leads further than the file, where its last part begins. */
function offsetOf(document: Document, path: readonly string[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length).map(indexed), true);
    if (isNode(node) && node.range !== undefined && node.range !== null) return node.range[0];
  }
  return 0;
}

const indexed = (part: string): string | number => (/^\d+$/.test(part) ? Number(part) : part);
