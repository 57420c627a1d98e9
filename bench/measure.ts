import { cpus, loadavg } from 'node:os';

/** Middle and 95th percentile of a list of numbers. */
export function spread(values: readonly number[]): { readonly median: number; readonly p95: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { median: rounded(at(0.5)), p95: rounded(at(0.95)) };
}

/** Three decimals: more would pretend. */
export const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** Where a figure was taken: a loaded machine spoils it, so the load is told with it. */
export const machine = () => ({
  node: process.version,
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  load: loadavg().map(rounded),
});
