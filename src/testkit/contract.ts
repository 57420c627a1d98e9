import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { canonicalJson, fold, resolveInputs } from '../engine/index.js';
import type { Failure, Layer, Provider, ReadWorld, Result, Step, World } from '../model/index.js';
import { type ContractRule, contractRules } from './contract-rules.js';
import { memoryJournal } from './memory-journal.js';
import { proves } from './proves.js';
import { createPuppet, type Puppet } from './puppet-world.js';
import { runOnce } from './rig.js';
import { missingPromises, type SampleFiles, sampleGiven, type SampleKit, sampleKit } from './samples.js';

/** What a provider is tested with. */
export interface Contract<L extends Layer, S> {
  readonly provider: Provider<L, S>;
  /** The provider's folder, `import.meta.dirname`. */
  readonly folder: string;
  /** Values of `with`, by name; defaults are filled in. */
  readonly specs: Readonly<Record<string, unknown>>;
  /** Catalog and project files the plan reads. */
  readonly files?: SampleFiles;
  /** A machine whose tools are played well enough for whole runs; without it rules 5 to 8 and 11 are not checked here. */
  readonly machine?: () => Puppet;
  /** Rules that do not apply, each with its reason. */
  readonly skip?: readonly { readonly rule: ContractRule; readonly reason: string }[];
}

/** Tests a provider against the rules of all layers. */
export function contract<L extends Layer, S>(given: Contract<L, S>): void {
  describe(`contract of ${given.provider.layer}/${given.provider.id}`, () => {
    const rule = (number: ContractRule, check: () => void | Promise<void>): void => {
      const skipped = given.skip?.find((one) => one.rule === number);
      const title = `(${number}) ${contractRules[number]}`;
      if (skipped) test.skip(`${title}: ${skipped.reason}`, () => {});
      else test(title, check);
    };
    planRules(given, rule);
    emptyMachineRules(given, rule);
    if (given.machine) machineRules(given, given.machine, rule);
    rule(14, () => {
      expect(existsSync(given.folder) && readdirSync(given.folder)).toContain('readme.md');
      expect(existsSync(join(given.folder, 'index.ts'))).toBe(true);
    });
  });
}

type Rule = (number: ContractRule, check: () => void | Promise<void>) => void;

function planRules<L extends Layer, S>(given: Contract<L, S>, rule: Rule): void {
  rule(1, () => {
    proves({ provider: `${given.provider.layer}/${given.provider.id}`, level: 'rendered', what: 'its plan' });
    for (const spec of Object.values(given.specs)) expect(bytesOf(planned(given, spec))).toBe(bytesOf(planned(given, spec)));
  });
  rule(2, () => {
    for (const spec of Object.values(given.specs)) {
      const ids = planned(given, spec).steps.map((step) => step.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(
        planned(given, reordered(spec))
          .steps.map((step) => step.id)
          .sort(),
      ).toEqual([...ids].sort());
    }
  });
  rule(3, () => {
    for (const spec of Object.values(given.specs)) {
      expect(missingPromises(given.provider.layer, planned(given, spec).publishes)).toEqual([]);
    }
  });
  rule(10, () => {
    for (const spec of Object.values(given.specs)) {
      const silent = planned(given, spec).steps.filter((step) => step.effect === 'remote' && !step.action.verify);
      expect(silent.map((step) => step.id)).toEqual([]);
    }
  });
}

/** Steps of one spec, with the kit that made them. */
function planned<L extends Layer, S>({ provider, files }: Contract<L, S>, spec: unknown) {
  const kit: SampleKit = sampleKit(provider.layer, files);
  const filled: S = Value.Default(provider.spec, structuredClone(spec)) as S; // the schema is S's own; checked on the next line
  expect([...Value.Errors(provider.spec, filled)]).toEqual([]);
  const { steps, publishes } = provider.plan(filled, sampleGiven(provider.layer), kit);
  return { steps, publishes, all: [...kit.toolchain(), ...steps] };
}

const bytesOf = ({ steps, publishes }: { readonly steps: readonly Step[]; readonly publishes: unknown }): string =>
  canonicalJson({
    steps: steps.map(({ id, title, effect, inputs, after }) => ({ id, title, effect, inputs, after })),
    publishes,
  });

/** The same data with the members of every object in reverse order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reordered(member)]),
  );
}

/** What happens where no tool is installed and nothing answers: everything is a failure, told well. */
function emptyMachineRules<L extends Layer, S>(given: Contract<L, S>, rule: Rule): void {
  rule(4, async () => {
    for (const spec of Object.values(given.specs)) {
      const puppet = createPuppet();
      await eachCall(given, spec, puppet, async (step, want, reader) => void (await step.action.observe(want, reader)));
      expect(puppet.state.deeds).toEqual([]);
    }
  });
  rule(9, async () => {
    for (const spec of Object.values(given.specs)) {
      await eachCall(given, spec, createPuppet(), async (step, want, reader, world) => {
        toldWell(await step.action.observe(want, reader));
        toldWell(await step.action.apply(want, undefined, world));
      });
    }
  });
  rule(12, async () => {
    const declared = given.provider.tools.map((need) => need.tool);
    for (const spec of Object.values(given.specs)) {
      const puppet = createPuppet();
      await eachCall(given, spec, puppet, async (step, want, reader, world) => {
        await step.action.observe(want, reader);
        await step.action.apply(want, undefined, world);
      });
      expect([...puppet.state.called].filter((tool) => !declared.includes(tool))).toEqual([]);
    }
  });
  rule(13, async () => {
    for (const spec of Object.values(given.specs)) {
      const scope = { signal: AbortSignal.abort(), emit: () => {} };
      await eachCall(given, spec, createPuppet(), async (step, want, _, __, puppet) => {
        await step.action.observe(want, puppet.reader(scope));
        await step.action.apply(want, undefined, puppet.world(scope));
      });
    }
  });
}

type Call = (step: Step, want: unknown, reader: ReadWorld, world: World, puppet: Puppet) => Promise<void>;

/** Calls each step whose inputs are known without an earlier one of the same provider. */
async function eachCall<L extends Layer, S>(given: Contract<L, S>, spec: unknown, puppet: Puppet, call: Call): Promise<void> {
  const { steps, all } = planned(given, spec);
  const scope = { signal: new AbortController().signal, emit: () => {} };
  const outputs = new Map<Step['id'], unknown>();
  for (const step of all.filter((one) => !steps.includes(one))) {
    const made = await step.action.observe({}, puppet.reader(scope));
    if (made.ok) outputs.set(step.id, made.value);
  }
  for (const step of steps) {
    const want = resolveInputs(step.id, step.inputs, outputs);
    if (want.ok) await call(step, want.value, puppet.reader(scope), puppet.world(scope), puppet);
  }
}

function toldWell(result: Result<unknown>): void {
  for (let failure: Failure | undefined = result.ok ? undefined : result.error; failure; failure = failure.cause) {
    expect(failure.diagnostic.code).toMatch(/^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$/);
    expect(failure.diagnostic.message).not.toBe('');
    expect(failure.diagnostic.remedies.every((remedy) => remedy.say !== '')).toBe(true);
  }
}

/** Whole runs on a played machine. */
function machineRules<L extends Layer, S>(given: Contract<L, S>, machine: () => Puppet, rule: Rule): void {
  const eachSpec = async (check: (steps: readonly Step[]) => Promise<void>): Promise<void> => {
    for (const spec of Object.values(given.specs)) await check(planned(given, spec).all);
  };
  rule(5, () => {
    proves({ provider: `${given.provider.layer}/${given.provider.id}`, level: 'puppet', what: 'whole runs' });
    return eachSpec(async (steps) => {
      const puppet = machine();
      const journal = memoryJournal();
      expect((await runOnce({ steps, worlds: puppet, journal })).run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
      const second = await runOnce({ steps, worlds: puppet, journal });
      expect(second.plan.steps.filter((step) => step.verdict !== 'keep')).toEqual([]);
    });
  });
  rule(6, () =>
    eachSpec(async (steps) => {
      const puppet = machine();
      const journal = memoryJournal();
      await runOnce({ steps, worlds: puppet, journal });
      const deeds = puppet.state.deeds.length;
      await runOnce({ steps, worlds: puppet, journal });
      expect(puppet.state.deeds.slice(deeds)).toEqual([]);
    }),
  );
  rule(7, () => eachSpec((steps) => killedEverywhere(steps, machine)));
  rule(8, () =>
    eachSpec(async (steps) => {
      const puppet = machine();
      const held = new Set(puppet.state.files.keys());
      const journal = memoryJournal();
      await runOnce({ steps, worlds: puppet, journal });
      const before = journal.bytes();
      for (let times = 0; times < 2; times += 1) {
        // The second time as if the end of the journal were lost: all is recorded as there, and is gone.
        const gone = await runOnce({ steps, worlds: puppet, journal: memoryJournal(before), mode: 'destroy' });
        expect(gone.run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
      }
      expect([...puppet.state.daemons.keys()]).toEqual([]);
      const { state, cache } = puppet.state.paths;
      const made = [...puppet.state.files.keys()].filter((path) => !held.has(path));
      expect(made.filter((path) => ![state, cache].some((root) => path.startsWith(`${root}/`)))).toEqual([]);
    }),
  );
  rule(11, () =>
    eachSpec(async (steps) => {
      const puppet = machine();
      const told = JSON.stringify((await runOnce({ steps, worlds: puppet })).events);
      for (const [name, value] of puppet.state.secrets) expect(told.includes(value), `secret ${name}`).toBe(false);
    }),
  );
}

/** Kills of one plan: a plan of hundreds of deeds is killed after every few of them, the first and the last included. */
const kills = 24;

async function killedEverywhere(steps: readonly Step[], machine: () => Puppet): Promise<void> {
  const whole = machine();
  await runOnce({ steps, worlds: whole });
  const last = whole.state.deeds.length;
  const count = Math.min(last, kills);
  const moments = new Set(
    Array.from({ length: count }, (_, at) => (count === 1 ? last : 1 + Math.round((at * (last - 1)) / (count - 1)))),
  );
  for (const deeds of moments) {
    const puppet = machine();
    const journal = memoryJournal();
    const died = puppet.dieAfter(deeds);
    await Promise.race([runOnce({ steps, worlds: puppet, journal, concurrency: 1 }), died]);
    const rest = memoryJournal(journal.durableBytes());
    const resumed = await runOnce({ steps, worlds: puppet.reborn(), journal: rest });
    expect(resumed.run, `killed after deed ${deeds}`).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    expect(fold(resumed.events).verdict).toBe('ok');
  }
}
