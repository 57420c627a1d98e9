import { table, visible } from './cells.js';

/** Applications of a definition. */
export type AppsResult = readonly {
  readonly name: string;
  readonly file: string;
  readonly shows: Readonly<Record<string, string>>;
}[];

/** One line per application. */
export function renderApps(apps: AppsResult): string {
  if (apps.length === 0) return 'no applications\n';
  const columns = [...new Set(apps.flatMap(({ shows }) => Object.keys(shows)))];
  const rows = apps.map(({ name, file, shows }) => [
    name,
    ...columns.map((column) => visible(shows[column] ?? '')),
    visible(file),
  ]);
  return `${table(['application', ...columns, 'entry'], rows).join('\n')}\n`;
}

/** The same for programs. */
export const appsDocument = (apps: AppsResult): object => ({
  apiVersion: 'strata.dev/v1alpha1',
  kind: 'ApplicationList',
  applications: apps.map(({ name, file, shows }) => ({ name, file, ...shows })),
});
