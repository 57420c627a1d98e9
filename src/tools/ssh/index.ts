export * from './copy.js';
export * from './errors.js';
export * from './files.js';
export * from './keygen.js';
export * from './quote.js';
export * from './run.js';
