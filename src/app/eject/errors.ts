import { type ErrorPage, type Failure, failure } from '../../model/index.js';

/** An ejected folder is never written over. */
export const folderTaken = (path: string): Failure =>
  failure('conflict', 'EJECT-FOLDER-TAKEN', `${path} is not empty.`, {
    say: 'Name a folder that is not there yet, or an empty one: ejected files are yours, and are never written over.',
  });

/** What the components contain has problems that would be ejected with it. */
export const notRendered = (): Failure =>
  failure('invalid', 'EJECT-NOT-RENDERED', 'Not everything could be rendered, so nothing was written.', {
    say: 'Mend what the other findings name.',
    command: 'strata rehearse',
  });

/** Pages of the codes. */
export const pages: readonly ErrorPage[] = [
  {
    code: 'EJECT-FOLDER-TAKEN',
    title: 'The folder to eject into is not empty',
    explanation:
      'Files that were ejected are the user’s own from then on, and may have been edited. `strata eject` writes all of them or none, into a folder of their own.',
    remedy: 'Name another folder; compare the two with `diff -r`.',
  },
  {
    code: 'EJECT-NOT-RENDERED',
    title: 'The definition does not render',
    explanation:
      'An ejected folder must work by itself, so it is made only of a definition whose services and applications render without an error.',
    remedy: 'Mend what the other findings name; `strata rehearse` shows them all.',
  },
];
