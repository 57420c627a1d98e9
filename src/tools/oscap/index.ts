export * from './results.js';
export * from './scan.js';
