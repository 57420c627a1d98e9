import type { ErrorPage } from '../../model/index.js';

/** One page per `SPEC-` code. */
export const pages: readonly ErrorPage[] = [];
