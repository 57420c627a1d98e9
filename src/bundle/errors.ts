import { type Failure, failure } from '../model/index.js';

/** The folder or file is no bundle. */
export const notABundle = (where: string, why: string): Failure =>
  failure('corrupt', 'BUNDLE-UNREADABLE', `${where} cannot be read as a bundle: ${why}.`, {
    say: 'Take the bundle from where it was made again, and compare the digests on the way.',
  });

/** A part of the bundle's own description does not have its form. */
export const malformed = (what: string, why: string): Failure =>
  failure('corrupt', 'BUNDLE-MALFORMED', `${what} does not have the form of a bundle: ${why}.`, {
    say: 'Take the bundle from where it was made again, and compare the digests on the way.',
  });

/** A link, device, pipe or anything else that is no plain file. */
export const notPlain = (path: string, what: string): Failure =>
  failure('refused', 'BUNDLE-NOT-A-FILE', `${path} is ${what}; a bundle holds plain files only.`, {
    say: 'Do not use this bundle: it was not made by Strata, or was changed.',
  });

/** A path that would leave its folder, or means something else elsewhere. */
export const badPath = (item: string, path: string, why: string): Failure =>
  failure('refused', 'BUNDLE-PATH', `A path in ${item} ${why}: ${JSON.stringify(path.slice(0, 120))}.`, {
    say: 'Do not use this bundle: it was not made by Strata, or was changed.',
  });

/** Two entries under one name. */
export const twice = (item: string, path: string, like: string): Failure =>
  failure(
    'refused',
    'BUNDLE-TWICE',
    `${item} names ${JSON.stringify(path)} and ${JSON.stringify(like)}, which are one name to some file systems.`,
    {
      say: 'Do not use this bundle: which of the two counts would differ from machine to machine.',
    },
  );

/** More than is ever needed: counts and sizes are limited before anything is read. */
export const tooMuch = (what: string, count: number, limit: number): Failure =>
  failure('refused', 'BUNDLE-TOO-MUCH', `The bundle has ${what}: ${count}, and the limit is ${limit}.`, {
    say: 'Do not use this bundle: it would fill memory or disk.',
  });

/** A type of content that bundles do not hold. */
export const strangeType = (item: string, type: string): Failure =>
  failure(
    'refused',
    'BUNDLE-MEDIA-TYPE',
    `${item} holds content of type ${JSON.stringify(type.slice(0, 120))}, which bundles do not have.`,
    {
      say: 'Do not use this bundle, or use the version of Strata that made it.',
    },
  );

/** Bytes changed. */
export const changed = (what: string, want: string, got: string): Failure =>
  failure('corrupt', 'BUNDLE-CHANGED', `${what} was changed: its content should be ${want} and is ${got}.`, {
    say: 'Take the bundle from where it was made again, and compare the digests on the way.',
  });

/** The size differs from what the index says. */
export const wrongSize = (what: string, want: number, got: number): Failure =>
  failure('corrupt', 'BUNDLE-SIZE', `${what} should have ${want} bytes and has ${got}.`, {
    say: 'Take the bundle from where it was made again, and compare the digests on the way.',
  });

/** One digest with two sizes: the index lies about one of them. */
export const twoSizes = (what: string, other: string): Failure =>
  failure('corrupt', 'BUNDLE-SIZE-CONFLICT', `${what} and ${other} are the same content by digest but not by size.`, {
    say: 'Take the bundle from where it was made again, and compare the digests on the way.',
  });

/** Something the index names is not there. */
export const absent = (what: string): Failure =>
  failure('corrupt', 'BUNDLE-INCOMPLETE', `${what} is missing from the bundle.`, {
    say: 'Copy all of it; where it was being made, run the same command again: it goes on.',
  });

/** Something nobody named lies in the bundle. */
export const stranger = (path: string): Failure =>
  failure('refused', 'BUNDLE-STRANGER', `${path} lies in the bundle, but its index does not name it.`, {
    say: 'Remove what does not belong there, or take the bundle from where it was made again.',
  });

/** Nobody signed it. */
export const unsigned = (): Failure =>
  failure('refused', 'BUNDLE-UNSIGNED', 'The bundle carries no signature.', {
    say: 'Have it signed where it is made, with --key; or say --allow-unsigned if you know where it comes from.',
  });

/** Signed, but nothing to check it with. */
export const noKey = (): Failure =>
  failure('invalid', 'BUNDLE-NO-KEY', 'The bundle is signed, but no public key was given to check the signature with.', {
    say: 'Give the public key of its makers with --key; a key inside a bundle would prove nothing.',
  });

/** The signature is not of this key, or not of this content. */
export const wrongSignature = (why: string): Failure =>
  failure('refused', 'BUNDLE-SIGNATURE', `The signature does not hold: ${why}.`, {
    say: 'Do not use the bundle unless its makers tell you of another key.',
  });

/** Its time is over. */
export const expired = (expires: string, now: string): Failure =>
  failure('refused', 'BUNDLE-EXPIRED', `The bundle expired at ${expires}; by the clock of this machine it is ${now}.`, {
    say: 'Have a new one made; or set the clock of this machine, if it is wrong.',
  });

/** An older bundle than one that was taken before. */
export const older = (release: string, known: string): Failure =>
  failure('refused', 'BUNDLE-OLDER', `The bundle is release ${release}, but release ${known} was accepted here before.`, {
    say: 'Use the newer one; or say --allow-older to go back on purpose.',
  });

/** Written by a newer Strata. */
export const newerFormat = (format: string): Failure =>
  failure(
    'version',
    'BUNDLE-FORMAT',
    `The bundle has format ${JSON.stringify(format.slice(0, 40))}, which this Strata does not know.`,
    {
      say: 'Use the Strata that made it, or a newer one.',
    },
  );

/** A key that is none, or not of the kind that signs bundles. */
export const badKey = (file: string, why: string): Failure =>
  failure('invalid', 'BUNDLE-KEY', `${file} cannot be used as a key: ${why}.`, {
    say: 'Make a pair of keys.',
    command: 'strata bundle key',
  });

/** A private key that others may read. */
export const openKey = (file: string): Failure =>
  failure('refused', 'BUNDLE-KEY-OPEN', `${file} is a private key that others may read.`, {
    say: 'Take the permission away; if others had access, make a new pair.',
    command: `chmod 600 ${file}`,
  });

/** Parts of the environment that could not be obtained. */
export const missingItems = (missing: readonly string[]): Failure =>
  failure('refused', 'BUNDLE-ITEM-MISSING', `What follows could not be obtained (${missing.length}): ${missing.join('; ')}.`, {
    say: 'Make it available; or say --allow-missing, which records it in the bundle.',
  });

/** A secret would have been carried. */
export const secretInside = (what: string): Failure =>
  failure('refused', 'BUNDLE-SECRET', `${what} holds a secret of this environment in clear text.`, {
    say: 'Replace it with a reference or encrypt it, then create the bundle again.',
  });

/** Volumes that are smaller than their own headers, or cannot hold a file's header. */
export const badVolume = (what: string): Failure =>
  failure('invalid', 'BUNDLE-VOLUME-SIZE', `${what}`, { say: 'Choose at least 64K, e.g. --volume-size 4G.' });

/** A volume that is not the one its place asks for. */
export const wrongVolume = (file: string, why: string): Failure =>
  failure('corrupt', 'BUNDLE-VOLUME', `${file} ${why}.`, {
    say: 'Copy this volume again; all volumes lie in one folder under the names they were given.',
  });

/** A folder that holds something else. */
export const occupied = (folder: string): Failure =>
  failure('conflict', 'BUNDLE-OCCUPIED', `${folder} holds something that is no bundle of this platform.`, {
    say: 'Choose another folder with --out, or empty it.',
  });

/** A delta without what it rests on. */
export const deltaBase = (what: string): Failure =>
  failure('refused', 'BUNDLE-DELTA', `The bundle leaves out ${what}, which the destination does not have.`, {
    say: 'Push the bundle this one was made against first, or make a whole one.',
  });

/** A file of a bundle that would lie where bundles put nothing. */
export const badPlace = (item: string, path: string, why: string): Failure =>
  failure('refused', 'BUNDLE-PLACE', `${item} would put ${JSON.stringify(path.slice(0, 120))} into the cache, ${why}.`, {
    say: 'Have the bundle made again by this version of Strata; do not use it if it was.',
  });

/** The place of a folder or file of the cache is taken by something else. */
export const placeTaken = (path: string, by: string): Failure =>
  failure('conflict', 'BUNDLE-PLACE-TAKEN', `${path} cannot be put into the cache: ${by} is a link or a file there.`, {
    say: 'Remove what lies there, or choose another cache with STRATA_CACHE.',
  });

/** What was unpacked is not what its record says. */
export const otherTree = (tree: string, want: string, got: string): Failure =>
  failure('corrupt', 'BUNDLE-TREE', `${tree} was unpacked as ${got}, but its record says ${want}.`, {
    say: 'Load as root onto a file system that keeps owners, links and capabilities.',
  });

/** An option that cannot be read. */
export const badOption = (option: string, value: string, form: string): Failure =>
  failure('invalid', 'BUNDLE-OPTION', `${option} ${JSON.stringify(value)} cannot be read: it is ${form}.`, {
    say: 'See the help of the command.',
    command: 'strata bundle create --help',
  });

/** The user asked to stop. */
export const stopped = (what: 'create' | 'load' = 'create'): Failure => {
  const done = what === 'create' ? 'The creation of the bundle was stopped; what was copied stays.' : undefined;
  return failure('cancelled', 'BUNDLE-STOPPED', done ?? 'The loading of the bundle was stopped; what lies in the cache stays.', {
    say: 'Run the same command again: it goes on where it was.',
  });
};
