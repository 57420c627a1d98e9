import type { CapabilityKey, ImageFormat, PairNeed, ToolNeed } from '../model/index.js';

/** Programs of a component whose machines a Terraform module makes; `plugin` where the toolchain builds the provider. */
export const moduleTools = (plugin?: ToolNeed): readonly ToolNeed[] => [
  { tool: 'terraform', why: 'makes the machines', choice: true },
  { tool: 'tofu', why: 'makes the machines', choice: true },
  ...(plugin === undefined
    ? []
    : [
        { ...plugin, choice: true as const },
        { tool: 'ln', why: 'puts files where Terraform finds them' },
      ]),
  { tool: 'ssh', why: 'reaches the machines' },
  { tool: 'ssh-keygen', why: 'makes the keys of the machines' },
];

const imageFormat: CapabilityKey = 'image.format';

/** Which kinds of images machines can be made of, and why no other. */
export const imageNeed = (oneOf: readonly ImageFormat[], because: string): readonly PairNeed[] => [
  { key: imageFormat, oneOf, because },
];
