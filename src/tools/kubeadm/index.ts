export * from './render.js';
export * from './scripts.js';
export * from './token.js';
export * from './upgrade.js';
