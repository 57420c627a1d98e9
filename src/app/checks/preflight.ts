import { join } from 'node:path';
import { createCatalogReader } from '../../host/index.js';
import {
  type Component,
  type Diagnostic,
  err,
  layers,
  type MachineAccess,
  ok,
  type PreflightCheck,
  type PreflightReport,
  type Result,
} from '../../model/index.js';
import { type CheckEntry, CheckFile, type Where } from '../../preflight/index.js';
import { counts, fillWith, lookupIn, readData } from '../../prerequisites/index.js';
import { openPlatform, type Opened, type PlatformRequest } from '../definition-of.js';
import { lookingKit } from '../kit.js';
import { machinesOf, providerOf } from '../rehearsal/deliveries.js';
import type { Trouble } from '../trouble.js';
import { createLooker, type Looker } from './look.js';

/** One check as it is made: of one place, with its texts filled in. */
interface Made {
  readonly entry: CheckEntry;
  readonly component: string;
  readonly each: MachineAccess | undefined;
}

/** Checks of the catalog that are about the host, whatever the definition says. */
const everywhere = 'host.yaml';

/** Looks at everything that a machine can look at before anything is built. Changes nothing, and may be run again and again. */
export async function preflightChecks(
  request: PlatformRequest,
  told: (line: string) => void,
): Promise<Result<PreflightReport, Trouble>> {
  const opened = await openPlatform(request);
  if (!opened.ok) return opened;
  const { spec, sources } = opened.value;
  const machines = accessOf(opened.value);
  const gathered = gather(opened.value, machines);
  if (!gathered.ok) return err({ kind: 'invalid', diagnostics: gathered.error, sources });
  const looker = createLooker(opened.value, machines);
  const checks: PreflightCheck[] = [];
  for (const { component, title, made } of gathered.value) {
    if (made.length > 0) told(`looking at ${title}: ${made.length} checks`);
    checks.push(...(await Promise.all(made.map((one) => check(one, component, looker, opened.value)))));
  }
  return ok({ platform: spec.platform, environment: spec.environment, at: new Date().toISOString(), checks });
}

/** Machines by what is known of them before anything was run. */
function accessOf({ site, spec }: Opened): readonly MachineAccess[] {
  const reader = createCatalogReader(site.paths);
  const known = spec.components
    .filter(({ layer }) => layer === 'infrastructure')
    .flatMap((component) => providerOf(component)?.access?.(component.with, lookingKit(spec, component, reader)) ?? []);
  return known.length > 0 ? known : (machinesOf(spec) ?? []).map(({ name, role }) => ({ name, role, address: '' }));
}

interface Group {
  readonly component: Component | undefined;
  readonly title: string;
  readonly made: readonly Made[];
}

function gather({ site, spec }: Opened, machines: readonly MachineAccess[]): Result<readonly Group[], readonly Diagnostic[]> {
  const reader = createCatalogReader(site.paths);
  const ordered = layers.flatMap((layer) => spec.components.filter((one) => one.layer === layer));
  const problems: Diagnostic[] = [];
  const groups = [undefined, ...ordered].map((component): Group => {
    const name = component === undefined ? 'host' : `${component.layer}/${component.name}`;
    const path = join('checks', ...(component === undefined ? [everywhere] : [component.layer, `${component.use}.yaml`]));
    const text = reader.text(reader.tree('catalog', path));
    const read = text === '' ? ok({ kind: 'Checks' as const, checks: [] }) : readData(CheckFile, text, `catalog/${path}`);
    if (!read.ok) problems.push(...read.error);
    const entries: readonly CheckEntry[] = read.ok ? read.value.checks : [];
    const data = { ...spec, spec: component?.with };
    const applying = entries.filter((entry) => counts(entry, (path) => lookupIn(data, path)));
    return {
      component,
      title: name,
      made: applying.flatMap((entry) => placesOf(entry.on ?? 'once', machines).map((each) => ({ entry, component: name, each }))),
    };
  });
  return problems.length > 0 ? err(problems) : ok(groups);
}

const placesOf = (where: Where, machines: readonly MachineAccess[]): readonly (MachineAccess | undefined)[] => {
  if (where === 'once') return [undefined];
  return where === 'machines'
    ? machines
    : machines.filter(({ role }) => role === (where === 'workers' ? 'worker' : 'control-plane'));
};

async function check(
  { entry, component: name, each }: Made,
  component: Component | undefined,
  looker: Looker,
  { spec }: Opened,
): Promise<PreflightCheck> {
  const data = { platform: spec.platform, environment: spec.environment, spec: component?.with, each };
  const unknown: string[] = [];
  const fill = (text: string): string =>
    fillWith(
      text,
      (path) => lookupIn(data, path),
      (path) => unknown.push(path),
    );
  const filled = {
    id: `${name}/${entry.id}${each === undefined ? '' : `@${each.name}`}`,
    title: fill(entry.title),
    remedy: fill(entry.remedy),
  };
  const answers = (entry.answers ?? []).map((word) => `${name}/${word}`);
  const probe = looker.filled(entry.probe, fill);
  if (unknown.length > 0)
    return { ...filled, answers, verdict: 'not-checked', saw: `the definition does not say ${[...new Set(unknown)].join(', ')}` };
  const { met, saw } = await looker.look(probe, each);
  return { ...filled, answers, verdict: met === undefined ? 'not-checked' : met ? 'met' : 'not met', saw };
}
