import { Value } from 'typebox/value';
import type { Claim, ReadWorld, Result, World } from '../../../../../model/index.js';
import { ok } from '../../../../../model/index.js';
import { parseGoss } from '../../../../../tools/goss/index.js';
import { parseInspec } from '../../../../../tools/inspec/index.js';
import { parseResults } from '../../../../../tools/oscap/index.js';
import { acceptedBy } from '../../conflicts.js';
import { inCache } from '../../places.js';
import { CheckReport, reportOfGoss, reportOfInspec, reportOfScan } from '../../report.js';
import { scanClaims, summarise } from '../../summary.js';
import type { ImageWant } from './want.js';

const files = { scan: 'scan.json', checks: 'checks.json' } as const;

/** Brings what scanner and runner wrote into one form, beside what they wrote. What is missing stays missing. */
export async function normalise(w: World, want: ImageWant, results: string): Promise<Result<void>> {
  const scanned = await w.read(`${results}/results.xml`);
  if (!scanned.ok) return scanned;
  const scan = scanned.value === undefined ? undefined : parseResults(scanned.value);
  if (scan?.ok) {
    const summary = summarise(scan.value, [...want.tailoring, ...acceptedBy(want.deviations)]);
    const kept = await writeAll(w, results, { [files.scan]: reportOfScan(scan.value), 'summary.json': summary });
    if (!kept.ok) return kept;
  }
  const checked = await w.read(`${results}/${want.runner === 'goss' ? 'goss' : 'inspec'}.json`);
  if (!checked.ok) return checked;
  const report = checked.value === undefined ? undefined : reportOf(want, checked.value);
  return report === undefined ? ok(undefined) : writeAll(w, results, { [files.checks]: report });
}

function reportOf({ runner, checks }: ImageWant, json: string): CheckReport | undefined {
  if (runner === 'goss') {
    const results = parseGoss(json);
    return results && reportOfGoss(checks, results);
  }
  const controls = parseInspec(json);
  return controls && reportOfInspec(checks, controls);
}

async function writeAll(w: World, folder: string, bodies: Readonly<Record<string, unknown>>): Promise<Result<void>> {
  for (const [name, body] of Object.entries(bodies)) {
    const written = await w.write(`${folder}/${name}`, `${JSON.stringify(body, null, 1)}\n`);
    if (!written.ok) return written;
  }
  return ok(undefined);
}

/** What scan and checks prove of the image; nothing seen is `not-checked`, never a pass. */
export async function evidenceClaims(w: ReadWorld, want: ImageWant, evidence: string): Promise<readonly Claim[]> {
  return [...(await scanned(w, want, evidence)), ...(await checked(w, want, evidence))];
}

async function scanned(w: ReadWorld, want: ImageWant, evidence: string): Promise<readonly Claim[]> {
  const xml = await w.read(inCache(w, `${evidence}/results.xml`));
  const scan = xml.ok && xml.value !== undefined ? parseResults(xml.value) : undefined;
  if (!scan?.ok) return [unseen(`The image is scanned against ${want.profile}`)];
  const claims = scanClaims(undefined, summarise(scan.value, [...want.tailoring, ...acceptedBy(want.deviations)]));
  return [...claims, ...(await kept(w, `${evidence}/arf.xml`, "The scan's results are kept"))];
}

async function checked(w: ReadWorld, want: ImageWant, evidence: string): Promise<readonly Claim[]> {
  const path = `${evidence}/${files.checks}`;
  const text = await w.read(inCache(w, path));
  const report: unknown = text.ok && text.value !== undefined ? JSON.parse(text.value) : undefined;
  if (!Value.Check(CheckReport, report)) return [unseen(`${want.checks.length} checks hold on the image`)];
  const claims = report.results.map(({ title, outcome, controls, seen }): Claim => {
    const verdict = outcome === 'pass' ? 'pass' : outcome === 'fail' ? 'fail' : 'not-checked';
    const what = seen === undefined ? title : `${title} (seen: ${seen.replaceAll('\n', ' ⏎ ')})`;
    return { claim: what, verdict, ...(controls.length > 0 && { controls }) };
  });
  return [...claims, ...(await kept(w, path, `${report.results.length} checks by ${report.tool} are kept`))];
}

const unseen = (claim: string): Claim => ({ claim: `${claim}: no result of it is on this machine`, verdict: 'not-checked' });

async function kept(w: ReadWorld, path: string, claim: string): Promise<readonly Claim[]> {
  const digest = await w.digest(inCache(w, path));
  return digest === undefined ? [] : [{ claim, verdict: 'pass', artefact: { path, digest } }];
}
