import { join } from 'node:path';
import { isMap as isYamlMap, LineCounter, parseDocument } from 'yaml';
import type { Json, ReadWorld, Result, Span } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { valuesInvalid } from './chart-errors.js';
import { packageFolder } from './chart-source.js';
import type { PackagePlan } from './packages.js';
import { mergeValues, type ValueMap } from './values.js';

/** Values over the chart's own: the package's file, the chosen size, the user's. Later ones win. */
export async function packageValues(plan: PackagePlan, r: ReadWorld): Promise<Result<ValueMap>> {
  const own = await ownValues(plan, r);
  if (!own.ok) return own;
  const size = plan.size === undefined ? {} : (plan.spec.sizes?.[plan.size]?.values ?? {});
  return ok(mergeValues(mergeValues(own.value, size as ValueMap), plan.values)); // a YAML document is plain data
}

async function ownValues(plan: PackagePlan, r: ReadWorld): Promise<Result<ValueMap>> {
  if (!plan.files.includes('values.yaml')) return ok({});
  const file = join(packageFolder(plan, r), 'values.yaml');
  const text = await r.read(file);
  return text.ok ? readValues(text.value ?? '', file) : text;
}

/** Reads a values file: one mapping, or nothing. */
export function readValues(text: string, file: string): Result<ValueMap> {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const at = (offset: number): Span => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const [fault] = document.errors;
  if (fault !== undefined) return err(valuesInvalid(at(fault.pos[0]), fault.message.split('\n')[0] ?? 'not YAML'));
  if (document.contents === null) return ok({});
  if (!isYamlMap(document.contents)) return err(valuesInvalid(at(0), 'the document is no mapping'));
  try {
    return ok(document.toJS({ maxAliasCount: 50 }) as Record<string, Json>);
  } catch {
    return err(valuesInvalid(at(0), 'it holds too many aliases'));
  }
}
