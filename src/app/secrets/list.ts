import { ok, err, type Result } from '../../model/index.js';
import { openSite } from '../site.js';
import { load } from '../definition/use-cases.js';
import { type Trouble, troubleOf, troubleWith } from '../trouble.js';
import { opens } from './derive.js';
import { encryptedFiles } from './files.js';
import { ownKeys } from './keys.js';

/** Which definition; the environment says whose kept key is meant. */
export interface SecretsRequest {
  readonly directory: string;
  readonly environment?: string | undefined;
}

/** One encrypted file, as far as it may be told. */
export interface ListedSecret {
  readonly name: string;
  readonly file: string;
  /** Names of its values; never the values. */
  readonly values: readonly string[];
  readonly recipients: readonly string[];
  readonly lastModified: string;
  readonly ageDays: number;
  /** Whether a key that is known here opens it. */
  readonly opens: boolean | 'no-key';
}

/** All of them. */
export interface SecretsList {
  readonly secrets: readonly ListedSecret[];
  /** Recipients whose keys are known here. */
  readonly own: readonly string[];
}

const day = 86_400_000;

/** Lists encrypted files by their outsides: nothing is decrypted. */
export async function listSecrets(request: SecretsRequest): Promise<Result<SecretsList, Trouble>> {
  const loaded = await load(request);
  if (!loaded.ok) return err(troubleWith(loaded.error));
  const { directory, spec } = loaded.value;
  const files = await encryptedFiles(directory);
  if (!files.ok) return err(troubleOf(files.error));
  const site = await openSite(directory, spec.environment);
  if (!site.ok) return err(troubleOf(site.error));
  const keys = await ownKeys(site.value.host);
  if (!keys.ok && keys.error.diagnostic.code !== 'SECRETS-NO-KEY') return err(troubleOf(keys.error));
  const now = Date.now();
  const secrets = files.value.map((one) => ({
    name: one.title,
    file: `secrets/${one.title}.enc.yaml`,
    values: one.values.map(({ path }) => path),
    recipients: one.recipients,
    lastModified: one.lastModified,
    ageDays: Math.max(0, Math.floor((now - Date.parse(one.lastModified)) / day)),
    opens: keys.ok ? opens(one, keys.value) : ('no-key' as const),
  }));
  return ok({ secrets, own: keys.ok ? keys.value.identities.map(({ recipient }) => recipient) : [] });
}
