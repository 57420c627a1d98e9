export * from './kubeconfig.js';
export * from './state.js';
export * from './version.js';
