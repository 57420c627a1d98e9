import { ownText } from '../host/own-files.js';

/** True for what looks like the code of a finding, e.g. `SPEC-UNKNOWN-KEY`; step ids hold a slash and are lower case. */
export const isErrorCode = (word: string): boolean => /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$/.test(word);

/** The page of a code, in Markdown; `undefined` where there is none. */
export const errorPage = async (code: string): Promise<string | undefined> =>
  isErrorCode(code) ? ownText(`docs/errors/${code}.md`) : undefined;
