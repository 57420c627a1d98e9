import { type Digest, err, ok, type Plan, type Result } from '../model/index.js';
import { digestOf, isPlainObject } from './canonical.js';
import { planDamaged, planVersionUnknown } from './errors.js';
import { planContent, planVersion } from './plan.js';

/** A plan as a file. */
export const renderPlan = (plan: Plan): string => `${JSON.stringify(plan, null, 2)}\n`;

/** Reads a saved plan; one that was changed after it was made no longer has its own id and is refused. */
export function parsePlan(text: string): Result<Plan> {
  const value = parsed(text);
  if (isPlainObject(value) && typeof value.apiVersion === 'string' && value.apiVersion !== planVersion) {
    return err(planVersionUnknown(value.apiVersion, planVersion));
  }
  if (!isPlan(value)) return err(planDamaged('it is not a plan'));
  const id: Digest = digestOf(planContent(value));
  return id === value.id ? ok(value) : err(planDamaged('it was changed after it was made'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told as "not a plan"
  }
}

function isPlan(value: unknown): value is Plan {
  if (!isPlainObject(value) || !Array.isArray(value.steps)) return false;
  const texts = ['apiVersion', 'id', 'spec', 'platform', 'environment'].every((name) => typeof value[name] === 'string');
  return texts && value.steps.every(isPlannedStep);
}

function isPlannedStep(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const texts = ['id', 'title', 'effect', 'verdict'].every((name) => typeof value[name] === 'string');
  return texts && Array.isArray(value.after) && Array.isArray(value.changes);
}
