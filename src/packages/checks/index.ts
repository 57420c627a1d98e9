export { type Capacity, capacityOf, sayAmount } from './capacity.js';
export type { Room } from './fit.js';
export { imageFindings, imagesOf } from './images.js';
export { untestedPolicies } from './policies.js';
export { parseRemovedApis, type RemovedApi, removedApis } from './removed-apis.js';
export { type Snapshot, upgradeConflicts } from './upgrade.js';
export type { NodeCapacity, Workload } from './workload.js';
export { type Amount, nothing, plus, podAmount, quantity } from './quantities.js';
