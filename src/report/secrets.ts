import { table, visible } from './cells.js';

/** An encrypted file as a report knows it: never a value. */
interface ListedSecret {
  readonly name: string;
  readonly values: readonly string[];
  readonly recipients: readonly string[];
  readonly lastModified: string;
  readonly ageDays: number;
  readonly opens: boolean | 'no-key';
}

const opening = (opens: ListedSecret['opens']): string => (opens === 'no-key' ? 'no key here' : opens ? 'yes' : 'no');

/** One line per file. */
export function renderSecrets({ secrets }: { readonly secrets: readonly ListedSecret[] }): string {
  if (secrets.length === 0) return 'There is no encrypted file in secrets/.\n';
  const rows = secrets.map((one) => [
    visible(one.name),
    visible(one.values.join(', ')),
    visible(one.recipients.join(', ')),
    `${one.ageDays} d`,
    opening(one.opens),
  ]);
  return `${table(['name', 'values', 'recipients', 'age', 'opens'], rows).join('\n')}\n`;
}

/** What was turned to which key. */
export const renderRotated = (done: {
  readonly recipient: string;
  readonly dropped: readonly string[];
  readonly files: readonly string[];
  readonly rules: readonly string[];
  readonly keyFile: string;
}): string =>
  [
    `${done.files.length} files are encrypted to ${done.recipient}: ${done.files.map(visible).join(', ')}`,
    `the old key is dropped: ${done.dropped.join(', ')}`,
    ...(done.rules.length === 0 ? [] : [`new files too: ${done.rules.join(', ')}`]),
    `key file: ${visible(done.keyFile)}`,
    'History still opens with the old key: where that was lost to others, replace the values as well.',
    '',
  ].join('\n');
