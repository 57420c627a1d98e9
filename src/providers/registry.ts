import type { Provider } from '../model/index.js';

/** The one list: one line per provider. */
export const providers: readonly Provider[] = [];
