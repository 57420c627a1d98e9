import type {
  Action,
  Change,
  Claim,
  Digest,
  ImageRef,
  Node,
  ReadWorld,
  Result,
  SecretRef,
  World,
} from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { mountsOf, unmountAll } from '../../../../tools/network/index.js';
import { bootDaemon, type CgroupFacts, killRest, mountOverlay, placeOf, removeGroups } from '../../../../tools/nspawn/index.js';
import { imageChanged, imageGone, noImage } from '../errors.js';
import { type MachineFacts, type MachineFile, machineFiles } from '../machine-files.js';
import { hostNames } from '../naming.js';
import { awaitBoot, systemState } from './boot-state.js';

/** One machine as it should be. */
export interface MachineWant extends Omit<MachineFacts, 'cgroup' | 'authorized' | 'hostKey'> {
  readonly images: readonly ImageRef[];
  readonly imageName?: string;
  readonly login: { readonly secret: SecretRef; readonly public: string };
  readonly host: { readonly secret: SecretRef; readonly public: string };
  readonly cgroup: CgroupFacts;
  readonly memoryBytes?: number;
  readonly cpus?: number;
  readonly dataFolders: readonly string[];
}

/** The machine as found. */
export interface MachineGot {
  readonly node: Node;
  /** What it was made from. */
  readonly image: Digest | '';
  /** What is not as it should be; empty once it stands. */
  readonly missing: readonly string[];
}

/** A machine: copy-on-write root, a few files, one process that boots it. */
export const machine: Action<MachineWant, MachineGot> = {
  async observe(want, w) {
    const folder = folderOf(w, want.name);
    if ((await w.stat(folder)) === undefined) return ok(undefined);
    const image = await w.read(`${folder}/image`);
    if (!image.ok) return image;
    const missing = await missingParts(want, w);
    return missing.ok ? ok({ node: nodeOf(want), image: digestIn(image.value), missing: missing.value }) : missing;
  },
  diff(want, got): readonly Change[] {
    if (got === undefined) return [{ what: 'machine' }];
    const image = selectImage(want);
    const wanted = image.ok ? image.value.digest : '';
    const changed = image.ok && got.image !== wanted ? [{ what: 'image', from: got.image, to: wanted }] : [];
    return [...changed, ...got.missing.map((what) => ({ what }))];
  },
  async apply(want, got, w) {
    const image = selectImage(want);
    if (!image.ok) return image;
    if (got !== undefined && got.image !== '' && got.image !== image.value.digest)
      return err(imageChanged(want.name, got.image, image.value.digest));
    const made = await make(want, image.value, w);
    if (!made.ok) return made;
    return ok({ node: nodeOf(want), image: image.value.digest, missing: [] });
  },
  async verify(want, got, w): Promise<readonly Claim[]> {
    const state = await systemState(w, got.node);
    const up = state.ok && ['running', 'degraded'].includes(state.value.state);
    const failed = state.ok && state.value.failed.length > 0 ? ` (failed units: ${state.value.failed.join(', ')})` : '';
    return [
      {
        claim: `${want.name} runs from image ${got.image.slice(0, 19)} and proves itself with the host key made for it${failed}`,
        verdict: up ? 'pass' : 'fail',
      },
    ];
  },
  remove: (got, w) => takeAway(got.node.name, w),
};

const folderOf = (w: ReadWorld, name: string): string => `${w.paths.state}/machines/${name}`;
const daemonOf = (name: string): string => `machine-${name}`;
const isDigest = (text: string): text is Digest => /^sha256:[0-9a-f]{64}$/.test(text);
const digestIn = (text: string | undefined): Digest | '' => {
  const trimmed = text?.trim() ?? '';
  return isDigest(trimmed) ? trimmed : '';
};

function selectImage({ images, imageName }: Pick<MachineWant, 'images' | 'imageName'>): Result<ImageRef> {
  const roots = images.filter(({ format, name }) => format === 'rootfs' && (imageName === undefined || name === imageName));
  const [image] = roots;
  const offered = images.map(({ name, format }) => `${name} (${format})`);
  return image === undefined || (roots.length > 1 && imageName === undefined) ? err(noImage(imageName, offered)) : ok(image);
}

function nodeOf({ name, role, address, user, login, host }: MachineWant): Node {
  return { name, role, address, ssh: { user, port: 22, key: login.secret, hostKey: host.public } };
}

const filesOf = (want: MachineWant): readonly MachineFile[] =>
  machineFiles({ ...want, authorized: want.login.public, hostKey: want.host.public, cgroup: want.cgroup.version });

async function missingParts(want: MachineWant, w: ReadWorld): Promise<Result<readonly string[]>> {
  const root = `${folderOf(w, want.name)}/root`;
  const mounts = await mountsOf(w);
  if (!mounts.ok) return mounts;
  if (!mounts.value.some(({ point, type }) => point === root && type === 'overlay')) return ok(['root']);
  const files: string[] = [];
  for (const { path, content } of filesOf(want)) {
    const found = await w.read(`${root}${path}`);
    if (!found.ok || found.value !== content) files.push(`file ${path}`);
  }
  if ((await w.daemon(daemonOf(want.name))) === undefined) return ok([...files, 'running']);
  const state = await systemState(w, nodeOf(want));
  const answers = state.ok && ['running', 'degraded'].includes(state.value.state);
  return ok(answers ? files : [...files, 'answering over SSH']);
}

/** Every part may be there already; the image's digest comes first, so that a killed run knows what it began. */
async function make(want: MachineWant, image: ImageRef, w: World): Promise<Result<void>> {
  const folder = folderOf(w, want.name);
  const lower = `${w.paths.cache}/${image.location}`;
  if ((await w.stat(lower))?.kind !== 'directory') return err(imageGone(image.name, lower));
  const noted = await w.write(`${folder}/image`, `${image.digest}\n`);
  if (!noted.ok) return noted;
  const binds = want.dataFolders.map((to) => ({ from: `${folder}/data${to}`, to }));
  for (const path of [`${folder}/upper`, `${folder}/work`, `${folder}/root`, ...binds.map(({ from }) => from)]) {
    const made = await w.makeDirectory(path, 0o755);
    if (!made.ok) return made;
  }
  const rooted = await mountRoot(want.name, folder, lower, w);
  if (!rooted.ok) return rooted;
  const written = await writeFiles(want, `${folder}/root`, w);
  if (!written.ok) return written;
  const names = hostNames(w.paths.state);
  const own = names.machine(want.name);
  const place = placeOf(want.cgroup, own);
  if ((await w.daemon(daemonOf(want.name))) === undefined) {
    // Its nspawn may have been killed alone: what it leaves would hold the address.
    const clean = await killRest(w, want.name, place);
    if (!clean.ok) return clean;
    // Groups of containers that are gone would each keep its kubelet waiting for seconds when it starts.
    const groups = await removeGroups(w, place);
    if (!groups.ok) return groups;
  }
  const started = await w.start(
    bootDaemon(daemonOf(want.name), {
      machine: own,
      hostname: want.name,
      root: `${folder}/root`,
      namespace: names.namespace,
      bridge: names.bridge,
      binds,
      cgroup: place,
      ...(want.memoryBytes === undefined ? {} : { memoryBytes: want.memoryBytes }),
      ...(want.cpus === undefined ? {} : { cpus: want.cpus }),
    }),
  );
  return started.ok ? awaitBoot(w, nodeOf(want), daemonOf(want.name)) : started;
}

async function mountRoot(name: string, folder: string, lower: string, w: World): Promise<Result<void>> {
  const root = `${folder}/root`;
  const mounts = await mountsOf(w);
  if (!mounts.ok) return mounts;
  if (mounts.value.some(({ point, type }) => point === root && type === 'overlay')) return ok(undefined);
  return mountOverlay(w, name, { lower, upper: `${folder}/upper`, work: `${folder}/work`, root });
}

async function writeFiles(want: MachineWant, root: string, w: World): Promise<Result<void>> {
  for (const { path, content, mode } of filesOf(want)) {
    const found = await w.read(`${root}${path}`);
    if (found.ok && found.value === content) continue;
    const written = await w.write(`${root}${path}`, content, mode ?? 0o644);
    if (!written.ok) return written;
  }
  const key = await w.reveal(want.host.secret);
  return key.ok ? w.write(`${root}/etc/ssh/ssh_host_ed25519_key`, key.value.expose(), 0o600) : key;
}

/** Its folder goes last: as long as it is there, something may be left. */
async function takeAway(name: string, w: World): Promise<Result<void>> {
  const folder = folderOf(w, name);
  const own = hostNames(w.paths.state).machine(name);
  const ended = await w.end(daemonOf(name), { signal: 9, graceMs: 3_000 });
  if (!ended.ok) return ended;
  for (const [version, manager] of [
    ['v1', 'own'],
    ['v2', 'own'],
    ['v1', 'systemd'],
    ['v2', 'systemd'],
  ] as const) {
    const place = placeOf({ version, manager, roots: await hierarchies(version, w) }, own);
    const killed = await killRest(w, name, place);
    if (!killed.ok) return killed;
    const groups = await removeGroups(w, place);
    if (!groups.ok) return groups;
  }
  const lock = await lockOf(`${folder}/root`, w);
  if (!lock.ok) return lock;
  const unmounted = await unmountAll(w, `${folder}/root`);
  if (!unmounted.ok) return unmounted;
  const unlocked = await w.change({ tool: 'rm', args: ['-f', '--', lock.value] });
  if (!unlocked.ok) return unlocked;
  for (const left of [`/run/systemd/nspawn/propagate/${own}`, `/run/systemd/nspawn/unix-export/${own}`]) {
    if ((await w.stat(left)) === undefined) continue;
    const gone = await w.change({ tool: 'rmdir', args: ['--', left] });
    if (!gone.ok) return gone;
  }
  return w.remove(folder);
}

/** File by which a killed nspawn still claims a root; its name is made of the root's device and inode. */
async function lockOf(root: string, w: ReadWorld): Promise<Result<string>> {
  const said = await w.query({ tool: 'stat', args: ['-c', 'inode-%d:%i', root] });
  if (!said.ok) return said;
  return ok(`/run/systemd/nspawn/locks/${said.value.code === 0 ? said.value.stdout.trim() : 'none'}`);
}

/** Mount points of the control group hierarchies, whatever the host had when the machine was made. */
async function hierarchies(version: 'v1' | 'v2', w: ReadWorld): Promise<readonly string[]> {
  if (version === 'v2') return ['/sys/fs/cgroup'];
  return (await w.list('/sys/fs/cgroup')).map((name) => `/sys/fs/cgroup/${name}`);
}
