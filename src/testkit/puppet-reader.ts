import { createHash } from 'node:crypto';
import {
  type Command,
  type Digest,
  err,
  type Failure,
  failure,
  type HttpRequest,
  ok,
  type Output,
  type ReadWorld,
  type Result,
} from '../model/index.js';
import type { PuppetScope, PuppetState } from './puppet-state.js';

/** Eyes on a pretended machine. */
export function createPuppetReader(state: PuppetState, { signal, emit }: PuppetScope): ReadWorld {
  const { files, paths } = state;
  return {
    paths,
    signal,
    query: (command) => callTool(state, 'query', command, signal),
    read: async (path) => ok(files.get(path)?.body),
    async stat(path) {
      const file = files.get(path);
      if (file)
        return {
          kind: file.body === undefined ? 'directory' : 'file',
          size: file.body?.length ?? 0,
          mode: file.mode,
          modifiedMs: state.nowMs,
        };
      return below(state, path).length > 0 ? { kind: 'directory', size: 0, mode: 0o755, modifiedMs: state.nowMs } : undefined;
    },
    list: async (path) => [...new Set(below(state, path).map((name) => name.split('/')[0] ?? name))].sort(),
    async digest(path) {
      const parts = files.has(path) ? [path] : below(state, path).map((name) => `${path}/${name}`);
      if (parts.length === 0) return undefined;
      const own = files.get(path)?.body;
      if (own !== undefined) return digestOf(own);
      return digestOf(parts.map((part) => `${part.slice(path.length)}\0${files.get(part)?.body ?? ''}`).join('\n'));
    },
    get: ({ method = 'GET', ...request }) => answerRequest(state, { ...request, method }),
    daemon: async (name) => state.daemons.get(name),
    locate: async (tool) => (state.tools.has(tool) ? `/puppet/bin/${tool}` : undefined),
    holds: async (ref) => state.secrets.has(ref.$secret),
    now: () => new Date(state.nowMs),
    async pause(ms) {
      await new Promise((resolve) => setImmediate(resolve)); // lets other steps go on, as a real wait would
      if (!signal.aborted) state.nowMs += ms;
    },
    note: (message) => emit({ type: 'step-note', text: message }),
  };
}

/** Paths below a folder, relative to it, sorted. */
function below({ files }: PuppetState, folder: string): readonly string[] {
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  return [...files.keys()]
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length))
    .sort();
}

const digestOf = (text: string): Digest => `sha256:${createHash('sha256').update(text).digest('hex')}` as Digest; // a fake of the host's digest

/** Runs a command on its puppet; a tool nobody plays is not installed. */
export async function callTool(
  state: PuppetState,
  kind: 'query' | 'change',
  command: Command,
  signal: AbortSignal,
): Promise<Result<Output>> {
  state.called.add(command.tool);
  if (signal.aborted) return err(trouble('cancelled', `${command.tool} was interrupted`));
  const tool = state.tools.get(command.tool);
  return tool ? tool.call(kind, command, signal) : err(trouble('tool-missing', `no executable "${command.tool}"`));
}

/** Asks the answers in turn; nobody answering is a network failure. */
export async function answerRequest(state: PuppetState, request: HttpRequest) {
  for (const answer of state.http) {
    const given = answer(request);
    if (given) return ok(given);
  }
  return err(trouble('network', `${request.url} does not answer`));
}

/** A failure of the pretended host. */
export const trouble = (kind: Failure['kind'], message: string): Failure =>
  failure(kind, `PUPPET-${kind.toUpperCase()}`, message, { say: 'Script the puppet world.' });
