import type { OciImage, ReadWorld, Step, ToolArtefact, ToolNeed } from '../model/index.js';
import { imageComplete } from '../tools/oci/index.js';
import { imageStepId } from './image/image-step.js';
import { keyOf, toolDir, toolInputs } from './key.js';
import { isData, type Toolchain, type ToolPin } from './pins.js';
import { plainTool, planToolchain, toolsOf } from './plan.js';
import { probeVersion } from './probe.js';
import { mainOf, readReceipt, verifyReceipt } from './receipt.js';
import { fill, refsIn } from './refs.js';
import { toolStepId } from './tool-step.js';
import { fits } from './versions.js';
import { machineWays, type Way, waysOf } from './ways.js';

/** One program, set of data or image, as it is on this machine. */
export interface ToolReport {
  readonly name: string;
  readonly kind: 'program' | 'data' | 'image';
  /** Version, range or reference that is pinned; empty where any will do. */
  readonly wants: string;
  /** `ready`: in the cache, or recorded there · `found`: on PATH, and it will do · `obtainable`: a way is open · `missing`: none is. */
  readonly state: 'ready' | 'found' | 'obtainable' | 'missing' | 'damaged';
  readonly version?: string;
  /** Where it came from, e.g. `go k8s.io/kubernetes/cmd/kubelet`. */
  readonly source?: string;
  /** Absolute path. */
  readonly location?: string;
  /** Who needs it, and what for. */
  readonly why: readonly string[];
  /** Every way to get it, in the order they are tried. */
  readonly ways: readonly Way[];
}

/** What `doctor` tells about the toolchain. */
export interface ToolchainReport {
  readonly tools: readonly ToolReport[];
  readonly ready: boolean;
}

/** Asked for by whom. */
export interface NamedNeed extends ToolNeed {
  /** Who needs it, e.g. `image/packer`. */
  readonly by: string;
}

/** What is looked at, and how closely. */
export interface Examination {
  readonly tools: readonly NamedNeed[];
  readonly images: readonly { readonly image: string; readonly by: string }[];
  /** `thorough` reads every byte again. */
  readonly depth: 'quick' | 'thorough';
}

/** Looks at everything a platform needs of the toolchain; changes nothing. */
export async function examineToolchain(r: ReadWorld, toolchain: Toolchain, wanted: Examination): Promise<ToolchainReport> {
  const need = { tools: wanted.tools.map(({ tool }) => tool), images: wanted.images.map(({ image }) => image) };
  const steps = planToolchain(toolchain, need);
  const seen = await observeAll(r, steps);
  const ways = await machineWays(r);
  const tools = await Promise.all(
    steps.map((step) => {
      const [, kind, name = ''] = step.id.split('/');
      const looking: Looking = { r, toolchain, wanted, ways, found: seen.get(step.id) };
      return kind === 'image' ? reportImage(looking, name) : reportTool(looking, name);
    }),
  );
  return { tools, ready: tools.every(({ state }) => state === 'ready' || state === 'found') };
}

interface Looking {
  readonly r: ReadWorld;
  readonly toolchain: Toolchain;
  readonly wanted: Examination;
  readonly ways: Awaited<ReturnType<typeof machineWays>>;
  /** Output of the step, where it is there already. */
  readonly found: unknown;
}

/** Observes in order, so that an image sees the programs it is made of. */
async function observeAll(r: ReadWorld, steps: readonly Step[]): Promise<ReadonlyMap<string, unknown>> {
  const seen = new Map<string, unknown>();
  for (const step of steps) {
    if (refsIn(step.inputs).some(({ $step }) => !seen.has($step))) continue;
    const observed = await step.action.observe(fill(step.inputs, seen), r);
    if (observed.ok && observed.value !== undefined) seen.set(step.id, observed.value);
  }
  return seen;
}

async function reportTool(looking: Looking, name: string): Promise<ToolReport> {
  const { r, toolchain, ways } = looking;
  const pin = toolchain.tools.get(name) ?? plainTool(name);
  const base = {
    name,
    kind: isData(pin) ? ('data' as const) : ('program' as const),
    wants: pin.version ?? pin.path ?? '',
    why: toolReasons(looking, name),
  };
  if (isArtefact(looking.found)) return { ...base, ...(await describeReady(looking, pin, looking.found)), ways: [] };
  const seen = await lookOnPath(r, pin);
  if (seen?.fits) return { ...base, state: 'found', version: seen.version, source: 'PATH', location: seen.location, ways: [] };
  const unfit: readonly Way[] =
    seen === undefined ? [] : [{ source: 'PATH', usable: false, needs: 'nothing', note: `${seen.location} is ${seen.version}` }];
  const open = waysOf(pin, ways);
  return { ...base, state: open.some(({ usable }) => usable) ? 'obtainable' : 'missing', ways: [...unfit, ...open] };
}

/** What PATH has under the tool's name; `undefined` where nothing is there or PATH does not count. */
async function lookOnPath(r: ReadWorld, pin: ToolPin) {
  const location = pin.path === undefined ? undefined : await r.locate(pin.name);
  if (location === undefined) return undefined;
  if (pin.probe === undefined) return { location, version: 'unknown', fits: true };
  const version = await probeVersion(r, pin, location);
  return { location, version: version ?? 'of unknown version', fits: version !== undefined && fits(version, pin.path ?? '') };
}

async function describeReady(looking: Looking, pin: ToolPin, found: ToolArtefact) {
  const { r, toolchain, wanted } = looking;
  const dir = toolDir(r.paths.cache, pin.name, keyOf({ name: pin.name, ...toolInputs(toolchain, pin) }));
  const receipt = await readReceipt(r, dir);
  if (receipt === undefined) return { state: 'ready' as const, version: found.version };
  const whole = wanted.depth === 'quick' || (await verifyReceipt(r, dir, receipt)).ok;
  return {
    state: whole ? ('ready' as const) : ('damaged' as const),
    version: found.version,
    source: receipt.source,
    location: mainOf(dir, receipt),
  };
}

async function reportImage(looking: Looking, name: string): Promise<ToolReport> {
  const { r, toolchain, wanted } = looking;
  const pin = toolchain.images.get(name);
  const base = { name, kind: 'image' as const, wants: pin?.ref ?? '', why: imageReasons(looking, name) };
  if (isImage(looking.found)) {
    const whole = wanted.depth === 'quick' || (await imageComplete(r, looking.found.digest, 'bytes'));
    return { ...base, state: whole ? 'ready' : 'damaged', version: looking.found.digest, ways: [] };
  }
  if (pin === undefined) return { ...base, state: 'missing', ways: [] };
  const ways = looking.ways.forImage(pin);
  return { ...base, state: ways.some(({ usable }) => usable) ? 'obtainable' : 'missing', ways };
}

function toolReasons({ toolchain, wanted }: Looking, name: string): readonly string[] {
  const direct = wanted.tools.filter(({ tool }) => tool === name).map(({ by, why }) => `${by}: ${why}`);
  const carried = [...toolchain.images.values()]
    .filter((pin) => toolsOf(pin).includes(name) && wanted.images.some(({ image }) => image === pin.name))
    .map((pin) => `${imageStepId(pin.name)}: is in the image`);
  const generated = name === 'controller-gen' ? wanted.tools.filter(({ tool }) => isGenerated(toolchain, tool)) : [];
  return [...direct, ...carried, ...generated.map(({ tool }) => `${toolStepId(tool)}: generates it`)];
}

const imageReasons = ({ wanted }: Looking, name: string): readonly string[] =>
  wanted.images.filter(({ image }) => image === name).map(({ by }) => `${by}: runs in the cluster`);

const isGenerated = (toolchain: Toolchain, name: string): boolean =>
  toolchain.tools.get(name)?.sources.some((source) => 'crds' in source) ?? false;

const isArtefact = (value: unknown): value is ToolArtefact =>
  typeof value === 'object' && value !== null && 'version' in value && 'digest' in value;

const isImage = (value: unknown): value is OciImage =>
  typeof value === 'object' && value !== null && 'ref' in value && 'digest' in value;
