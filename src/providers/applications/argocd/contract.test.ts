import type { Command, Output } from '../../../model/index.js';
import { contract, createPuppet, type Puppet, type PuppetState } from '../../../testkit/index.js';
import { argocd } from './index.js';

const entry = (name: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name}}\nspec: {project: applications, destination: {namespace: ${name}}}\n`;

const origin = { git: { version: '2.39.5', recorded: '2026-11-24' }, kubectl: { version: 'v1.37.2', recorded: '2026-11-24' } };
/** As sops leaves a Secret. */
const cipher = 'ENC[AES256_GCM,data:aa,iv:bb,tag:cc,type:str]';
const encrypted = `apiVersion: v1
kind: Secret
metadata: { name: hello-admin }
stringData: { password: "${cipher}" }
sops: { age: [{ recipient: age1x, enc: x }], lastmodified: "2026-11-24T10:00:00Z", mac: "${cipher}" }
`;
const anyDigest = `sha256:${'0'.repeat(64)}`;
const applications = ['hello', 'board'];

type Played = Partial<Output>;
type Args = readonly string[];

/** Git as far as these steps use it: commits and refs in memory, one tree for the folder that never changes. */
function playGit(puppet: Puppet, state: PuppetState): () => string {
  const refs = new Map<string, string>();
  const commits = new Map<string, Args>();
  const parentsOf = (args: Args) => args.flatMap((arg, i) => (args[i - 1] === '-p' ? [arg] : []));
  const reaches = (from: string, to: string): boolean => from === to || (commits.get(from) ?? []).some((p) => reaches(p, to));
  const commands: Readonly<Record<string, (args: Args, git: string) => Played>> = {
    init: (_, git) => {
      state.files.set(`${git}/HEAD`, { body: 'ref: refs/heads/main\n', mode: 0o644 });
      return {};
    },
    add: () => ({}),
    'write-tree': () => ({ stdout: 'tree\n' }),
    'rev-parse': () => ({ stdout: 'tree\n' }),
    'ls-tree': () => ({ stdout: 'board\0hello\0' }),
    'rev-list': () => ({ stdout: `${commits.size}\n` }),
    'for-each-ref': () => ({ stdout: [...refs].map(([name, commit]) => `${commit} ${name}\n`).join('') }),
    'commit-tree': (args) => {
      const id = `${commits.size + 1}`.padStart(40, 'c');
      commits.set(id, parentsOf(args));
      return { stdout: `${id}\n` };
    },
    'update-ref': (args) => {
      const [name = '', to = '', from = ''] = args.slice(3);
      if ((refs.get(name) ?? '0'.repeat(40)) !== from) return { code: 128, stderr: `fatal: cannot lock ref '${name}'` };
      refs.set(name, to);
      return {};
    },
    'merge-base': (args) => ({ code: reaches(args[3] ?? '', args[2] ?? '') ? 0 : 1 }),
    'ls-remote': (args) => ({ stdout: `${refs.get(args.at(-1) ?? '') ?? ''}\t${args.at(-1)}\n` }),
  };
  puppet.tool('git', origin.git).answer((args) => {
    const dir = args.find((arg) => arg.startsWith('--git-dir='))?.slice('--git-dir='.length) ?? '';
    // A repository whose folder was removed has nothing in it any more.
    if (dir !== '' && !state.files.has(`${dir}/HEAD`)) for (const kept of [refs, commits]) kept.clear();
    const at = args.findIndex((arg) => commands[arg] !== undefined);
    return commands[args[at] ?? '']?.(args.slice(at), dir) ?? { code: 1, stderr: `not played: ${args.join(' ')}` };
  });
  return () => refs.get('refs/heads/main') ?? refs.get('refs/heads/release') ?? '';
}

interface Thing {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [more: string]: unknown;
}

const ready = { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1, readyReplicas: 1, phase: 'Running' };
const keyOf = (kind: string, name: string): string => `${kind.toLowerCase()}/${name}`;
const well = (head: string) => ({ sync: { status: 'Synced', revision: head }, health: { status: 'Healthy' } });

/** Machines and workloads of the played cluster. */
function firstThings(): Map<string, Thing> {
  const worker: Thing = {
    kind: 'Node',
    metadata: { name: 'w' },
    status: { addresses: [{ type: 'InternalIP', address: '10.77.0.21' }] },
  };
  return new Map([[keyOf('Node', 'w'), worker]]);
}

/** What controllers make of what was applied: workloads run, the umbrella brings its applications, the asking pod ends. */
function controllers(things: Map<string, Thing>, thing: Thing, head: () => string): void {
  const { kind, metadata } = thing;
  things.set(keyOf(kind, metadata.name), { apiVersion: 'v1', ...thing, status: ready });
  if (kind === 'Deployment' || kind === 'StatefulSet') {
    things.set(keyOf('Pod', metadata.name), { kind: 'Pod', metadata: { name: metadata.name }, status: ready });
  }
  if (kind === 'Pod') things.set(keyOf(kind, metadata.name), { ...thing, status: { phase: 'Succeeded' } });
  if (kind !== 'Application' || metadata.name !== 'umbrella') return;
  const resources = applications.map((name) => ({ kind: 'Application', name, namespace: 'argocd', status: 'Synced' }));
  things.set('application/umbrella', { ...thing, status: { ...well(head()), resources } });
  for (const name of applications) {
    things.set(keyOf('Application', name), { kind: 'Application', metadata: { name }, status: well(head()) });
    const annotations = { 'strata.dev/http-check': '/', 'argocd.argoproj.io/tracking-id': `${name}:/Service:${name}/${name}` };
    const spec = { ports: [{ port: 80, nodePort: 30080 }] };
    things.set(keyOf('Service', name), { kind: 'Service', metadata: { name, namespace: name, annotations }, spec });
  }
}

const rendered = [
  { kind: 'Namespace', metadata: { name: 'argocd' } },
  { kind: 'CustomResourceDefinition', metadata: { name: 'applications.argoproj.io' } },
  { kind: 'Deployment', metadata: { name: 'argocd-redis', generation: 1 } },
  { kind: 'Deployment', metadata: { name: 'argocd-repo-server', generation: 1 } },
  { kind: 'StatefulSet', metadata: { name: 'argocd-application-controller', generation: 1 } },
];

function documentsOf(command: Command, secrets: ReadonlyMap<string, string>): readonly Thing[] {
  const { stdin = '' } = command;
  const text = typeof stdin === 'string' ? stdin : (secrets.get(stdin.$secret) ?? '');
  return text.split('---\n').flatMap((document) => {
    const parsed = JSON.parse(document.replace(/^kind: .*$/m, ''));
    return parsed.kind === 'List' ? parsed.items : [parsed];
  });
}

/** kubectl as far as these steps use it, over objects in memory. */
function playKubectl(puppet: Puppet, state: PuppetState, head: () => string): void {
  const things = firstThings();
  const listed = (found: readonly (Thing | undefined)[]): Played => {
    const items = found.filter((thing) => thing !== undefined);
    return { stdout: items.length === 0 ? '' : JSON.stringify({ items }) };
  };
  const ofKind = (kind: string) => [...things.values()].filter((thing) => thing.kind.toLowerCase() === kind);
  const singular = (word: string): string =>
    word === 'crd' ? 'customresourcedefinition' : (word.split('.')[0] ?? '').replace(/s$/, '');
  const named = (args: Args): readonly (Thing | undefined)[] => {
    const words = args.slice(
      1,
      args.findIndex((arg) => arg.startsWith('-')),
    );
    if (words.some((word) => word.includes('/'))) return words.map((word) => things.get(word));
    const [kind = '', ...names] = words;
    return names.length === 0 ? ofKind(singular(kind)) : names.map((name) => things.get(keyOf(singular(kind), name)));
  };
  const commands: Readonly<Record<string, (args: Args, command: Command) => Played>> = {
    get: (args, command) => {
      if (!args.includes('-f')) return listed(named(args));
      return listed(documentsOf(command, state.secrets).map((wanted) => things.get(keyOf(wanted.kind, wanted.metadata.name))));
    },
    kustomize: () => ({ stdout: rendered.map((thing) => `kind: ${thing.kind}\n${JSON.stringify(thing)}\n`).join('---\n') }),
    apply: (_, command) => {
      for (const thing of documentsOf(command, state.secrets)) controllers(things, thing, head);
      return {};
    },
    wait: () => ({}),
    patch: () => ({}),
    logs: () => ({
      stdout: applications
        .map((name) => `${JSON.stringify({ url: `http://${name}.${name}.svc:80/`, status: 200, bytes: 5 })}\n`)
        .join(''),
    }),
    delete: (args) => {
      if (args.includes('namespace')) for (const key of [...things.keys()]) if (!key.startsWith('node/')) things.delete(key);
      for (const thing of named(args)) if (thing) things.delete(keyOf(thing.kind, thing.metadata.name));
      return {};
    },
  };
  puppet.tool('kubectl', origin.kubectl).answer((args, command) => {
    const at = args.findIndex((arg) => commands[arg] !== undefined);
    return commands[args[at] ?? '']?.(args.slice(at), command) ?? { code: 1, stderr: `not played: ${args.join(' ')}` };
  });
}

function machine(): Puppet {
  const puppet = createPuppet();
  const { state } = puppet;
  const put = (path: string, body: string) => state.files.set(path, { body, mode: 0o644 });
  put('/puppet/bin/argocd-manifests/manifests/base/config/kustomization.yaml', 'kind: Kustomization\n');
  put('/catalog/applications/argocd/kustomization.yaml', 'kind: Kustomization\n');
  for (const folder of ['apps', 'team']) put(`/project/${folder}/hello/application.yaml`, entry('hello'));
  state.secrets.set('secrets/hello.enc.yaml#password', 'what-nobody-may-read');
  puppet.tool('sops', { version: '3.11.0', recorded: '2026-11-24' });
  puppet.tool('argocd-manifests', { version: 'v3.6.1', recorded: '2026-11-24' });
  playKubectl(puppet, state, playGit(puppet, state));
  puppet.answerHttp(() => ({ status: 200, headers: { 'docker-content-digest': anyDigest }, body: 'hello' }));
  return puppet;
}

contract({
  provider: argocd,
  folder: import.meta.dirname,
  specs: {
    defaults: {},
    secret: { secrets: [{ name: 'hello', application: 'hello' }] },
    own: { repository: 'team', branch: 'release', images: ['hello', 'board'] },
  },
  files: {
    'project:apps/hello/application.yaml': entry('hello'),
    'project:apps/board/application.yaml': entry('board'),
    'project:team/hello/application.yaml': entry('hello'),
    'project:secrets/hello.enc.yaml': encrypted,
  },
  machine,
});
