import type { Node, ReadWorld, Result, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { askMachine, parseFacts } from '../../../../tools/ssh/index.js';
import { bootTimeout, machineDied } from '../errors.js';

/** What systemd in the machine says of itself. */
export interface SystemState {
  /** `running`, `degraded`, `starting`… */
  readonly state: string;
  /** Units that failed. */
  readonly failed: readonly string[];
}

const script = `
printf 'state=%s\\n' "$(systemctl is-system-running)"
printf 'failed=%s\\n' "$(systemctl list-units --failed --plain --no-legend | cut -d' ' -f1 | tr '\\n' ' ')"
`;

/** Asks the machine over SSH. */
export async function systemState(w: ReadWorld, node: Node): Promise<Result<SystemState>> {
  const said = await askMachine(w, node, { what: 'asking for the state of its services', script, deadlineMs: 15_000 });
  if (!said.ok) return said;
  const facts = parseFacts(said.value);
  return ok({ state: facts.get('state') ?? 'unknown', failed: (facts.get('failed') ?? '').split(' ').filter(Boolean) });
}

const bootDeadlineMs = 120_000;

/** Waits until the machine answers and has started all its services. */
export async function awaitBoot(w: World, node: Node, daemon: string): Promise<Result<void>> {
  const end = w.now().getTime() + bootDeadlineMs;
  let last = 'no answer yet';
  while (w.now().getTime() < end && !w.signal.aborted) {
    const state = await systemState(w, node);
    if (state.ok && ['running', 'degraded'].includes(state.value.state)) {
      if (state.value.failed.length > 0) w.note(`${node.name}: failed units: ${state.value.failed.join(', ')}`);
      return ok(undefined);
    }
    // Another machine under this address does not become ours by waiting.
    if (!state.ok && state.error.kind === 'conflict') return state;
    last = state.ok ? `systemd is ${state.value.state}` : state.error.diagnostic.message;
    if ((await w.daemon(daemon)) === undefined) return err(machineDied(node.name, await console_(w, daemon)));
    await w.pause(200);
  }
  return err(bootTimeout(node.name, bootDeadlineMs / 1000, last));
}

async function console_(w: ReadWorld, daemon: string): Promise<string> {
  const log = await w.read(`${w.paths.state}/log/${daemon}.log`);
  return (log.ok ? log.value : undefined)?.trim().split('\n').slice(-3).join(' · ') || 'it wrote nothing to its console';
}
