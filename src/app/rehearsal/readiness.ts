import type { KubeObject } from '../../model/index.js';
import { conditionOf, field, textAt } from './fields.js';

/** How far a package is, by what its controller says of it. */
export type Progress =
  | { readonly state: 'ready' }
  /** `settled`: the controller has tried and will only try the same again. */
  | { readonly state: 'waiting'; readonly reason: string; readonly message: string; readonly settled: boolean };

const waiting = (reason: string, message: string, settled = false): Progress => ({ state: 'waiting', reason, message, settled });

/** Reason of our own for a controller that is at work on the objects. */
export const applying = 'Applying';

/** Reasons a controller gives while it has not yet come to a result of its own. */
const unsettled = new Set([
  '',
  applying,
  'Progressing',
  'ProgressingWithRetry',
  'DependencyNotReady',
  'ArtifactFailed',
  'NotReported',
]);

/** Whether a controller is busy with the objects themselves, which takes its time where they are many; it waits for nobody. */
export function isAtWork(report: KubeObject): boolean {
  const ready = conditionOf(report, 'Ready');
  // While it waits for health, it says so in a condition of its own (kustomize-controller v1.9.5).
  const waitsForHealth = conditionOf(report, 'Healthy')?.status === 'Unknown';
  return ready?.status === 'Unknown' && ready.reason === 'Progressing' && !waitsForHealth;
}

/** Reads the Ready condition of the object that reports on a package. */
export function progressOf(report: KubeObject | undefined): Progress {
  if (report === undefined) return waiting('NotReported', 'nothing reports on it yet');
  const ready = conditionOf(report, 'Ready');
  if (ready === undefined) return waiting('', 'its controller has not looked at it yet');
  const current = field(report, 'status', 'observedGeneration') === field(report, 'metadata', 'generation');
  if (ready.status === 'True' && current) return { state: 'ready' };
  if (isAtWork(report)) return waiting(applying, ready.message);
  return waiting(ready.reason, ready.message, !unsettled.has(ready.reason));
}

const count = (object: KubeObject, ...path: readonly string[]): number => {
  const found = field(object, ...path);
  return typeof found === 'number' ? found : 0;
};

/** Whether a workload has every pod it asks for; other kinds have none and count as ready. */
export function isWorkloadReady(object: KubeObject): boolean {
  const wanted = field(object, 'spec', 'replicas');
  const replicas = typeof wanted === 'number' ? wanted : 1;
  switch (object.kind) {
    case 'Deployment':
      return count(object, 'status', 'availableReplicas') >= replicas;
    case 'StatefulSet':
      return count(object, 'status', 'readyReplicas') >= replicas;
    case 'DaemonSet':
      return (
        field(object, 'status', 'observedGeneration') !== undefined &&
        count(object, 'status', 'numberReady') >= count(object, 'status', 'desiredNumberScheduled')
      );
    case 'Job':
      return conditionOf(object, 'Complete')?.status === 'True';
    default:
      return true;
  }
}

export const isWorkload = (object: KubeObject): boolean =>
  ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(object.kind) && textAt(object, 'apiVersion') !== '';
