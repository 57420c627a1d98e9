import type { Step } from '../model/index.js';
import { imageStep, unknownImageStep } from './image/image-step.js';
import { makeLocks } from './mutex.js';
import type { ImagePin, Toolchain, ToolPin } from './pins.js';
import { type Sharing, toolStep } from './tool-step.js';

/** Names that providers asked for. */
export interface ToolchainNeed {
  readonly tools: readonly string[];
  readonly images: readonly string[];
}

/** Steps for all that is needed, and for what that needs in turn; pure. */
export function planToolchain(
  toolchain: Toolchain,
  need: ToolchainNeed,
  options: { readonly mayInstall?: boolean } = {},
): readonly Step[] {
  const sharing: Sharing = { toolchain, locks: makeLocks(), mayInstall: options.mayInstall ?? false };
  const images = [...new Set(need.images)].sort();
  const pins = images.map((name) => toolchain.images.get(name));
  const tools = closure(toolchain, [...need.tools, ...pins.flatMap((pin) => (pin === undefined ? [] : toolsOf(pin)))]);
  return [
    ...tools.map((name) => toolStep(sharing, toolchain.tools.get(name) ?? plainTool(name))),
    ...images.map((name, i) => stepFor(sharing, name, pins[i])),
  ];
}

const stepFor = (sharing: Sharing, name: string, pin: ImagePin | undefined): Step =>
  pin === undefined ? unknownImageStep(name) : imageStep(sharing, pin);

/** Tools an image carries. */
export const toolsOf = (pin: ImagePin): readonly string[] => Object.keys(pin.tools ?? {});

function closure(toolchain: Toolchain, names: readonly string[]): readonly string[] {
  const all = new Set(names);
  for (const name of names) {
    const pin = toolchain.tools.get(name);
    if (pin?.sources.some((source) => 'crds' in source)) all.add('controller-gen');
  }
  return [...all].sort();
}

/** A program nobody pinned: it must simply be on PATH. */
export const plainTool = (name: string): ToolPin => ({ name, path: '', sources: [] });
