// Checks of definitions, compiled while building: compiling them at every start would take longer than all of `validate`.
import { createRequire } from 'node:module';
import { source } from './source.mjs';

const require = createRequire(import.meta.url);

/** For esbuild: puts compiled checks in the place of src/app/definition/compiled.ts. */
export const validators = {
  name: 'validators',
  setup(build) {
    build.onLoad({ filter: /[/\\]app[/\\]definition[/\\]compiled\.ts$/ }, async (args) => ({
      contents: await compiledSource(),
      loader: 'js',
      resolveDir: args.path.replace(/[^/\\]+$/, ''),
    }));
  },
};

async function compiledSource() {
  const { Ajv } = require('ajv');
  const standalone = require('ajv/dist/standalone').default;
  const { ajvOptions, schemasOf } = await source('src/app/definition/compile-validators.ts');
  const { providers } = await source('src/providers/registry.ts');
  const ajv = new Ajv({ ...ajvOptions, code: { source: true, esm: true } });
  const schemas = schemasOf(providers);
  for (const [name, schema] of Object.entries(schemas)) ajv.addSchema(schema, name);
  const code = standalone(ajv, Object.fromEntries(Object.keys(schemas).map((name) => [`${name}Check`, name])));
  const members = Object.keys(schemas).map((name) => `${name}: (value) => (${name}Check(value) ? [] : ${name}Check.errors)`);
  return `${code}\nexport const compiled = { ${members.join(', ')} };\n`;
}
