import type { Diagnostic, Remedy, Span } from '../../model/index.js';

export { pages } from './error-pages.js';

function edit(code: string, message: string, remedy: Remedy, where?: Span): Diagnostic {
  return { code, severity: 'error', message, remedies: [remedy], ...(where && { where }) };
}

const listed = (names: readonly string[]): string => names.join(', ');

/** No package of that name in the catalog or beside the definition. */
export const packageUnknown = (name: string, near: string | undefined, known: readonly string[]): Diagnostic =>
  edit(
    'EDIT-PACKAGE-UNKNOWN',
    `there is no package "${name}"`,
    near === undefined
      ? { say: `packages known here: ${listed(known)}`, command: 'strata package list' }
      : { say: `did you mean "${near}"?` },
  );

/** The package's own file cannot be read. */
export const packageUnreadable = (name: string, file: string, why: string): Diagnostic =>
  edit(
    'EDIT-PACKAGE-UNREADABLE',
    `package "${name}" cannot be used: ${why}`,
    { say: `correct ${file}` },
    {
      file,
      line: 1,
      column: 1,
    },
  );

/** The entry is there already. */
export const alreadyThere = (what: string, where: Span): Diagnostic =>
  edit(
    'EDIT-ALREADY-THERE',
    `${what} is there already`,
    { say: 'nothing was changed; edit the entry, or remove it first' },
    where,
  );

/** The entry to remove is not there. */
export const notThere = (what: string, there: readonly string[]): Diagnostic =>
  edit('EDIT-NOT-THERE', `${what} is not there`, {
    say: there.length === 0 ? 'nothing was changed: there are none' : `nothing was changed; there are: ${listed(there)}`,
  });

/** What the package requires is provided by no chosen package, but some could be chosen. */
export const requirementUnmet = (
  name: string,
  unmet: readonly { readonly capability: string; readonly offers: readonly string[] }[],
): Diagnostic =>
  edit(
    'EDIT-REQUIREMENT-UNMET',
    `package "${name}" requires what no chosen package provides: ${unmet
      .map(({ capability, offers }) => `${capability} (provided by ${offers.join(' or ')})`)
      .join(', ')}`,
    unmet.every(({ offers }) => offers.length === 1)
      ? { say: 'nothing was added; add what it requires too', command: `strata package add ${name} --with-requirements` }
      : {
          say: 'nothing was added; choose one of those named, and add it first',
          command: `strata package add ${unmet.find(({ offers }) => offers.length > 1)?.offers[0] ?? name}`,
        },
  );

/** Other chosen packages rest on the one that is to go. */
export const stillRequired = (name: string, by: readonly { readonly name: string; readonly capability: string }[]): Diagnostic =>
  edit(
    'EDIT-STILL-REQUIRED',
    `package "${name}" is required by ${by.map((one) => `${one.name} (${one.capability})`).join(', ')}`,
    { say: 'nothing was removed; remove those first, or add another package that provides it' },
  );

/** The package has no such set of values. */
export const sizeUnknown = (name: string, size: string, sizes: readonly string[]): Diagnostic =>
  edit('EDIT-SIZE-UNKNOWN', `package "${name}" has no size "${size}"`, {
    say: sizes.length === 0 ? 'it has no sizes: leave --size out' : `its sizes: ${listed(sizes)}`,
  });

/** A `--set` that is not PATH=VALUE. */
export const badSetting = (text: string, why: string): Diagnostic =>
  edit('EDIT-SETTING-INVALID', `--set ${text}: ${why}`, {
    say: 'write --set path.to.key=value; the value is read as YAML, a dot in a key is written \\.',
  });

/** No component, or several, could take the entry. */
export const noPlace = (what: string, names: readonly string[]): Diagnostic =>
  edit('EDIT-NO-PLACE', names.length === 0 ? `no component takes ${what}` : `several components take ${what}: ${listed(names)}`, {
    say: names.length === 0 ? 'add such a component to platform.yaml' : `choose one with --component ${names[0]}`,
  });

/** The file is written in a way that cannot be edited line by line. */
export const notEditable = (file: string, what: string): Diagnostic =>
  edit('EDIT-NOT-POSSIBLE', `${file} is written in a way that cannot be edited without touching more of it`, {
    say: `nothing was changed; edit it by hand: ${what}`,
  });

/** The edit would change other entries too. */
export const changesMore = (environment: string, names: readonly string[]): Diagnostic =>
  edit('EDIT-CHANGES-MORE', `in environment "${environment}" the edit would also change: ${listed(names)}`, {
    say: 'nothing was changed; name the environment with -e, or edit by hand',
  });

/** The file changed while it was being edited, or is a link. */
export const notWritten = (file: string, why: string): Diagnostic =>
  edit('EDIT-NOT-WRITTEN', `${file} was not written: ${why}`, { say: 'nothing was changed; look at the file and try again' });

/** A requirement that no known package provides: the cluster may. */
export const requirementUnknown = (name: string, capability: string): Diagnostic => ({
  ...edit('EDIT-REQUIREMENT-UNKNOWN', `package "${name}" requires "${capability}", which no known package provides`, {
    say: 'strata plan says whether the cluster provides it',
    command: 'strata plan',
  }),
  severity: 'warning',
});

/** There is nothing that an upgrade could move. */
export const nothingPinned = (name: string | undefined): Diagnostic => ({
  ...edit(
    'EDIT-NOTHING-PINNED',
    name === undefined
      ? 'no package of your own pins a version'
      : `package "${name}" is the catalog's own: no version of it is pinned here`,
    { say: 'packages of the catalog change with Strata; only a folder in packages/ has pins of its own' },
  ),
  severity: 'info',
});

/** A package of the user's alone: nothing says what its next version is. */
export const notInCatalog = (name: string): Diagnostic => ({
  ...edit('EDIT-NOT-IN-CATALOG', `package "${name}" is your own, and the catalog has none of that name`, {
    say: 'set its version by hand',
  }),
  severity: 'info',
});

/** The catalog takes the chart from elsewhere, so that a pin here has no counterpart there. */
export const pinWithoutMatch = (name: string, pin: string): Diagnostic => ({
  ...edit(
    'EDIT-PIN-WITHOUT-MATCH',
    `package "${name}" pins ${pin}, for which the catalog has no value: it takes the package from elsewhere`,
    {
      say: 'nothing of it was moved; set version and digest together by hand',
    },
  ),
  severity: 'warning',
});

/** No folder or git repository was named for the application. */
export const sourceNeeded = (name: string): Diagnostic =>
  edit('EDIT-SOURCE-NEEDED', `where application "${name}" comes from is not said`, {
    say: 'name a folder of manifests, or a git repository',
    command: `strata app add ${name} --path FOLDER`,
  });

/** A word that cannot be a name, an address or a folder here. */
export const badWord = (what: string, word: string, rule: string): Diagnostic =>
  edit('EDIT-WORD-INVALID', `${what} "${word}" cannot be used: ${rule}`, { say: 'choose another one' });

/** The folder of manifests cannot be taken. */
export const folderUnusable = (folder: string, why: string): Diagnostic =>
  edit('EDIT-FOLDER-UNUSABLE', `${folder} cannot become an application: ${why}`, {
    say: 'name a folder with the YAML files to deploy',
  });

/** Manifests were copied: from now on the copy is what counts. */
export const copied = (from: string, to: string): Diagnostic => ({
  ...edit('EDIT-COPIED', `${from} is copied to ${to}`, { say: 'change the copy from now on: it is what the cluster is given' }),
  severity: 'info',
});

/** The entry is gone, the rest of the folder is not. */
export const manifestsStay = (folder: string, names: readonly string[]): Diagnostic => ({
  ...edit('EDIT-MANIFESTS-STAY', `${folder} still holds ${listed(names)}`, {
    say: 'without an entry they are no application; --delete-files deletes the folder too',
  }),
  severity: 'info',
});

/** A value that looks like a secret goes into a file that lies in git. */
export const settingIsSecret = (path: string): Diagnostic => ({
  ...edit('EDIT-SETTING-SECRET', `the value of ${path} looks like a secret, and the definition is no place for one`, {
    say: 'name a Secret of the cluster instead (most charts take existingSecret), and take the value out of the file and the shell’s history',
  }),
  severity: 'warning',
});

/** The package has no such setting. */
export const valueUnknown = (name: string, value: string, near: string | undefined, known: readonly string[]): Diagnostic =>
  edit('EDIT-VALUE-UNKNOWN', `package "${name}" has no setting "${value}"`, {
    say:
      near !== undefined
        ? `did you mean "${near}"?`
        : known.length === 0
          ? 'it has no settings'
          : `its settings: ${listed(known)}`,
  });
