export { type Examination, examineToolchain, type NamedNeed, type ToolchainReport, type ToolReport } from './doctor.js';
export { parseIndex as builtImages } from './image/layout-index.js';
export { loadToolchain, type PinReader } from './load.js';
export type { ImagePin, Toolchain, ToolPin } from './pins.js';
export { planToolchain, type ToolchainNeed } from './plan.js';
export { discardDamaged } from './repair.js';
export { locateTool } from './tool-step.js';
export type { Way } from './ways.js';
