import type { ErrorPage } from '../../model/index.js';

const page = (code: string, title: string, explanation: string, remedy: string, example?: string): ErrorPage => ({
  code,
  title,
  explanation,
  remedy,
  ...(example !== undefined && { example }),
});

/** One page per `SPEC-` code. */
export const pages: readonly ErrorPage[] = [
  page(
    'SPEC-UNKNOWN-KEY',
    'A key that has no meaning here',
    'Every map in a definition has a fixed set of keys, so that a slip of the finger is found before anything is built. The keys of `with:` are those of the chosen provider. The key `__proto__` is refused everywhere.',
    'Use the suggested key, or look at the possible ones: `strata schema` prints them, and an editor with the modeline completes them.',
    'kubernetes:\n  - name: cluster\n    use: kubeadm\n    with:\n      versoin: v1.37.2   # did you mean "version"?',
  ),
  page(
    'SPEC-WRONG-TYPE',
    'A value of another type than is wanted',
    'YAML guesses types: `1.37` is a number, `true` is a truth value, `~` is nothing. A version that looks like a number must be quoted, or `1.30` becomes `1.3`.',
    'Write the type that the message asks for. Quote text that looks like something else.',
    'version: 1.37      # a number\nversion: "1.37"    # text',
  ),
  page(
    'SPEC-BAD-VALUE',
    'A value that a rule refuses',
    'The value has the right type, but is outside the list, the bounds or the pattern that its key allows.',
    'The message names the rule, or what the key means. `strata schema` has every rule.',
  ),
  page(
    'SPEC-MISSING-KEY',
    'A key that must be there is not',
    'Most settings have defaults; this one has none, because no value would be right for everybody.',
    'Add the key at the place that the message names. If an environment takes it away with `null`, remove that line.',
  ),
  page(
    'SPEC-DUPLICATE-NAME',
    'Two entries of one list have the same name',
    'Environments merge into the platform by name, and steps are named after their component, so a name must say which entry is meant.',
    'Give each entry its own name, or merge the two.',
    'services:\n  - name: core\n    use: flux\n  - name: core     # used twice\n    use: flux',
  ),
  page(
    'SPEC-DUPLICATE-KEY',
    'A map has a key twice',
    'YAML readers disagree which of the two wins. Strata asks instead of guessing.',
    'Keep one of them.',
  ),
  page(
    'SPEC-UNKNOWN-PROVIDER',
    'No provider of that name in this layer',
    '`use:` names the provider that makes a component. Each provider belongs to one of the five layers.',
    'Use the suggested provider, or move the component to the layer the provider belongs to. `strata schema` lists them.',
  ),
  page(
    'SPEC-BAD-NAME',
    'A name that cannot be used',
    'Names become parts of host names, bridge names, paths and Kubernetes objects; the narrowest rule of all of these holds: lower-case letters, digits and hyphens, starting with a letter, at most 40 characters. An environment is called like its file.',
    'Use the suggested name.',
    'metadata:\n  name: My_Platform   # use "my-platform"',
  ),
  page(
    'SPEC-ALIAS-LIMIT',
    'YAML aliases that multiply',
    'A few nested aliases can stand for billions of values. The number of aliases in a file, and of values with aliases counted as what they stand for, is bounded; an alias may not contain itself.',
    'Write the values out. What differs between environments belongs into `environments/`.',
  ),
  page(
    'SPEC-MERGE-KEY',
    'The merge key `<<` is not supported',
    'It was part of YAML 1.1 and is not part of YAML 1.2. Two ways of merging would make it hard to tell where a value comes from.',
    'Write the values out, or move what differs into `environments/`.',
  ),
  page(
    'SPEC-UNKNOWN-TAG',
    'A YAML tag that would need interpretation',
    'Definitions are plain data: text, numbers, truth values, null, lists and maps. A tag such as `!include` or `!!binary` would give text a meaning that no other reader of the file knows.',
    'Remove the tag.',
  ),
  page(
    'SPEC-TOO-LARGE',
    'More than a definition can hold',
    'The size of a file, the depth of nesting, the number of values and the length of a text are bounded, far above any honest definition, so that a broken or hostile file cannot exhaust memory.',
    'Move bulk data into files of its own, such as manifests in the folder of applications.',
  ),
  page(
    'SPEC-SYNTAX',
    'The text is not YAML',
    'The parser could not go on at the place named. The cause is often a line above: an open quote, a wrong indent, a tab.',
    'Correct the YAML. Indent with spaces; quote text that contains `: ` or starts with a special character.',
  ),
  page(
    'SPEC-EMPTY-FILE',
    'The file says nothing',
    'It is empty, or holds only comments.',
    'Write a definition; `strata init` makes a complete one to start from.',
  ),
  page(
    'SPEC-UNREADABLE',
    'The file is there but cannot be read',
    'It may not be read by this user, is a folder or a pipe, or is not UTF-8 text.',
    'Make it a readable text file in UTF-8.',
  ),
  page(
    'SPEC-NO-PLATFORM',
    'No `platform.yaml` in the folder',
    'A definition is a folder with `platform.yaml` and `environments/NAME.yaml`.',
    'Name the right folder (`strata validate DIR`), or write a new definition with `strata init`.',
  ),
  page(
    'SPEC-NO-SUCH-ENVIRONMENT',
    'No such environment, or none was chosen',
    'Each file in `environments/` is one environment. Where none is named with `-e`, the only one is taken, or else the one called `local`.',
    'Choose one of the environments that the message lists, or add `environments/NAME.yaml`.',
  ),
  page(
    'SPEC-BAD-API-VERSION',
    'The file is written for another version of the format',
    '`apiVersion` says which version of the format a file is written in. A newer Strata may read a newer one.',
    'Write the version that the message names, or use a Strata that knows the one you have.',
  ),
  page(
    'SPEC-BAD-KIND',
    'The wrong kind of document',
    '`platform.yaml` holds a `Platform`, a file in `environments/` an `Environment`.',
    'Write the kind that the message names.',
  ),
  page(
    'SPEC-LAYER-EMPTY',
    'A layer that others rest on has no component',
    'Layers build on each other: machines are made from images, a cluster runs on machines, services and applications run in the cluster. A layer may be left out only where nothing later needs it.',
    'Add a component to the layer that the message names, or take away those that rest on it.',
  ),
  page(
    'SPEC-NOTHING-TO-DELETE',
    'An environment takes away what is not there',
    'A `null` or a `$patch: delete` in an environment names something that `platform.yaml` does not have. It is a warning: often the name is misspelt, and what was meant stays.',
    'Correct the name, or remove the line.',
  ),
  page(
    'SPEC-INIT-EXISTS',
    '`strata init` would overwrite files',
    'It never overwrites: where one of the files it would write exists, it writes nothing at all.',
    'Choose an empty folder, or move the files away.',
  ),
  page(
    'SPEC-UNSUPPORTED-PAIR',
    'Two components do not go together',
    'Providers state what they make (the format and operating system of an image, the kind of infrastructure, how many control planes) and what they need of earlier layers. Here a component needs what the layer before it does not offer. The message says why the product asks for it.',
    'Choose the nearest supported value that the message names, in the component that offers it, or another provider.',
  ),
];
