import { type ErrorPage, type Failure, failure, type FailureKind, type Remedy, type Span } from '../model/index.js';

const placed = (kind: FailureKind, code: string, message: string, where: Span, ...remedies: [Remedy, ...Remedy[]]): Failure => {
  const made = failure(kind, code, message, ...remedies);
  return { ...made, diagnostic: { ...made.diagnostic, where } };
};

const start = (file: string): Span => ({ file, line: 1, column: 1 });

/** No key was given with which encrypted files could be opened. */
export const noKey = (): Failure =>
  failure('invalid', 'SECRETS-NO-KEY', 'No age key is known here: SOPS_AGE_KEY_FILE is not set, and none is kept.', {
    say: 'Name the file that holds your key, or make a first one.',
    command: 'strata secrets key --out age.key',
  });

/** The file of keys is not there. */
export const keyFileMissing = (file: string): Failure =>
  failure('invalid', 'SECRETS-KEY-MISSING', `The key file ${file} does not exist.`, {
    say: 'Correct SOPS_AGE_KEY_FILE, or bring the key back.',
  });

/** Others on this machine could read the key. */
export const keyFileOpen = (file: string, mode: number): Failure =>
  placed(
    'refused',
    'SECRETS-KEY-OPEN',
    `The key file may be read by others: its mode is ${mode.toString(8).padStart(4, '0')}, not 0600.`,
    start(file),
    { say: 'Take the rights of others away; where others could read it, rotate it too.', command: `chmod 600 ${file}` },
  );

/** A line that is no X25519 key of age; the line itself is not repeated. */
export const badKey = (where: Span): Failure =>
  placed('invalid', 'SECRETS-KEY-BAD', 'This is no age key (AGE-SECRET-KEY-1…), or it was copied wrong.', where, {
    say: 'Use a file as age-keygen or `strata secrets key` writes it; keys with a passphrase, of plugins or of SSH are not read.',
  });

/** The definition names a file that is not there. */
export const fileMissing = (file: string, where?: Span): Failure =>
  placed('invalid', 'SECRETS-FILE-MISSING', `There is no file ${file} beside the definition.`, where ?? start(file), {
    say: 'Encrypt one there, or correct the name.',
    command: `sops edit ${file}`,
  });

/** Clear text where there must be none. */
export const notEncrypted = (where: Span, what: string): Failure =>
  placed('refused', 'SECRETS-NOT-ENCRYPTED', `${what} in clear.`, where, {
    say: 'Encrypt the file before it is committed, and replace what was readable.',
    command: `sops encrypt --in-place ${where.file}`,
  });

/** A file that is no YAML, or whose sops metadata cannot be understood. */
export const unreadable = (where: Span, why: string): Failure =>
  placed('invalid', 'SECRETS-UNREADABLE', `The encrypted file cannot be read: ${why}.`, where, {
    say: 'Restore the file as sops wrote it.',
  });

/** No key that is known here opens the file. */
export const wrongKey = (where: Span, recipients: readonly string[], own: readonly string[]): Failure =>
  placed(
    'refused',
    'SECRETS-WRONG-KEY',
    `The file is encrypted to ${recipients.join(', ') || 'no age key'}; the keys known here are ${own.join(', ')}.`,
    where,
    { say: 'Use the key of one of its recipients, or ask one of them to add yours.', command: `sops updatekeys ${where.file}` },
  );

/** A reference to a value that the file does not have. */
export const valueMissing = (where: Span, key: string, known: readonly string[]): Failure =>
  placed('invalid', 'SECRETS-NO-SUCH-VALUE', `The file has no value '${key}'; it has ${known.join(', ') || 'none'}.`, where, {
    say: 'Correct what follows # in the reference, or add the value with sops.',
  });

/** A reference that does not have the form of one. */
export const badReference = (text: string, where: Span): Failure =>
  placed('invalid', 'SECRETS-BAD-REFERENCE', `'${text}' does not name a value of an encrypted file.`, where, {
    say: 'Write secrets/NAME.enc.yaml#VALUE: a file in the folder secrets, and one of its values.',
  });

/** Only a Secret can be delivered as it is. */
export const noSecretObject = (where: Span, kind: string): Failure =>
  placed('invalid', 'SECRETS-NOT-A-SECRET', `Only a Secret of Kubernetes can be delivered encrypted; this is ${kind}.`, where, {
    say: 'Write it as a Secret with stringData, and encrypt that with --encrypted-regex "^(data|stringData)$".',
  });

const page = (code: string, title: string, explanation: string, remedy: string, example?: string): ErrorPage => ({
  code,
  title,
  explanation,
  remedy,
  ...(example === undefined ? {} : { example }),
});

/** What `strata explain` says of these. */
export const pages: readonly ErrorPage[] = [
  page(
    'SECRETS-NOT-ENCRYPTED',
    'A value that must be encrypted is in clear',
    'Files in the folder `secrets` are committed and delivered as they are. A value that sops did not encrypt would be readable in git and in the delivered tree.',
    'Encrypt the file with sops. If it was committed or sent already, the value is known to others: replace it.',
    'stringData:\n  password: hunter2   # in clear',
  ),
  page(
    'SECRETS-WRONG-KEY',
    'No key that is known here opens the file',
    'An encrypted file lists whom it was encrypted to. None of the keys in the key file belongs to one of these recipients.',
    'Take the right key, or have somebody whose key opens the file add your recipient to .sops.yaml and run `sops updatekeys`.',
  ),
  page(
    'SECRETS-KEY-OPEN',
    'The key file may be read by others',
    'A private key that others can read opens every file for them. Strata reads only a key file with mode 0600 or less.',
    'chmod 600, and `strata secrets rotate` if others had the chance to read it.',
  ),
];
