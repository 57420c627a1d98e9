export * from './cidr.js';
export * from './errors.js';
export * from './links.js';
export * from './namespace.js';
