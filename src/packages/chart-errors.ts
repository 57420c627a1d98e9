import { type Failure, failure, type Span } from '../model/index.js';

const at = (made: Failure, where: Span): Failure => ({ ...made, diagnostic: { ...made.diagnostic, where } });
const head = (file: string): Span => ({ file, line: 1, column: 1 });

/** The chart is not where the package says. */
export const chartMissing = (name: string, place: string): Failure =>
  failure('invalid', 'CHART-MISSING', `The chart of ${name} is not there: ${place}.`, {
    say: 'Correct spec.source.chart, or obtain the programs and data the catalog names.',
    command: 'strata doctor --install',
  });

/** The archive is not the one the package was written for. */
export const chartAltered = (file: string, wanted: string, found: string): Failure =>
  at(
    failure('corrupt', 'CHART-DIGEST-CHANGED', `The chart archive has digest ${found}, not ${wanted}.`, {
      say: 'Find out who changed it; where the change is meant, write the new digest into package.yaml.',
    }),
    head(file),
  );

/** An archive with entries that may not be unpacked. */
export const chartUnsafe = (file: string, entry: string): Failure =>
  at(
    failure(
      'refused',
      'CHART-ARCHIVE-UNSAFE',
      `The chart archive holds an entry that leaves its folder or is no plain file: ${entry.trim()}`,
      {
        say: 'Do not use the archive; pack the chart again from its sources with plain files only.',
      },
    ),
    head(file),
  );

/** Parts of a chart have not been put together yet. */
export const chartNotAssembled = (name: string): Failure =>
  failure('not-ready', 'CHART-NOT-ASSEMBLED', `The chart of ${name} has not been put together on this machine yet.`, {
    say: 'It is done when the package is rendered.',
    command: 'strata rehearse',
  });

/** A chart that would have to be fetched. */
export const chartRemote = (name: string): Failure =>
  failure('network', 'CHART-NOT-FETCHED', `The chart of ${name} is in a registry or a repository, and is not fetched here.`, {
    say: 'Pull it, put the archive beside package.yaml, and name it as `archive` with its digest.',
    command: 'helm pull oci://REGISTRY/CHART --version VERSION',
  });
