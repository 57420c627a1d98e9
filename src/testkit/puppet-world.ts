import type { Paths, ReadWorld, World } from '../model/index.js';
import type { HttpAnswer, PromiseWithResolvers, PuppetScope, PuppetState } from './puppet-state.js';
import { createPuppetTool, type Origin, type PuppetTool } from './puppet-tool.js';
import { createPuppetReader } from './puppet-reader.js';
import { createPuppetHands } from './puppet-hands.js';

/** A machine that exists in memory only: scripted tools, files in a map, time that moves when a step waits. */
export interface Puppet {
  readonly state: PuppetState;
  reader(scope: PuppetScope): ReadWorld;
  world(scope: PuppetScope): World;
  /** The program of that name; its origin is due at its first mention. */
  tool(name: string, origin?: Origin): PuppetTool;
  /** Answers HTTP from now on; the newest answer is asked first. */
  answerHttp(answer: HttpAnswer): void;
  /** Pretends a kill -9: after this many more deeds nothing returns any more. Resolves when that happens. */
  dieAfter(deeds: number): Promise<void>;
  /** A new process on the same machine: what was done stays, what was running is gone. */
  reborn(): Puppet;
}

const start = Date.UTC(2026, 0, 1);

/** Makes an empty machine, or another process on a given one. */
export function createPuppet(paths: Partial<Paths> = {}, on?: PuppetState): Puppet {
  const state: PuppetState = {
    paths: { cache: '/cache', state: '/state', catalog: '/catalog', project: '/project', ...paths },
    files: on?.files ?? new Map(),
    secrets: on?.secrets ?? new Map(),
    daemons: on?.daemons ?? new Map(),
    tools: on?.tools ?? new Map(),
    http: on?.http ?? [],
    deeds: on?.deeds ?? [],
    called: on?.called ?? new Set(),
    nowMs: on?.nowMs ?? start,
    nextPid: on?.nextPid ?? 1000,
    lives: undefined,
    died: withResolvers(),
  };
  return {
    state,
    reader: (scope) => createPuppetReader(state, scope),
    world: (scope) => createPuppetHands(state, scope),
    tool: (name, origin) => toolOf(state, name, origin),
    answerHttp: (answer) => {
      state.http.unshift(answer);
    },
    dieAfter(deeds) {
      state.lives = deeds;
      return state.died.promise;
    },
    reborn: () => createPuppet(paths, state),
  };
}

function toolOf(state: PuppetState, name: string, origin: Origin | undefined): PuppetTool {
  const known = state.tools.get(name);
  if (known) return known;
  if (!origin) throw new Error(`the fake of ${name} must name its origin: the version and date its answers were recorded from`);
  const made = createPuppetTool(name, origin);
  state.tools.set(name, made);
  return made;
}

function withResolvers(): PromiseWithResolvers {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
