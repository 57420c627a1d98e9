export * from './places.js';
export * from './release.js';
export * from './scripts.js';
