export type { KubeApi, Kind, ObjectKey } from './api.js';
export { type ClusterOptions, type SimulatedCluster, startCluster } from './cluster.js';
export type { Silenced } from './webhooks.js';
