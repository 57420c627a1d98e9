export * from './boot.js';
export * from './cgroup.js';
export * from './errors.js';
