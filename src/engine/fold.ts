import type { Evidence, RunEvent, RunState, RunStep, StepId, StepRecord, StepState } from '../model/index.js';

type Event<T extends RunEvent['type']> = RunEvent & { readonly type: T };
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Takes events one by one; `state` may be asked for at any time. */
export interface Folding {
  add(event: RunEvent): void;
  state(): RunState;
}

/** What a journal's events say. Total: any sequence of events has a state, also one cut anywhere. */
export function fold(events: Iterable<RunEvent>): RunState {
  const folding = startFolding();
  for (const event of events) folding.add(event);
  return folding.state();
}

/** Starts an empty fold, for those who follow a run live. */
export function startFolding(): Folding {
  const folded = new Folded();
  return { add: (event) => folded.add(event), state: () => folded.state() };
}

type Head = Mutable<Omit<RunState, 'steps' | 'plan' | 'records' | 'evidence' | 'lastSeq'>>;

/** Owns the maps that events change in place; only copies leave it. */
class Folded {
  private head: Head = {};
  private plan: readonly RunStep[] = [];
  private steps = new Map<StepId, StepState>();
  private readonly records = new Map<StepId, StepRecord>();
  private readonly evidence = new Map<StepId, readonly Evidence[]>();
  /** Evidence of attempts under way: replaces the step's older evidence when the attempt ends. */
  private readonly pending = new Map<StepId, Evidence[]>();
  private lastSeq = 0;

  add(event: RunEvent): void {
    this.lastSeq = event.seq;
    switch (event.type) {
      case 'run-started':
        this.begin(event);
        break;
      case 'step-started':
        this.started(event);
        break;
      case 'step-finished':
        this.finished(event);
        break;
      case 'step-failed':
        this.failed(event);
        break;
      case 'step-skipped':
        this.update(event.step, { phase: 'skipped', because: event.because });
        break;
      case 'evidence':
        this.proved(event.evidence);
        break;
      case 'run-finished':
        this.head = { ...this.head, finishedAt: event.at, verdict: event.verdict };
        break;
    }
  }

  state(): RunState {
    return {
      ...this.head,
      steps: new Map(this.steps),
      plan: this.plan,
      records: new Map(this.records),
      evidence: [...this.evidence.values()].flat(),
      lastSeq: this.lastSeq,
    };
  }

  private begin(event: Event<'run-started'>): void {
    const { run, mode, platform, environment, seed, at } = event;
    this.head = { run, mode, platform, environment, seed, startedAt: at };
    this.plan = event.steps;
    this.pending.clear();
    this.steps = new Map(event.steps.map(({ id, title }) => [id, { step: id, title, phase: 'waiting', attempt: 0 }]));
  }

  private started({ step, attempt, at }: Event<'step-started'>): void {
    this.pending.set(step, []);
    this.update(step, { phase: 'running', attempt, startedAt: this.steps.get(step)?.startedAt ?? at });
  }

  private finished(event: Event<'step-finished'>): void {
    const { step, verdict, durationMs, record, at } = event;
    this.update(step, { phase: verdict, durationMs });
    this.settleEvidence(step);
    if (verdict === 'removed') {
      this.records.delete(step);
      this.evidence.delete(step);
    } else if (record) {
      this.records.set(step, { ...record, at });
    }
  }

  private failed({ step, failure, durationMs }: Event<'step-failed'>): void {
    this.update(step, { phase: 'failed', failure, durationMs });
    this.settleEvidence(step);
  }

  private proved(evidence: Evidence): void {
    const open = this.pending.get(evidence.step);
    if (open) open.push(evidence);
    else this.evidence.set(evidence.step, [...(this.evidence.get(evidence.step) ?? []), evidence]);
  }

  private settleEvidence(step: StepId): void {
    const fresh = this.pending.get(step);
    this.pending.delete(step);
    if (fresh && fresh.length > 0) this.evidence.set(step, fresh);
  }

  private update(step: StepId, news: Partial<StepState>): void {
    const before = this.steps.get(step) ?? { step, title: step, phase: 'waiting', attempt: 0 };
    this.steps.set(step, { ...before, ...news });
  }
}
