import { err, ok, type Result, type World } from '../model/index.js';
import { answerRequest, callTool, createPuppetReader, trouble } from './puppet-reader.js';
import type { PuppetScope, PuppetState } from './puppet-state.js';

/** Eyes and hands on a pretended machine; every deed is written down, and may be the last. */
export function createPuppetHands(state: PuppetState, scope: PuppetScope): World {
  const { files, secrets, daemons } = state;
  const deed = deeds(state);
  return {
    ...createPuppetReader(state, scope),
    change: (command) =>
      deed('change', `${command.tool} ${command.args.map(String).join(' ')}`, () =>
        callTool(state, 'change', command, scope.signal),
      ),
    start: ({ name, tool }) =>
      deed('start', name, async () => {
        state.called.add(tool);
        const running = daemons.get(name);
        if (running) return ok(running);
        if (!state.tools.has(tool)) return err(trouble('tool-missing', `no executable "${tool}"`));
        const started = { pid: state.nextPid++, startedAt: state.nowMs };
        daemons.set(name, started);
        return ok(started);
      }),
    end: (name) => deed('end', name, async () => done(daemons.delete(name))),
    write: (path, body, mode = 0o644) => deed('write', path, async () => done(files.set(path, { body, mode }))),
    makeDirectory: (path, mode = 0o755) =>
      deed('makeDirectory', path, async () => done(files.has(path) || files.set(path, { mode }))),
    remove: (path) => deed('remove', path, async () => removePath(state, path)),
    rename: (from, to) => deed('rename', `${from} ${to}`, async () => renamePath(state, from, to)),
    request: (request) => deed('request', `${request.method} ${request.url}`, () => answerRequest(state, request)),
    keep: ({ $secret }, value) => deed('keep', $secret, async () => done(secrets.set($secret, value))),
    async reveal({ $secret }) {
      const value = secrets.get($secret);
      return value === undefined ? err(trouble('invalid', `no secret "${$secret}"`)) : ok({ expose: () => value });
    },
  };
}

const done = (_: unknown): Result<void> => ok(undefined);

type Doer = <T>(member: string, what: string, work: () => Promise<T>) => Promise<T>;

/** Writes deeds down and plays the kill: the last deed happens, but nobody hears of it. */
function deeds(state: PuppetState): Doer {
  return async (member, what, work) => {
    if (state.lives !== undefined && state.lives <= 0) return new Promise<never>(() => {});
    state.deeds.push({ member, what });
    const result = await work();
    if (state.lives === undefined) return result;
    state.lives -= 1;
    if (state.lives > 0) return result;
    state.died.resolve();
    return new Promise<never>(() => {});
  };
}

function removePath({ files, paths }: PuppetState, path: string): Result<void> {
  const owned = [paths.state, paths.cache].some((root) => path === root || path.startsWith(`${root}/`));
  if (!owned) return err(trouble('refused', `${path} is outside the folders of the run`));
  for (const name of [...files.keys()]) if (name === path || name.startsWith(`${path}/`)) files.delete(name);
  return ok(undefined);
}

function renamePath({ files }: PuppetState, from: string, to: string): Result<void> {
  const moved = [...files].filter(([name]) => name === from || name.startsWith(`${from}/`));
  if (moved.length === 0) return err(trouble('invalid', `${from} does not exist`));
  for (const [name, file] of moved) {
    files.delete(name);
    files.set(to + name.slice(from.length), file);
  }
  return ok(undefined);
}
