import type { ErrorPage, Failure, Span } from '../model/index.js';
import { failure } from '../model/index.js';
import { placed } from './errors.js';

/** A chart's folder has no Chart.yaml. */
export const chartMissing = (where: Span, folder: string): Failure =>
  placed(
    failure('invalid', 'CHART-MISSING', `There is no chart in ${folder}: it has no readable Chart.yaml.`, {
      say: 'Correct source.chart of the package, or have pinned files fetched again.',
      command: 'strata doctor --install',
    }),
    where,
  );

/** An archive that is not the one that was pinned. */
export const chartChanged = (where: Span, what: string, wanted: string, found: string): Failure =>
  placed(
    failure('corrupt', 'CHART-CHANGED', `${what} has digest ${found}, not ${wanted}.`, {
      say: 'If the change was meant, look through it and write the new digest into package.yaml; else bring the old file back.',
    }),
    where,
  );

/** An archive with an entry that has no business in a chart. */
export const archiveRefused = (where: Span, why: string): Failure =>
  placed(
    failure('refused', 'CHART-ARCHIVE-REFUSED', `The chart's archive is not unpacked: ${why}.`, {
      say: 'Take the chart from its maker again, or make the archive anew from files you know.',
    }),
    where,
  );

/** A dependency that is switched on and not there. */
export const dependencyMissing = (where: Span, chart: string, name: string): Failure =>
  placed(
    failure('invalid', 'CHART-DEPENDENCY-MISSING', `Chart ${chart} uses chart ${name}, which is not in its charts folder.`, {
      say: 'Switch it off with the value its condition names, or lay it in with source.chart.charts.',
    }),
    where,
  );

/** A values file that is no mapping. */
export const valuesInvalid = (where: Span, why: string): Failure =>
  placed(
    failure('invalid', 'CHART-VALUES-INVALID', `The values of the package cannot be used: ${why}.`, {
      say: 'values.yaml must be one YAML mapping.',
    }),
    where,
  );

/** What `strata explain` says of these codes. */
export const chartPages: readonly ErrorPage[] = [
  {
    code: 'CHART-MISSING',
    title: 'A package names a chart that is not there',
    explanation: 'source.chart of package.yaml leads to a folder without a readable Chart.yaml.',
    remedy: 'Correct the folder, or have the toolchain fetch the pinned files again.',
  },
  {
    code: 'CHART-CHANGED',
    title: 'A chart archive is not the pinned one',
    explanation: 'The digest of the file differs from the one in package.yaml. Nothing of it was unpacked.',
    remedy: 'Compare the file with its source; write the new digest only if the change was meant.',
  },
  {
    code: 'CHART-ARCHIVE-REFUSED',
    title: 'A chart archive could write outside of its folder',
    explanation:
      'Before unpacking, every entry is looked at: absolute paths, `..`, links, device files, very large or very many entries are refused, and nothing is written.',
    remedy: 'Take the archive from its maker again.',
  },
  {
    code: 'CHART-DEPENDENCY-MISSING',
    title: 'A chart depends on another that is not there',
    explanation: 'Chart.yaml names a dependency whose condition holds (or that has none), and charts/ does not hold it.',
    remedy: 'Switch the dependency off by its condition, or lay the chart in with source.chart.charts.',
  },
  {
    code: 'CHART-VALUES-INVALID',
    title: 'The values beside a chart are no mapping',
    explanation: 'values.yaml of the package is not YAML, or its document is not a mapping.',
    remedy: 'Correct the file at the place that is named.',
  },
];
