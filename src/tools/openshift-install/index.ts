import type { Failure, Output, ReadWorld, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

const minute = 60_000;

/** What the installer says of itself; as documented (`openshift-install 4.20.8`, first line of `version`). */
export async function installerVersion(r: ReadWorld): Promise<Result<string>> {
  const ran = await r.query({ tool: 'openshift-install', args: ['version'], deadlineMs: minute });
  if (!ran.ok) return ran;
  const version = /^openshift-install v?([0-9][0-9A-Za-z.+-]*)$/m.exec(ran.value.stdout)?.[1];
  return ran.value.code === 0 && version !== undefined ? ok(version) : err(failed('version', ran.value));
}

/**
 * Makes the boot medium of the agent-based installer from `install-config.yaml` and `agent-config.yaml` in a folder.
 * Both files are consumed; `agent.<machine>.iso` and `auth/` are left.
 */
export async function createAgentImage(w: World, folder: string): Promise<Result<void>> {
  const args = ['agent', 'create', 'image', '--dir', folder, '--log-level', 'info'];
  const ran = await w.change({ tool: 'openshift-install', args, deadlineMs: 45 * minute, stream: true });
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(failed('agent create image', ran.value));
}

/** Milestones the installer waits for. */
export type Milestone = 'bootstrap-complete' | 'install-complete';

/** Waits for a milestone; a wait that ran out says nothing of the cluster, which goes on by itself, so it may be taken up again. */
export async function agentWaitFor(w: World, folder: string, milestone: Milestone): Promise<Result<void>> {
  const args = ['agent', 'wait-for', milestone, '--dir', folder, '--log-level', 'info'];
  const ran = await w.change({ tool: 'openshift-install', args, deadlineMs: 90 * minute, stream: true });
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(notThere(milestone, ran.value));
}

/** The lines that say why; the installer writes `level=error msg="…"` or `ERROR …` (documented forms of its log). */
function reason({ code, stdout, stderr }: Output): string {
  const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => /^(level=(error|fatal)|ERROR|FATAL)/.test(line));
  const told = (lines.length > 0 ? lines : stderr.trim().split('\n')).slice(-3).map((line) => line.slice(0, 400));
  return told.join(' · ') || `exit ${code}`;
}

const failed = (what: string, output: Output): Failure =>
  failure('tool-failed', 'OPENSHIFT-INSTALL-FAILED', `openshift-install ${what}: ${reason(output)}`, {
    say: 'Read what the installer said, correct the definition, and run again.',
    command: 'strata up',
  });

const notThere = (milestone: Milestone, output: Output): Failure =>
  failure('not-ready', 'OPENSHIFT-INSTALL-WAIT', `${milestone} was not reached: ${reason(output)}`, {
    say: 'The installation goes on by itself: run again to wait on. Nothing is taken away.',
    command: 'strata up',
  });
