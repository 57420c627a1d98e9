export { keyOf, type KubeApi, type Kind, type ObjectKey } from './api.js';
export { type ClusterOptions, type SimulatedCluster, startCluster } from './cluster.js';
export { allocatableOf } from './machines.js';
export type { Silenced } from './webhooks.js';
