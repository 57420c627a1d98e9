// schema/platform.json and schema/environment.json, from the registry of providers.
import { settle } from './generated.mjs';
import { source } from './source.mjs';

const { platformSchema, environmentSchema } = await source('src/app/definition/schema.ts');
const { providers } = await source('src/providers/registry.ts');
const text = (schema) => `${JSON.stringify(schema, null, 2)}\n`;
settle(
  new Map([
    ['schema/platform.json', text(platformSchema(providers))],
    ['schema/environment.json', text(environmentSchema(providers))],
  ]),
);
