import type { ReadWorld } from '../model/index.js';
import type { ImagePin, Source, ToolPin } from './pins.js';
import { compareVersions } from './versions.js';

/** One way to obtain something. */
export interface Way {
  /** Kind and detail, e.g. `Debian package packer`. */
  readonly source: string;
  /** Whether this machine can go that way now. */
  readonly usable: boolean;
  /** `nothing`: also offline · `cache-or-network`: offline once its modules are in Go's cache · `consent`: changes the system, with `--install`. */
  readonly needs: 'nothing' | 'network' | 'cache-or-network' | 'consent';
  /** Why it is not usable, or what to know. */
  readonly note?: string;
}

/** What this machine has to obtain things with. */
export interface MachineWays {
  readonly go: string | undefined;
  readonly npm: boolean;
  readonly python: boolean;
  readonly apt: boolean;
  forImage(pin: ImagePin): readonly Way[];
}

/** Oldest Go release that understands the modules' own wishes. */
const oldestGo = '1.26';

/** Looks for the programs that obtain others. */
export async function machineWays(r: ReadWorld): Promise<MachineWays> {
  const has = async (tool: string): Promise<boolean> => (await r.locate(tool)) !== undefined;
  const go = (await has('go')) ? await goVersion(r) : undefined;
  const [npm, python, apt] = [await has('npm'), await has('python3'), (await has('apt-get')) && (await has('dpkg-deb'))];
  const ways = { go, npm, python, apt };
  return { ...ways, forImage: (pin) => imageWays(pin, ways) };
}

async function goVersion(r: ReadWorld): Promise<string | undefined> {
  const output = await r.query({ tool: 'go', args: ['env', 'GOVERSION'] });
  return output.ok && output.value.code === 0 ? output.value.stdout.trim() : undefined;
}

/** Every listed way of a tool, in order. */
export function waysOf(pin: ToolPin, machine: Pick<MachineWays, 'go' | 'npm' | 'python' | 'apt'>): readonly Way[] {
  return pin.sources.map((source) => wayOf(source, machine));
}

function wayOf(source: Source, machine: Pick<MachineWays, 'go' | 'npm' | 'python' | 'apt'>): Way {
  if ('goModule' in source) return goWay(`Go module ${source.goModule.package}`, machine.go);
  if ('goSource' in source) return goWay(`our own Go source ${source.goSource.dir}`, machine.go);
  if ('goFiles' in source) return goWay(`files of Go module ${source.goFiles.module}`, machine.go);
  if ('crds' in source) return goWay(`generated from ${source.crds.package}`, machine.go);
  if ('download' in source) return { source: `download ${source.download.url}`, usable: true, needs: 'network' };
  if ('npm' in source) return clientWay(`npm package ${source.npm.package}`, machine.npm, 'npm');
  if ('pypi' in source) return clientWay(`Python package ${source.pypi.package}`, machine.python, 'python3');
  if ('debianFile' in source) return clientWay(`file of Debian package ${source.debianFile.package}`, machine.apt, 'apt-get');
  const way = clientWay(`Debian package ${source.debian.package}`, machine.apt, 'apt-get');
  return { ...way, needs: 'consent' };
}

function goWay(source: string, go: string | undefined): Way {
  if (go === undefined) return { source, usable: false, needs: 'cache-or-network', note: 'go is not on PATH' };
  if (compareVersions(go, oldestGo) < 0)
    return { source, usable: false, needs: 'cache-or-network', note: `${go} is older than ${oldestGo}` };
  return { source, usable: true, needs: 'cache-or-network' };
}

const clientWay = (source: string, there: boolean, client: string): Way =>
  there
    ? { source, usable: true, needs: 'network' }
    : { source, usable: false, needs: 'network', note: `${client} is not on PATH` };

function imageWays(pin: ImagePin, machine: Pick<MachineWays, 'go' | 'apt'>): readonly Way[] {
  if (pin.upstream !== undefined) return [{ source: `copied from ${pin.ref}`, usable: true, needs: 'network' }];
  const parts: Way[] = [];
  if (pin.debian !== undefined)
    parts.push(clientWay(`Debian packages ${pin.debian.packages.join(', ')}`, machine.apt, 'apt-get'));
  if (pin.goSource !== undefined) parts.push(goWay(`Go source ${pin.goSource.dir}`, machine.go));
  const broken = parts.find(({ usable }) => !usable);
  if (broken !== undefined) return [broken];
  const tools = Object.keys(pin.tools ?? {});
  const all = [...parts.map(({ source }) => source), ...(tools.length === 0 ? [] : [`programs ${tools.join(', ')}`])];
  return [{ source: `built here from ${all.join(' and ')}`, usable: true, needs: parts[0]?.needs ?? 'nothing' }];
}
