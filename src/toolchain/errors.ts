import type { Failure } from '../model/index.js';
import { failure } from '../model/index.js';

/** A pinned list cannot be read at all. */
export const unreadable = (file: string, why: string): Failure =>
  failure('invalid', 'TOOLCHAIN-UNREADABLE', `${file} cannot be read: ${why}`, { say: 'Restore the file, or correct its YAML.' });

/** A pinned list does not fit its schema. */
export const malformed = (file: string, at: string, why: string): Failure =>
  failure('invalid', 'TOOLCHAIN-MALFORMED', `${file}${at === '' ? '' : ` at ${at}`}: ${why}`, {
    say: 'Compare the entry with its neighbours; the comment at the top of the list explains every key.',
  });

/** Two pins with one name. */
export const twice = (name: string): Failure =>
  failure('invalid', 'TOOLCHAIN-DUPLICATE', `'${name}' is pinned twice.`, { say: 'Give one of the two another name.' });

/** Somebody asked for an image nobody pinned. */
export const unknownImage = (name: string): Failure =>
  failure('invalid', 'IMAGE-UNKNOWN', `No image '${name}' is pinned.`, {
    say: 'Add it to images.yaml beside your platform.yaml, or correct the name.',
    command: 'strata doctor',
  });

/** No source gave the tool; says what each of them answered. */
export function toolMissing(name: string, wants: string, tried: readonly string[], mayInstall: boolean): Failure {
  const message = `${name} ${wants} is not available: ${tried.length === 0 ? 'nothing on PATH' : tried.join('; ')}.`;
  return mayInstall
    ? failure('tool-missing', 'TOOL-MISSING', message, {
        say: 'Correct what the sources say, or put the program on PATH.',
        command: `strata doctor`,
      })
    : failure('tool-missing', 'TOOL-MISSING', message, {
        say: 'Let Strata install what is missing.',
        command: 'strata doctor --install',
      });
}

/** Bytes that are not the pinned ones: nothing else is tried, because somebody should look. */
export const wrongDigest = (name: string, from: string, wanted: string, got: string): Failure =>
  failure('corrupt', 'TOOL-DIGEST', `${name} from ${from} has sha256 ${got}; ${wanted} is pinned.`, {
    say: 'Do not use the file. Fetch it again, from another network if need be, and compare with what its makers publish.',
  });

/** The program runs, but as another version. */
export const wrongVersion = (name: string, wanted: string, got: string): Failure =>
  failure('tool-failed', 'TOOL-VERSION', `${name} says it is ${got}; ${wanted} is pinned.`, {
    say: 'Correct the pin in toolchain/tools.yaml.',
  });

/** A Debian release moved on from the version an image's reference promises. */
export const wrongPackage = (image: string, name: string, wanted: string, got: string): Failure =>
  failure('refused', 'IMAGE-PACKAGE-VERSION', `Image ${image} promises ${name} ${wanted}, but the package source has ${got}.`, {
    say: "Use a Debian release that has that version (put its sources list at apt/sources.list in Strata's cache), or correct the pin in toolchain/images.yaml.",
  });

/** A cache folder whose content is not what its receipt says. */
export const damaged = (name: string, file: string): Failure =>
  failure('corrupt', 'TOOL-DAMAGED', `${file} of ${name} is not what the receipt says.`, {
    say: 'It is set aside and obtained again by the next run.',
    command: 'strata doctor --install',
  });

/** A file expected in a package, an archive or a module is not there. */
export const fileMissing = (name: string, file: string): Failure =>
  failure('tool-failed', 'TOOL-FILE-MISSING', `${name}: there is no ${file} in what was fetched.`, {
    say: 'Correct the path in toolchain/tools.yaml.',
  });

/** An external command of the toolchain's own housekeeping failed. */
export const commandFailed = (tool: string, said: string): Failure =>
  failure('tool-failed', 'TOOLCHAIN-COMMAND', `${tool} failed: ${said.trim().slice(-400)}`, {
    say: 'Check free space and permissions of the cache.',
    command: 'df -h',
  });
