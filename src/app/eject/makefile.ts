import { type Ejection, type EjectedVariable, type Layer, layers } from '../../model/index.js';

/** One component's folder. */
export interface EjectedComponent {
  readonly layer: Layer;
  readonly name: string;
  readonly use: string;
  /** `layer/name`. */
  readonly folder: string;
  /** Absent where its provider has no plain form. */
  readonly ejection: Ejection | undefined;
}

const target = (rule: string, lines: readonly string[]): string =>
  `${rule}\n${lines.map((line) => `\t${line}\n`).join('') || '\t@true\n'}`;
const preset = ({ name, why, fallback }: EjectedVariable): string =>
  fallback === undefined ? `# ${name}: ${why}\n` : `# ${name}: ${why}\n${name} ?= ${fallback}\n`;
const wanted = ({ name, why, fallback }: EjectedVariable): readonly string[] =>
  fallback === undefined ? [`@test -n "$(${name})" || { echo "set ${name}: ${why}" >&2; exit 2; }`] : [];

/** The recipes of one component. A recipe stops at its first line that fails. */
export function componentMakefile({ ejection, folder }: EjectedComponent): string {
  if (ejection === undefined) return '';
  const ask = ejection.variables.flatMap(wanted);
  return [
    `# ${folder}: needs ${ejection.programs.join(', ') || 'no program'}.\n${ejection.variables.map(preset).join('')}`,
    `export ${ejection.variables.map(({ name }) => name).join(' ')}\n.PHONY: check apply destroy wanted\n.NOTPARALLEL:\n`,
    target('wanted:', ask),
    target('check: wanted', ejection.check),
    target('apply: wanted', ejection.apply),
    target('destroy: wanted', ejection.destroy),
  ].join('\n');
}

/** One target for each layer, in order, and for all of them. */
export function topMakefile(components: readonly EjectedComponent[]): string {
  const there = components.filter(({ ejection }) => ejection !== undefined);
  const used = layers.filter((layer) => there.some((one) => one.layer === layer));
  const each = (list: readonly EjectedComponent[], goal: string): readonly string[] =>
    list.map(({ folder }) => `@$(MAKE) --no-print-directory -C ${folder} ${goal}`);
  return [
    '# make check: look without changing · make all: build every layer in order · make LAYER: one layer · make destroy\n',
    `.PHONY: all check destroy ${used.join(' ')}\n.NOTPARALLEL:\n`,
    target(`all: ${used.join(' ')}`, ['@echo done']),
    target('check:', each(there, 'check')),
    ...used.map((layer) =>
      target(
        `${layer}:`,
        each(
          there.filter((one) => one.layer === layer),
          'apply',
        ),
      ),
    ),
    target('destroy:', each([...there].reverse(), 'destroy')),
  ].join('\n');
}

/** What is there, what to set, and what is not. */
export function readme(platform: string, environment: string, components: readonly EjectedComponent[]): string {
  const rows = components.map(({ folder, use, ejection }) =>
    ejection === undefined
      ? `| \`${folder}\` | ${use} | – | nothing: it has no form without Strata |`
      : `| \`${folder}\` | ${use} | ${ejection.programs.join(', ') || '–'} | ${ejection.variables.map(({ name, why, fallback }) => `\`${name}\` (${why}${fallback === undefined ? '' : `; ${fallback} where not set`})`).join(', ') || '–'} |`,
  );
  const gaps = components.flatMap(({ folder, ejection }) => (ejection?.leftOut ?? []).map((text) => `- \`${folder}\`: ${text}`));
  return `# ${platform}, environment ${environment}, as plain files

Nothing here needs Strata. Each folder holds one component in its own tools' language; \`make -C FOLDER check|apply|destroy\` works on one, \`make check|all|destroy\` on all, layer after layer.

| folder | from | programs | variables |
|---|---|---|---|
${rows.join('\n')}

## What these files do not do
There is no journal, no evidence and no resume: what fails is run again from its layer on.
${gaps.join('\n')}
`;
}
