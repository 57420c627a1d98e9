export { type Contract, type ContractRule, contract, contractRules } from './contract.js';
export { type MemoryJournal, memoryJournal } from './memory-journal.js';
export type { Deed, HttpAnswer, PuppetEmission, PuppetFile, PuppetScope, PuppetState } from './puppet-state.js';
export type { Answer, Origin, PuppetCall, PuppetTool } from './puppet-tool.js';
export { createPuppet, type Puppet } from './puppet-world.js';
export { anyDigest, must, planOnce, type Rig, type RigResult, runOnce } from './rig.js';
export { promised, type SampleFiles, type SampleKit, sampleGiven, sampleKit, samplePublished } from './samples.js';
export { textFrom, type Toy, type ToyOptions, toy, toyFailure, toyId } from './toy.js';
export { bench, fastClock, outcomesOf, phasesOf, short, toldOf, verdictOf } from './bench.js';
