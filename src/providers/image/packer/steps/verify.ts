import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Action, Failure, ReadWorld, Result, World } from '../../../../model/index.js';
import { err, ok, secretRef } from '../../../../model/index.js';
import { unmountAll } from '../../../../tools/network/index.js';
import { mountOverlay } from '../../../../tools/nspawn/index.js';
import { askMachine, changeMachine, type SshTarget } from '../../../../tools/ssh/index.js';
import type { Check } from '../catalog-data.js';
import { inOrder } from '../commands.js';
import { imageCorrupt, machineSilent } from '../errors.js';
import { makeKey, placeKeys } from '../keys.js';
import { boot, tearDown, type Throwaway, throwaway } from '../machine.js';
import { inCache, keyOf, workFolder } from '../places.js';
import { type CheckResult, judgeProbes, probeClaims, probeScript } from '../probes.js';

/** Which image is booted, and what is looked at. */
export interface VerifyWant {
  /** Relative to the cache. */
  readonly folder: string;
  readonly user: string;
  readonly checks: readonly Check[];
}

/** What was found. */
export interface VerifyGot {
  /** File of the results, relative to the cache. */
  readonly results: string;
  readonly passed: number;
  readonly failed: number;
}

const Results = Type.Array(
  Type.Object({
    id: Type.String(),
    title: Type.String(),
    controls: Type.Array(Type.String()),
    verdict: Type.Union([Type.Literal('pass'), Type.Literal('fail')]),
    seen: Type.Optional(Type.String()),
  }),
);

const resultsOf = ({ folder, checks }: VerifyWant): string =>
  `${folder}/evidence/verify-${keyOf(checks.map((check) => JSON.stringify(check)))}.json`;

/** Boots the image on a throw-away copy and looks at it as its users will find it. */
export const verify: Action<VerifyWant, VerifyGot> = {
  async observe(want, w) {
    const path = resultsOf(want);
    const results = await readResults(w, path);
    // Failed checks are looked at again: the image may have been mended by hand, or the machine was too slow.
    if (!results.ok || results.value === undefined) return results.ok ? ok(undefined) : results;
    const got = count(path, results.value);
    return ok(got.failed === 0 ? got : undefined);
  },
  diff: (want, got) => (got === undefined ? [{ what: 'verification', to: `${want.checks.length} checks` }] : []),
  async apply(want, _got, w) {
    const machine = await throwaway(w, 'verify');
    if (!machine.ok) return machine;
    const work = workFolder(w, 'verify');
    const clear = () =>
      inOrder(
        () => tearDown(w, machine.value),
        () => unmountAll(w, `${work}/root`),
        () => w.remove(work),
      );
    const cleared = await clear();
    if (!cleared.ok) return cleared;
    const results = await look(w, want, machine.value, work);
    const ended = await clear();
    if (!results.ok) return results;
    if (!ended.ok) return ended;
    const path = resultsOf(want);
    const kept = await w.write(inCache(w, path), `${JSON.stringify(results.value, null, 1)}\n`);
    return kept.ok ? ok(count(path, results.value)) : kept;
  },
  async verify(_want, { results }, w) {
    const read = await readResults(w, results);
    if (!read.ok || read.value === undefined) return [{ claim: 'The checks left their results', verdict: 'fail' }];
    const digest = await w.digest(inCache(w, results));
    const kept =
      digest === undefined
        ? []
        : [
            {
              claim: `${read.value.length} checks on the booted image are kept`,
              verdict: 'pass' as const,
              artefact: { path: results, digest },
            },
          ];
    return [...probeClaims(read.value), ...kept];
  },
  async remove(_got, w) {
    const machine = await throwaway(w, 'verify');
    if (!machine.ok) return machine;
    const work = workFolder(w, 'verify');
    return inOrder(
      () => tearDown(w, machine.value),
      () => unmountAll(w, `${work}/root`),
      () => w.remove(work),
    );
  },
};

const count = (results: string, all: readonly CheckResult[]): VerifyGot => ({
  results,
  passed: all.filter(({ verdict }) => verdict === 'pass').length,
  failed: all.filter(({ verdict }) => verdict === 'fail').length,
});

async function readResults(w: ReadWorld, path: string): Promise<Result<readonly CheckResult[] | undefined>> {
  const text = await w.read(inCache(w, path));
  if (!text.ok || text.value === undefined) return text.ok ? ok(undefined) : text;
  const results: unknown = JSON.parse(text.value);
  return Value.Check(Results, results) ? ok(results) : err(imageCorrupt(path));
}

/** Boots a copy-on-write root and asks. */
async function look(w: World, want: VerifyWant, machine: Throwaway, work: string): Promise<Result<readonly CheckResult[]>> {
  const overlay = {
    lower: `${inCache(w, want.folder)}/rootfs`,
    upper: `${work}/upper`,
    work: `${work}/work`,
    root: `${work}/root`,
  };
  const prepared = await inOrder(
    ...['upper', 'work', 'root', 'keys'].map((name) => () => w.makeDirectory(`${work}/${name}`, name === 'keys' ? 0o700 : 0o755)),
    () => mountOverlay(w, machine.machine, overlay),
  );
  if (!prepared.ok) return prepared;
  const login = await makeKey(w, `${work}/keys/login`);
  if (!login.ok) return login;
  const host = await makeKey(w, `${work}/keys/host`);
  if (!host.ok) return host;
  const key = secretRef('image-verify-key');
  const kept = await keepSecret(w, key, login.value.path);
  if (!kept.ok) return kept;
  const placed = await placeKeys(w, overlay.root, want.user, { login: login.value, host: host.value });
  if (!placed.ok) return placed;
  const addresses = await boot(w, machine, overlay.root, 'yes');
  if (!addresses.ok) return addresses;
  const target: SshTarget = {
    name: machine.machine,
    address: addresses.value.machine,
    ssh: { user: want.user, port: 22, key, hostKey: host.value.publicKey },
  };
  const up = await settled(w, target);
  if (!up.ok) return up;
  const answered = await changeMachine(w, target, {
    what: 'checking the image',
    script: probeScript(want.checks),
    deadlineMs: 120_000,
  });
  return answered.ok ? judgeProbes(want.checks, answered.value) : answered;
}

async function keepSecret(w: World, key: ReturnType<typeof secretRef>, path: string): Promise<Result<void>> {
  const text = await w.read(path);
  if (!text.ok) return text;
  return w.keep(key, text.value ?? '');
}

/** Waits until systemd inside has started what it will start; `degraded` is for the checks to judge. */
async function settled(w: World, target: SshTarget): Promise<Result<void>> {
  const deadline = w.now().getTime() + 90_000;
  let said: Failure | undefined;
  while (w.now().getTime() < deadline && !w.signal.aborted) {
    const state = await askMachine(w, target, {
      what: 'waiting for the machine',
      script: 'systemctl is-system-running --wait || true\n',
      deadlineMs: 60_000,
    });
    if (state.ok) return ok(undefined);
    said = state.error;
    await w.pause(500);
  }
  return err(machineSilent(target.name, said?.diagnostic.message ?? 'cancelled'));
}
