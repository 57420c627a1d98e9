import { join, relative } from 'node:path';
import { listNames, statPath } from '../../host/files.js';
import { absolutePath } from '../../host/places.js';
import { copyTree, removeScratch } from '../../host/trees.js';
import { type Component, err, ok, type Result } from '../../model/index.js';
import { noSuchEnvironment } from '../definition/errors.js';
import { limits } from '../definition/limits.js';
import { namePattern, nameRule } from '../definition/names.js';
import { didYouMean } from '../definition/suggest.js';
import { type Trouble, troubleOf } from '../trouble.js';
import { type EntryForm, fillIn, readEntry, readEntryForm } from './application-entry.js';
import { folderProblem } from './application-folder.js';
import * as errors from './errors.js';
import { chooseComponent, type Edited, environmentsOf, openWorkspace, refuse, type Workspace } from './workspace.js';

/** Which applications of which definition. */
export interface AppsRequest {
  readonly directory: string;
  readonly environment?: string | undefined;
  readonly component?: string | undefined;
}

/** One application to add or to take out. */
export interface AppRequest extends AppsRequest {
  readonly name: string;
  readonly dryRun: boolean;
}

/** Where a new one comes from. */
export interface AddAppRequest extends AppRequest {
  readonly path?: string | undefined;
  readonly repo?: string | undefined;
  readonly revision?: string | undefined;
  readonly namespace?: string | undefined;
}

/** An application of the definition. */
export interface ListedApp {
  readonly name: string;
  /** Its entry. */
  readonly file: string;
  readonly shows: Readonly<Record<string, string>>;
}

interface Apps {
  readonly workspace: Workspace;
  readonly component: Component;
  readonly form: EntryForm;
  /** Folder that becomes the repository, and its name. */
  readonly folder: string;
  readonly repository: string;
}

async function open(request: AppsRequest): Promise<Result<Apps, Trouble>> {
  const opened = await openWorkspace(request.directory);
  if (!opened.ok) return opened;
  const workspace = opened.value;
  const { environment } = request;
  const names = environmentsOf(workspace);
  if (environment !== undefined && !names.includes(environment))
    return err(refuse(noSuchEnvironment(environment, didYouMean(environment, names), names)));
  const chosen = chooseComponent(workspace, { layer: 'applications', setting: 'repository', wanted: request.component });
  if (!chosen.ok) return chosen;
  const here = workspace.validation.environments.find(({ name }) => name === (environment ?? name))?.spec;
  const component =
    here?.components.find((one) => one.layer === 'applications' && one.name === chosen.value.name) ?? chosen.value;
  const form = await readEntryForm(component.use);
  const repository = textSetting(component, 'repository');
  if (form === undefined || repository === undefined) return err(refuse(errors.noPlace('applications', [])));
  return ok({ workspace, component, form, repository, folder: join(workspace.directory, repository) });
}

const settingOf = ({ with: settings }: Component, key: string): unknown =>
  typeof settings === 'object' && settings !== null && Object.hasOwn(settings, key) ? Reflect.get(settings, key) : undefined;

function textSetting(component: Component, key: string): string | undefined {
  const value = settingOf(component, key);
  return typeof value === 'string' ? value : undefined;
}

/** `strata app list`. */
export async function listApps(request: AppsRequest): Promise<Result<readonly ListedApp[], Trouble>> {
  const opened = await open(request);
  if (!opened.ok) return opened;
  const { folder, form, workspace } = opened.value;
  const found: ListedApp[] = [];
  for (const name of await listNames(folder)) {
    const file = join(folder, name, form.file);
    const read = await workspace.deps.files.read(file, limits.bytes);
    if (read.kind === 'text') found.push({ name, file, shows: readEntry(form, file, read.text) });
  }
  return ok(found);
}

/** `strata app add`. */
export async function addApp(request: AddAppRequest): Promise<Result<Edited, Trouble>> {
  const opened = await open(request);
  if (!opened.ok) return opened;
  const apps = opened.value;
  const wrong = wrongWord(request, apps.component);
  if (wrong !== undefined) return err(refuse(wrong));
  const file = join(apps.folder, request.name, apps.form.file);
  if ((await statPath(file)) !== undefined)
    return err(refuse(errors.alreadyThere(`application "${request.name}"`, { file, line: 1, column: 1 })));
  const source = await sourceFor(apps, request);
  if (!source.ok) return source;
  const { copy, values } = source.value;
  const text = fillIn(apps.form.text, { name: request.name, namespace: request.namespace ?? request.name, ...values });
  if (!request.dryRun) {
    const written = await write(apps, { file, text, copy });
    if (!written.ok) return written;
  }
  const lines = text.trimEnd().split('\n');
  return ok({
    directory: apps.workspace.directory,
    changes: [{ file, line: 1, removed: [], added: lines }],
    added: [request.name],
    removed: [],
    notes: copy === undefined ? [] : [errors.copied(copy.from, copy.to)],
    written: !request.dryRun,
  });
}

/** What can be said of the words alone. */
function wrongWord({ name, namespace = name, repo, revision, path }: AddAppRequest, component: Component) {
  const isName = (word: string): boolean => new RegExp(namePattern).test(word);
  if (!isName(name)) return errors.badWord('the name', name, nameRule);
  if (!isName(namespace)) return errors.badWord('the namespace', namespace, nameRule);
  const reserved = settingOf(component, 'reserved');
  const pattern = (Array.isArray(reserved) ? reserved : []).find(
    (one: unknown) => typeof one === 'string' && matches(one, namespace),
  );
  if (pattern !== undefined) return errors.badWord('the namespace', namespace, `it belongs to the platform (${pattern})`);
  if (repo === undefined) return path === undefined ? errors.sourceNeeded(name) : undefined;
  if (!addresses.test(repo))
    return errors.badWord(
      'the repository',
      repo.replace(/:[^:@/]*@/, ':…@'),
      'write https://HOST/PATH or ssh://HOST/PATH, without a password',
    );
  if (revision !== undefined && !plainWord.test(revision))
    return errors.badWord('the revision', revision, 'a branch, a tag or a commit');
  if (path !== undefined && (!plainWord.test(path) || path.split('/').includes('..')))
    return errors.badWord('the path', path, 'a folder in the repository');
  return undefined;
}

const addresses = /^(?:(?:https?|ssh|git):\/\/(?:[\w.-]+@)?[\w.-]+(?::\d+)?\/[\w./~%+-]+|[\w.-]+@[\w.-]+:[\w./~+-]+)$/;
const plainWord = /^[A-Za-z0-9.][\w./-]*$/;

/** A pattern with `*`, as namespaces of the platform are written. */
const matches = (pattern: string, word: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[^a-z0-9-]/g, ''))
      .join('.*')}$`,
  ).test(word);

interface Copying {
  readonly from: string;
  readonly to: string;
}

/** Where the manifests are for the cluster, and what must be copied for that. */
async function sourceFor(
  { form, repository, folder, component }: Apps,
  { name, path = '.', repo, revision }: AddAppRequest,
): Promise<Result<{ readonly values: Readonly<Record<string, string>>; readonly copy?: Copying }, Trouble>> {
  if (repo !== undefined) return ok({ values: { source: repo, revision: revision ?? 'HEAD', path } });
  const problem = await folderProblem(path);
  if (problem !== undefined) return err(refuse(errors.folderUnusable(path, problem)));
  const own = { source: fillIn(form.own, { repository }), revision: textSetting(component, 'branch') ?? 'main' };
  const inside = relative(absolutePath(folder), absolutePath(path));
  if (inside !== '' && !inside.startsWith('..')) {
    if (!plainWord.test(inside)) return err(refuse(errors.folderUnusable(path, 'its name needs quoting')));
    return ok({ values: { ...own, path: inside } });
  }
  const to = join(folder, name, 'manifests');
  if ((await statPath(to)) !== undefined)
    return err(refuse(errors.folderUnusable(path, `${to} is there already; name that folder`)));
  if (inside === '' || !relative(absolutePath(path), absolutePath(folder)).startsWith('..'))
    return err(refuse(errors.folderUnusable(path, 'the folder of applications lies in it')));
  return ok({ values: { ...own, path: `${name}/manifests` }, copy: { from: path, to } });
}

async function write(
  { workspace }: Apps,
  { file, text, copy }: { readonly file: string; readonly text: string; readonly copy: Copying | undefined },
): Promise<Result<void, Trouble>> {
  if (copy !== undefined) {
    const copied = await copyTree(copy.from, copy.to);
    if (!copied.ok) return err(troubleOf(copied.error));
  }
  // The entry comes last: without it, a copy that was cut short is no application.
  const made = await workspace.deps.files.create(file, text);
  return made ? ok(undefined) : err(refuse(errors.alreadyThere('the application', { file, line: 1, column: 1 })));
}

/** `strata app remove`: the entry goes, and with it the application; the manifests only where that is asked for. */
export async function removeApp(request: AppRequest & { readonly deleteFiles: boolean }): Promise<Result<Edited, Trouble>> {
  const opened = await open(request);
  if (!opened.ok) return opened;
  const { folder, form, workspace } = opened.value;
  const all = await listApps(request);
  const app = all.ok ? all.value.find(({ name }) => name === request.name) : undefined;
  if (app === undefined)
    return err(refuse(errors.notThere(`application "${request.name}"`, all.ok ? all.value.map(({ name }) => name) : [])));
  const place = join(folder, app.name);
  if ((await statPath(place))?.kind !== 'directory') return err(refuse(errors.notWritten(place, 'it is a link')));
  const read = await workspace.deps.files.read(app.file, limits.bytes);
  if (!request.dryRun) await removeScratch(request.deleteFiles ? place : app.file);
  const rest = (await listNames(place)).filter((name) => name !== form.file);
  return ok({
    directory: workspace.directory,
    changes: [{ file: app.file, line: 1, removed: read.kind === 'text' ? read.text.trimEnd().split('\n') : [], added: [] }],
    added: [],
    removed: [app.name],
    notes: request.deleteFiles || rest.length === 0 ? [] : [errors.manifestsStay(place, rest)],
    written: !request.dryRun,
  });
}
