import type { Command, Result, World } from '../../../model/index.js';
import { ok } from '../../../model/index.js';
import { mountsOf, unmountAll } from '../../../tools/network/index.js';

/**
 * The same world, whose commands never outlive Strata: each runs as the first process of its own process namespace and dies
 * with its parent, and with it all it started. What it mounts is seen by nobody else and goes with it.
 */
export const boundWorld = (w: World): World => ({ ...w, change: async (command) => w.change(await bind(w, command)) });

async function bind(w: World, command: Command): Promise<Command> {
  // Inside, names would be looked up on PATH only.
  const path = (await w.locate(command.tool)) ?? command.tool;
  const namespaces = ['unshare', '--fork', '--pid', '--kill-child', '--mount', '--mount-proc', '--'];
  return { ...command, tool: 'setpriv', args: ['--pdeathsig', 'KILL', '--', ...namespaces, path, ...command.args] };
}

/** Empties a folder for work, also of mounts that lie in it. */
export async function clearWork(w: World, folder: string): Promise<Result<void>> {
  const mounts = await mountsOf(w);
  if (!mounts.ok) return mounts;
  const inside = mounts.value.filter(({ point }) => point.startsWith(`${folder}/`)).map(({ point }) => point);
  for (const point of inside.sort().reverse()) {
    const gone = await unmountAll(w, point);
    if (!gone.ok) return gone;
  }
  const removed = await w.remove(folder);
  return removed.ok ? ok(undefined) : removed;
}
