import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../model/index.js';
import { writeAtomically } from './files.js';

/** Milliseconds of past runs, by step and newest last: survives `destroy`, and may be deleted. */
export interface HistoryStore {
  durations(): Promise<Readonly<Record<string, readonly number[]>>>;
  keepDurations(durations: Readonly<Record<string, readonly number[]>>): Promise<Result<void>>;
  /** Folder for reports of drills and runs. */
  readonly folder: string;
}

/** `<cache>/history/<platform>/<environment>/`. */
export function createHistory(cache: string, platform: string, environment: string): HistoryStore {
  const folder = join(cache, 'history', encodeURIComponent(platform), encodeURIComponent(environment));
  const file = join(folder, 'durations.json');
  return {
    folder,
    async durations() {
      try {
        return numbersBySteps(JSON.parse(await readFile(file, 'utf8')));
      } catch {
        return {}; // unread history only means that no time is expected
      }
    },
    keepDurations: (durations) => writeAtomically(file, `${JSON.stringify(durations)}\n`),
  };
}

function numbersBySteps(value: unknown): Readonly<Record<string, readonly number[]>> {
  if (typeof value !== 'object' || value === null) return {};
  const kept: Record<string, readonly number[]> = {};
  for (const [step, list] of Object.entries(value)) {
    if (Array.isArray(list)) kept[step] = list.filter((item) => typeof item === 'number' && item >= 0);
  }
  return kept;
}
