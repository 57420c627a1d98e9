export { type PinReader, loadToolchain } from './load.js';
export type { ImagePin, Toolchain, ToolPin } from './pins.js';
export { planToolchain, type ToolchainNeed } from './plan.js';
export { locateTool } from './tool-step.js';
