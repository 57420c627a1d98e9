import { join } from 'node:path';
import { freePorts, makePrivateFolder } from '../host/index.js';
import { ok, type RehearsedProgram, type Result } from '../model/index.js';
import type { KubeApi } from './api.js';

/** What stands in a program's arguments for something only known when it starts. */
const hole = /\$\{(port:[a-z0-9-]+|folder:[a-z0-9-]+|pod|kubeconfig)\}/g;

/** Values by hole, e.g. `port:web`. */
export type Holes = ReadonlyMap<string, string>;

/** Puts the values in place. */
export const fill = (text: string, holes: Holes): string => text.replaceAll(hole, (_, name: string) => holes.get(name) ?? '');

function namesIn({ args, env = {}, serves = [], mounts = [] }: RehearsedProgram): readonly string[] {
  const written = [...args, ...Object.values(env)].flatMap((text) => [...text.matchAll(hole)].map(([, name = '']) => name));
  const meant = [...serves.map((one) => `port:${one.to}`), ...mounts.map((one) => `folder:${one.folder}`)];
  return [...new Set([...written, ...meant])];
}

/** Finds a free port, an empty folder or the name of a pod for each hole. */
export async function openHoles(program: RehearsedProgram, root: string, api: KubeApi): Promise<Result<Holes>> {
  const names = namesIn(program);
  const holes = new Map<string, string>();
  const ports = names.filter((name) => name.startsWith('port:'));
  const free = await freePorts(ports.length);
  for (const [i, name] of ports.entries()) holes.set(name, String(free[i]));
  for (const name of names.filter((one) => one.startsWith('folder:'))) {
    const folder = join(root, name.slice('folder:'.length));
    const made = await makePrivateFolder(folder);
    if (!made.ok) return made;
    holes.set(name, folder);
  }
  if (names.includes('pod')) holes.set('pod', await podOf(program.for, api));
  return ok(holes);
}

/** Longest wait for the first pod of a workload, in milliseconds. */
const patienceMs = 5_000;

/** The pod a program stands for: controllers ask for it by its name. */
async function podOf(workload: string, api: KubeApi): Promise<string> {
  const [, namespace, name = ''] = workload.split('/');
  const end = Date.now() + patienceMs;
  for (;;) {
    const pods = await api.list({ apiVersion: 'v1', kind: 'Pod' });
    const all = pods.ok ? pods.value : [];
    const found = all.find(({ metadata }) => metadata.namespace === namespace && metadata.name.startsWith(`${name}-`));
    if (found !== undefined) return found.metadata.name;
    if (Date.now() > end) return name;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
