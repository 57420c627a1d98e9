import type { ChartSource } from './package-schema.js';

/** Toolchain artefacts that a chart is made of. */
export function moduleNames(source: ChartSource): readonly string[] {
  const parts = 'charts' in source ? (source.charts ?? []) : [];
  return [...new Set([...('module' in source ? [source.module] : []), ...parts.map((part) => part.module)])].sort();
}
