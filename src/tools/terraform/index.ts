export * from './commands.js';
export * from './errors.js';
export * from './messages.js';
export * from './run.js';
export * from './schemas.js';
export * from './variables.js';
