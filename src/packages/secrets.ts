import { parseDocument } from 'yaml';
import type { Failure, Json, Kit, KubeObject, ReadWorld, RenderedObject, Result, Tree } from '../model/index.js';
import { err, ok } from '../model/index.js';
import { readReference, readSecretFile, secretErrors, type SecretFile, secretPath } from '../secrets/index.js';
import type { StageFolder } from './built.js';
import { type PackageProblem, secretInClear } from './errors.js';
import { isMap, type ValueMap } from './values.js';

/** An encrypted Secret that is delivered with a package, as it is: no key is needed to plan or to render. */
export interface PackageSecret {
  readonly tree: Tree;
  readonly name: string;
  /** Where it goes, if the file itself does not say. */
  readonly namespace: string;
  /** Recipients that can open it. */
  readonly recipients: readonly string[];
}

/** A value of a chart that Helm takes from a Secret in the cluster. */
export interface ValueSource {
  readonly path: readonly string[];
  /** Name of the Secret. */
  readonly secret: string;
  readonly key: string;
}

/** What a choice says of secrets. */
export interface ChosenSecrets {
  readonly secrets: readonly PackageSecret[];
  readonly sources: readonly ValueSource[];
  /** The values without references. */
  readonly values: ValueMap;
  readonly problems: readonly PackageProblem[];
}

/** How a value refers to an encrypted one: `{ $sops: secrets/NAME.enc.yaml#VALUE }`. */
const mark = '$sops';

interface Choosing {
  readonly name: string;
  readonly secrets: readonly string[];
  readonly values: ValueMap;
  /** Namespace of the package. */
  readonly namespace: string;
  /** Namespace in which releases are written down; absent where the package is rendered. */
  readonly releases: string | undefined;
}

/** Reads the encrypted files a choice names, by their outsides. */
export function chosenSecrets(choice: Choosing, kit: Kit): ChosenSecrets {
  const problems: PackageProblem[] = [];
  const secrets: PackageSecret[] = [];
  const deliver = (path: string, namespace: string): SecretFile | undefined => {
    const read = readSecret(path, kit);
    if (!read.ok) {
      problems.push(problemOf(read.error));
      return undefined;
    }
    const { name = '', recipients } = read.value;
    const one = { tree: kit.project(path), name, namespace, recipients };
    if (!secrets.some((other) => other.tree.path === path && other.namespace === namespace)) secrets.push(one);
    return read.value;
  };
  for (const name of choice.secrets) deliver(secretPath(name), choice.namespace);
  const sources: ValueSource[] = [];
  for (const { path, text } of referencesIn(choice.values, [])) {
    const place = { file: 'platform.yaml', line: 1, column: 1 };
    const reference = readReference(text, place);
    if (!reference.ok) problems.push({ ...problemOf(reference.error), value: [choice.name, ...path] });
    else if (choice.releases === undefined || path.includes(inList)) problems.push(secretInClear(choice.name, path));
    else {
      const file = deliver(reference.value.file, choice.releases);
      const source = file && sourceOf(file, path, reference.value.value);
      if (source?.ok === false) problems.push({ ...problemOf(source.error), value: [choice.name, ...path] });
      if (source?.ok === true) sources.push(source.value);
    }
  }
  return { secrets, sources, values: withoutReferences(choice.values), problems };
}

/** Of a Secret, with the name by which it is found in the cluster. */
function readSecret(path: string, kit: Kit): Result<SecretFile> {
  const text = kit.text(kit.project(path));
  if (text === '') return err(secretErrors.fileMissing(path));
  const read = readSecretFile(path, text);
  if (!read.ok) return read;
  const isSecret = read.value.kind === 'Secret' && read.value.name !== undefined;
  return isSecret ? read : err(secretErrors.noSecretObject({ file: path, line: 1, column: 1 }, read.value.kind || 'no object'));
}

function sourceOf(file: SecretFile, path: readonly string[], value: string): Result<ValueSource> {
  const keys = file.values.map((one) => one.path.replace(/^(stringData|data)\./, ''));
  const key = value.replace(/^(stringData|data)\./, '');
  if (keys.includes(key)) return ok({ path, secret: file.name ?? '', key });
  return err(secretErrors.valueMissing({ file: file.file, line: 1, column: 1 }, value, keys));
}

/** Stands for a position in a list: Helm takes values of lists as a whole. */
const inList = '[]';

function referencesIn(value: unknown, path: readonly string[]): readonly { path: readonly string[]; text: string }[] {
  if (Array.isArray(value)) return value.flatMap((one) => referencesIn(one, [...path, inList]));
  if (!isMap(value)) return [];
  const text = value[mark];
  if (text !== undefined) return [{ path, text: typeof text === 'string' ? text : JSON.stringify(text) }];
  return Object.entries(value).flatMap(([key, one]) => referencesIn(one, [...path, key]));
}

const isReferring = (value: Json | undefined): boolean => isMap(value) && value[mark] !== undefined;

function withoutReferences(values: ValueMap): ValueMap {
  const kept = Object.entries(values).filter(([, value]) => !isReferring(value));
  return Object.fromEntries(kept.map(([key, value]) => [key, isMap(value) ? withoutReferences(value) : value]));
}

/** Values with which a chart is rendered here in place of secret ones: the cluster's Helm gets the real ones. */
export function standIns(sources: readonly ValueSource[]): ValueMap {
  const made: { [key: string]: Json } = {};
  for (const { path, key } of sources) {
    let at: { [key: string]: Json } = made;
    for (const part of path.slice(0, -1)) {
      const below = at[part];
      const next: { [key: string]: Json } = isMap(below) ? { ...below } : {};
      at[part] = next;
      at = next;
    }
    at[path.at(-1) ?? ''] = `value-of-${key}`;
  }
  return made;
}

/** Entries of a release by which Helm takes values from Secrets, each as it is. */
export const valuesFrom = (sources: readonly ValueSource[]): readonly object[] =>
  sources.map(({ path, secret, key }) => ({
    kind: 'Secret',
    name: secret,
    valuesKey: key,
    targetPath: path.map((part) => part.replace(/[\\.,=[\]{}]/g, String.raw`\$&`)).join('.'),
    literal: true,
  }));

const problemOf = ({ diagnostic }: Failure): PackageProblem => ({
  code: diagnostic.code,
  message: diagnostic.message,
  remedy: diagnostic.remedies[0].say,
  ...(typeof diagnostic.where === 'object' ? { where: diagnostic.where } : {}),
});

/** Folders with the encrypted Secrets of a package in the one that its namespace is in, else the last. */
export async function withSecrets(
  folders: readonly StageFolder[],
  secrets: readonly PackageSecret[],
  r: ReadWorld,
): Promise<Result<readonly StageFolder[]>> {
  if (secrets.length === 0) return ok(folders);
  const files: Record<string, string> = {};
  for (const { tree, namespace } of secrets) {
    const text = await r.read(`${r.paths.project}/${tree.path}`);
    if (!text.ok) return text;
    if (text.value === undefined) return err(secretErrors.fileMissing(tree.path));
    files[`${namespace}-${tree.path.replaceAll('/', '-')}`] = placedIn(text.value, namespace);
  }
  const named = folders.findIndex(({ files: texts }) => Object.values(texts).some((text) => /^kind: Namespace$/m.test(text)));
  const chosen = named < 0 ? folders.length - 1 : named;
  return ok(folders.map((folder, at) => (at === chosen ? added(folder, files) : folder)));
}

function added(folder: StageFolder, files: Readonly<Record<string, string>>): StageFolder {
  const kustomization = parseDocument(folder.files['kustomization.yaml'] ?? '');
  const before = (kustomization.toJS() as { readonly resources?: readonly string[] } | null)?.resources ?? [];
  kustomization.set('resources', [...before, ...Object.keys(files)]);
  const texts = { ...folder.files, ...files, 'kustomization.yaml': kustomization.toString({ lineWidth: 0 }) };
  return { ...folder, files: Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Names the namespace where the file does not: what is encrypted in it stays as it is. */
function placedIn(text: string, namespace: string): string {
  const document = parseDocument(text);
  if (!document.hasIn(['metadata', 'namespace'])) document.setIn(['metadata', 'namespace'], namespace);
  return document.toString({ lineWidth: 0 });
}

/** The Secrets as far as they are known here: their values are not. */
export const secretObjects = (secrets: readonly PackageSecret[], labels: Readonly<Record<string, string>>, project: string) =>
  secrets.map(({ tree, name, namespace }): RenderedObject => {
    const object: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels }, type: 'Opaque' };
    return { object, from: { file: `${project}/${tree.path}`, line: 1, column: 1 }, stage: 0 };
  });
