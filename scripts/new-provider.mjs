// npm run new-provider LAYER/ID: one folder that passes its layer's contract, and one line in the list of providers.
// What it writes claims nothing: its evidence says not-checked until somebody looks at the product.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './source.mjs';

const [target = ''] = process.argv.slice(2);
const [, layer, id] =
  /^(image|infrastructure|kubernetes|services|applications)\/([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/.exec(target) ?? [];
if (layer === undefined) {
  console.error('Name a layer and an id in lower case: npm run new-provider kubernetes/k0s');
  process.exit(2);
}
const folder = `src/providers/${layer}/${id}`;
const name = id.replaceAll(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
const Name = name[0].toUpperCase() + name.slice(1);
const list = join(root, 'src/providers/list.ts');
const listed = readFileSync(list, 'utf8');
if (existsSync(join(root, folder)) || new RegExp(`\\b${name} }`).test(listed)) {
  console.error(`There is a provider of that name already: ${folder}`);
  process.exit(2);
}

/** What the layer promises, as far as it can be said before anything is known of the product. */
const promises = {
  image: { given: '_given', text: 'images: []' },
  infrastructure: {
    given: '_given',
    text: "nodes: [],\n        api: '',\n        support: { registry: '', git: '' },\n        domain: 'strata.internal',\n        cgroup: 'v2'",
  },
  kubernetes: {
    given: 'given',
    text: "kubeconfig: secretRef('kubeconfig'),\n        version: settings.out('version'),\n        storageClass: 'standard',\n        support: given.infrastructure.support",
  },
  services: { given: '_given', text: "ready: [],\n        gitops: ''" },
  applications: { given: '_given', text: 'healthy: []' },
}[layer];
const helpers = ['defineProvider', ...(promises.text.includes('secretRef') ? ['secretRef'] : [])].join(', ');

const files = {
  'index.ts': `import { ${helpers} } from '../../../model/index.js';
import { ${Name}Spec } from './spec.js';
import { settings as keep } from './steps/settings.js';

/** ${Name}: say here what it makes. */
export const ${name} = defineProvider<'${layer}', ${Name}Spec>({
  id: '${id}',
  layer: '${layer}',
  spec: ${Name}Spec,
  facts: { title: '${Name}' },
  tools: [],
  plan(spec, ${promises.given}, kit) {
    const settings = kit.step({
      id: 'settings',
      title: 'Settings of ${id}',
      effect: 'local',
      inputs: { component: kit.component, version: spec.version },
      action: keep,
    });
    return {
      steps: [settings],
      publishes: {
        ${promises.text},
      },
    };
  },
});
`,
  'spec.ts': `import { type Static, Type } from 'typebox';

/** What a component may say. */
export const ${Name}Spec = Type.Object(
  {
    version: Type.String({ description: 'Version of the product.', pattern: '^v?[0-9]+(\\\\.[0-9]+)*$', default: 'v1.0.0' }),
  },
  { additionalProperties: false, description: '${Name}.' },
);

/** The spec, with defaults filled in. */
export type ${Name}Spec = Static<typeof ${Name}Spec>;
`,
  'errors.ts': `import type { Failure } from '../../../model/index.js';
import { failure } from '../../../model/index.js';

/** What was written for an earlier run is not what this provider writes. */
export const settingsUnreadable = (path: string): Failure =>
  failure('corrupt', '${id.toUpperCase()}-SETTINGS', \`\${path} does not hold settings of ${id}.\`, {
    say: 'Take the file away; the next run writes it.',
  });
`,
  'steps/settings.ts': `import { type Action, err, ok, type ReadWorld, type Result } from '../../../../model/index.js';
import { settingsUnreadable } from '../errors.js';

/** The settings as wanted. */
export interface SettingsWant {
  readonly component: string;
  readonly version: string;
}

/** The settings as written. */
export interface SettingsGot {
  readonly component: string;
  readonly version: string;
}

/** Keeps the settings in the state folder: the place to start from. Look at the product in \`observe\` and \`verify\`. */
export const settings: Action<SettingsWant, SettingsGot> = {
  observe: ({ component }, w) => written(pathOf(component, w), w),
  diff: (want, got) =>
    got?.version === want.version ? [] : [{ what: 'version', ...(got && { from: got.version }), to: want.version }],
  async apply({ component, version }, _got, w) {
    const done = await w.write(pathOf(component, w), JSON.stringify({ component, version }));
    return done.ok ? ok({ component, version }) : done;
  },
  verify: async () => [{ claim: 'The product was not looked at: this provider is only a start', verdict: 'not-checked' }],
  remove: ({ component }, w) => w.remove(pathOf(component, w)),
};

const pathOf = (component: string, w: ReadWorld): string => \`\${w.paths.state}/${id}/\${component}.json\`;

async function written(path: string, w: ReadWorld): Promise<Result<SettingsGot | undefined>> {
  const text = await w.read(path);
  if (!text.ok || text.value === undefined) return text.ok ? ok(undefined) : text;
  const [, component, version] = /^\\{"component":"([^"]+)","version":"([^"]+)"\\}$/.exec(text.value) ?? [];
  return component === undefined || version === undefined ? err(settingsUnreadable(path)) : ok({ component, version });
}
`,
  'contract.test.ts': `import { contract, createPuppet } from '../../../testkit/index.js';
import { ${name} } from './index.js';

contract({ provider: ${name}, folder: import.meta.dirname, specs: { plain: {} }, machine: createPuppet });
`,
  'readme.md': `# ${Name} (\`${id}\`)

\`\`\`yaml
${layer}:
  - name: ${layer === 'kubernetes' ? 'cluster' : layer === 'infrastructure' ? 'machines' : 'main'}
    use: ${id}
    with:
      version: v1.0.0
\`\`\`

## What it makes
| step | what stands afterwards |
|---|---|
| \`settings\` | the settings, in the state folder; nothing of the product yet |
`,
};

for (const [path, text] of Object.entries(files)) {
  const file = join(root, folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote ${folder}/${path}`);
}
writeFileSync(list, `${listed}export { ${name} } from './${layer}/${id}/index.js';\n`);
console.log(`added one line to src/providers/list.ts
Next: write the steps, then npm run generate && npm run check && npm run accept`);
