import { fold, type JournalStore, openJournal, planRun, type RunSummary, runPlan } from '../engine/index.js';
import { ok, type Result, type Spec, type Step } from '../model/index.js';
import type { RunWatch } from './held.js';
import { quietReader, type Site, specDigest } from './site.js';

/** Runs the toolchain's steps alone. They live in the cache and not in an environment, so no environment's journal is touched. */
export async function obtain(site: Site, spec: Spec, steps: readonly Step[], watch: RunWatch): Promise<Result<RunSummary>> {
  const { platform, environment } = spec;
  const planned = await planRun({
    platform,
    environment,
    spec: specDigest(spec),
    steps,
    records: new Map(),
    former: [],
    world: quietReader(site.host),
  });
  if (!planned.ok) return planned;
  const opened = await openJournal({ store: forgetful(), redact: site.host.redact, listen: watch.listen });
  if (!opened.ok) return opened;
  const { journal } = opened.value;
  const ran = await runPlan({
    plan: planned.value,
    steps,
    state: fold([]),
    journal,
    worlds: site.host,
    mode: 'up',
    run: `obtain-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`,
    seed: 1,
    drain: watch.drain,
    cancel: watch.cancel ?? new AbortController().signal,
  });
  await journal.close();
  return ran;
}

/** A journal that keeps nothing: what is obtained is found again by its content. */
function forgetful(): JournalStore {
  return {
    read: async () => ok(new Uint8Array()),
    append: async () => ok(undefined),
    truncate: async () => ok(undefined),
  };
}
