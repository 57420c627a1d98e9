import type { Command, Failure, Output, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** A scan of a root filesystem that is not running. */
export interface Scan {
  /** Absolute path of the root. */
  readonly root: string;
  /** Absolute path of the data stream. */
  readonly datastream: string;
  /** Full id, `xccdf_…_profile_…`. */
  readonly profile: string;
  /** Where the results go: `results.xml` (XCCDF), `arf.xml`, `report.html`. Must exist. */
  readonly into: string;
  /** An empty folder the scanner may use; must exist. */
  readonly scratch: string;
}

/** Apt's library, which the scanner asks about packages, must not take the host's configuration and must not write into the root. */
const aptConfiguration = (scratch: string): string =>
  [
    'Dir::Etc::parts "/dev/null";',
    'Dir::Etc::main "/dev/null";',
    `Dir::Cache::pkgcache "${scratch}/pkgcache.bin";`,
    `Dir::Cache::srcpkgcache "${scratch}/srcpkgcache.bin";`,
    '',
  ].join('\n');

/** The command of a scan. */
export function scanCommand({ root, datastream, profile, into, scratch }: Scan): Command {
  return {
    tool: 'oscap',
    args: [
      'xccdf',
      'eval',
      '--profile',
      profile,
      '--results',
      `${into}/results.xml`,
      '--results-arf',
      `${into}/arf.xml`,
      '--report',
      `${into}/report.html`,
      datastream,
    ],
    env: { OSCAP_PROBE_ROOT: root, APT_CONFIG: `${scratch}/apt.conf` },
    deadlineMs: 600_000,
  };
}

/** Scans; rules that are not met are no failure of the scan. */
export async function scan(w: World, options: Scan): Promise<Result<void>> {
  const written = await w.write(`${options.scratch}/apt.conf`, aptConfiguration(options.scratch));
  if (!written.ok) return written;
  const ran = await w.change(scanCommand(options));
  if (!ran.ok) return ran;
  // oscap: 0 = all rules met, 1 = error, 2 = at least one rule not met.
  if (ran.value.code !== 0 && ran.value.code !== 2) return err(scanFailed(ran.value));
  return /dpkginfo_init has failed/.test(ran.value.stderr) ? err(packagesUnread) : ok(undefined);
}

/** Turns the rules that a scan found not met into an Ansible playbook. */
export async function writeRemediations(w: World, arf: string, profile: string, playbook: string): Promise<Result<void>> {
  const id = `xccdf_org.open-scap_testresult_${profile}`;
  const args = ['xccdf', 'generate', 'fix', '--fix-type', 'ansible', '--result-id', id, '--output', playbook, arf];
  const ran = await w.change({ tool: 'oscap', args, deadlineMs: 300_000 });
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(scanFailed(ran.value));
}

const scanFailed = (output: Output): Failure =>
  failure('tool-failed', 'OSCAP-FAILED', `oscap ended with ${output.code}: ${lastLines(output.stderr)}`, {
    say: 'Check that the scanner is 1.3 or newer and that the SCAP content fits it.',
    command: 'oscap --version',
  });

// Recorded from oscap 1.3.7: the scanner goes on and calls every rule about packages "not applicable".
const packagesUnread = failure(
  'tool-failed',
  'OSCAP-PACKAGES',
  "The scanner could not read the image's package database, so its result would be too good.",
  {
    say: 'Run again with a scanner built with the package probe (openscap-scanner of Debian 12 and newer has it).',
    command: 'strata doctor',
  },
);

const lastLines = (text: string): string =>
  text
    .trim()
    .split('\n')
    .filter((line) => !line.includes('not supported by'))
    .slice(-3)
    .join(' · ');
