import type { Diagnostic, Span } from './diagnostic.js';
import type { Json } from './ids.js';
import type { Result } from './result.js';
import type { World } from './world.js';

/** An object of the Kubernetes API. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** An object with the file it was rendered from. */
export interface RenderedObject {
  readonly object: KubeObject;
  /** File it comes from (a chart's template, a manifest), with the line where one is known, else 1. */
  readonly from: Span;
  /** Objects of a lower stage are applied, and their Jobs done, before those of a higher one; 0 is the first. */
  readonly stage: number;
}

/** A program that is run beside the simulated cluster in place of a workload's pods. */
export interface RehearsedProgram {
  /** Name in the toolchain. */
  readonly tool: string;
  /** `${port:NAME}` becomes a free port on loopback, `${folder:NAME}` a folder of its own. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Workload it stands for: `Deployment/namespace/name`. */
  readonly for: string;
  /** Secrets (`namespace/name`) laid into a folder, as kubelet would. */
  readonly mounts?: readonly { readonly secret: string; readonly folder: string }[];
  /** Services (`namespace/name`) whose traffic from the API server goes to one of its ports. */
  readonly serves?: readonly { readonly service: string; readonly port: number; readonly to: string }[];
}

/** What a controller that cannot run here would report; shown as played, never as proven. */
export interface PlayedStatus {
  readonly apiVersion: string;
  readonly kind: string;
  readonly status: Json;
  /** Put on the object first: the mark by which its controller, where one runs, leaves it alone. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Wait for the controller's own first word, so that what it makes of the object is there. */
  readonly after?: 'report';
}

/** When an object of a kind counts as healthy, in CEL. */
export interface HealthRule {
  readonly apiVersion: string;
  readonly kind: string;
  readonly current: string;
  readonly failed?: string | undefined;
}

/** A file that a delivery publishes beside its tree. */
export interface Archive {
  /** Name by which the delivery's objects know it. */
  readonly name: string;
  /** Absolute path on this machine. */
  readonly file: string;
  readonly digest: string;
  readonly size: number;
}

/** How another controller installs a package's objects, out of objects that the delivering one applies. */
export interface Installation {
  /** Program that does it, e.g. `helm-controller`. */
  readonly controller: string;
  /** Object whose Ready condition says that it is done. */
  readonly reports: { readonly apiVersion: string; readonly kind: string; readonly namespace: string; readonly name: string };
  /** What the delivering controller applies in place of the package's own objects; the package's namespace may be among them. */
  readonly objects: readonly RenderedObject[];
  /** As whom it applies the package's objects. */
  readonly appliedBy: Applier;
  /** What it installs from, where no registry or repository serves that. */
  readonly archive?: Archive;
}

/** A core service or an application, rendered. */
export interface RenderedPackage {
  readonly name: string;
  readonly version?: string;
  readonly namespace?: string;
  /** The user's entry that chose it. */
  readonly at?: Span;
  /** Its package.yaml. */
  readonly file: Span;
  readonly provides: readonly string[];
  readonly requires: readonly string[];
  /** Packages that must be ready before it, sorted: declared and computed. */
  readonly after: readonly string[];
  readonly objects: readonly RenderedObject[];
  /** Where not the delivering controller itself applies the objects. */
  readonly installation?: Installation;
  readonly health: readonly HealthRule[];
  readonly programs: readonly RehearsedProgram[];
  readonly plays: readonly PlayedStatus[];
}

/** Where the tree of a delivery can be fetched. */
export interface ServedTree {
  /** Plain HTTP address of a tar.gz of `files`. */
  readonly url: string;
  readonly digest: string;
  readonly size: number;
  readonly revision: string;
}

/** An object to apply, with a status to write where the object's owner is Strata itself. */
export interface Told {
  readonly object: KubeObject;
  readonly status?: Json;
}

/** Who applies objects. */
export interface Applier {
  /** Name under which the API server keeps its fields. */
  readonly manager: string;
  /** Labels and annotations, by name, that it adds to each object by itself. */
  readonly adds?: readonly string[];
}

/** What a component puts into a cluster, complete. */
export interface RenderedDelivery {
  /** In an order they can be brought up in. */
  readonly packages: readonly RenderedPackage[];
  /** What must be there first, applied by Strata itself: the delivering controller, its kinds, its namespace. */
  readonly bootstrap: readonly RenderedPackage[];
  /** The tree the controllers fetch: texts by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Warnings and errors found in the rendered objects. */
  readonly problems: readonly Diagnostic[];
  /** Objects that make the delivering controller take the tree; empty where there is none. Archives are given by name. */
  tell(tree: ServedTree, at: Date, archives?: ReadonlyMap<string, ServedTree>): readonly Told[];
  /** As whom the delivering controller applies the packages' objects; absent where Strata itself does. */
  readonly appliedBy?: Applier;
  /** Object whose Ready condition says that a package is there; absent where no controller reports one. */
  reports?(packageName: string): {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
  };
}

/** An image as far as it is known before it is built. */
export interface KnownImage {
  readonly ref: string;
  readonly digest?: string;
}

/** What rendering needs from its surroundings. */
export interface RenderParts {
  /** Version of Kubernetes that is rendered for, e.g. `v1.37.2`. */
  readonly kubernetes: string;
  /** Images of the toolchain by name. */
  image(name: string): KnownImage | undefined;
  /** Where the user set a value of a package, or, without a path, chose the package. */
  place?(packageName: string, path: readonly string[]): Span | undefined;
}

/** What a component of services or applications will put into the cluster, to be looked at before there is one. */
export interface Delivery {
  /** Toolchain artefacts that rendering reads or runs: they are made available first. */
  readonly tools: readonly string[];
  /** Found without rendering. */
  readonly problems: readonly Diagnostic[];
  /** Renders; writes nothing but the cache. */
  render(parts: RenderParts, w: World): Promise<Result<RenderedDelivery>>;
}

/** A machine as the definition asks for it. */
export interface PlannedMachine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly cpus?: number;
  readonly memoryBytes?: number;
}
