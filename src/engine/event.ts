import type { RunEvent, RunEventBody } from '../model/index.js';
import { isPlainObject } from './canonical.js';

type Kind = 'string' | 'number' | 'list' | 'object';

/** Members each event must have: what `fold` relies on. */
const members: { readonly [T in RunEventBody['type']]: Readonly<Record<string, Kind>> } = {
  'run-started': {
    run: 'string',
    plan: 'string',
    mode: 'string',
    platform: 'string',
    environment: 'string',
    seed: 'number',
    steps: 'list',
  },
  'step-started': { step: 'string', attempt: 'number' },
  'step-output': { step: 'string', stream: 'string', text: 'string' },
  'step-note': { step: 'string', text: 'string' },
  'step-finished': { step: 'string', verdict: 'string', durationMs: 'number' },
  'step-failed': { step: 'string', failure: 'object', durationMs: 'number' },
  'step-skipped': { step: 'string', because: 'string' },
  evidence: { evidence: 'object' },
  heartbeat: { running: 'list' },
  'run-finished': { verdict: 'string' },
};

function fits(value: unknown, kind: Kind): boolean {
  if (kind === 'list') return Array.isArray(value);
  if (kind === 'object') return isPlainObject(value);
  return typeof value === kind;
}

/** Whether parsed JSON is an event this Strata knows, with the members that folding needs. */
export function isRunEvent(value: unknown): value is RunEvent {
  if (!isPlainObject(value) || typeof value.seq !== 'number' || typeof value.at !== 'string') return false;
  if (typeof value.type !== 'string' || !Object.hasOwn(members, value.type)) return false;
  const wanted: Readonly<Record<string, Kind>> = Reflect.get(members, value.type);
  return Object.entries(wanted).every(([name, kind]) => fits(value[name], kind));
}
