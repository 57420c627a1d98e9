import type { Span } from '../../model/index.js';
import type { Placed } from './index-objects.js';
import { sayObject } from './names.js';

/** What one package makes and another needs. */
export type Reason =
  | 'kind'
  | 'namespace'
  | 'secret'
  | 'config-map'
  | 'account'
  | 'service'
  | 'webhook'
  | 'storage-class'
  | 'priority-class'
  | 'runtime-class'
  | 'ingress-class'
  | 'gateway-class'
  | 'issuer'
  | 'role'
  | 'declared';

/** An object, or a package's file, as one end of an edge. */
export interface EdgeEnd {
  readonly object: string;
  readonly at: Span;
}

/** One package must be ready before another, and why. */
export interface Edge {
  readonly before: string;
  readonly after: string;
  readonly reason: Reason;
  /** The reason as a sentence with both objects in it. */
  readonly why: string;
  readonly producer: EdgeEnd;
  readonly consumer: EdgeEnd;
  /** False where it is only better so: such an edge gives way rather than close a cycle. */
  readonly firm: boolean;
}

/** Something an object cannot do without. */
export interface Need {
  readonly by: Placed;
  readonly reason: Exclude<Reason, 'webhook' | 'declared'>;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** False where it only should be there first. */
  readonly firm: boolean;
}

/** An object as the end of an edge. */
export const endOf = ({ one, namespace }: Placed): EdgeEnd => ({ object: sayObject(one.object, namespace), at: one.from });

/** Where something is written, for sentences. */
export const sayPlace = (span: Span): string => `${span.file}:${span.line}`;
