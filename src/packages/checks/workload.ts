import type { RenderedObject } from '../../model/index.js';
import type { Amount } from './quantities.js';

/** A machine with what it offers to pods. */
export interface NodeCapacity extends Amount {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  /** Pods it may hold; 110 where nothing is said, as kubelet has it. */
  readonly pods?: number;
}

/** Pods of one object that are alike. */
export interface Workload {
  readonly package: string;
  readonly name: string;
  readonly kind: string;
  readonly one: RenderedObject;
  readonly spec: unknown;
  readonly each: Amount;
  /** On every machine it may run on, where it is a DaemonSet. */
  readonly count: number | 'each-machine';
  /** Each on another machine. */
  readonly apart: boolean;
}
