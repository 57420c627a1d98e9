import type { Action, Command, Daemon, ReadWorld, Result, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { inNamespace } from '../../../../tools/network/index.js';
import { registryAnswers, registryCommand, registryConfig } from '../../../../tools/registry/index.js';
import { programMissing, supportSilent } from '../errors.js';
import { hostNames } from '../naming.js';

/** A supporting service listening on the machines' network. */
export interface SupportWant {
  readonly address: string;
  readonly port: number;
}

/** The service as found. */
export interface SupportGot {
  /** `host:port` of the registry, or base URL of the git server. */
  readonly at: string;
  readonly running: boolean;
}

/** How a service is started, and how one knows that it does what is wanted of it. */
export interface Service<W extends SupportWant> {
  readonly name: string;
  readonly at: (want: W) => string;
  readonly prepare: (want: W, w: World) => Promise<Result<Daemon>>;
  readonly answers: (want: W, w: ReadWorld) => Promise<Result<boolean>>;
}

/** A service as a step: one that runs and does not answer as wanted is started anew. */
export function serviceAction<W extends SupportWant>({ name, at, prepare, answers }: Service<W>): Action<W, SupportGot> {
  return {
    async observe(want, w) {
      if ((await w.daemon(name)) === undefined) return ok(undefined);
      const running = await answers(want, w);
      return running.ok ? ok({ at: at(want), running: running.value }) : running;
    },
    diff: (want, got) => (got?.running && got.at === at(want) ? [] : [{ what: 'listening', to: at(want) }]),
    async apply(want, got, w) {
      if (got !== undefined) {
        // Runs but listens elsewhere or not at all, e.g. because its namespace was made anew.
        const ended = await w.end(name);
        if (!ended.ok) return ended;
      }
      const daemon = await prepare(want, w);
      if (!daemon.ok) return daemon;
      const started = await w.start(daemon.value);
      if (!started.ok) return started;
      const up = await untilUp({ name, answers }, want, w);
      return up.ok ? ok({ at: at(want), running: true }) : up;
    },
    remove: (_got, w) => w.end(name, { graceMs: 3_000 }),
  };
}

async function untilUp<W extends SupportWant>(
  { name, answers }: Pick<Service<W>, 'name' | 'answers'>,
  want: W,
  w: World,
): Promise<Result<void>> {
  for (let round = 0; round < 100; round += 1) {
    const up = await answers(want, w);
    if (!up.ok || up.value) return up.ok ? ok(undefined) : up;
    if ((await w.daemon(name)) === undefined) break;
    await w.pause(100);
  }
  const log = await w.read(`${w.paths.state}/log/${name}.log`);
  return err(
    supportSilent(
      name,
      `${want.address}:${want.port}`,
      (log.ok ? log.value : undefined)?.trim().split('\n').slice(-2).join(' · ') ?? 'no log',
    ),
  );
}

/** A program that listens where the machines are. */
export function insideNetwork(w: World, name: string, command: Pick<Command, 'tool' | 'args'>): Daemon {
  const { tool, args } = inNamespace(hostNames(w.paths.state).namespace, command);
  return { name, tool, args };
}

/** The registry every machine pulls from; its storage is in the cache, so that a rebuild finds its images. */
export const registry: Action<SupportWant, SupportGot> = serviceAction({
  name: 'registry',
  at: ({ address, port }) => `${address}:${port}`,
  async prepare({ address, port }, w) {
    const file = `${w.paths.state}/support/registry.yml`;
    const storage = `${w.paths.cache}/registry`;
    const folder = await w.makeDirectory(storage);
    if (!folder.ok) return folder;
    const written = await w.write(file, registryConfig({ storage, listen: `${address}:${port}` }));
    if (!written.ok) return written;
    const executable = await w.locate('docker-registry');
    if (executable === undefined) return err(programMissing('docker-registry'));
    return ok(insideNetwork(w, 'registry', registryCommand(executable, file)));
  },
  answers: ({ address, port }, w) => registryAnswers(w, `${address}:${port}`),
});

/** Read-only git over git://; who pushes does so through the folder. */
export const git: Action<SupportWant, SupportGot> = serviceAction({
  name: 'git',
  at: ({ address, port }) => `git://${address}:${port}`,
  async prepare({ address, port }, w) {
    const base = `${w.paths.state}/git`;
    const folder = await w.makeDirectory(base);
    if (!folder.ok) return folder;
    const options = [
      '--reuseaddr',
      '--export-all',
      '--informative-errors',
      '--forbid-override=receive-pack',
      '--init-timeout=10',
      '--timeout=60',
      '--max-connections=64',
    ];
    const args = ['daemon', `--listen=${address}`, `--port=${port}`, `--base-path=${base}`, ...options, base];
    return ok(insideNetwork(w, 'git', { tool: 'git', args }));
  },
  answers: async ({ address, port }, w) => {
    // A repository that does not exist is refused in git's own protocol: the server is there.
    const ran = await w.query({
      tool: 'git',
      args: ['ls-remote', `git://${address}:${port}/strata-is-it-up.git`],
      env: { GIT_TERMINAL_PROMPT: '0' },
      deadlineMs: 3_000,
    });
    if (!ran.ok) return ran.error.kind === 'timeout' ? ok(false) : ran;
    return ok(ran.value.code === 0 || /no such repository|not exported|access denied/i.test(ran.value.stderr));
  },
});
