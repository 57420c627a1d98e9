import { join } from 'node:path';
import { createCatalogReader } from '../../host/index.js';
import {
  type Component,
  type Delivery,
  type Diagnostic,
  err,
  type Layer,
  ok,
  type PlannedMachine,
  type RenderedDelivery,
  type RenderedPackage,
  type RenderParts,
  type Result,
  type Spec,
  type Step,
} from '../../model/index.js';
import { providers } from '../../providers/registry.js';
import { builtImages, planToolchain } from '../../toolchain/index.js';
import { ownWorld, type RunWatch } from '../held.js';
import { lookingKit } from '../kit.js';
import { obtain } from '../obtain.js';
import { quietReader, type Site } from '../site.js';
import { placesOf, type Sources } from './places.js';
import { versionOf } from './version.js';

/** A component of the services or applications layer, rendered. */
export interface RenderedComponent {
  readonly component: Component;
  readonly delivery: RenderedDelivery;
}

/** All that a definition puts into a cluster. */
export interface RenderedSpec {
  readonly components: readonly RenderedComponent[];
  readonly problems: readonly Diagnostic[];
  /** Components that cannot say what they put into a cluster. */
  readonly silent: readonly string[];
}

const delivering: readonly Layer[] = ['services', 'applications'];

/** Every package with the layer it belongs to, bootstraps first. */
export const packagesOf = (rendered: RenderedSpec): readonly { readonly layer: Layer; readonly one: RenderedPackage }[] =>
  rendered.components.flatMap(({ component, delivery }) =>
    [...delivery.bootstrap, ...delivery.packages].map((one) => ({ layer: component.layer, one })),
  );

/** Renders the services and applications of a definition with the real tools, which are obtained first. */
export async function renderSpec(
  site: Site,
  spec: Spec,
  watch: RunWatch,
  sources: Sources = new Map(),
): Promise<Result<RenderedSpec>> {
  const deliveries = deliveriesOf(site, spec);
  const tools = deliveries.flatMap((one) => one.delivery?.tools ?? []);
  const obtained = await obtainTools(site, spec, tools, watch);
  if (!obtained.ok) return obtained;
  const components: RenderedComponent[] = [];
  const problems: Diagnostic[] = [];
  const image = await knownImages(site);
  for (const { component, delivery } of deliveries) {
    if (delivery === undefined) continue;
    problems.push(...delivery.problems);
    const parts: RenderParts = { kubernetes: versionOf(spec), image, place: placesOf(sources, component) };
    const rendered = await delivery.render(parts, ownWorld(site));
    if (!rendered.ok) {
      problems.push(...causes(rendered.error));
      continue;
    }
    problems.push(...rendered.value.problems);
    components.push({ component, delivery: rendered.value });
  }
  const silent = deliveries.filter((one) => one.delivery === undefined).map(({ component }) => nameOf(component));
  return ok({ components, problems, silent });
}

const nameOf = (component: Component): string => `${component.layer}/${component.name}`;

const causes = (failure: { diagnostic: Diagnostic; cause?: unknown }): readonly Diagnostic[] => {
  const found: Diagnostic[] = [];
  for (let one: unknown = failure; isFailure(one); one = one.cause) found.push(one.diagnostic);
  return found;
};
const isFailure = (value: unknown): value is { diagnostic: Diagnostic; cause?: unknown } =>
  typeof value === 'object' && value !== null && 'diagnostic' in value;

/**
 * Renders what is not rendered yet of components that were rendered before, where all programs for it are there: so that
 * a plan names the objects that change. Where it cannot be done, the plan names packages, and the run says what is wrong.
 */
export async function renderAhead(site: Site, spec: Spec): Promise<void> {
  const reader = quietReader(site.host);
  const image = await knownImages(site);
  for (const { component, delivery } of deliveriesOf(site, spec)) {
    const before = await reader.stat(join(site.paths.state, component.layer, component.name));
    if (before === undefined || delivery === undefined || delivery.problems.some((one) => one.severity === 'error')) continue;
    const there = await Promise.all(delivery.tools.map((tool) => reader.locate(tool)));
    if (there.includes(undefined)) continue;
    await delivery.render({ kubernetes: versionOf(spec), image }, ownWorld(site));
  }
}

/** References are pinned; the digest of an image is known once it has been built, and is that of the last build. */
export async function knownImages(site: Site): Promise<RenderParts['image']> {
  const built = new Map((await builtImages(quietReader(site.host))).map(({ ref, digest }) => [ref, digest]));
  return (name) => {
    const ref = site.toolchain.images.get(name)?.ref;
    if (ref === undefined) return undefined;
    const digest = built.get(ref);
    return digest === undefined ? { ref } : { ref, digest };
  };
}

function deliveriesOf(site: Site, spec: Spec): readonly { component: Component; delivery: Delivery | undefined }[] {
  const reader = createCatalogReader(site.paths);
  return delivering.flatMap((layer) =>
    spec.components
      .filter((component) => component.layer === layer)
      .map((component) => {
        const kit = lookingKit(spec, component, reader);
        return { component, delivery: providerOf(component)?.delivery?.(component.with, kit) };
      }),
  );
}

/** The provider that a component names. */
export const providerOf = (component: Component) => providers.find((p) => p.id === component.use && p.layer === component.layer);

/** Machines the definition asks for; undefined where its infrastructure does not say. */
export function machinesOf(spec: Spec): readonly PlannedMachine[] | undefined {
  const all = spec.components
    .filter((component) => component.layer === 'infrastructure')
    .map((component) => {
      return providerOf(component)?.machines?.(component.with);
    });
  return all.some((one) => one === undefined) ? undefined : all.flatMap((one) => one ?? []);
}

/** Makes programs available; they live in the cache, so that a second time costs nothing. */
export async function obtainTools(site: Site, spec: Spec, tools: readonly string[], watch: RunWatch): Promise<Result<void>> {
  const steps: readonly Step[] = planToolchain(site.toolchain, { tools: [...new Set(tools)].sort(), images: [] });
  const ran = await obtain(site, spec, steps, watch);
  if (!ran.ok) return ran;
  const [first] = ran.value.failures;
  return first === undefined ? ok(undefined) : err(first.failure);
}
