import type { Component, Diagnostic, Layer, Provider, Result, Spec, Step } from '../model/index.js';
import { err, failure, layers, ok, reads } from '../model/index.js';
import { makeKit, type ToolchainNeeds, type TreeReader } from './kit.js';

/** All that turns a definition into steps; pure once the reader has its trees. */
export interface ComposeParts {
  readonly providers: readonly Provider[];
  readonly reader: TreeReader;
  readonly toolchain: (need: { readonly tools: readonly string[]; readonly images: readonly string[] }) => readonly Step[];
}

/** Every step of the definition, and what each layer publishes. */
export interface Composition {
  readonly steps: readonly Step[];
  readonly published: Readonly<Partial<Record<Layer, Readonly<Record<string, unknown>>>>>;
}

/** Plans every component in layer order; layers meet only in what they publish. */
export function compose(spec: Spec, parts: ComposeParts): Result<Composition> {
  const needs: ToolchainNeeds = { tools: new Set(), images: new Set() };
  const published: Partial<Record<Layer, Record<string, unknown>>> = {};
  const steps: Step[] = [];
  for (const layer of layers) {
    for (const component of spec.components.filter((c) => c.layer === layer)) {
      const planned = planComponent({ spec, component, parts, needs, published });
      if (!planned.ok) return planned;
      steps.push(...planned.value.steps);
      const merged = merge(component, published[layer], planned.value.publishes);
      if (!merged.ok) return merged;
      published[layer] = merged.value;
    }
  }
  const toolchain = parts.toolchain({ tools: [...needs.tools].sort(), images: [...needs.images].sort() });
  return ok({ steps: [...toolchain, ...steps], published });
}

interface Planning {
  readonly spec: Spec;
  readonly component: Component;
  readonly parts: ComposeParts;
  readonly needs: ToolchainNeeds;
  readonly published: Partial<Record<Layer, Record<string, unknown>>>;
}

function planComponent({ spec, component, parts, needs, published }: Planning): ReturnType<typeof planned> {
  const provider = parts.providers.find((p) => p.id === component.use && p.layer === component.layer);
  if (provider === undefined) return err(unknownProvider(component));
  const missing = (provider.facts.reads ?? reads[component.layer]).find((layer) => published[layer] === undefined);
  if (missing !== undefined) return err(missingLayer(component, missing));
  const kit = makeKit({
    platform: spec.platform,
    environment: spec.environment,
    layer: component.layer,
    component: component.name,
    reader: parts.reader,
    needs,
  });
  return planned(provider, component, published, kit);
}

function planned(
  provider: Provider,
  component: Component,
  published: Planning['published'],
  kit: ReturnType<typeof makeKit>,
): Result<{ steps: readonly Step[]; publishes: Record<string, unknown> }> {
  // The registry holds providers of every layer, so their specs and givens are checked by schema and by layer, not by type.
  const plan = provider.plan as (
    spec: unknown,
    given: unknown,
    kit: unknown,
  ) => { steps: readonly Step[]; publishes: Record<string, unknown> };
  return ok(plan(component.with, published, kit));
}

function merge(
  component: Component,
  before: Record<string, unknown> | undefined,
  next: Record<string, unknown>,
): Result<Record<string, unknown>> {
  if (before === undefined) return ok({ ...next });
  const merged: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(next)) {
    const old = merged[key];
    if (Array.isArray(old) && Array.isArray(value)) merged[key] = [...old, ...value];
    else if (old !== undefined) return err(twicePublished(component, key));
    else merged[key] = value;
  }
  return ok(merged);
}

const unknownProvider = (component: Component) =>
  at(
    component,
    failure('invalid', 'COMPOSE-NO-PROVIDER', `No provider '${component.use}' in layer ${component.layer}.`, {
      say: "Choose one of the layer's providers.",
      command: 'strata schema',
    }),
  );

const missingLayer = (component: Component, layer: Layer) =>
  at(
    component,
    failure(
      'invalid',
      'COMPOSE-LAYER-MISSING',
      `'${component.name}' reads what layer ${layer} publishes, but that layer has no component.`,
      { say: `Add a component to spec.${layer}.` },
    ),
  );

const twicePublished = (component: Component, key: string) =>
  at(
    component,
    failure(
      'invalid',
      'COMPOSE-PUBLISHED-TWICE',
      `'${component.name}' publishes '${key}', which another component of layer ${component.layer} publishes already.`,
      { say: 'Keep one of the two components.' },
    ),
  );

function at(component: Component, made: ReturnType<typeof failure>): ReturnType<typeof failure> {
  const diagnostic: Diagnostic = { ...made.diagnostic, where: component.at };
  return { ...made, diagnostic };
}
