/** What an ejected folder holds, as the report needs it. */
interface Ejected {
  readonly folder: string;
  readonly components: readonly {
    readonly component: string;
    readonly use: string;
    readonly plain: boolean;
    readonly leftOut: readonly string[];
  }[];
}

/** One line for each component, what it leaves out below it, and what to do next. */
export function renderEjected({ folder, components }: Ejected): string {
  const lines = components.flatMap(({ component, use, plain, leftOut }) => [
    `${plain ? '✔' : '–'} ${component} (${use})${plain ? '' : ': has no form without Strata'}`,
    ...leftOut.map((text) => `    not here: ${text}`),
  ]);
  return `${lines.join('\n')}\nWrote ${folder}. Next: make -C ${folder} check\n`;
}
