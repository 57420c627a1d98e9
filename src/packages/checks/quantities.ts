import { at, list } from '../order/read.js';

const units: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Value of a quantity of the API, e.g. `250m` is 0.25; undefined for what is none. */
export function quantity(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const found = typeof value === 'string' ? /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)$/.exec(value) : null;
  const unit = units[found?.[2] ?? ''];
  return found === null || unit === undefined ? undefined : Number(found[1]) * unit;
}

/** Cores and bytes. */
export interface Amount {
  readonly cpu: number;
  readonly memoryBytes: number;
}

export const nothing: Amount = { cpu: 0, memoryBytes: 0 };

export const plus = (a: Amount, b: Amount): Amount => ({ cpu: a.cpu + b.cpu, memoryBytes: a.memoryBytes + b.memoryBytes });

export const times = (a: Amount, count: number): Amount => ({ cpu: a.cpu * count, memoryBytes: a.memoryBytes * count });

const most = (a: Amount, b: Amount): Amount => ({
  cpu: Math.max(a.cpu, b.cpu),
  memoryBytes: Math.max(a.memoryBytes, b.memoryBytes),
});

function containerAmount(container: unknown): Amount {
  const asked = (what: string): number =>
    quantity(at(container, 'resources', 'requests', what) ?? at(container, 'resources', 'limits', what)) ?? 0;
  return { cpu: asked('cpu'), memoryBytes: asked('memory') };
}

/**
 * What the scheduler reserves for a pod: for its containers and those that prepare it but stay, together; or for the
 * largest of the others that prepare it, where that is more.
 */
export function podAmount(spec: unknown): Amount {
  const prepare = list(at(spec, 'initContainers'));
  const stays = (one: unknown): boolean => at(one, 'restartPolicy') === 'Always';
  const running = [...list(at(spec, 'containers')), ...prepare.filter(stays)].map(containerAmount).reduce(plus, nothing);
  const starting = prepare
    .filter((one) => !stays(one))
    .map(containerAmount)
    .reduce(most, nothing);
  const extra = { cpu: quantity(at(spec, 'overhead', 'cpu')) ?? 0, memoryBytes: quantity(at(spec, 'overhead', 'memory')) ?? 0 };
  return plus(most(running, starting), extra);
}
