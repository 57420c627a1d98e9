import type { TSchema } from 'typebox';
import type { Offers, PairNeed } from './capability.js';
import type { Delivery, PlannedMachine } from './delivery.js';
import type { Span } from './diagnostic.js';
import type { Ejection, EjectParts } from './eject.js';
import type { Digest, StepId } from './ids.js';
import type { Given, Layer, Publishes } from './layer.js';
import type { MachineAccess } from './preflight.js';
import type { Later, Ref } from './ref.js';
import type { Action, Effect, Step } from './step.js';
import type { Tree } from './tree.js';

/** An executable of the toolchain. */
export interface ToolArtefact {
  readonly name: string;
  readonly version: string;
  /** Of the executable's bytes. */
  readonly digest: Digest;
}

/** A container image in the cache's OCI layout. */
export interface OciImage {
  /** Reference it is known by, e.g. `registry.k8s.io/kube-apiserver:v1.37.2`. */
  readonly ref: string;
  /** Of its manifest. */
  readonly digest: Digest;
}

/** What a provider needs from the toolchain, and why (shown by `doctor`). */
export interface ToolNeed {
  readonly tool: string;
  readonly why: string;
  /** Needed only where the definition chooses it: it counts once a step refers to it. */
  readonly choice?: true;
}

/** A step as its provider writes it; `kit.step` adds the prefix. */
export interface StepDraft<I, O> {
  /** Unique in its component, e.g. `install`. */
  readonly id: string;
  readonly title: string;
  readonly effect: Effect;
  readonly inputs: Later<I>;
  readonly after?: readonly (StepId | { readonly id: StepId })[];
  /** What it makes lives inside what that step made: gone when that is removed. */
  readonly within?: StepId | undefined;
  /** Toolchain executables `action` runs: they are made available first. */
  readonly tools?: readonly string[];
  readonly deadlineMs?: number;
  readonly action: Action<I, O>;
  /** Files its work takes from outside, found once it is done. */
  readonly carries?: NonNullable<Step<I, O>['carries']>;
}

/** A step with typed access to its future output. */
export interface StepHandle<I, O> extends Step<I, O> {
  /** The output, or one top-level member of it, as a Ref. */
  out(): Ref<O>;
  out<K extends keyof O & string>(key: K): Ref<O[K]>;
}

/** All a provider may use while planning; pure. */
export interface Kit {
  readonly platform: string;
  readonly environment: string;
  /** Name of the component being planned. */
  readonly component: string;
  step<I, O>(draft: StepDraft<I, O>): StepHandle<I, O>;
  /** An executable that the step's inputs depend on, by content. */
  tool(name: string): Ref<ToolArtefact>;
  /** A container image built or copied by the toolchain. */
  image(name: string): Ref<OciImage>;
  /** A folder or file of the catalog. */
  catalog(path: string): Tree;
  /** A folder or file beside the user's `platform.yaml`. */
  project(path: string): Tree;
  /** Text of a catalog or project file, read at plan time; empty where there is none. */
  text(tree: Tree): string;
  /** Names in a catalog or project folder, sorted. */
  names(tree: Tree): readonly string[];
}

/** Capabilities as data; nobody writes `if (id === '…')`. */
export interface Facts {
  readonly title: string;
  readonly provides?: readonly string[];
  readonly requires?: readonly string[];
  /** Earlier layers it rests on, where that is not all its layer may read: those left out need no component. */
  readonly reads?: readonly Layer[];
  /** What it needs of the machine Strata runs on: checked before any step starts. */
  readonly machine?: MachineNeed;
}

/** Needs of the machine Strata runs on. */
export interface MachineNeed {
  /** `linux`, as the operating system names itself. */
  readonly system?: string;
  readonly root?: true;
  readonly memoryBytes?: number;
  /** Free where the state folder lies. */
  readonly diskBytes?: number;
}

/** Turns one component's spec into steps; pure and synchronous. */
export interface Provider<L extends Layer = Layer, S = unknown> {
  /** = its folder name. */
  readonly id: string;
  readonly layer: L;
  /** JSON Schema (typebox) of `with`; parsed once at the edge, defaults filled in. */
  readonly spec: TSchema;
  readonly facts: Facts;
  readonly tools: readonly ToolNeed[];
  plan(spec: S, given: Given<L>, kit: Kit): { readonly steps: readonly Step[]; readonly publishes: Publishes<L> };
  /** What the component will put into a cluster, to be looked at before there is one; layers services and applications. */
  delivery?(spec: S, kit: Kit): Delivery;
  /** What later layers may depend on, known from the spec alone. */
  offers?(spec: S): Offers;
  /** What must be offered by earlier layers for this component to work there. */
  needs?(spec: S): readonly PairNeed[];
  /** Machines that can be asked before anything was run; layer infrastructure. */
  access?(spec: S, kit: Kit): readonly MachineAccess[];
  /** Machines the component asks for; layer infrastructure. */
  machines?(spec: S): readonly PlannedMachine[];
  /** The component as plain files of its tools, for a life without Strata; pure. `undefined` where this spec has no such form. */
  eject?(spec: S, given: Given<L>, kit: Kit, parts: EjectParts): Ejection | undefined;
}

/** Checks a provider against its layer's types. */
export const defineProvider = <L extends Layer, S>(provider: Provider<L, S>): Provider<L, S> => provider;

/** One entry of a layer in the user's definition. */
export interface Component {
  readonly name: string;
  readonly layer: Layer;
  /** Provider id. */
  readonly use: string;
  readonly with: unknown;
  readonly at: Span;
}
