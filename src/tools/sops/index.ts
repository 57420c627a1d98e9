import type { Json, Output, ReadWorld, Result } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { keyUseless, macWrong, notJson, refused } from './errors.js';

/** An encrypted file, and the file of keys that opens it: paths, so that no key is ever an argument. */
export interface SopsFile {
  /** Absolute path. */
  readonly path: string;
  readonly keyFile: string;
}

// Exit codes of sops (its package cmd/sops/codes): steadier than its words.
const decryptingTree = 25;
const decryptingMac = 24;
const macMismatch = 51;
const macNotFound = 52;
const noKeyFits = 128;

/** `SOPS_AGE_KEY_FILE` names the only source of keys; sops looks into the home folder otherwise. */
const environment = (keyFile: string) => ({ SOPS_AGE_KEY_FILE: keyFile, SOPS_DISABLE_VERSION_CHECK: 'true' });

/** The decrypted document, in memory only: it is neither streamed nor written anywhere. */
export async function decryptFile(r: ReadWorld, { path, keyFile }: SopsFile): Promise<Result<Json>> {
  const output = await r.query({
    tool: 'sops',
    args: ['decrypt', '--input-type', 'yaml', '--output-type', 'json', path],
    env: environment(keyFile),
  });
  if (!output.ok) return output;
  const judged = judge(output.value, path);
  if (!judged.ok) return judged;
  try {
    return ok(JSON.parse(judged.value) as Json); // the parser's own result is plain data
  } catch {
    return err(notJson(path));
  }
}

/** The file's text, its values encrypted anew with a new data key, to other recipients. Writes nothing. */
export async function rotateFile(
  r: ReadWorld,
  { path, keyFile, add, remove }: SopsFile & { readonly add: readonly string[]; readonly remove: readonly string[] },
): Promise<Result<string>> {
  const recipients = [
    ...(add.length === 0 ? [] : ['--add-age', add.join(',')]),
    ...(remove.length === 0 ? [] : ['--rm-age', remove.join(',')]),
  ];
  const args = ['rotate', ...recipients, '--input-type', 'yaml', '--output-type', 'yaml', path];
  const output = await r.query({ tool: 'sops', args, env: environment(keyFile) });
  return output.ok ? judge(output.value, path) : output;
}

function judge({ code, stdout, stderr }: Output, path: string): Result<string> {
  if (code === 0) return ok(stdout);
  if ([macMismatch, macNotFound, decryptingTree, decryptingMac].includes(code)) return err(macWrong(path));
  if (code === noKeyFits) return err(keyUseless(path));
  return err(refused(path, code, stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? ''));
}
