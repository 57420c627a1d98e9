import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Result } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { unreadable } from './errors.js';

const Version = Type.Object({
  terraform_version: Type.String(),
  /** E.g. `linux_amd64`. */
  platform: Type.Optional(Type.String()),
  provider_selections: Type.Optional(Type.Record(Type.String(), Type.String())),
});

const Output = Type.Object({ value: Type.Optional(Type.Unknown()), sensitive: Type.Optional(Type.Boolean()) });
const Outputs = Type.Record(Type.String(), Output);

const ResourceChange = Type.Object({
  address: Type.String(),
  mode: Type.Optional(Type.String()),
  type: Type.String(),
  change: Type.Object({
    actions: Type.Array(Type.String()),
    before: Type.Optional(Type.Unknown()),
    after: Type.Optional(Type.Unknown()),
    after_unknown: Type.Optional(Type.Unknown()),
    before_sensitive: Type.Optional(Type.Unknown()),
    after_sensitive: Type.Optional(Type.Unknown()),
    importing: Type.Optional(Type.Object({ id: Type.Optional(Type.String()) })),
  }),
  action_reason: Type.Optional(Type.String()),
});

const Plan = Type.Object({
  resource_changes: Type.Optional(Type.Array(ResourceChange)),
  output_changes: Type.Optional(Type.Record(Type.String(), Type.Object({ actions: Type.Array(Type.String()) }))),
  prior_state: Type.Optional(
    Type.Object({
      values: Type.Optional(Type.Object({ outputs: Type.Optional(Outputs), root_module: Type.Optional(Type.Unknown()) })),
    }),
  ),
  errored: Type.Optional(Type.Boolean()),
});

const Validation = Type.Object({
  valid: Type.Boolean(),
  diagnostics: Type.Array(
    Type.Object({
      severity: Type.String(),
      summary: Type.String(),
      detail: Type.Optional(Type.String()),
      range: Type.Optional(Type.Object({ filename: Type.String(), start: Type.Object({ line: Type.Number() }) })),
    }),
  ),
});

/** What `version -json` says. */
export type TerraformVersion = Static<typeof Version>;
/** One resource in a plan. */
export type TerraformChange = Static<typeof ResourceChange>;
/** A saved plan, as `show -json` prints it. */
export type TerraformPlan = Static<typeof Plan>;
/** What `output -json` prints. */
export type TerraformOutputs = Static<typeof Outputs>;
/** What `validate -json` prints. */
export type TerraformValidation = Static<typeof Validation>;

const reader =
  <S extends TSchema>(what: string, schema: S) =>
  (json: string): Result<Static<S>> => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(json);
    } catch {
      return err(unreadable(what, json));
    }
    return Value.Check(schema, parsed) ? ok(parsed) : err(unreadable(what, json));
  };

/** Reads `version -json`. */
export const parseVersion = reader('version', Version);
/** Reads `show -json` of a plan. */
export const parsePlan = reader('the plan', Plan);
/** Reads `output -json`. */
export const parseOutputs = reader('the outputs', Outputs);
/** Reads `validate -json`. */
export const parseValidation = reader('the validation', Validation);
