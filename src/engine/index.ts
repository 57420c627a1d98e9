export { canonicalJson, digestOf, digestText } from './canonical.js';
export { type Clock, systemClock } from './clock.js';
export { type CriticalPath, type CriticalStep, criticalPath } from './critical-path.js';
export { type DestroyRequest, planDestroy } from './destroy.js';
export { type DurationHistory, durationKey, expectedDurations, median, rememberDurations, startedSteps } from './durations.js';
export { type Explanation, explainStep, type Reason } from './explain.js';
export { changedInputs, type Fingerprint, fingerprintOf } from './fingerprint.js';
export { type Folding, fold, startFolding } from './fold.js';
export { buildGraph, edgesOf, type Graph, refsIn } from './graph.js';
export { type Decoded, decodeJournal, encodeRecord, journalFormat, journalHeader } from './journal.js';
export {
  type Durability,
  type Journal,
  type JournalOptions,
  type JournalStore,
  openJournal,
  readJournal,
} from './journal-writer.js';
export { type PlanRequest, planRun, planVersion } from './plan.js';
export { resolveInputs } from './resolve.js';
export { runPlan } from './run.js';
export type { RunRequest, RunSummary, Scope, StepEmission, Worlds } from './run-contract.js';
export type { Outcome } from './schedule.js';
export { parsePlan, renderPlan } from './saved-plan.js';
