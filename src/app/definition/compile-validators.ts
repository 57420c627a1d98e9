import { Ajv, type Options, type ValidateFunction } from 'ajv';
import type { Provider } from '../../model/index.js';
import { environmentFrame, type JsonSchema, platformSchema } from './schema.js';
import type { Validate, Validators } from './validators.js';

/** How schemas are read. They are our own and are themselves checked by a test, so the schema of schemas is not needed. */
export const ajvOptions: Options = {
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  useDefaults: true,
  verbose: true,
  validateFormats: false,
  meta: false,
  validateSchema: false,
};

/** The schemas by the name of their check. */
export const schemasOf = (providers: readonly Provider[]): Readonly<Record<keyof Validators, JsonSchema>> => ({
  platform: bare(platformSchema(providers)),
  frame: bare(environmentFrame()),
});

/** Makes the checks where the build has not made them already. */
export function compileValidators(providers: readonly Provider[]): Validators {
  const ajv = new Ajv({ ...ajvOptions, code: { optimize: false } });
  const { platform, frame } = schemasOf(providers);
  return { platform: validateWith(ajv.compile(platform)), frame: validateWith(ajv.compile(frame)) };
}

const bare = ({ $schema: _, ...schema }: JsonSchema): JsonSchema => schema;

/** A compiled function keeps its errors on itself; this takes them off it. */
export const validateWith =
  (check: ValidateFunction): Validate =>
  (value) =>
    check(value) ? [] : (check.errors ?? []);
