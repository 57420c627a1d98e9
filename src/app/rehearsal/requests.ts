import { field, listAt, textAt } from './fields.js';
import { quantityOf } from './quantities.js';

/** Cores and bytes. */
export interface Requests {
  readonly cpu: number;
  readonly memoryBytes: number;
}

const none: Requests = { cpu: 0, memoryBytes: 0 };

/** Adds up. */
export const sum = (all: readonly Requests[]): Requests =>
  all.reduce((a, b) => ({ cpu: a.cpu + b.cpu, memoryBytes: a.memoryBytes + b.memoryBytes }), none);

const most = (all: readonly Requests[]): Requests =>
  all.reduce((a, b) => ({ cpu: Math.max(a.cpu, b.cpu), memoryBytes: Math.max(a.memoryBytes, b.memoryBytes) }), none);

function ofContainer(container: unknown): Requests {
  const asked = (what: string): unknown =>
    field(container, 'resources', 'requests', what) ?? field(container, 'resources', 'limits', what);
  return { cpu: quantityOf(asked('cpu')), memoryBytes: quantityOf(asked('memory')) };
}

/**
 * What the scheduler reserves for a pod: its containers together, or its largest init container where that is more;
 * init containers that keep running (restartPolicy Always) count with the containers.
 * Rule: kubernetes.io, "Sidecar containers: resource sharing within containers".
 */
export function requestsOf(pod: unknown): Requests {
  const init = listAt(pod, 'spec', 'initContainers');
  const stays = (container: unknown): boolean => textAt(container, 'restartPolicy') === 'Always';
  const running = sum([...listAt(pod, 'spec', 'containers'), ...init.filter(stays)].map(ofContainer));
  const starting = most(init.filter((one) => !stays(one)).map(ofContainer));
  const overhead = field(pod, 'spec', 'overhead');
  const extra = { cpu: quantityOf(field(overhead, 'cpu')), memoryBytes: quantityOf(field(overhead, 'memory')) };
  return sum([most([running, starting]), extra]);
}
