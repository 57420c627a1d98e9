import { dirname, join } from 'node:path';
import { loadDescribed, type Loaded } from '../../bundle/load.js';
import { parseAs, readBlob } from '../../bundle/read.js';
import type { Bundle } from '../../bundle/types.js';
import { type Described, verifyContent } from '../../bundle/verify.js';
import { blobDisk } from '../../host/index.js';
import { err, ok, type Result, type World } from '../../model/index.js';
import { parseIndex } from '../../toolchain/image/layout-index.js';
import { planToolchain } from '../../toolchain/index.js';
import { readReceipt, untouched } from '../../toolchain/receipt.js';
import { openSite, type Site } from '../site.js';
import { type Trouble, troubleOf } from '../trouble.js';
import { type SystemProgram, SystemProgramsShape, systemList } from './system.js';
import { accept, judge, type JudgeOptions } from './verify.js';

/** Which bundle, and who is told. */
export interface LoadOptions extends JudgeOptions {
  readonly signal: AbortSignal;
  readonly told: (text: string) => void;
}

/** A cache that holds what a bundle brought. */
export interface LoadedBundle extends Loaded {
  readonly platform: string;
  readonly environment: string;
  readonly release: string;
  readonly root: string;
  readonly cache: string;
  readonly trust: 'signed' | 'unsigned';
  readonly items: number;
  readonly lacking: readonly SystemProgram[];
  readonly packages?: string;
}

/** Judges every byte of a bundle, then fills the cache with it; nothing outside of the cache is written. */
export async function loadBundle(options: LoadOptions): Promise<Result<LoadedBundle, Trouble>> {
  const judged = await judge(options);
  if (!judged.ok) return err(troubleOf(judged.error));
  const { described, fingerprint } = judged.value;
  const read = await verifyContent(blobDisk, described);
  if (!read.ok) return err(troubleOf(read.error));
  const site = await openSite('.', 'bundle');
  if (!site.ok) return err(troubleOf(site.error));
  const w = site.value.host.world({ signal: options.signal, emit: () => undefined });
  const loaded = await fill(options, described, w);
  if (!loaded.ok) return err(troubleOf(loaded.error));
  const lacking = await noteSystem(site.value, described, w);
  if (!lacking.ok) return err(troubleOf(lacking.error));
  if (fingerprint !== undefined) await accept(described.bundle, fingerprint);
  const { about, root, items } = described.bundle;
  const packages = packagesIn(described.bundle);
  return ok({
    ...loaded.value,
    platform: about.platform,
    environment: about.environment,
    release: about.release,
    root,
    cache: w.paths.cache,
    trust: described.trust,
    items: items.length,
    lacking: lacking.value,
    ...(packages === undefined ? {} : { packages: join(w.paths.cache, packages) }),
  });
}

async function fill({ told, signal }: LoadOptions, described: Described, w: World): Promise<Result<Loaded>> {
  return loadDescribed({
    w,
    disk: blobDisk,
    described,
    leaveOut: new Set([`data ${systemList.item}`]),
    listed: await parseIndex(w),
    told,
    stop: signal,
    async intact(record) {
      // A root filesystem with its record may carry machines of an environment.
      if (record.endsWith('/manifest.json'))
        return (await w.stat(record)) !== undefined && (await w.stat(join(dirname(record), 'rootfs', 'etc'))) !== undefined;
      if (!record.endsWith('/receipt.json')) return false;
      const receipt = await readReceipt(w, dirname(record));
      return receipt !== undefined && (await untouched(w, dirname(record), receipt));
    },
  });
}

/** Notes the programs that this machine itself provides, as `up` would; returns those it lacks. */
async function noteSystem(site: Site, { bundle, source }: Described, w: World): Promise<Result<readonly SystemProgram[]>> {
  const file = bundle.items.find(({ kind, name }) => kind === 'data' && name === systemList.item)?.files[0];
  if (file === undefined) return ok([]);
  const bytes = await readBlob(blobDisk, source, file, systemList.item);
  if (!bytes.ok) return bytes;
  const list = parseAs(SystemProgramsShape, bytes.value, systemList.item);
  if (!list.ok) return list;
  const lacking: SystemProgram[] = [];
  for (const program of list.value.programs) {
    for (const step of planToolchain(site.toolchain, { tools: [program.name], images: [] })) {
      const got = await step.action.observe(step.inputs, w);
      if (!got.ok) return got;
      const noted = got.value === undefined ? await step.action.apply(step.inputs, undefined, w) : got;
      if (!noted.ok) lacking.push(program);
    }
  }
  return ok(lacking);
}

function packagesIn({ items }: Bundle): string | undefined {
  const first = items.find(({ kind, name }) => kind === 'os-package' && name === systemList.item)?.files[0];
  return first === undefined ? undefined : dirname(first.path);
}
