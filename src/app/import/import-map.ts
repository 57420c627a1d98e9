import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { definitionFiles } from '../../host/definition-files.js';
import { programFolder } from '../../host/places.js';
import { apiVersion, err, failure, ok, type Result } from '../../model/index.js';
import { limits } from '../definition/limits.js';
import { parseText } from '../definition/parse.js';
import { toPlain } from '../definition/tree.js';

const closed = { additionalProperties: false } as const;
const Texts = Type.Record(Type.String(), Type.String());

const MappedPackage = Type.Object(
  {
    key: Type.String(),
    /** Stands under `addons`. */
    addon: Type.Optional(Type.Boolean()),
    /** Whether it is on where the values do not say. */
    on: Type.Boolean(),
    namespace: Type.String(),
    /** Packages of the catalog that do its work. */
    to: Type.Array(Type.String()),
    /** The one that takes its values; the last of `to` where absent. */
    into: Type.Optional(Type.String()),
    /** `own`: its values mean nothing to the catalog's package, but for `settings`. */
    values: Type.Optional(Type.Literal('own')),
    settings: Type.Optional(Texts),
    /** Key of the package's values below which those of the chart stand. */
    under: Type.Optional(Type.String()),
    nearest: Type.Optional(Type.String()),
    note: Type.Optional(Type.String()),
  },
  closed,
);

const ImportMapFile = Type.Object(
  {
    apiVersion: Type.Literal(apiVersion),
    kind: Type.Literal('ImportMap'),
    metadata: Type.Object({ name: Type.String() }, closed),
    spec: Type.Object(
      {
        release: Type.String(),
        packages: Type.Array(MappedPackage),
        fields: Texts,
        wrapper: Texts,
        pinned: Texts,
        settings: Type.Array(
          Type.Object(
            {
              from: Type.String(),
              layer: Type.Union([Type.Literal('services'), Type.Literal('infrastructure')]),
              to: Type.String(),
            },
            closed,
          ),
        ),
        top: Texts,
        prefer: Type.Array(Type.String()),
      },
      closed,
    ),
  },
  closed,
);

/** What the keys of another system's values mean here. */
export type ImportMap = Static<typeof ImportMapFile>['spec'];
export type MappedPackage = Static<typeof MappedPackage>;

/** Reads the mapping of the catalog. */
export async function readImportMap(name: string): Promise<Result<ImportMap>> {
  const file = join(programFolder(), 'catalog', 'import', `${name}.yaml`);
  const read = await definitionFiles.read(file, limits.bytes);
  const { tree, diagnostics } = read.kind === 'text' ? parseText(file, read.text) : { tree: undefined, diagnostics: [] };
  const value: unknown = tree === undefined || diagnostics.length > 0 ? undefined : toPlain(tree);
  return Value.Check(ImportMapFile, value) ? ok(value.spec) : err(mapUnusable(file, value));
}

const mapUnusable = (file: string, value: unknown) => {
  const [error] = Value.Errors(ImportMapFile, value);
  const why = error === undefined ? 'it is no YAML' : `${error.instancePath || '/'} ${error.message}`;
  return failure('corrupt', 'IMPORT-MAP-UNUSABLE', `${file}: ${why}`, { say: 'restore the file from Strata’s own release' });
};
