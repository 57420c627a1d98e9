import type { ErrorPage } from '../../model/index.js';

/** Pages for `strata explain`. */
export const pages: readonly ErrorPage[] = [
  {
    code: 'EDIT-PACKAGE-UNKNOWN',
    title: 'There is no package of that name',
    explanation: 'A package is a folder with a `package.yaml`: of the catalog, or of `packages/` beside `platform.yaml`.',
    remedy: '`strata package list` shows every package with what it provides and requires.',
  },
  {
    code: 'EDIT-ALREADY-THERE',
    title: 'The entry is there already',
    explanation: 'Adding never changes an entry that exists: its values may be somebody’s work.',
    remedy: 'Edit the entry at the place that is named, or remove it first.',
  },
  {
    code: 'EDIT-NOT-THERE',
    title: 'The entry to remove is not there',
    explanation: 'Neither `platform.yaml` nor the chosen environment has an entry of that name.',
    remedy: 'The message lists those that are there.',
  },
  {
    code: 'EDIT-REQUIREMENT-UNMET',
    title: 'A package requires what no chosen package provides',
    explanation:
      'Packages say what they provide and require (`spec.provides`, `spec.requires` of `package.yaml`). A package that is added without what it requires would never become ready, so nothing is added.',
    remedy:
      'Add `--with-requirements`, which adds the one package that provides each. Where several could, choose one yourself and add it first.',
    example:
      '$ strata package add kiali\nerror: package "kiali" requires what no chosen package provides: mesh (provided by istiod) [EDIT-REQUIREMENT-UNMET]',
  },
  {
    code: 'EDIT-STILL-REQUIRED',
    title: 'Other packages require the one that is to be removed',
    explanation: 'What those packages require would be provided by nothing any more.',
    remedy: 'Remove the packages that are named first, or add another package that provides the same.',
  },
  {
    code: 'EDIT-NOT-POSSIBLE',
    title: 'The file cannot be edited without touching more of it',
    explanation:
      'Entries are added and removed in the text, so that comments, order and layout of everything else stay. The result is read again and compared with what was meant; anchors, aliases and unusual layouts can make that impossible.',
    remedy: 'Make the change by hand; the message says which.',
  },
  {
    code: 'EDIT-CHANGES-MORE',
    title: 'The edit would change other entries too',
    explanation:
      'An environment may replace what `platform.yaml` leaves out. Writing it there would then mean something else in that environment.',
    remedy: 'Make the change in the environment with `-e`, or edit both files by hand.',
  },
  {
    code: 'EDIT-NOTHING-PINNED',
    title: 'No version is pinned here',
    explanation:
      'Versions of the catalog’s packages belong to the catalog: a newer Strata brings newer ones. Only a package in your own `packages/` folder pins a version that can be moved.',
    remedy: 'Copy a package folder into `packages/` to pin it.',
  },
];
