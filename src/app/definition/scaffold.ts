import { parseDocument } from 'yaml';
import type { Provider } from '../../model/index.js';
import { environmentSchema, platformSchema } from './schema.js';

/** A file of a definition, by its path in the definition's folder. */
export interface Scaffolded {
  readonly path: string;
  readonly text: string;
}

/** What a new definition is made from. */
export interface ScaffoldParts {
  readonly name: string;
  /** Files of the example that is built and tested with Strata: what starts from it is known to work. */
  readonly example: readonly Scaffolded[];
  readonly providers: readonly Provider[];
}

const modeline = /^# yaml-language-server: .*$/m;

/** The files of a new definition: the local example under another name, with the schemas that editors complete from. Pure. */
export function scaffold({ name, example, providers }: ScaffoldParts): readonly Scaffolded[] {
  const kept = example.filter(
    ({ path }) => path === 'platform.yaml' || path === 'environments/local.yaml' || path.startsWith('apps/'),
  );
  const schema = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  return [
    ...kept.map((file) => adapt(file, name)),
    { path: 'schema/platform.json', text: schema(platformSchema(providers)) },
    { path: 'schema/environment.json', text: schema(environmentSchema(providers)) },
    { path: '.gitignore', text: '# Working state of environments: journals, secrets, logs.\n.strata/\n' },
  ];
}

function adapt({ path, text }: Scaffolded, name: string): Scaffolded {
  if (path === 'platform.yaml') {
    const document = parseDocument(text);
    document.setIn(['metadata', 'name'], name);
    return {
      path,
      text: document.toString({ lineWidth: 0 }).replace(modeline, '# yaml-language-server: $schema=schema/platform.json'),
    };
  }
  if (path === 'environments/local.yaml')
    return { path, text: text.replace(modeline, '# yaml-language-server: $schema=../schema/environment.json') };
  return { path, text };
}
