import type { Diagnostic } from './diagnostic.js';
import type { Layer } from './layer.js';

/** How a package's own controller took part in a rehearsal. */
export type Part = 'real' | 'played' | 'none';

/** One package, as a rehearsal saw it. */
export interface RehearsedPackage {
  readonly name: string;
  readonly version?: string;
  readonly layer: Layer;
  readonly after: readonly string[];
  /** Objects that the real API server took, of all it has. */
  readonly applied: number;
  readonly objects: number;
  /** `ready`: its controller said so; `skipped`: a package before it failed. */
  readonly verdict: 'ready' | 'failed' | 'skipped';
  /** Milliseconds from the start of the rehearsal. */
  readonly startedMs?: number;
  readonly readyMs?: number;
  /** `real`: a program of it ran; `played`: its pods or statuses were simulated; `none`: it has neither. */
  readonly part: Part;
  /** Programs that ran for real. */
  readonly programs: readonly string[];
  /** Sums of what its pods request. */
  readonly requests: { readonly cpu: number; readonly memoryBytes: number; readonly pods: number; readonly storageBytes: number };
}

/** A machine with what the scheduler put on it. */
export interface RehearsedNode {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  /** Cores and bytes it offers. */
  readonly cpu: number;
  readonly memoryBytes: number;
  /** Cores and bytes requested on it. */
  readonly usedCpu: number;
  readonly usedMemoryBytes: number;
  readonly pods: number;
}

/** Something a rehearsal looked at. */
export interface RehearsalCheck {
  readonly subject: 'objects' | 'order' | 'admission' | 'capacity' | 'versions' | 'upgrade' | 'images' | 'layers';
  readonly claim: string;
  readonly verdict: 'pass' | 'fail' | 'not-checked';
}

/** A stretch of the rehearsal on the clock. */
export interface RehearsalPhase {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** What a rehearsal found; the page, the JSON and the exit code are made from it. */
export interface RehearsalReport {
  readonly format: 'strata.dev/rehearsal/v1';
  readonly platform: string;
  readonly environment: string;
  readonly at: string;
  readonly verdict: 'pass' | 'fail';
  readonly kubernetes: string;
  /** Started with a control plane that was kept from before. */
  readonly warm: boolean;
  readonly totalMs: number;
  readonly phases: readonly RehearsalPhase[];
  readonly packages: readonly RehearsedPackage[];
  readonly nodes: readonly RehearsedNode[];
  readonly checks: readonly RehearsalCheck[];
  readonly problems: readonly Diagnostic[];
  /** What no rehearsal proves, and what this one did not, in full sentences. */
  readonly notProven: readonly string[];
}
