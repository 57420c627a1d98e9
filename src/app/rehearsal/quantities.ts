const binary: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 };
const decimal: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
};

/** Value of a Kubernetes quantity, e.g. `250m` is 0.25 and `1Gi` is 1073741824; 0 for what is none. */
export function quantityOf(text: unknown): number {
  if (typeof text === 'number') return text;
  if (typeof text !== 'string') return 0;
  const found = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)$/.exec(text);
  if (found === null) return 0;
  const unit = found[2] ?? '';
  return Number(found[1]) * (unit === '' ? 1 : (binary[unit] ?? decimal[unit] ?? 0));
}
