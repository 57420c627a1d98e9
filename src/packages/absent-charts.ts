import { parse, stringify } from 'yaml';
import { conditionHolds, isMap, type ValueMap } from './values.js';

/** A chart's own description without the parts that it does not carry and that its values leave out. */
export interface Trimmed {
  /** `Chart.yaml`, unchanged where every part is there or wanted. */
  readonly text: string;
  /** Names of the parts that were left out. */
  readonly absent: readonly string[];
}

/**
 * helm refuses a chart as long as one of its parts is missing, even one that is switched off. A chart that lies in a
 * Go module carries no parts of others: those that a false condition leaves out anyway are taken off its list. A missing
 * part that is wanted stays on the list, so that helm says which one it is.
 *
 * @param text `Chart.yaml` of the chart.
 * @param present Names of the folders and archives in the chart's `charts` folder.
 * @param values The chart's own values with all others laid over them.
 */
export function withoutAbsentCharts(text: string, present: readonly string[], values: ValueMap): Trimmed {
  const chart: unknown = parse(text);
  if (!isMap(chart) || !Array.isArray(chart.dependencies)) return { text, absent: [] };
  const parts: readonly unknown[] = chart.dependencies;
  const gone = parts.filter(isMap).filter((part) => !isPresent(part, present) && isSwitchedOff(part, values));
  if (gone.length === 0) return { text, absent: [] };
  const kept = parts.filter((part) => !gone.some((one) => one === part));
  return { text: stringify({ ...chart, dependencies: kept }), absent: gone.map((part) => String(part.name)) };
}

const isPresent = ({ name }: ValueMap, present: readonly string[]): boolean =>
  present.some((entry) => entry === name || (entry.startsWith(`${String(name)}-`) && entry.endsWith('.tgz')));

/** Without a condition, or with one that nothing answers, a part is wanted. */
const isSwitchedOff = ({ condition }: ValueMap, values: ValueMap): boolean =>
  typeof condition === 'string' && !conditionHolds(condition, values);
