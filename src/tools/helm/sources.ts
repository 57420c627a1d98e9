/** One part of what helm prints, with the template it came from. */
export interface TemplateOutput {
  /** Path of the template, with the chart's name first: `loki/templates/service.yaml`. */
  readonly source: string;
  readonly text: string;
}

/** Splits what `helm template` prints into its documents. Each begins with a line `# Source: PATH`, as helm has written since version 2. */
export function splitTemplates(stdout: string): readonly TemplateOutput[] {
  const parts: { source: string; lines: string[] }[] = [];
  let source = '';
  let fresh = true;
  for (const line of stdout.split('\n')) {
    const named = /^# Source: (.+)$/.exec(line)?.[1];
    if (/^---(\s|$)/.test(line)) {
      fresh = true;
      continue;
    }
    if (fresh) {
      if (named !== undefined) source = named;
      parts.push({ source, lines: [] });
      fresh = false;
      if (named !== undefined) continue;
    }
    parts.at(-1)?.lines.push(line);
  }
  return parts.map((part) => ({ source: part.source, text: part.lines.join('\n') })).filter((part) => part.text.trim() !== '');
}

/** What helm complained of, taken apart. */
export interface Complaint {
  readonly kind: 'values' | 'template' | 'other';
  readonly why: string;
  readonly source?: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * Reads what helm 4 says on standard error, which is for people only. Recorded:
 * `Error: execution error at (c/templates/f.yaml:1:3): no a`; `Error: parse error at (c/templates/f.yaml:1): …`;
 * `Error: c/templates/f.yaml:1:10\n  executing "…" at <.Values.x.y>:\n    nil pointer …`;
 * `Error: YAML parse error on c/templates/f.yaml: error converting YAML to JSON: yaml: line 1: …`;
 * `Error: values don't meet the specifications of the schema(s) in the following chart(s):\nc:\n- at '/a': got string, want integer`.
 */
export function readComplaint(stderr: string): Complaint {
  const said = stderr
    .replace(/\n+Use --debug flag.*$/s, '')
    .replace(/^(?:.*\n)*?Error: /, '')
    .trim();
  const why = said.replaceAll(/\s*\n\s*/g, ' ').slice(0, 600);
  if (said.startsWith("values don't meet the specifications")) {
    const lines = said.split('\n').slice(1);
    return {
      kind: 'values',
      why: lines
        .map((line) => line.replace(/^- /, '').trim())
        .join(' ')
        .slice(0, 600),
    };
  }
  const place = /([\w.@-]+\/[\w./@-]+\.(?:ya?ml|tpl|txt|json))(?::(\d+))?(?::(\d+))?/.exec(said);
  if (place === null) return { kind: 'other', why };
  const line = place[2] ?? /yaml: line (\d+)/.exec(said)?.[1];
  return {
    kind: 'template',
    why,
    ...(place[1] === undefined ? {} : { source: place[1] }),
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(place[3] === undefined ? {} : { column: Number(place[3]) }),
  };
}
