import { load } from 'js-yaml';
import type { Kit, RenderedObject, Result, Tree } from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import { readSecretFile, secretErrors, type SecretFile, secretPath } from '../../../secrets/index.js';
import { text } from '../../../tools/argocd/index.js';
import { secretHomeless } from './errors.js';
import type { ArgocdSpec } from './spec.js';
import type { SecretWanted } from './steps/secret.js';
import { entryFile } from './steps/umbrella.js';

/** An encrypted Secret that an application needs beside what git holds. */
export interface ApplicationSecret extends Omit<SecretWanted, 'kubeconfig' | 'problem'> {
  readonly application: string;
}

/** The Secrets that the definition chooses, each as it will be or with why it cannot be. */
export function readSecrets(spec: ArgocdSpec, kit: Kit): readonly Result<ApplicationSecret>[] {
  return (spec.secrets ?? []).map(({ name, application }) => {
    const tree = kit.project(secretPath(name));
    const file = readSecret(tree, kit);
    if (!file.ok) return file;
    const namespace = file.value.namespace ?? namespaceOf(application, spec, kit);
    if (namespace === undefined) return err(secretHomeless(name, application));
    return ok({
      application,
      file: tree.path,
      digest: tree.digest,
      name: file.value.name ?? name,
      namespace,
      keys: file.value.values.map(({ path }) => path.replace(/^(stringData|data)\./, '')),
    });
  });
}

function readSecret(tree: Tree, kit: Kit): Result<SecretFile> {
  const body = kit.text(tree);
  if (body === '') return err(secretErrors.fileMissing(tree.path));
  const read = readSecretFile(tree.path, body);
  if (!read.ok || read.value.kind === 'Secret') return read;
  return err(secretErrors.noSecretObject({ file: tree.path, line: 1, column: 1 }, read.value.kind || 'no object'));
}

/** Where an application's entry puts its objects. */
function namespaceOf(application: string, spec: ArgocdSpec, kit: Kit): string | undefined {
  try {
    const entry: unknown = load(kit.text(kit.project(`${spec.repository}/${application}/${entryFile}`)));
    return text(entry, 'spec', 'destination', 'namespace');
  } catch {
    return undefined; // told of where entries are read
  }
}

/** The Secret as far as it is known without opening its file. */
export const secretObject = ({ name, namespace, file }: ApplicationSecret, project: string): RenderedObject => ({
  object: { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque' },
  from: { file: `${project}/${file}`, line: 1, column: 1 },
  stage: 0,
});
