import { join } from 'node:path';
import { type Child, readText, writeAtomically } from '../host/index.js';
import { ok, type RehearsedProgram, type Result } from '../model/index.js';
import type { KubeApi } from './api.js';
import { type ControlPlaneOptions, startTool } from './control-plane.js';
import { fill, type Holes, openHoles } from './holes.js';
import { identityFor } from './identity.js';

/** Programs that run beside the cluster, and where the cluster finds them. */
export interface Programs {
  start(program: RehearsedProgram): Promise<Result<void>>;
  /** Port of loopback on which a program answers for a service's port (`namespace/name:port`). */
  portOf(address: string): number | undefined;
  /** Names of those that run now. */
  running(): readonly string[];
  /** Last words of those that do not, by name. */
  failed(): Promise<ReadonlyMap<string, string>>;
  /** Lays secrets into folders, and starts again what has ended. */
  round(): Promise<void>;
  end(): Promise<void>;
}

interface Running {
  /** Of its log and its folder; a tool may run more than once. */
  readonly name: string;
  readonly program: RehearsedProgram;
  readonly holes: Holes;
  readonly kubeconfig: string;
  child: Child | undefined;
  starts: number;
  /** Not before this moment. */
  next: number;
  readonly laid: Map<string, string>;
}

/** Runs programs of packages as our own children, as close to their pods as a process can be. */
export function createPrograms(options: ControlPlaneOptions, api: KubeApi, kubeconfig: string): Programs {
  const all: Running[] = [];
  const routes = new Map<string, number>();
  let count = 0;

  async function launch(one: Running): Promise<Result<void>> {
    const { tool, args, env = {} } = one.program;
    const filled = Object.fromEntries(Object.entries(env).map(([key, text]) => [key, fill(text, one.holes)]));
    const child = await startTool({
      tool,
      name: one.name,
      args: args.map((text) => fill(text, one.holes)),
      env: { KUBECONFIG: one.kubeconfig, ...filled },
      options,
    });
    if (!child.ok) return child;
    one.child = child.value;
    one.starts += 1;
    one.next = Date.now() + Math.min(500 * one.starts, 3_000);
    return ok(undefined);
  }

  return {
    portOf: (address) => routes.get(address),
    running: () => all.filter((one) => one.child?.isRunning()).map((one) => one.program.tool),
    async start(program) {
      count += 1;
      const name = `${program.tool}-${count}`;
      const folder = join(options.folder, 'programs', name);
      const holes = await openHoles(program, folder, api);
      if (!holes.ok) return holes;
      const identity = await identityFor(program, { api, own: kubeconfig, path: join(folder, 'kubeconfig') });
      if (!identity.ok) return identity;
      for (const { service, port, to } of program.serves ?? [])
        routes.set(`${service}:${port}`, Number(holes.value.get(`port:${to}`)));
      const one: Running = {
        name,
        program,
        holes: new Map([...holes.value, ['kubeconfig', identity.value]]),
        kubeconfig: identity.value,
        child: undefined,
        starts: 0,
        next: 0,
        laid: new Map(),
      };
      all.push(one);
      return launch(one);
    },
    async round() {
      for (const one of all) {
        await layMounts(api, one);
        if (!one.child?.isRunning() && Date.now() >= one.next) await launch(one);
      }
    },
    async failed() {
      const words = new Map<string, string>();
      for (const one of all.filter((each) => !each.child?.isRunning())) {
        const log = await readText(join(options.folder, 'log', `${one.name}.log`));
        words.set(one.program.tool, (log.ok ? (log.value ?? '') : '').trim().split('\n').slice(-2).join(' | '));
      }
      return words;
    },
    async end() {
      await Promise.all(all.map((one) => one.child?.end()));
    },
  };
}

/** Writes each secret's files where the program looks for them; what lies there already as it should is left alone. */
async function layMounts(api: KubeApi, one: Running): Promise<void> {
  for (const { secret, folder } of one.program.mounts ?? []) {
    for (const [file, body] of Object.entries(await secretData(api, secret))) {
      const path = join(one.holes.get(`folder:${folder}`) ?? '', file);
      if (one.laid.get(path) === body) continue;
      const written = await writeAtomically(path, Buffer.from(body, 'base64').toString('utf8'), { mode: 0o600 });
      if (written.ok) one.laid.set(path, body);
    }
  }
}

async function secretData(api: KubeApi, secret: string): Promise<Readonly<Record<string, string>>> {
  const [namespace = '', name = ''] = secret.split('/');
  const found = await api.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  return found.ok ? ((found.value?.data as Record<string, string> | undefined) ?? {}) : {};
}
