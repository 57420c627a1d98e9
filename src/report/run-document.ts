import type { RunState } from '../model/index.js';

/** A run for programs. */
export const runDocument = (state: RunState): object => ({
  apiVersion: 'strata.dev/v1alpha1',
  kind: 'Run',
  run: state.run,
  mode: state.mode,
  platform: state.platform,
  environment: state.environment,
  startedAt: state.startedAt,
  finishedAt: state.finishedAt,
  verdict: state.verdict,
  steps: [...state.steps.values()],
  evidence: state.evidence,
});
