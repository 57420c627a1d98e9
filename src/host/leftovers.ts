import { err, ok, type Result } from '../model/index.js';
import { leftoversStay } from './errors.js';
import { descendants, listProcesses, living, readProcess, sendSignal, startVariable, waitUntilGone } from './process-table.js';

/** Variable that every command inherits: `<environment id>:<pid of Strata>:<its start>`. */
const commandMark = 'STRATA_COMMAND';

/** Commands outlive a Strata that is killed with KILL; they would go on changing things beside the run that resumes. */
export interface Leftovers {
  /** To be added to the environment of every command. */
  readonly mark: Readonly<Record<string, string>>;
  /** Ends those of an environment whose Strata is gone. */
  end(): Promise<Result<void>>;
}

/** Marks the commands of this process, and finds those of dead ones. */
export async function openLeftovers(id: string): Promise<Leftovers> {
  const own = await readProcess(process.pid);
  return {
    mark: { [commandMark]: `${id}:${process.pid}:${own?.startedAt ?? 0}` },
    async end() {
      const left = await leftBehind(id);
      for (const { pid } of left) sendSignal(pid, 'SIGTERM');
      const stubborn = await waitUntilGone(left, 2_000);
      for (const { pid } of stubborn) sendSignal(pid, 'SIGKILL');
      const stays = await waitUntilGone(stubborn, 5_000);
      return stays.length > 0 ? err(leftoversStay(stays.map((entry) => entry.pid))) : ok(undefined);
    },
  };
}

/** All processes below a marked command whose owner no longer lives. */
async function leftBehind(id: string) {
  const all = await listProcesses();
  const marks = await Promise.all(all.map((entry) => startVariable(entry.pid, commandMark)));
  const orphans: number[] = [];
  for (const [index, entry] of all.entries()) {
    const [environment, pid, startedAt] = (marks[index] ?? '').split(':');
    if (environment !== id) continue;
    const [owner] = await living([{ pid: Number(pid), startedAt: Number(startedAt) }]);
    if (!owner) orphans.push(entry.pid);
  }
  return descendants(all, orphans);
}
