import { LineCounter, parseAllDocuments } from 'yaml';
import type { Diagnostic, KubeObject, RenderedObject, Result } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { manifestInvalid } from './manifest-errors.js';

/** Aliases that one document may expand to: enough for what people write, too few for a bomb. */
const maxAliasCount = 50;

/** Reads the objects of a YAML or JSON text with the line of each; a List counts as its items. Collects every problem. */
export function parseManifests(text: string, file: string, stage = 0): Result<readonly RenderedObject[], readonly Diagnostic[]> {
  const counter = new LineCounter();
  const objects: RenderedObject[] = [];
  const problems: Diagnostic[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: counter })) {
    const start = counter.linePos(document.contents?.range?.[0] ?? document.range[0]);
    const at = { file, line: start.line, column: start.col };
    const [fault] = document.errors;
    if (fault !== undefined) {
      const place = fault.linePos?.[0];
      problems.push(
        manifestInvalid(place === undefined ? at : { file, line: place.line, column: place.col }, firstLine(fault.message)),
      );
      continue;
    }
    for (const value of itemsOf(plain(document))) {
      if (isObject(value)) objects.push({ object: value, from: at, stage });
      else problems.push(manifestInvalid(at, 'it has no apiVersion, kind or metadata.name'));
    }
  }
  return problems.length > 0 ? err(problems) : ok(objects);
}

const firstLine = (message: string): string => message.split('\n')[0]?.replace(/ at line.*$/, '') ?? message;

function plain(document: { toJS(options: { maxAliasCount: number }): unknown }): unknown {
  try {
    return document.toJS({ maxAliasCount });
  } catch {
    return 'too many aliases';
  }
}

function itemsOf(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  const isList = typeof value === 'object' && 'kind' in value && String(value.kind).endsWith('List') && 'items' in value;
  return isList && Array.isArray(value.items) ? value.items : [value];
}

function isObject(value: unknown): value is KubeObject {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, metadata } = value as { apiVersion?: unknown; kind?: unknown; metadata?: unknown };
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return false;
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata && typeof metadata.name === 'string';
}
