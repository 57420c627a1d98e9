import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type {
  Delivery,
  Diagnostic,
  Kit,
  RenderedDelivery,
  RenderedObject,
  RenderedPackage,
  RenderParts,
  Result,
  Tree,
  World,
} from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import { parseManifests } from '../../../packages/manifests.js';
import { argocdNamespace, text } from '../../../tools/argocd/index.js';
import { type Entry, readEntries } from './entries.js';
import { entryMisnamed, foreignSource, manifestsUnusable, sourceMissing } from './errors.js';
import { type ApplicationSecret, readSecrets, secretObject } from './secrets.js';
import type { ArgocdSpec } from './spec.js';
import { writeInstallation } from './steps/install.js';
import { entryFile } from './steps/umbrella.js';

/** Name under which Argo CD itself is shown beside its applications. */
const ownName = 'argo-cd-installation';

/** Argo CD, and each application of the project's folder, as objects. */
export function deliveryOf(spec: ArgocdSpec, kit: Kit): Delivery {
  const folder = kit.project(spec.repository);
  const overlay = kit.catalog('applications/argocd');
  const entries = readEntries(kit, folder);
  const secrets = readSecrets(spec, kit);
  const known = secrets.flatMap((one) => (one.ok ? [one.value] : []));
  return {
    tools: ['kubectl', 'argocd-manifests'],
    problems: [
      ...entries.filter((e) => e.problem !== '').map((e) => entryMisnamed(e.name, e.problem).diagnostic),
      ...secrets.flatMap((one) => (one.ok ? [] : [one.error.diagnostic])),
    ],
    render: (parts, w) => renderAll({ spec, overlay, entries, secrets: known, component: kit.component }, parts, w),
  };
}

interface Sources {
  readonly spec: ArgocdSpec;
  readonly overlay: Tree;
  readonly entries: readonly Entry[];
  readonly secrets: readonly ApplicationSecret[];
  readonly component: string;
}

async function renderAll(from: Sources, parts: RenderParts, w: World): Promise<Result<RenderedDelivery>> {
  const own = await renderInstallation(from, parts, w);
  if (!own.ok) return own;
  const packages: RenderedPackage[] = [];
  const problems: Diagnostic[] = [];
  for (const { name } of from.entries) {
    const rendered = await renderApplication(from.spec, name, w);
    const own = from.secrets.filter((one) => one.application === name).map((one) => secretObject(one, w.paths.project));
    packages.push({ ...rendered.one, objects: [...own, ...rendered.one.objects] });
    problems.push(...rendered.problems);
  }
  const appliedBy = {
    manager: 'argocd-controller',
    adds: ['argocd.argoproj.io/tracking-id', 'app.kubernetes.io/instance', 'kubectl.kubernetes.io/last-applied-configuration'],
  };
  return ok({ packages, bootstrap: [own.value], files: new Map(), problems, tell: () => [], appliedBy });
}

const nothing = { provides: [], requires: [], after: [], health: [], programs: [], plays: [] } as const;

async function renderInstallation(from: Sources, parts: RenderParts, w: World): Promise<Result<RenderedPackage>> {
  const ref = (name: string): { ref: string } => ({ ref: parts.image(name)?.ref ?? name });
  const sources = {
    manifests: { name: 'argocd-manifests' },
    overlay: from.overlay,
    images: { argocd: ref('argocd'), redis: ref('redis') },
    // Each environment's git server has an address of its own, known once its machines are there.
    support: { git: 'git' },
  };
  // A folder of its own each time: two runs side by side would take it from under each other.
  const scratch = join(w.paths.cache, 'rendered', 'argocd', `${from.component}-${randomUUID()}`);
  const folder = await writeInstallation(sources, scratch, w);
  if (!folder.ok) return folder;
  const file = { file: join(w.paths.catalog, from.overlay.path, 'kustomization.yaml'), line: 1, column: 1 };
  const built = await build(folder.value, file.file, w);
  const cleared = await w.remove(scratch);
  if (!cleared.ok) return cleared;
  return built.ok ? ok({ ...nothing, name: ownName, namespace: argocdNamespace, file, objects: built.value }) : built;
}

async function build(folder: string, file: string, w: World): Promise<Result<readonly RenderedObject[]>> {
  const built = await w.query({ tool: 'kubectl', args: ['kustomize', folder] });
  if (!built.ok) return built;
  if (built.value.code !== 0) return err(manifestsUnusable(file, built.value.stderr.trim()));
  const read = parseManifests(built.value.stdout, file);
  return read.ok ? read : err({ kind: 'invalid', diagnostic: read.error[0] ?? manifestsUnusable(file, 'unreadable').diagnostic });
}

interface RenderedApplication {
  readonly one: RenderedPackage;
  readonly problems: readonly Diagnostic[];
}

/** The entry itself, and what Argo CD would find at the path it names. */
async function renderApplication(spec: ArgocdSpec, name: string, w: World): Promise<RenderedApplication> {
  const folder = join(w.paths.project, spec.repository);
  const file = join(folder, name, entryFile);
  const at = { file, line: 1, column: 1 };
  const problems: Diagnostic[] = [];
  const entry = await readObjects([file], problems, w);
  const wanted = entry[0]?.object;
  const source = text(wanted, 'spec', 'source', 'path') ?? '';
  const isOwn = (text(wanted, 'spec', 'source', 'repoURL') ?? '').endsWith(`/${spec.repository}.git`);
  if (wanted !== undefined && !isOwn) problems.push(foreignSource(at, name));
  const objects = isOwn ? await readSource(join(folder, source), at, problems, w) : [];
  const namespace = text(wanted, 'spec', 'destination', 'namespace');
  const one = { ...nothing, name, ...(namespace === undefined ? {} : { namespace }), file: at, objects: [...entry, ...objects] };
  return { one, problems };
}

async function readSource(
  folder: string,
  at: RenderedPackage['file'],
  problems: Diagnostic[],
  w: World,
): Promise<readonly RenderedObject[]> {
  const names = await w.list(folder);
  if (names.includes('kustomization.yaml')) {
    const built = await build(folder, join(folder, 'kustomization.yaml'), w);
    if (!built.ok) problems.push(built.error.diagnostic);
    return built.ok ? built.value : [];
  }
  const files = names.filter((name) => /\.(ya?ml|json)$/.test(name)).map((name) => join(folder, name));
  if (files.length === 0) problems.push(sourceMissing(at, folder));
  return readObjects(files, problems, w);
}

async function readObjects(files: readonly string[], problems: Diagnostic[], w: World): Promise<readonly RenderedObject[]> {
  const objects: RenderedObject[] = [];
  for (const file of files) {
    const body = await w.read(file);
    const read = body.ok ? parseManifests(body.value ?? '', file) : err([body.error.diagnostic]);
    if (read.ok) objects.push(...read.value);
    else problems.push(...read.error);
  }
  return objects;
}
