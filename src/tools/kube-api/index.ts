export { type ApplyOptions, createKubeClient, type KubeClient, type ObjectName, type Send } from './client.js';
export { differences, type FieldChange, ownedChanges } from './compare.js';
export { parseDiscovery, pathOf, type Resource } from './discovery.js';
export { kubeconfigUnusable } from './errors.js';
export { type Access, type Part, parseKubeconfig } from './kubeconfig.js';
export { isEntry, isSecret, nameOf, secretShell, withoutNoise } from './objects.js';
export { holds, lastWriter, type Manager, managersOf, type Path } from './owned.js';
export { asStored, surelySame } from './sieve.js';
