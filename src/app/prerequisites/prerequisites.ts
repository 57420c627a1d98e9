import { join } from 'node:path';
import { createCatalogReader } from '../../host/index.js';
import {
  type Component,
  type Diagnostic,
  err,
  layers,
  ok,
  type PlannedMachine,
  type PrerequisiteReport,
  type Result,
  type Situation,
} from '../../model/index.js';
import {
  ActionTable,
  EntryFile,
  evaluate,
  own,
  OwnerFile,
  OwnOwnerFile,
  type Owning,
  readData,
  schedule,
  type Stated,
} from '../../prerequisites/index.js';
import { openPlatform, type Opened, type PlatformRequest } from '../definition-of.js';
import type { RunWatch } from '../held.js';
import { machinesOf, renderSpec } from '../rehearsal/deliveries.js';
import { composeAt } from '../site.js';
import { type Trouble, troubleOf } from '../trouble.js';
import { derivedFrom } from './derived.js';
import { toolchainNeeds } from './toolchain.js';

/** For which situation, and from which day on. */
export interface PrerequisitesRequest extends PlatformRequest {
  readonly situation: Situation;
  /** ISO date of the first day; today where absent. */
  readonly start?: string | undefined;
}

const folder = 'prerequisites';

/** Derives from the definition everything that somebody has to grant or provide, with the date each can be there. */
export async function prerequisites(
  request: PrerequisitesRequest,
  watch: RunWatch,
): Promise<Result<PrerequisiteReport, Trouble>> {
  const opened = await openPlatform(request);
  if (!opened.ok) return opened;
  const { site, spec, sources } = opened.value;
  const reader = createCatalogReader(site.paths);
  const read: Reader = (root, path) => reader.text(reader.tree(root, path));
  const refuse = (diagnostics: readonly Diagnostic[]) => err({ kind: 'invalid' as const, diagnostics, sources });
  const owning = readOwners(read);
  if (!owning.ok) return refuse(owning.error);
  const told = tellAll(opened.value, request.situation, { read, names: (path) => reader.names(reader.tree('catalog', path)) });
  if (told.problems.length > 0) return refuse(told.problems);
  const rendered = await renderSpec(site, spec, watch);
  if (!rendered.ok) return err({ ...troubleOf(rendered.error), sources });
  const composed = composeAt(site, spec, 'ask');
  if (!composed.ok) return err({ ...troubleOf(composed.error), sources });
  const derived = rendered.value.components.flatMap(({ component, delivery }) =>
    derivedFrom(`${component.layer}/${component.name}`, [...delivery.bootstrap, ...delivery.packages]),
  );
  const stated = [...told.stated, ...derived, ...toolchainNeeds(site.toolchain, composed.value.steps)].filter(
    ({ kind }) => kind !== 'egress' || request.situation !== 'air-gapped',
  );
  const start = request.start ?? new Date().toISOString().slice(0, 10);
  const all = own(stated, owning.value, request.situation);
  const holidays = [...(owning.value.catalog.holidays ?? []), ...(owning.value.own.holidays ?? [])];
  const planned = schedule(all, { start, holidays });
  if (!planned.ok) return refuse([planned.error]);
  const owners = { ...owning.value.catalog.owners, ...owning.value.own.owners };
  const used = new Set(all.map(({ owner }) => owner));
  return ok({
    platform: spec.platform,
    environment: spec.environment,
    situation: request.situation,
    start,
    ready: planned.value.ready,
    critical: planned.value.critical,
    items: planned.value.items,
    owners: [...used].sort().map((name) => {
      const { title = name, contact } = owners[name] ?? {};
      return { name, title, ...(contact !== undefined && { contact }) };
    }),
    silent: told.silent,
  });
}

type Reader = (root: 'catalog' | 'project', path: string) => string;

function readOwners(read: Reader): Result<Owning, readonly Diagnostic[]> {
  const file = `${folder}/owners.yaml`;
  const catalog = readData(OwnerFile, read('catalog', file), `catalog/${file}`);
  if (!catalog.ok) return catalog;
  const text = read('project', 'prerequisites.yaml');
  const mine = text.trim() === '' ? ok({}) : readData(OwnOwnerFile, text, 'prerequisites.yaml');
  return mine.ok ? ok({ catalog: catalog.value, own: mine.value }) : mine;
}

interface Told {
  readonly stated: readonly Stated[];
  readonly problems: readonly Diagnostic[];
  readonly silent: readonly string[];
}

interface Catalog {
  readonly read: Reader;
  names(path: string): readonly string[];
}

/** What the catalog says each component's product needs. */
function tellAll({ spec }: Opened, situation: Situation, catalog: Catalog): Told {
  const machines = machinesOf(spec) ?? [];
  const parts = layers
    .flatMap((layer) => spec.components.filter((one) => one.layer === layer))
    .map((component) =>
      tell(component, { platform: spec.platform, environment: spec.environment, machines, situation, catalog }),
    );
  return {
    stated: parts.flatMap((one) => one.stated),
    problems: parts.flatMap((one) => one.problems),
    silent: parts.flatMap((one) => one.silent),
  };
}

interface Surroundings {
  readonly platform: string;
  readonly environment: string;
  readonly machines: readonly PlannedMachine[];
  readonly situation: Situation;
  readonly catalog: Catalog;
}

function tell(component: Component, { catalog, ...around }: Surroundings): Told {
  const name = `${component.layer}/${component.name}`;
  const path = join(folder, component.layer, `${component.use}.yaml`);
  const text = catalog.read('catalog', path);
  if (text === '') return { stated: [], problems: [], silent: [name] };
  const file = `catalog/${path}`;
  const data = readData(EntryFile, text, file);
  if (!data.ok) return { stated: [], problems: data.error, silent: [] };
  const problems: Diagnostic[] = [];
  const { stated, problems: found } = evaluate(
    data.value,
    {
      ...around,
      component: name,
      spec: component.with,
      module: (module) =>
        catalog
          .names(module)
          .filter((one) => one.endsWith('.tf') || one.endsWith('.pkr.hcl'))
          .map((one) => catalog.read('catalog', `${module}/${one}`)),
      table: (table) => {
        const read = readData(ActionTable, catalog.read('catalog', table), `catalog/${table}`);
        if (read.ok) return read.value;
        problems.push(...read.error);
        return undefined;
      },
    },
    { file, line: 1, column: 1 },
  );
  return { stated, problems: [...problems, ...found], silent: [] };
}
