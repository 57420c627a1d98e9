export * from './changes.js';
export * from './errors.js';
export * from './keys.js';
export * from './module.js';
export * from './outputs.js';
export * from './plan.js';
export * from './settings.js';
export * from './workspace.js';
export { cliConfig } from './workspace-files.js';
