import { edgesOf } from '../../engine/index.js';
import { layerPackages } from '../../toolchain/carry.js';
import { stopped } from '../../bundle/errors.js';
import { imageInput } from '../../bundle/images.js';
import type { ImageInput, SetInput } from '../../bundle/create.js';
import {
  err,
  type Digest,
  type OciImage,
  ok,
  type Result,
  type Step,
  type StepId,
  type ToolArtefact,
  type Tree,
} from '../../model/index.js';
import type { Opened } from '../definition-of.js';
import { ownWorld, type RunWatch } from '../held.js';
import { obtain } from '../obtain.js';
import { composeAt } from '../site.js';
import type { Part } from './part.js';
import { carriedSets, definitionSet, treeSets } from './sets.js';
import { deploySets } from './deploy.js';
import { imageRecords } from './records.js';
import { toolSets } from './tools.js';

/** All that a definition needs where nothing can be obtained. */
export interface Needs {
  readonly images: readonly ImageInput[];
  readonly sets: readonly SetInput[];
  /** What could not be obtained, each with why. */
  readonly missing: readonly string[];
}

/** Derives the list from the composed definition, and obtains what is on it. */
export async function needsOf(opened: Opened, watch: RunWatch): Promise<Result<Needs>> {
  const { site, spec } = opened;
  const composed = composeAt(site, spec, 'ask');
  if (!composed.ok) return composed;
  const { steps } = composed.value;
  const wanted = withWhatTheyNeed(
    steps,
    steps.filter((step) => isToolchain(step) || step.carries !== undefined),
  );
  const ran = await obtain(site, spec, wanted, watch);
  if (!ran.ok) return ran;
  const { outputs, failures, verdict } = ran.value;
  if (verdict === 'cancelled') return err(failures[0]?.failure ?? stopped());
  const missing: string[] = failures.map(({ step, failure }) => `${step}: ${failure.diagnostic.message}`);
  const done = wanted.filter((step) => outputs.has(step.id));
  const skipped = wanted.filter((step) => !outputs.has(step.id) && !failures.some((one) => one.step === step.id));
  missing.push(...skipped.map((step) => `${step.id}: not made, because of the above`));
  const images = await imagesOf(opened, done, outputs);
  if (!images.ok) return images;
  const parts: readonly Result<Part>[] = [
    await toolSets(site, namesOf(done, 'toolchain/tool/', outputs)),
    await carriedSets(site, done, outputs),
    await imageRecords(site, images.value),
    await treeSets(site, treesIn(steps)),
    await definitionSet(opened),
    await deploySets(
      opened,
      images.value.map(({ ref }) => ref),
      watch,
    ),
  ];
  const sets: SetInput[] = [];
  for (const part of parts) {
    if (!part.ok) return part;
    sets.push(...part.value.sets);
    missing.push(...part.value.missing);
  }
  return ok({ images: images.value, sets, missing: missing.map((text) => portable(opened, text)) });
}

/** Where things lie on this machine says nothing elsewhere, and differs from machine to machine. */
const portable = ({ site: { paths } }: Opened, text: string): string =>
  text.replaceAll(`${paths.project}/`, '').replaceAll(`${paths.catalog}/`, 'catalog/').replaceAll(`${paths.cache}/`, 'cache:');

const isToolchain = (step: Step): boolean => step.id.startsWith('toolchain/');

/** Steps and all that they wait for. */
function withWhatTheyNeed(all: readonly Step[], some: readonly Step[]): readonly Step[] {
  const byId = new Map(all.map((step) => [step.id, step]));
  const found = new Set<StepId>();
  const visit = (step: Step): void => {
    if (found.has(step.id)) return;
    found.add(step.id);
    for (const edge of edgesOf(step)) {
      const before = byId.get(edge);
      if (before !== undefined) visit(before);
    }
  };
  some.forEach(visit);
  return all.filter(({ id }) => found.has(id));
}

function namesOf(steps: readonly Step[], prefix: string, outputs: ReadonlyMap<StepId, unknown>): readonly string[] {
  return steps
    .filter(({ id }) => id.startsWith(prefix))
    .map(({ id }) => outputs.get(id))
    .filter(isArtefact)
    .map(({ name }) => name);
}

const isArtefact = (value: unknown): value is ToolArtefact => typeof value === 'object' && value !== null && 'name' in value;

async function imagesOf(
  { site }: Opened,
  steps: readonly Step[],
  outputs: ReadonlyMap<StepId, unknown>,
): Promise<Result<readonly ImageInput[]>> {
  const w = ownWorld(site);
  const packages = await layerPackages(w);
  const images: ImageInput[] = [];
  for (const { id } of steps.filter((step) => step.id.startsWith('toolchain/image/'))) {
    const image = outputs.get(id);
    if (!isImage(image)) continue;
    const input = await imageInput(w, image, packages);
    if (!input.ok) return input;
    images.push(input.value);
  }
  return ok(images.sort((a, b) => (a.ref < b.ref ? -1 : 1)));
}

const isImage = (value: unknown): value is OciImage =>
  typeof value === 'object' && value !== null && 'ref' in value && 'digest' in value;

/** Every folder or file of the catalog and the project that a step works with. */
function treesIn(steps: readonly Step[]): readonly Tree[] {
  const trees = new Map<string, Tree>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isTree(value)) trees.set(`${value.root}/${value.path}`, value);
    else for (const member of Object.values(value)) visit(member);
  };
  for (const step of steps) visit(step.inputs);
  return [...trees.values()].sort((a, b) => (`${a.root}/${a.path}` < `${b.root}/${b.path}` ? -1 : 1));
}

const isTree = (value: object): value is Tree =>
  'root' in value &&
  (value.root === 'catalog' || value.root === 'project') &&
  'path' in value &&
  typeof value.path === 'string' &&
  'digest' in value &&
  isDigest(value.digest);

const isDigest = (value: unknown): value is Digest => typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value);
