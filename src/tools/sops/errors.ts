import { type ErrorPage, type Failure, failure } from '../../model/index.js';

const at = (made: Failure, file: string): Failure => ({
  ...made,
  diagnostic: { ...made.diagnostic, where: { file, line: 1, column: 1 } },
});

/** The file was changed by other means than sops. */
export const macWrong = (file: string): Failure =>
  at(
    failure('corrupt', 'SECRETS-TAMPERED', 'The file was changed after it was encrypted: it does not match its MAC.', {
      say: 'Find out who changed it; restore it from history, or enter its values again.',
      command: `git log -p -- ${file}`,
    }),
    file,
  );

/** None of the keys opens it. */
export const keyUseless = (file: string): Failure =>
  at(
    failure('refused', 'SECRETS-KEY-USELESS', 'sops could not open the file with the keys it was given.', {
      say: 'Take the key of one of its recipients; a file whose list of recipients was edited by hand can be opened by nobody.',
      command: 'strata secrets list',
    }),
    file,
  );

/** sops ended in a way that nothing else explains. */
export const refused = (file: string, code: number, why: string): Failure =>
  at(
    failure('tool-failed', 'SECRETS-SOPS-FAILED', `sops ended with ${code}: ${why}`, {
      say: 'Try sops itself on the file.',
      command: `sops decrypt ${file}`,
    }),
    file,
  );

/** What sops printed is not what was asked for. */
export const notJson = (file: string): Failure =>
  at(
    failure(
      'tool-failed',
      'SECRETS-SOPS-OUTPUT',
      'sops did not print JSON; what it printed is not shown, since it may be secret.',
      {
        say: 'Use the version of sops that the toolchain pins.',
        command: 'strata doctor',
      },
    ),
    file,
  );

/** What `strata explain` says of these. */
export const pages: readonly ErrorPage[] = [
  {
    code: 'SECRETS-TAMPERED',
    title: 'An encrypted file does not match its MAC',
    explanation:
      'sops keeps a MAC over all values of a file, the clear ones included. It does not match: a value was changed, moved or removed by hand.',
    remedy: 'Look at the history of the file. Restore the last version that holds, or enter the values again with `sops edit`.',
  },
];
