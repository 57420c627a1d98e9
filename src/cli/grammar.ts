/** One flag, in commander's notation. */
export interface OptionGrammar {
  readonly flags: string;
  readonly text: string;
  readonly choices?: readonly string[];
  /** May be given more than once. */
  readonly repeats?: true;
}

/** One command. */
export interface CommandGrammar {
  /** One word, or a group and a word: `package add`. */
  readonly name: string;
  readonly text: string;
  /** In commander's notation. */
  readonly args: readonly { readonly name: string; readonly text: string; readonly choices?: readonly string[] }[];
  readonly options: readonly OptionGrammar[];
  /** Ctrl-C lets running steps finish. */
  readonly drains?: true;
}

const folder = { name: '[DIR]', text: 'folder of platform.yaml (default: .)' };
const file: OptionGrammar = { flags: '-f, --file <DIR>', text: 'folder of platform.yaml (default: .)' };
const environment: OptionGrammar = { flags: '-e, --environment <NAME>', text: 'environment (default: the only one, or "local")' };
const output: OptionGrammar = { flags: '-o, --output <FORMAT>', text: 'form of the result', choices: ['table', 'json', 'yaml'] };
const events: OptionGrammar = { flags: '--events <FORMAT>', text: 'write every event of the run to stdout', choices: ['ndjson'] };
const yes: OptionGrammar = { flags: '-y, --yes', text: 'agree to the installation of missing system packages' };
const offline: OptionGrammar = { flags: '--offline', text: 'decide from the journal alone; look at nothing' };
const install: OptionGrammar = { flags: '--install', text: 'the same as --yes: install missing system packages' };
const verbose: OptionGrammar = { flags: '-v, --verbose', text: 'show the output of the tools too' };
const confirm: OptionGrammar = { flags: '--confirm <NAME>', text: 'name of the platform, as proof that it is meant' };
const kubeconfig: OptionGrammar = {
  flags: '--kubeconfig <FILE>',
  text: 'look at the cluster this file names, not at the own one',
};
const bundle = { name: '<BUNDLE>', text: 'folder of a bundle, or of its volumes' };
const publicKey: OptionGrammar = { flags: '--key <FILE>', text: 'public key of its makers' };
const passphraseFile: OptionGrammar = {
  flags: '--passphrase-file <FILE>',
  text: 'file whose first line encrypts the private key',
};
const allowUnsigned: OptionGrammar = { flags: '--allow-unsigned', text: 'take a bundle that nobody vouches for' };
const allowOlder: OptionGrammar = { flags: '--allow-older', text: 'take a release older than one that was accepted here' };
const definition = [file, environment, output];
const editing: readonly OptionGrammar[] = [
  file,
  { flags: '-e, --environment <NAME>', text: 'edit the file of this environment (default: platform.yaml)' },
  output,
];
const looking: readonly OptionGrammar[] = [
  file,
  { flags: '-e, --environment <NAME>', text: 'look at this environment (default: all)' },
  output,
];
const dryRun: OptionGrammar = { flags: '--dry-run', text: 'show what would be written; write nothing' };
const component: OptionGrammar = { flags: '--component <NAME>', text: 'component to edit, where several could be meant' };

/** What the commands of a group are about. */
export const groups: Readonly<Record<string, string>> = {
  package: 'Choose the core services of a platform',
  app: 'Choose the applications of a platform',
  bundle: 'Carry everything an environment needs across a gap',
  secrets: 'Look after the encrypted files of a definition',
  import: 'Make a definition from another system’s files',
};

/** Options that every command has. */
export const everywhere: readonly OptionGrammar[] = [{ flags: '--no-color', text: 'no colour; NO_COLOR does the same' }];

/** The command line, as data: help, completion and the reference are made from it. */
export const grammar: readonly CommandGrammar[] = [
  {
    name: 'init',
    text: 'Write a new platform definition',
    args: [{ name: '[DIR]', text: 'folder for it (default: .)' }],
    options: [{ flags: '--name <NAME>', text: 'name of the platform (default: that of the folder)' }, output],
  },
  {
    name: 'validate',
    text: 'Check a definition and name every problem at once',
    args: [folder],
    options: definition,
  },
  {
    name: 'schema',
    text: 'Print the JSON Schema of a kind of file, for editors',
    args: [{ name: '[KIND]', text: 'which file (default: platform)', choices: ['platform', 'environment'] }],
    options: [{ ...output, choices: ['json', 'yaml'] }],
  },
  {
    name: 'plan',
    text: 'Show what would change, why, and how long it should take',
    args: [folder],
    options: [
      ...definition,
      offline,
      { flags: '--out <FILE>', text: 'save the plan, for: strata up --plan FILE' },
      { flags: '--detailed-exitcode', text: 'exit with 2 where the plan has changes' },
    ],
  },
  {
    name: 'rehearse',
    text: 'Try services and applications against a real API server on this machine; nothing is built',
    args: [folder],
    options: [
      ...definition,
      { flags: '--html <FILE>', text: 'write the report there as a page' },
      { flags: '--cold', text: 'start a new control plane even where one was kept' },
      { flags: '--snapshot <FILE>', text: 'compare with a recorded live cluster' },
    ],
    drains: true,
  },
  {
    name: 'up',
    text: 'Build the platform, or go on where a run stopped',
    args: [folder],
    options: [
      ...definition,
      events,
      { flags: '--plan <FILE>', text: 'run a saved plan, and nothing stronger' },
      yes,
      install,
      verbose,
    ],
    drains: true,
  },
  {
    name: 'status',
    text: 'Show what stands, from the journal',
    args: [folder],
    options: definition,
  },
  {
    name: 'diff',
    text: 'Show what delivering the definition would change in the live cluster; exits with 0 same, 1 different, 2 trouble',
    args: [folder],
    options: [...definition, kubeconfig],
  },
  {
    name: 'drift',
    text: 'Show what changed in the live cluster since it was last applied, and who did it; exit codes as diff',
    args: [folder],
    options: [...definition, kubeconfig],
  },
  {
    name: 'snapshot',
    text: 'Record a live cluster without the values of its Secrets, for: strata rehearse --snapshot FILE',
    args: [folder],
    options: [...definition, kubeconfig, { flags: '--out <FILE>', text: 'write the record there (default: stdout)' }],
  },
  {
    name: 'preflight',
    text: 'Look at hosts, machines, names, ports and accounts before anything is built; changes nothing',
    args: [folder],
    options: [...definition, { flags: '--all', text: 'show what is met too' }],
  },
  {
    name: 'prerequisites',
    text: 'List everything that somebody has to grant or provide, by owner, with the date each can be there',
    args: [folder],
    options: [
      ...definition,
      {
        flags: '--situation <NAME>',
        text: 'where the platform is to stand (default: new-account)',
        choices: ['same-account', 'new-account', 'restricted', 'air-gapped'],
      },
      { flags: '--start <DATE>', text: 'first day, as 2026-01-31 (default: today)' },
      { flags: '--out <FOLDER>', text: 'write the list as Markdown, HTML, JSON and CSV there, with one request for each owner' },
    ],
  },
  {
    name: 'eject',
    text: 'Write an environment as plain files of its own tools, with a Makefile that works without Strata',
    args: [{ name: '<DIR>', text: 'folder to write; must be new or empty' }],
    options: definition,
  },
  {
    name: 'explain',
    text: 'Say why a step would run, what an error code means, or where a value of a package comes from and goes',
    args: [
      { name: '<STEP|CODE>', text: 'e.g. kubernetes/cluster/init or SPEC-UNKNOWN-KEY; or the word values' },
      { name: '[PACKAGE]', text: 'after values: a package of the definition' },
      {
        name: '[PATH]',
        text: 'after values: one value, e.g. loki.limits_config.retention_period (default: all the definition sets)',
      },
      folder,
    ],
    options: [...definition, offline],
  },
  {
    name: 'destroy',
    text: 'Take the platform down; the cache stays',
    args: [folder],
    options: [...definition, events, confirm, verbose],
    drains: true,
  },
  {
    name: 'drill',
    text: 'Destroy and rebuild on the clock, prove the result, and report',
    args: [folder],
    options: [...definition, events, confirm, { flags: '--html <FILE>', text: 'write the timeline there' }, verbose],
    drains: true,
  },
  {
    name: 'doctor',
    text: 'Say what this machine and the toolchain lack, and how to get it',
    args: [folder],
    options: [
      ...definition,
      { flags: '--install', text: 'get what is missing; may install system packages' },
      { flags: '--verify', text: 'read every byte in the cache again' },
      verbose,
    ],
    drains: true,
  },
  {
    name: 'evidence',
    text: 'List what the runs proved',
    args: [folder],
    options: definition,
  },
  {
    name: 'package add',
    text: 'Add a core service to the definition, and nothing else in the file',
    args: [{ name: '<NAME>', text: 'a package of the catalog or of packages/' }, folder],
    options: [
      ...editing,
      { flags: '--set <PATH=VALUE>', text: 'a value for it, read as YAML', repeats: true },
      { flags: '--size <NAME>', text: 'one of its sizes, a named set of values' },
      { flags: '--with-requirements', text: 'add the packages it requires too' },
      component,
      dryRun,
    ],
  },
  {
    name: 'package remove',
    text: 'Take a core service out of the definition',
    args: [{ name: '<NAME>', text: 'a package of the definition' }, folder],
    options: [...editing, component, dryRun],
  },
  {
    name: 'package list',
    text: 'List the packages that can be chosen, and where they are',
    args: [folder],
    options: looking,
  },
  {
    name: 'package upgrade',
    text: 'Move the versions that packages of your own pin to those of the catalog',
    args: [{ name: '[NAME]', text: 'a package of packages/ (default: all)' }],
    options: [file, output, dryRun],
  },
  {
    name: 'app add',
    text: 'Add an application to the folder of applications',
    args: [{ name: '<NAME>', text: 'name of the application' }, folder],
    options: [
      ...looking,
      { flags: '--path <FOLDER>', text: 'folder of manifests to take; with --repo the folder in that repository' },
      { flags: '--repo <URL>', text: 'git repository to deploy from, as the cluster reaches it' },
      { flags: '--revision <NAME>', text: 'branch, tag or commit of it (default: HEAD)' },
      { flags: '--namespace <NAME>', text: 'namespace to deploy into (default: the name)' },
      component,
      dryRun,
    ],
  },
  {
    name: 'app remove',
    text: 'Take an application out; its manifests stay unless asked',
    args: [{ name: '<NAME>', text: 'name of the application' }, folder],
    options: [...looking, { flags: '--delete-files', text: 'delete its folder with all in it' }, component, dryRun],
  },
  {
    name: 'app list',
    text: 'List the applications of the definition',
    args: [folder],
    options: [...looking, component],
  },
  {
    name: 'bundle create',
    text: 'Make one OCI image layout of everything an environment needs where nothing can be obtained',
    args: [folder],
    options: [
      ...definition,
      { flags: '--out <DIR>', text: 'folder for the bundle (default: PLATFORM-ENVIRONMENT-bundle)' },
      { flags: '--key <FILE>', text: 'sign with this private key' },
      passphraseFile,
      { flags: '--release <NAME>', text: 'what later bundles are newer than (default: the time, to the second)' },
      { flags: '--expires <TIME>', text: 'refused after that, e.g. 90d or 2027-03-31 (default: never)' },
      { flags: '--volume-size <SIZE>', text: 'cut into files of this size, e.g. 4G' },
      {
        flags: '--against <FILE>',
        text: 'leave out what the destination has: a bundle it got, or what inspect -o json said of it',
      },
      { flags: '--allow-missing', text: 'go on without what cannot be obtained; the bundle says what that is' },
      verbose,
    ],
    drains: true,
  },
  {
    name: 'bundle verify',
    text: 'Check signature, provenance, time and every byte of a bundle; needs no network and writes nothing',
    args: [bundle],
    options: [publicKey, allowUnsigned, allowOlder, output],
  },
  {
    name: 'bundle inspect',
    text: 'List what lies in a bundle, by its own description',
    args: [bundle],
    options: [publicKey, output],
  },
  {
    name: 'bundle push',
    text: 'Verify a bundle and send it to a registry; what is there already is not sent again',
    args: [bundle, { name: '<REGISTRY>', text: 'host and port of a registry that speaks plain HTTP' }],
    options: [publicKey, allowUnsigned, allowOlder, output],
    drains: true,
  },
  {
    name: 'bundle load',
    text: 'Verify a bundle and fill the cache of this machine with it; what is there already stays',
    args: [bundle],
    options: [publicKey, allowUnsigned, allowOlder, verbose, output],
    drains: true,
  },
  {
    name: 'bundle prove',
    text: 'Rehearse an environment with nothing but a bundle and no way out; fails on the first thing that is not inside',
    args: [bundle],
    options: [file, environment, publicKey, allowUnsigned, allowOlder, output],
    drains: true,
  },
  {
    name: 'bundle diff',
    text: 'Show what a bundle has that another has not; exits with 0 same, 1 different, more for trouble',
    args: [
      { name: '<BEFORE>', text: 'a bundle' },
      { name: '<AFTER>', text: 'a bundle' },
    ],
    options: [publicKey, output],
  },
  {
    name: 'bundle key',
    text: 'Make a pair of keys to sign bundles with and to check them',
    args: [],
    options: [
      { flags: '--out <NAME>', text: 'begin the names of both files with this (default: bundle)' },
      passphraseFile,
      output,
    ],
  },
  {
    name: 'secrets list',
    text: 'List the encrypted files of a definition: names, recipients and age; opens none',
    args: [],
    options: definition,
  },
  {
    name: 'secrets rotate',
    text: 'Make a new age key, encrypt every file to it, and drop the old one',
    args: [],
    options: definition,
    drains: true,
  },
  {
    name: 'secrets key',
    text: 'Make a first age key; never replaces one',
    args: [],
    options: [{ flags: '--out <FILE>', text: 'file to write (default: age.key)' }, output],
  },
  {
    name: 'import bigbang',
    text: 'Make a definition from Big Bang values, and list all that is not carried over',
    args: [{ name: '<VALUES...>', text: 'values files; a later one wins' }],
    options: [
      { flags: '--out <DIR>', text: 'folder for the definition (default: the name)' },
      { flags: '--name <NAME>', text: 'name of the platform (default: imported)' },
      dryRun,
      output,
    ],
  },
  {
    name: 'completion',
    text: 'Print a completion script for a shell',
    args: [{ name: '<SHELL>', text: 'which shell', choices: ['bash', 'zsh', 'fish'] }],
    options: [],
  },
  {
    name: 'version',
    text: 'Print the versions of Strata, its format and Node',
    args: [],
    options: [output],
  },
];
