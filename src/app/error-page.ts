import { join } from 'node:path';
import { programFolder, readText } from '../host/index.js';

/** True for what looks like the code of a finding, e.g. `SPEC-UNKNOWN-KEY`; step ids hold a slash and are lower case. */
export const isErrorCode = (word: string): boolean => /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$/.test(word);

/** The page of a code, in Markdown; `undefined` where there is none. */
export async function errorPage(code: string): Promise<string | undefined> {
  if (!isErrorCode(code)) return undefined;
  const page = await readText(join(programFolder(), 'docs', 'errors', `${code}.md`));
  return page.ok ? page.value : undefined;
}
