import type { Component, Kit, Layer, Ref, Spec, Step, StepDraft, StepHandle, StepId, Tree } from '../model/index.js';

/** Reads the catalog and the user's project at plan time; answers are memoised by the host. */
export interface TreeReader {
  tree(root: Tree['root'], path: string): Tree;
  text(tree: Tree): string;
  names(tree: Tree): readonly string[];
}

/** Which component is being planned, and where its toolchain needs are collected. */
export interface KitContext {
  readonly platform: string;
  readonly environment: string;
  readonly layer: Layer;
  readonly component: string;
  readonly reader: TreeReader;
  readonly needs: ToolchainNeeds;
}

/** Toolchain artefacts that the planned steps refer to. */
export interface ToolchainNeeds {
  readonly tools: Set<string>;
  readonly images: Set<string>;
}

/** A kit for looking at one component: what it would need of the toolchain is not collected. */
export const lookingKit = (
  { platform, environment }: Pick<Spec, 'platform' | 'environment'>,
  { layer, name }: Component,
  reader: TreeReader,
): Kit => makeKit({ platform, environment, layer, component: name, reader, needs: { tools: new Set(), images: new Set() } });

const toolStep = (name: string): StepId => `toolchain/tool/${name}` as StepId;
const imageStep = (name: string): StepId => `toolchain/image/${name}` as StepId;

/** Makes the kit a provider plans with. */
export function makeKit(context: KitContext): Kit {
  const { reader, needs } = context;
  const tool = (name: string) => {
    needs.tools.add(name);
    return toolStep(name);
  };
  return {
    platform: context.platform,
    environment: context.environment,
    component: context.component,
    step: (draft) => makeStep(context, draft, tool),
    tool: (name) => ({ $step: tool(name), $path: '' }),
    image: (name) => {
      needs.images.add(name);
      return { $step: imageStep(name), $path: '' };
    },
    catalog: (path) => reader.tree('catalog', path),
    project: (path) => reader.tree('project', path),
    text: (tree) => reader.text(tree),
    names: (tree) => reader.names(tree),
  };
}

function makeStep<I, O>(context: KitContext, draft: StepDraft<I, O>, tool: (name: string) => StepId): StepHandle<I, O> {
  const id = `${context.layer}/${context.component}/${draft.id}` as StepId;
  const after = [...(draft.after ?? []).map((a) => (typeof a === 'string' ? a : a.id)), ...(draft.tools ?? []).map(tool)];
  const step: Step<I, O> = {
    id,
    title: draft.title,
    effect: draft.effect,
    inputs: draft.inputs,
    action: draft.action,
    ...(after.length > 0 ? { after } : {}),
    ...(draft.within === undefined ? {} : { within: draft.within }),
    ...(draft.deadlineMs === undefined ? {} : { deadlineMs: draft.deadlineMs }),
    ...(draft.carries === undefined ? {} : { carries: draft.carries }),
  };
  const out = (key?: string): Ref<never> => ({ $step: id, $path: key ?? '' });
  return { ...step, out };
}
