import { createHash } from 'node:crypto';
import type { Bundle } from '../bundle/types.js';
import { type Diagnostic, err, ok, type RenderedObject, type Result, type Step } from '../model/index.js';
import { inFull, referencesIn } from './bundle/references.js';
import * as errors from './bundle-prove-errors.js';
import type { Opened } from './definition-of.js';
import type { RunWatch } from './held.js';
import { type RenderedSpec, renderSpec } from './rehearsal/deliveries.js';
import { composeAt, type Site } from './site.js';

/** How much was compared. */
export interface Compared {
  readonly images: number;
  readonly tools: number;
  readonly objects: number;
  readonly files: number;
}

/** What the definition needs and the bundle has not. */
export interface StaticProof {
  readonly problems: readonly Diagnostic[];
  readonly compared: Compared;
  readonly rendered: RenderedSpec;
}

/** Holds everything the definition names against the index of a bundle; nothing is started. */
export async function compareWithBundle(opened: Opened, bundle: Bundle, watch: RunWatch): Promise<Result<StaticProof>> {
  const { site, spec } = opened;
  const composed = composeAt(site, spec, 'ask');
  if (!composed.ok) return err(composed.error);
  const rendered = await renderSpec(site, spec, watch, opened.sources);
  if (!rendered.ok) return rendered;
  const objects = rendered.value.components.flatMap(({ delivery }) =>
    [...delivery.bootstrap, ...delivery.packages].flatMap((one) => [...one.objects, ...(one.installation?.objects ?? [])]),
  );
  const { about } = bundle;
  const isOther = about.platform !== spec.platform || about.environment !== spec.environment;
  const other = errors.otherEnvironment(`${about.platform}/${about.environment}`, `${spec.platform}/${spec.environment}`);
  const images = imagesMissing(objects, bundle);
  const tools = toolsMissing(composed.value.steps, bundle, site.toolchain);
  const files = deployDifferences(rendered.value, bundle);
  return ok({
    problems: [
      ...(isOther ? [other] : []),
      ...about.missing.map(errors.madeWithout),
      ...images.problems,
      ...tools.problems,
      ...hostsOutside(objects),
      ...files.problems,
      ...rendered.value.problems.filter(({ severity }) => severity === 'error'),
    ],
    compared: { images: images.count, tools: tools.count, objects: objects.length, files: files.count },
    rendered: rendered.value,
  });
}

interface Counted {
  readonly problems: readonly Diagnostic[];
  readonly count: number;
}

const sayObject = ({ object: { kind, metadata } }: RenderedObject): string =>
  `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;

/** Image by image, each once, at the first object that names it. */
export function imagesMissing(objects: readonly RenderedObject[], { items }: Pick<Bundle, 'items'>): Counted {
  const carried = new Map(
    items.filter(({ kind }) => kind === 'image').map(({ name, digest }) => [inFull(name), digest as string]),
  );
  const digests = new Set(carried.values());
  const seen = new Set<string>();
  const problems = objects.flatMap((one) =>
    referencesIn([one]).flatMap(({ image }) => {
      if (seen.has(image)) return [];
      seen.add(image);
      const digest = carried.get(inFull(image));
      const wanted = image.split('@')[1];
      if (wanted === undefined ? digest !== undefined : digests.has(wanted)) return [];
      return [errors.imageMissing(image, sayObject(one), one.from, digest)];
    }),
  );
  return { problems, count: seen.size };
}

const toolPrefix = 'toolchain/tool/';

/** Programs and data that steps wait for; those without a pinned version come with the packages of the system. */
function toolsMissing(steps: readonly Step[], { items }: Bundle, { tools }: Site['toolchain']): Counted {
  const carried = new Set(items.filter(({ kind }) => kind === 'tool' || kind === 'data').map(({ name }) => name));
  const hasSystem = items.some(({ kind }) => kind === 'os-package');
  const wanted = steps.filter(({ id }) => id.startsWith(toolPrefix)).map(({ id }) => id.slice(toolPrefix.length));
  const missing = wanted.filter((name) => !carried.has(name) && !(hasSystem && tools.get(name)?.version === undefined));
  return { problems: missing.map(errors.toolMissing), count: wanted.length };
}

const sources = /^source\.toolkit\.fluxcd\.io\//;

/** Hosts that sources of Flux name: those of the environment itself are announced by Strata and are not among the packages. */
export function hostsOutside(objects: readonly RenderedObject[]): readonly Diagnostic[] {
  return objects.flatMap((one) => {
    if (!sources.test(one.object.apiVersion)) return [];
    const { spec } = one.object;
    const named = typeof spec === 'object' && spec !== null ? Object.entries(spec) : [];
    const hosts = named.flatMap(([key, value]) =>
      (key === 'url' || key === 'endpoint') && typeof value === 'string' ? [hostOf(value)] : [],
    );
    return hosts.map((host) => errors.hostOutside(host, sayObject(one), one.from));
  });
}

const hostOf = (url: string): string => url.replace(/^[a-z+]+:\/\//, '').split('/')[0] ?? url;

/** Files of the tree as they are rendered now, against those that are carried. */
function deployDifferences({ components }: RenderedSpec, { items }: Bundle): Counted {
  const problems: Diagnostic[] = [];
  let count = 0;
  for (const { component, delivery } of components) {
    const name = `${component.layer}/${component.name}`;
    const item = items.find((one) => one.kind === 'deploy' && one.name === name);
    const carried = new Map<string, string>(item?.files.map(({ path, digest }) => [path, digest]));
    for (const [path, text] of delivery.files) {
      count += 1;
      const there = carried.get(`tree/${path}`);
      if (there === digestOf(text)) continue;
      problems.push(errors.deployDiffers(`${name}: ${path}`, there === undefined ? 'missing' : 'different'));
    }
  }
  return { problems, count };
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
