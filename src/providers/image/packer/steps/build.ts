import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Action, Digest, Json, ReadWorld, Result, ToolArtefact, Tree, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { ansibleEnvironment, parseJunit, type PlayResult } from '../../../../tools/ansible/index.js';
import { packerBuild } from '../../../../tools/packer/index.js';
import { boundWorld } from '../bound.js';
import type { ImageData, TailoredRule } from '../catalog-data.js';
import { inOrder, run } from '../commands.js';
import { imageCorrupt } from '../errors.js';
import { makeKey, placeKeys } from '../keys.js';
import { boot, tearDown, throwaway } from '../machine.js';
import { DigestText, imageFolder, inCache, keyOf, workFolder } from '../places.js';
import { skipped } from '../summary.js';
import { packagesOf } from './base.js';
import { readSummary, type ScanGot } from './scan.js';

/** What the image is built from. */
export interface BuildWant extends Pick<ImageData, 'os' | 'user' | 'record'> {
  readonly base: { readonly key: string; readonly folder: string };
  /** The scan of the base: what is to be remediated. */
  readonly assessment: Pick<ScanGot, 'evidence'>;
  readonly content: string;
  readonly profile: string;
  readonly ansible: Tree;
  readonly templates: Tree;
  readonly tailoring: readonly TailoredRule[];
  readonly binaries: Readonly<Record<string, ToolArtefact>>;
}

/** A finished image in the cache. */
export interface BuildGot {
  readonly key: string;
  /** Relative to the cache; holds `rootfs/`, `manifest.json`, `evidence/`. */
  readonly folder: string;
  /** `<folder>/rootfs`. */
  readonly location: string;
  /** Of the root filesystem: paths, modes and bytes. */
  readonly digest: Digest;
  readonly versions: Readonly<Record<string, string>>;
}

const Manifest = Type.Object({
  key: Type.String(),
  os: Type.String(),
  profile: Type.String(),
  /** Digest of the tree. */
  rootfs: DigestText,
  versions: Type.Record(Type.String(), Type.String()),
  packages: Type.Record(Type.String(), Type.String()),
  plays: Type.Array(
    Type.Object({
      playbook: Type.String(),
      tasks: Type.Number(),
      failed: Type.Number(),
      skipped: Type.Number(),
      seconds: Type.Number(),
    }),
  ),
});
type Manifest = Static<typeof Manifest>;

/** Everything that decides what comes out; nothing about where or when. */
function keyOfBuild(want: BuildWant): string {
  const binaries: Json = Object.entries(want.binaries)
    .map(([name, { digest }]) => [name, digest])
    .sort();
  const { base, content, profile, ansible, templates, tailoring } = want;
  return keyOf({
    base: base.key,
    content,
    profile,
    ansible: ansible.digest,
    templates: templates.digest,
    tailoring: tailoring.map(({ rule }) => rule),
    binaries,
  });
}

/** Boots the base, lets Packer and Ansible turn it into a node, and keeps the result under the digest of its inputs. */
export const build: Action<BuildWant, BuildGot> = {
  async observe(want, w) {
    const key = keyOfBuild(want);
    const manifest = await readManifest(w, imageFolder(key));
    return manifest.ok ? ok(found(key, manifest.value)) : manifest;
  },
  diff: (want, got) => (got === undefined ? [{ what: 'image', to: `${want.os}, ${want.profile}` }] : []),
  async apply(want, _got, w) {
    const key = keyOfBuild(want);
    const machine = await throwaway(w, 'build');
    if (!machine.ok) return machine;
    const work = workFolder(w, 'build');
    const made = await inOrder(
      () => tearDown(w, machine.value),
      () => w.remove(work),
      () => provision(w, want, work),
    );
    // Whatever happened: the machine must not outlive the step.
    const ended = await tearDown(w, machine.value);
    const kept = made.ok && ended.ok ? await keep(w, want, key, work) : made.ok ? ended : made;
    const cleared = await w.remove(work);
    if (!kept.ok) return kept;
    if (!cleared.ok) return cleared;
    const image = await build.observe(want, w);
    if (!image.ok) return image;
    return image.value === undefined ? err(imageCorrupt(imageFolder(key))) : ok(image.value);
  },
  async verify(_want, got, w) {
    const manifest = await readManifest(w, got.folder);
    const plays = manifest.ok ? (manifest.value?.plays ?? []) : [];
    const tasks = plays.reduce((sum, play) => sum + play.tasks, 0);
    const failed = plays.reduce((sum, play) => sum + play.failed, 0);
    const path = `${got.folder}/manifest.json`;
    const digest = await w.digest(inCache(w, path));
    return [
      {
        claim: `Image ${got.key} was built by Packer and Ansible: ${plays.length} playbooks, ${tasks} tasks, ${failed} failed`,
        verdict: plays.length > 0 && failed === 0 ? 'pass' : 'fail',
        ...(digest === undefined ? {} : { artefact: { path, digest } }),
      },
    ];
  },
  /** The image stays in the cache; only an unfinished build is taken away. */
  async remove(_got, w) {
    const machine = await throwaway(w, 'build');
    if (!machine.ok) return machine;
    return inOrder(
      () => tearDown(w, machine.value),
      () => w.remove(workFolder(w, 'build')),
      () => w.remove(`${w.paths.state}/image`),
    );
  },
};

async function readManifest(w: ReadWorld, folder: string): Promise<Result<Manifest | undefined>> {
  const text = await w.read(`${inCache(w, folder)}/manifest.json`);
  if (!text.ok || text.value === undefined) return text.ok ? ok(undefined) : text;
  const manifest: unknown = JSON.parse(text.value);
  const root = await w.stat(`${inCache(w, folder)}/rootfs/etc`);
  return Value.Check(Manifest, manifest) && root !== undefined ? ok(manifest) : err(imageCorrupt(folder));
}

function found(key: string, manifest: Manifest | undefined): BuildGot | undefined {
  const folder = imageFolder(key);
  return manifest && { key, folder, location: `${folder}/rootfs`, digest: manifest.rootfs, versions: manifest.versions };
}

/** Copies the base, boots the copy, runs Packer. */
async function provision(w: World, want: BuildWant, work: string): Promise<Result<void>> {
  const root = `${work}/image/rootfs`;
  const folders = ['image', 'keys', 'results', 'bin', 'c'];
  const prepared = await inOrder(
    ...folders.map((folder) => () => w.makeDirectory(`${work}/${folder}`, folder === 'image' ? 0o755 : 0o700)),
    () =>
      run(w, {
        what: 'copying the base',
        tool: 'cp',
        args: ['-a', '--reflink=auto', inCache(w, `${want.base.folder}/rootfs`), root],
        deadlineMs: 300_000,
      }),
    () => gatherBinaries(w, want, `${work}/bin`),
    () => remediations(w, want, work),
  );
  if (!prepared.ok) return prepared;
  const login = await makeKey(w, `${work}/keys/login`);
  if (!login.ok) return login;
  const host = await makeKey(w, `${work}/keys/host`);
  if (!host.ok) return host;
  const placed = await placeKeys(w, root, want.user, { login: login.value, host: host.value });
  if (!placed.ok) return placed;
  const machine = await throwaway(w, 'build');
  if (!machine.ok) return machine;
  const addresses = await boot(w, machine.value, root, 'no');
  if (!addresses.ok) return addresses;
  const known = await w.write(`${work}/keys/known_hosts`, `${addresses.value.machine} ${host.value.publicKey}\n`);
  return known.ok ? pack(w, want, work, addresses.value.machine) : known;
}

async function gatherBinaries(w: World, { binaries }: BuildWant, into: string): Promise<Result<void>> {
  for (const name of Object.keys(binaries)) {
    const path = (await w.locate(name)) ?? name;
    const linked = await run(w, { what: `finding ${name}`, tool: 'ln', args: ['-s', path, `${into}/${name}`] });
    if (!linked.ok) return linked;
  }
  return ok(undefined);
}

async function remediations(w: World, { assessment }: BuildWant, work: string): Promise<Result<void>> {
  const playbook = await w.read(inCache(w, `${assessment.evidence}/remediations.yml`));
  if (!playbook.ok) return playbook;
  return playbook.value === undefined
    ? err(imageCorrupt(assessment.evidence))
    : w.write(`${work}/remediations.yml`, playbook.value);
}

async function pack(w: World, want: BuildWant, work: string, address: string): Promise<Result<void>> {
  const summary = await readSummary(w, want.assessment.evidence);
  if (!summary.ok) return summary;
  const skip = skipped(summary.value?.unmet ?? [], want.tailoring);
  const variables = { node_binaries: `${work}/bin`, node_user: want.user, hardening_user: want.user, seal_user: want.user };
  const written = await w.write(`${work}/variables.json`, JSON.stringify(variables));
  if (!written.ok) return written;
  const built = await packerBuild(boundWorld(w), {
    templates: `${w.paths.catalog}/${want.templates.path}`,
    variables: {
      host: address,
      user: want.user,
      key: `${work}/keys/login`,
      ansible: `${w.paths.catalog}/${want.ansible.path}`,
      remediations: `${work}/remediations.yml`,
      // Ansible wants at least one tag.
      skip: skip.length === 0 ? 'none' : skip.join(','),
      variables: `${work}/variables.json`,
      results: `${work}/results`,
    },
    env: ansibleEnvironment({ knownHosts: `${work}/keys/known_hosts`, controlFolder: `${work}/c`, home: work }),
    home: work,
    deadlineMs: 1_800_000,
  });
  return built.ok ? ok(undefined) : built;
}

/** Gives the finished root its record and its name; until then it is nothing. */
async function keep(w: World, want: BuildWant, key: string, work: string): Promise<Result<void>> {
  const packages = await packagesOf(w, `${work}/image/rootfs`);
  if (!packages.ok) return packages;
  const plays = await playsIn(w, `${work}/results`);
  if (!plays.ok) return plays;
  const rootfs = await w.digest(`${work}/image/rootfs`);
  if (rootfs === undefined) return err(imageCorrupt(work));
  const binaries = Object.entries(want.binaries).map(([name, { version }]) => [name, version] as const);
  const recorded = want.record.flatMap((name) =>
    packages.value[name] === undefined ? [] : [[name, packages.value[name]] as const],
  );
  const manifest: Manifest = {
    key,
    os: want.os,
    profile: want.profile,
    rootfs,
    versions: Object.fromEntries([...binaries, ...recorded]),
    packages: { ...packages.value },
    plays: [...plays.value],
  };
  const written = await w.write(`${work}/image/manifest.json`, `${JSON.stringify(manifest, null, 1)}\n`);
  if (!written.ok) return written;
  // Another environment may have finished the same image meanwhile, and run machines on it.
  const there = await readManifest(w, imageFolder(key));
  if (there.ok && there.value !== undefined) return ok(undefined);
  return inOrder(
    () => w.remove(inCache(w, imageFolder(key))),
    () => w.rename(`${work}/image`, inCache(w, imageFolder(key))),
  );
}

/** What each playbook did. The files themselves hold facts about this host and are not kept. */
async function playsIn(w: World, folder: string): Promise<Result<readonly PlayResult[]>> {
  const plays: PlayResult[] = [];
  for (const name of await w.list(folder)) {
    const xml = await w.read(`${folder}/${name}`);
    if (!xml.ok) return xml;
    const play = parseJunit(xml.value ?? '');
    if (play !== undefined) plays.push(play);
  }
  return ok(plays);
}
