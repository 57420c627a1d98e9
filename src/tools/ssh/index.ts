export * from './errors.js';
export * from './files.js';
export * from './quote.js';
export * from './run.js';
