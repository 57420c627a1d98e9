import { apiVersion, type Layer, layers, type Provider } from '../../model/index.js';
import { type JsonSchema, settings } from './schema.js';

/** A file of a new definition. */
export interface Scaffolded {
  /** Relative to the new folder. */
  readonly path: string;
  readonly text: string;
}

const names: Record<Layer, string> = {
  image: 'node',
  infrastructure: 'machines',
  kubernetes: 'cluster',
  services: 'core',
  applications: 'apps',
};

const comments: Record<Layer, string> = {
  image: 'Layer 1: the hardened machine image.',
  infrastructure: 'Layer 2: networks, supporting services and machines made from the image.',
  kubernetes: 'Layer 3: the cluster on those machines.',
  services: 'Layer 4: the core that every application may rely on.',
  applications: 'Layer 5: what runs for users.',
};

/** The files of a new definition: the first provider of each layer, with its settings listed as comments. Pure. */
export function scaffold({
  name,
  providers,
}: {
  readonly name: string;
  readonly providers: readonly Provider[];
}): readonly Scaffolded[] {
  return [
    { path: 'platform.yaml', text: platformText(name, providers) },
    { path: 'environments/local.yaml', text: environmentText() },
    { path: 'apps/readme.md', text: appsText },
    { path: '.gitignore', text: '# Working state of environments: journals, secrets, logs.\n.strata/\n' },
  ];
}

function platformText(name: string, providers: readonly Provider[]): string {
  const blocks = layers.flatMap((layer) => {
    const provider = providers.find((one) => one.layer === layer);
    return provider === undefined ? [] : [layerText(layer, provider)];
  });
  return `# yaml-language-server: $schema=.strata/schema/platform.json
# The platform: what is the same everywhere. What differs is in environments/.
# The schema for editors: strata schema platform > .strata/schema/platform.json
apiVersion: ${apiVersion}
kind: Platform
metadata:
  name: ${name}
spec:
${blocks.join('\n')}`;
}

function layerText(layer: Layer, provider: Provider): string {
  const { needed, optional } = settingsLines(settings(provider.spec));
  const lines = [`  # ${comments[layer]}`, `  ${layer}:`, `    - name: ${names[layer]}`, `      use: ${provider.id}`];
  if (needed.length > 0)
    lines.push('      with:', ...needed.map((line) => `        ${line}`), ...optional.map((line) => `        # ${line}`));
  else if (optional.length > 0) lines.push('      # with:', ...optional.map((line) => `      #   ${line}`));
  return `${lines.join('\n')}\n`;
}

/** What must be written, with an example; and what may be, as a comment with its default. */
function settingsLines(schema: JsonSchema): { readonly needed: readonly string[]; readonly optional: readonly string[] } {
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const needed: string[] = [];
  const optional: string[] = [];
  for (const [key, property] of Object.entries(asRecord(schema.properties))) {
    const details = asRecord(property);
    const note = typeof details.description === 'string' ? `  # ${details.description.split('\n')[0]}` : '';
    if (required.has(key)) needed.push(`${key}: ${JSON.stringify(example(details))}${note}`);
    else if (details.default !== undefined && !isNested(details.default))
      optional.push(`${key}: ${JSON.stringify(details.default)}${note}`);
  }
  return { needed, optional };
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const isNested = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function example(details: Readonly<Record<string, unknown>>): unknown {
  const [first] = [details.examples, details.enum].flatMap((list) => (Array.isArray(list) ? list : []));
  if (first !== undefined) return first;
  return details.type === 'array'
    ? []
    : details.type === 'object'
      ? {}
      : details.type === 'boolean'
        ? false
        : details.type === 'integer'
          ? 1
          : 'apps';
}

const environmentText = (): string => `# yaml-language-server: $schema=../.strata/schema/environment.json
# One place the platform runs. Lists merge by name, maps by key; null takes a key away.
apiVersion: ${apiVersion}
kind: Environment
metadata:
  name: local
# spec:
#   infrastructure:
#     - name: ${names.infrastructure}
#       with: {}
`;

const appsText = `# Applications

Each folder here is one application: plain Kubernetes manifests, or a kustomization. Adding a folder adds
the application at the next \`strata up\`; removing it removes the application.
`;
