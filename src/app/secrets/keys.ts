import { ageKeyFile, type Host, readText, statPath } from '../../host/index.js';
import { err, ok, type Result } from '../../model/index.js';
import { type Identity, readIdentities, secretErrors } from '../../secrets/index.js';

/** Name under which an environment keeps its age key, where SOPS_AGE_KEY_FILE names none. */
export const ageKeySecret = 'age-key';

/** The keys that open a definition's encrypted files. */
export interface OwnKeys {
  /** Absolute path of the file that holds them. */
  readonly file: string;
  readonly identities: readonly Identity[];
}

/** Reads the keys; from here on none of them can be printed. */
export async function ownKeys(host: Pick<Host, 'secrets' | 'conceal'>): Promise<Result<OwnKeys>> {
  const named = ageKeyFile();
  const file = named ?? host.secrets.path(ageKeySecret);
  const text = await readText(file);
  if (!text.ok) return text;
  if (text.value === undefined) return err(named === undefined ? secretErrors.noKey() : secretErrors.keyFileMissing(file));
  const identities = readIdentities(file, text.value);
  for (const { secret } of identities.ok ? identities.value : []) host.conceal(secret);
  const stat = await statPath(file);
  if (stat !== undefined && (stat.mode & 0o077) !== 0) return err(secretErrors.keyFileOpen(file, stat.mode));
  return identities.ok ? ok({ file, identities: identities.value }) : identities;
}
