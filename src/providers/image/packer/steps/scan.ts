import { Value } from 'typebox/value';
import type { Action, ReadWorld, Result, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { parseResults, scan as runScan, writeRemediations } from '../../../../tools/oscap/index.js';
import type { TailoredRule } from '../catalog-data.js';
import { inOrder } from '../commands.js';
import { imageCorrupt } from '../errors.js';
import { inCache, keyOf, workFolder } from '../places.js';
import { ScanSummary, scanClaims, summarise } from '../summary.js';

/** What is scanned, against what. */
export interface ScanWant {
  /** Folder of the base or the image, relative to the cache. */
  readonly folder: string;
  /** Data stream, relative to the cache. */
  readonly datastream: string;
  readonly sha256: string;
  /** Full id of the profile. */
  readonly profile: string;
  readonly tailoring: readonly TailoredRule[];
  /** Folder of the scan to compare with. */
  readonly before?: string;
}

/** A finished scan. */
export interface ScanGot {
  /** Holds `arf.xml`, `report.html`, `remediations.yml`, `summary.json`; relative to the cache. */
  readonly evidence: string;
  readonly score: number;
  readonly pass: number;
  readonly fail: number;
}

const evidenceOf = ({ folder, sha256, profile, tailoring }: ScanWant): string =>
  `${folder}/evidence/scan-${keyOf({ sha256, profile, tailoring: tailoring.map((rule) => ({ ...rule })) })}`;

/** Scans a root filesystem that is not running, and keeps what an assessor asks for. */
export const scan: Action<ScanWant, ScanGot> = {
  async observe(want, w) {
    const evidence = evidenceOf(want);
    const summary = await readSummary(w, evidence);
    return summary.ok ? ok(summary.value && got(evidence, summary.value)) : summary;
  },
  diff: (want, seen) => (seen === undefined ? [{ what: 'scan', to: want.profile }] : []),
  async apply(want, _got, w) {
    const evidence = evidenceOf(want);
    const work = workFolder(w, `scan ${want.folder}`);
    const scanned = await inOrder(
      () => w.remove(work),
      () => w.makeDirectory(`${work}/scratch`),
      () => w.makeDirectory(`${work}/evidence`),
      () =>
        runScan(w, {
          root: inCache(w, `${want.folder}/rootfs`),
          datastream: inCache(w, want.datastream),
          profile: want.profile,
          into: `${work}/evidence`,
          scratch: `${work}/scratch`,
        }),
      () => writeRemediations(w, `${work}/evidence/arf.xml`, want.profile, `${work}/evidence/remediations.yml`),
      () => summariseInto(w, want, `${work}/evidence`),
      () => w.remove(inCache(w, evidence)),
      () => w.makeDirectory(inCache(w, `${want.folder}/evidence`)),
      () => w.rename(`${work}/evidence`, inCache(w, evidence)),
      () => w.remove(work),
    );
    if (!scanned.ok) return scanned;
    const summary = await readSummary(w, evidence);
    if (!summary.ok) return summary;
    return summary.value === undefined ? err(imageCorrupt(evidence)) : ok(got(evidence, summary.value));
  },
  async verify(want, { evidence }, w) {
    // The scan before hardening is a measure, not a claim.
    if (want.before === undefined) return [];
    const [before, after] = [await readSummary(w, want.before), await readSummary(w, evidence)];
    if (!after.ok || after.value === undefined) return [{ claim: 'The scan left its results', verdict: 'fail' }];
    const [score, ...open] = scanClaims(before.ok ? before.value : undefined, after.value);
    const files = await Promise.all(
      ['arf.xml', 'report.html'].map(async (file) => ({
        path: `${evidence}/${file}`,
        digest: await w.digest(inCache(w, `${evidence}/${file}`)),
      })),
    );
    const kept = files.flatMap(({ path, digest }) =>
      digest === undefined
        ? []
        : [{ claim: `The scan's results are kept as ${path}`, verdict: 'pass' as const, artefact: { path, digest } }],
    );
    return [...(score === undefined ? [] : [score]), ...open, ...kept];
  },
};

const got = (evidence: string, { score, counts }: ScanSummary): ScanGot => ({
  evidence,
  score,
  pass: counts.pass,
  fail: counts.fail,
});

async function summariseInto(w: World, want: ScanWant, folder: string): Promise<Result<void>> {
  const xml = await w.read(`${folder}/results.xml`);
  if (!xml.ok) return xml;
  const results = parseResults(xml.value ?? '');
  if (!results.ok) return results;
  // The ARF holds the same results, and the content they refer to.
  const removed = await w.remove(`${folder}/results.xml`);
  if (!removed.ok) return removed;
  return w.write(`${folder}/summary.json`, `${JSON.stringify(summarise(results.value, want.tailoring), null, 1)}\n`);
}

/** The summary of a finished scan; `undefined` where there is none. */
export async function readSummary(w: ReadWorld, evidence: string): Promise<Result<ScanSummary | undefined>> {
  const text = await w.read(inCache(w, `${evidence}/summary.json`));
  if (!text.ok || text.value === undefined) return text.ok ? ok(undefined) : text;
  const summary: unknown = JSON.parse(text.value);
  return Value.Check(ScanSummary, summary) ? ok(summary) : err(imageCorrupt(evidence));
}
