import { type MachineFacts, machineFacts } from '../host/index.js';
import { err, type Failure, failure, ok, type Result, type Spec } from '../model/index.js';
import { providers } from '../providers/registry.js';

const gibibyte = 1024 ** 3;

/** Refuses before any step starts what this machine cannot carry; every reason at once. */
export async function preflight(spec: Spec, stateFolder: string): Promise<Result<void>> {
  const facts = await machineFacts(stateFolder);
  const failures = spec.components.flatMap((component) => {
    const provider = providers.find((p) => p.id === component.use && p.layer === component.layer);
    const need = provider?.facts.machine;
    return need === undefined ? [] : unmet(facts, need, `${component.layer} '${component.name}'`);
  });
  const unique = [...new Map(failures.map((one) => [one.diagnostic.code, one])).values()];
  const chained = unique.reduceRight<Failure | undefined>((cause, one) => (cause ? { ...one, cause } : one), undefined);
  return chained === undefined ? ok(undefined) : err(chained);
}

type Need = NonNullable<(typeof providers)[number]['facts']['machine']>;

function unmet(facts: MachineFacts, need: Need, who: string): readonly Failure[] {
  const found: Failure[] = [];
  if (need.system !== undefined && facts.system !== need.system) {
    found.push(
      failure('invalid', 'MACHINE-SYSTEM', `${who} runs on ${need.system}; this machine is ${facts.system}.`, {
        say: 'Run Strata on a Linux machine, or choose an environment that does not build machines here.',
      }),
    );
  }
  if (need.root && facts.uid !== 0) {
    found.push(
      failure(
        'invalid',
        'MACHINE-NOT-ROOT',
        `${who} makes bridges, mounts and machines, which only root may; this is user ${facts.uid}.`,
        { say: 'Run the same command as root.', command: 'sudo ./strata up' },
      ),
    );
  }
  const { memoryBytes = 0, diskBytes = 0 } = need;
  if (facts.availableMemoryBytes < memoryBytes) {
    found.push(
      failure(
        'exhausted',
        'MACHINE-MEMORY',
        `${who} needs ${size(memoryBytes)} of memory; ${size(facts.availableMemoryBytes)} of ${size(facts.memoryBytes)} are available.`,
        { say: 'Stop other programs, or define fewer machines.' },
      ),
    );
  }
  if (facts.freeDiskBytes < diskBytes) {
    found.push(
      failure('exhausted', 'MACHINE-DISK', `${who} needs ${size(diskBytes)} of disk; ${size(facts.freeDiskBytes)} are free.`, {
        say: 'Free space, or set STRATA_CACHE to a larger disk.',
      }),
    );
  }
  return found;
}

const size = (bytes: number): string => `${(bytes / gibibyte).toFixed(1)} GiB`;
