import { layers, type Provider } from '../model/index.js';
import * as list from './list.js';

// The list holds providers of every layer; each was checked against its own layer's types where it is defined.
const all = Object.values(list) as unknown as readonly Provider[];

/** Every provider, in the order of the layers. To add one, add its line to `list.ts`. */
export const providers: readonly Provider[] = layers.flatMap((layer) => all.filter((one) => one.layer === layer));
