export * from './access.js';
export * from './admission.js';
export * from './client.js';
export * from './errors.js';
export * from './objects.js';
