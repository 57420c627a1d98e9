import { edgesOf, type RunSummary } from '../engine/index.js';
import { type MachineFacts, machineFacts } from '../host/index.js';
import { type Diagnostic, err, ok, type Result, type Spec, type Step } from '../model/index.js';
import { providers } from '../providers/registry.js';
import { discardDamaged, examineToolchain, type NamedNeed, type ToolchainReport } from '../toolchain/index.js';
import { openPlatform, type PlatformRequest } from './definition-of.js';
import { ownWorld, type RunWatch } from './held.js';
import { obtain } from './obtain.js';
import { preflight } from './preflight.js';
import { composeAt, quietReader } from './site.js';
import { type Trouble, troubleOf } from './trouble.js';

/** How closely to look, and whether to mend. */
export interface DoctorOptions extends PlatformRequest {
  /** Obtains what is missing; may install system packages. */
  readonly install?: boolean;
  /** Reads every byte of what is in the cache again. */
  readonly verify?: boolean;
}

/** What this machine has and lacks for a platform. */
export interface DoctorResult {
  readonly platform: string;
  readonly environment: string;
  readonly machine: MachineFacts;
  /** What this machine cannot carry; empty where all is well. */
  readonly problems: readonly Diagnostic[];
  readonly toolchain: ToolchainReport;
  /** How obtaining went, where it was asked for. */
  readonly summary?: RunSummary;
}

/** Looks at the machine and the toolchain; changes nothing unless asked to install. */
export async function doctor(options: DoctorOptions, watch: RunWatch): Promise<Result<DoctorResult, Trouble>> {
  const opened = await openPlatform(options);
  if (!opened.ok) return opened;
  const { site, spec, sources } = opened.value;
  const composed = composeAt(site, spec, options.install === true ? 'install' : 'ask');
  if (!composed.ok) return err({ ...troubleOf(composed.error), sources });
  const { steps } = composed.value;
  const needs = needsOf(spec, steps);
  if (options.install === true && options.verify === true) {
    const found = await examineToolchain(quietReader(site.host), site.toolchain, { ...needs, depth: 'thorough' });
    const cleared = await discardDamaged(ownWorld(site), site.toolchain, found);
    if (!cleared.ok) return err(troubleOf(cleared.error));
  }
  const obtained = options.install === true ? await obtain(site, spec, steps.filter(isToolchain), watch) : ok(undefined);
  if (!obtained.ok) return err(troubleOf(obtained.error));
  const fit = await preflight(spec, site.paths.state);
  const toolchain = await examineToolchain(quietReader(site.host), site.toolchain, {
    ...needs,
    depth: options.verify === true ? 'thorough' : 'quick',
  });
  return ok({
    platform: spec.platform,
    environment: spec.environment,
    machine: await machineFacts(site.paths.state),
    problems: fit.ok ? [] : troubleOf(fit.error).diagnostics,
    toolchain,
    ...(obtained.value && { summary: obtained.value }),
  });
}

const isToolchain = (step: Step): boolean => step.id.startsWith('toolchain/');

/** Who needs what: as the providers say, and as their steps refer to it. */
function needsOf(
  spec: Spec,
  steps: readonly Step[],
): { readonly tools: readonly NamedNeed[]; readonly images: readonly { readonly image: string; readonly by: string }[] } {
  const referred = steps
    .filter((step) => !isToolchain(step))
    .flatMap((step) =>
      edgesOf(step).map((edge) => ({ step, kind: edge.split('/')[1], name: edge.split('/').slice(2).join('/'), edge })),
    )
    .filter(({ edge }) => edge.startsWith('toolchain/'));
  const component = (step: Step): string => step.id.split('/').slice(0, 2).join('/');
  const chosen = (tool: string): boolean => referred.some(({ kind, name }) => kind === 'tool' && name === tool);
  const said = spec.components.flatMap(({ layer, name, use }) => {
    const provider = providers.find((one) => one.id === use && one.layer === layer);
    const needs = (provider?.tools ?? []).filter(({ tool, choice }) => choice !== true || chosen(tool));
    return needs.map(({ tool, why }) => ({ tool, why, by: `${layer}/${name}` }));
  });
  const more = referred.filter(({ kind, name }) => kind === 'tool' && !said.some((need) => need.tool === name));
  return {
    tools: [...said, ...unique(more.map(({ step, name }) => ({ tool: name, by: component(step), why: step.title })))],
    images: unique(
      referred.filter(({ kind }) => kind === 'image').map(({ step, name }) => ({ image: name, by: component(step) })),
    ),
  };
}

const unique = <T>(list: readonly T[]): readonly T[] => [...new Map(list.map((one) => [JSON.stringify(one), one])).values()];
