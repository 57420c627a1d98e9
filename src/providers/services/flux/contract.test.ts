import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Command, HttpRequest, HttpResponse, Output } from '../../../model/index.js';
import { vi } from 'vitest';
import { identitiesText, makeIdentity } from '../../../secrets/index.js';
import { contract, createPuppet, type Puppet, type PuppetState } from '../../../testkit/index.js';
import { flux } from './index.js';

const catalog = join(import.meta.dirname, '../../../../catalog');
const origin = { version: 'v1.37.2', recorded: '2026-11-24' };

/** The catalog's packages and policies, as a plan and a run read them. */
function filesOf(...folders: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const folder of folders) {
    for (const entry of readdirSync(join(catalog, folder), { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) found[path.slice(catalog.length + 1)] = readFileSync(path, 'utf8');
    }
  }
  return found;
}

const read = filesOf('packages/flux', 'packages/node-exporter', 'policies/host-paths', 'policies/namespace-labels');
/** With a helm-controller, as a user brings it: none can be built here. */
const withInstaller = parse(read['packages/flux/package.yaml'] ?? '');
withInstaller.spec.images.push({ ref: 'registry.example/helm-controller:v1.6.0' });
const files: Readonly<Record<string, string>> = { ...read, 'packages/flux/package.yaml': JSON.stringify(withInstaller) };
const catalogFiles = Object.fromEntries(Object.entries(files).map(([path, text]) => [`catalog:${path}`, text]));

const describe = (name: string, spec: object): string =>
  JSON.stringify({ apiVersion: 'strata.dev/v1alpha1', kind: 'Package', metadata: { name }, spec: { title: name, ...spec } });

/** As sops leaves a Secret: names can be read, values cannot. */
const identity = makeIdentity();
const cipher = 'ENC[AES256_GCM,data:aa,iv:bb,tag:cc,type:str]';
const encrypted = `apiVersion: v1
kind: Secret
metadata: { name: web-admin }
stringData: { password: "${cipher}" }
sops: { age: [{ recipient: ${identity.recipient}, enc: x }], lastmodified: "2026-11-24T10:00:00Z", mac: "${cipher}" }
`;

/** Two packages of a user: one proves rules, the other figures. */
const own: Record<string, string> = {
  'packages/rules/package.yaml': describe('rules', {
    provides: ['admission'],
    data: [{ from: 'project', files: ['policies/host-paths/template.yaml'] }],
    verify: [{ admission: { namespace: 'checks', policies: ['host-paths', 'namespace-labels'] } }],
  }),
  'packages/rules/kustomization.yaml': 'kind: Kustomization\n',
  'packages/figures/package.yaml': describe('figures', {
    requires: ['admission'],
    values: { colour: { description: 'Of the lines.', default: 'blue', target: { kind: 'ConfigMap' }, path: '/data/colour' } },
    verify: [
      { prometheus: { service: 'figures/prometheus:web', jobs: ['node'] } },
      { answers: { claim: 'it answers', service: 'figures/web:http', path: '/ready', contains: 'OK' } },
    ],
  }),
  'packages/figures/kustomization.yaml': 'kind: Kustomization\n',
  'packages/web/package.yaml': describe('web', { namespace: 'web', source: { chart: { folder: 'chart' } } }),
  'secrets/web.enc.yaml': encrypted,
  'packages/web/chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  ...Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith('policies/'))),
};
const projectFiles = Object.fromEntries(Object.entries(own).map(([path, text]) => [`project:${path}`, text]));
const sha = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const readAnswer = (status: number, body: string, digest?: string): HttpResponse => ({
  status,
  body,
  headers: digest === undefined ? {} : { 'docker-content-digest': digest },
});

/** A registry that has every image, and keeps the blobs and manifests of artefacts. */
function playRegistry(puppet: Puppet, state: PuppetState): void {
  const kept = new Map<string, string>();
  const bodyOf = ({ body }: HttpRequest): string =>
    typeof body === 'string' ? body : (state.files.get(body?.file ?? '')?.body ?? '');
  const put = (request: HttpRequest, path: string, digest: string | null): HttpResponse => {
    kept.set(digest ?? path, bodyOf(request));
    return readAnswer(201, '', sha(bodyOf(request)));
  };
  const get = (path: string): HttpResponse => {
    const there = kept.get(path) ?? kept.get(path.split('/').at(-1) ?? '');
    if (there !== undefined) return readAnswer(200, there, sha(there));
    const image = path.includes('/manifests/') && !path.includes('/strata/');
    return image ? readAnswer(200, '', `sha256:${'0'.repeat(64)}`) : readAnswer(404, '');
  };
  puppet.answerHttp((request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method === 'POST') return { status: 202, headers: { location: `${request.url}1` }, body: '' };
    return request.method === 'PUT' ? put(request, pathname, searchParams.get('digest')) : get(pathname);
  });
}

/** Programs that make files: each writes what it was asked for. */
function playFileTools(puppet: Puppet, state: PuppetState): void {
  const write = (path: string, body: string): Partial<Output> => {
    state.files.set(path, { body, mode: 0o644 });
    return {};
  };
  const below = (folder: string): string =>
    [...state.files]
      .filter(([path]) => path.startsWith(`${folder}/`))
      .map(([path, file]) => `${path}${file.body ?? ''}`)
      .sort()
      .join('');
  const bodyOf = (path = ''): string => state.files.get(path)?.body ?? '';
  puppet.tool('tar', { version: '1.34', recorded: '2026-11-24' }).answer((args) => {
    const folder = args[args.indexOf('-C') + 1] ?? '';
    return args[0] === '-xf' ? write(`${folder}/web/Chart.yaml`, bodyOf(args[1])) : write(args[1] ?? '', below(folder));
  });
  puppet.tool('helm', { version: 'v4.3.1', recorded: '2026-11-24' }).answer((args) => {
    if (args[0] === 'package') return write(`${args[3]}/web-1.0.0.tgz`, below(args[1] ?? ''));
    const object = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\n';
    return { stdout: `---\n# Source: web/templates/web.yaml\n${object}` };
  });
  puppet.tool('gzip', { version: '1.12', recorded: '2026-11-24' }).answer((args) => {
    const plain = args.at(-1) ?? '';
    const body = state.files.get(plain)?.body ?? '';
    state.files.delete(plain);
    return write(`${plain}.gz`, `gz${body}`);
  });
  puppet
    .tool('cp', { version: '9.1', recorded: '2026-11-24' })
    .answer((args) => write(args.at(-1) ?? '', state.files.get(args.at(-2) ?? '')?.body ?? ''));
}

interface Thing {
  readonly kind: string;
  readonly metadata: Record<string, unknown> & { readonly name: string; readonly namespace?: string };
  readonly [more: string]: unknown;
}

/** kubectl and the cluster behind it, as far as these steps use them: whatever Flux is told is ready at once. */
function playCluster(puppet: Puppet): void {
  const things = new Map<string, Thing>();
  const keyOf = (kind: string, name: string): string => `${kind.toLowerCase().replace(/s$/, '')}/${name}`;
  const revision = (): unknown =>
    Reflect.get(Object(Reflect.get(Object(things.get('externalartifact/sample')?.status), 'artifact')), 'revision');
  const shown = (thing: Thing): Thing => {
    if (thing.kind === 'Deployment')
      return { ...thing, status: { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1 } };
    if (thing.kind !== 'Kustomization') return thing;
    const conditions = [{ type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded', message: '' }];
    const inventory = { entries: [{ id: `monitoring_x_apps_Deployment`, v: 'v1' }] };
    return {
      ...thing,
      status: {
        observedGeneration: 1,
        conditions,
        inventory,
        lastAppliedRevision: revision(),
        lastAttemptedRevision: revision(),
      },
    };
  };
  const apply = (thing: Thing): void => {
    const key = keyOf(thing.kind, thing.metadata.name);
    things.set(key, { ...things.get(key), ...thing, metadata: { ...thing.metadata, generation: 1 } });
  };
  const listed = (found: readonly (Thing | undefined)[]): Partial<Output> => {
    const items = found.filter((thing) => thing !== undefined).map(shown);
    return { stdout: items.length === 0 ? '' : JSON.stringify({ items }) };
  };
  const kindsOf = (word: string): readonly string[] =>
    word.split(',').map((kind) => (kind.split('.')[0] ?? '').replace(/s$/, ''));
  const named = (args: readonly string[]): readonly Thing[] => {
    const [, kinds = '', name = ''] = args;
    const all = [...things].filter(([key]) => kindsOf(kinds).includes(key.split('/')[0] ?? '')).map(([, thing]) => thing);
    return name.startsWith('-') || name === '' ? all : all.filter((thing) => thing.metadata.name === name);
  };
  const commands: Readonly<Record<string, (args: readonly string[], command: Command) => Partial<Output>>> = {
    kustomize: (args) => {
      const folder = (args[1] ?? '').split('/').at(-1) ?? '';
      const isBootstrap = folder === 'bootstrap' || folder === 'flux';
      if (!isBootstrap)
        return {
          stdout: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: folder, namespace: 'default' } }),
        };
      const items = ['kustomize-controller', 'helm-controller'].map((name) => ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace: 'flux-system' },
      }));
      return { stdout: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) };
    },
    apply: (_, { stdin = '' }) => {
      const told = JSON.parse(String(stdin));
      for (const thing of told.kind === 'List' ? told.items : [told]) apply(thing);
      return {};
    },
    get: (args) => (args[1] === '--raw' ? { stdout: rawAnswer(args[2] ?? '') } : listed(named(args))),
    create: (_, { stdin = '' }) => admission(String(stdin)),
    delete: (args) => {
      for (const thing of named(args)) things.delete(keyOf(thing.kind, thing.metadata.name));
      return {};
    },
  };
  puppet.tool('kubectl', origin).answer((args, command) => {
    const at = args.findIndex((arg) => commands[arg] !== undefined);
    return commands[args[at] ?? '']?.(args.slice(at), command) ?? { code: 1, stderr: `not played: ${args.join(' ')}` };
  });
}

function rawAnswer(path: string): string {
  const targets = [{ labels: { job: 'node', instance: 'a:1' }, health: 'up', lastError: '' }];
  return path.includes('/api/v1/targets') ? JSON.stringify({ data: { activeTargets: targets } }) : 'OK';
}

/** Says to each sample what its name in the catalog promises. */
function admission(object: string): Partial<Output> {
  const sample = Object.entries(files).find(([path, text]) => path.includes('/samples/denied') && sameObject(text, object));
  if (sample === undefined) return { stdout: 'pod/sample' };
  const policy = sample[0].split('/')[1] ?? '';
  if (/enforcementAction: warn/.test(files[`policies/${policy}/constraint.yaml`] ?? ''))
    return { stderr: `Warning: [${policy}] why\n` };
  const said = `Error from server (Forbidden): error when creating "STDIN": admission webhook "validation.gatekeeper.sh" denied the request: [${policy}] why\n`;
  return { code: 1, stderr: said };
}

const sameObject = (yaml: string, json: string): boolean => JSON.stringify(parse(yaml)) === json;

/** Kinds that only releases need. */
const releaseKinds = [
  ['helm-controller-crds', 'helm.toolkit.fluxcd.io_helmreleases.yaml'],
  ['source-controller-crds', 'source.toolkit.fluxcd.io_helmcharts.yaml'],
  ['source-controller-crds', 'source.toolkit.fluxcd.io_helmrepositories.yaml'],
] as const;

function machine(): Puppet {
  const puppet = createPuppet();
  const { state } = puppet;
  const put = (path: string, body: string) => state.files.set(path, { body, mode: 0o644 });
  for (const [path, text] of Object.entries(files)) put(`/catalog/${path}`, text);
  for (const [path, text] of Object.entries(own)) put(`/project/${path}`, text);
  for (const [path, text] of Object.entries(files).filter(([p]) => p.endsWith('package.yaml'))) {
    for (const { from, files: taken } of parse(text).spec.data ?? []) {
      if (from === 'catalog') continue;
      puppet.tool(from, origin);
      for (const file of taken) put(`/puppet/bin/${from}/${file}`, `# ${path} ${file}\n`);
    }
  }
  for (const [from, file] of releaseKinds) {
    puppet.tool(from, origin);
    put(`/puppet/bin/${from}/${file}`, `# ${file}\n`);
  }
  state.secrets.set('age-key', identitiesText([identity]));
  playRegistry(puppet, state);
  playFileTools(puppet, state);
  playCluster(puppet);
  return puppet;
}

// Building writes many small files, and the run is killed after each.
vi.setConfig({ testTimeout: 120_000 });

contract({
  provider: flux,
  folder: import.meta.dirname,
  // Small ones: every deed of these runs is killed once. The catalog's own packages are rendered in src/packages.
  specs: {
    one: { packages: [{ name: 'node-exporter' }], interval: '1m' },
    own: { packages: [{ name: 'rules' }, { name: 'figures', values: { colour: 'red' } }] },
    encrypted: {
      packages: [
        {
          name: 'web',
          delivery: 'helm',
          secrets: ['web'],
          values: { admin: { password: { $sops: 'secrets/web.enc.yaml#password' } } },
        },
      ],
    },
    released: { packages: [{ name: 'web' }], delivery: 'helm' },
  },
  files: { ...catalogFiles, ...projectFiles },
  machine,
});
