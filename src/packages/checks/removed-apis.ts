import { parse } from 'yaml';
import type { Diagnostic, RenderedPackage, Result } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { sayObject } from '../order/names.js';
import { at, list, text } from '../order/read.js';
import { apiDeprecated, apiRemoved, checkDataInvalid } from './errors.js';

/** A version of a built-in API that is no longer served, or will not be. */
export interface RemovedApi {
  /** As in `apiVersion`. */
  readonly version: string;
  readonly kinds: readonly string[];
  readonly deprecated: string;
  /** First release without it. */
  readonly removed: string;
  readonly use?: string;
}

/** Reads the table of removed APIs of the catalog. */
export function parseRemovedApis(source: string, file: string): Result<readonly RemovedApi[], Diagnostic> {
  const where = { file, line: 1, column: 1 };
  const rows = list(at(plain(source), 'apis'));
  if (rows.length === 0) return err(checkDataInvalid(where, 'it has no list named apis'));
  const apis: RemovedApi[] = [];
  for (const row of rows) {
    const [version, deprecated, removed, use] = ['version', 'deprecated', 'removed', 'use'].map((name) => text(at(row, name)));
    const kinds = list(at(row, 'kinds')).flatMap((kind) => text(kind) ?? []);
    if (version === undefined || deprecated === undefined || removed === undefined || kinds.length === 0)
      return err(checkDataInvalid(where, `the row ${JSON.stringify(row)} lacks version, kinds, deprecated or removed`));
    apis.push({ version, kinds, deprecated, removed, ...(use !== undefined && { use }) });
  }
  return ok(apis);
}

function plain(source: string): unknown {
  try {
    return parse(source);
  } catch {
    return undefined;
  }
}

/** Major and minor number of a release as one number that can be compared; undefined for what is none. */
export function releaseNumber(release: string): number | undefined {
  const found = /^v?(\d+)\.(\d+)/.exec(release);
  return found === null ? undefined : Number(found[1]) * 1000 + Number(found[2]);
}

/** Objects that the target release does not serve, and those that a later one will not. */
export function removedApis(
  packages: readonly RenderedPackage[],
  target: string,
  table: readonly RemovedApi[],
): readonly Diagnostic[] {
  const goal = releaseNumber(target);
  if (goal === undefined) return [];
  const rows = new Map(table.flatMap((row) => row.kinds.map((kind) => [`${row.version}/${kind}`, row] as const)));
  return packages.flatMap((one) =>
    one.objects.flatMap(({ object, from }) => {
      const row = rows.get(`${object.apiVersion}/${object.kind}`);
      if (row === undefined) return [];
      const what = `${object.apiVersion} of ${sayObject(object, one.namespace)}`;
      const { removed, use } = row;
      if ((releaseNumber(removed) ?? 0) <= goal) return [apiRemoved(what, from, { target, removed, use })];
      return (releaseNumber(row.deprecated) ?? 0) <= goal ? [apiDeprecated(what, from, { removed, use })] : [];
    }),
  );
}
