import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { LineCounter, parseDocument } from 'yaml';
import { type Diagnostic, err, ok, type Result } from '../model/index.js';
import { dataInvalid } from './errors.js';

/** Aliases that a file may expand to: enough for what people write, too few for a bomb. */
const maxAliasCount = 50;

/** Reads a data file of this schema; `file` is its name in problems. */
export function readData<T extends TSchema>(schema: T, text: string, file: string): Result<Static<T>, readonly Diagnostic[]> {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const at = (offset: number) => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const [fault] = document.errors;
  if (fault !== undefined) return err([dataInvalid(at(fault.pos[0]), fault.message.split('\n')[0] ?? 'not YAML')]);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount });
  } catch {
    return err([dataInvalid(at(0), 'it holds too many aliases')]);
  }
  if (Value.Check(schema, value)) return ok(value);
  const errors = [...Value.Errors(schema, value)].filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'boolean');
  const deepest = errors.sort((a, b) => b.instancePath.split('/').length - a.instancePath.split('/').length)[0];
  const path = (deepest?.instancePath ?? '').split('/').slice(1);
  const node: unknown = document.getIn(path, true);
  const range = typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? node.range[0] : 0;
  return err([
    dataInvalid(
      at(typeof range === 'number' ? range : 0),
      `${path.join('.') || 'the file'}: ${deepest?.message ?? 'does not fit'}`,
    ),
  ]);
}
