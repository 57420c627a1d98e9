import { expect, test } from 'vitest';
import { readComplaint, splitTemplates, templateCommand } from './index.js';

// Recorded from helm v4.3.1 on 2026-11-24.
const output = `---
# Source: c/templates/cm.yaml
# hi
apiVersion: v1
kind: ConfigMap
metadata: {name: r }
data: {a: "2"}
---
# Source: c/templates/two.yaml
apiVersion: v1
kind: Secret
metadata: {name: s}
`;

test('each document keeps its template', () => {
  expect(splitTemplates(output).map((one) => [one.source, one.text.includes('Secret')])).toEqual([
    ['c/templates/cm.yaml', false],
    ['c/templates/two.yaml', true],
  ]);
});

test('a file of kinds with several documents keeps its name for all of them', () => {
  const text = '---\n# Source: c/crds/all.yaml\nkind: A\n---\nkind: B\n';
  expect(splitTemplates(text)).toEqual([
    { source: 'c/crds/all.yaml', text: 'kind: A' },
    { source: 'c/crds/all.yaml', text: 'kind: B\n' },
  ]);
});

test.each([
  ['Error: execution error at (c/templates/f.yaml:1:3): no a\n\nUse --debug flag to render out invalid YAML\n', 'template', 1, 3],
  ['Error: parse error at (c/templates/f.yaml:7): missing value for if\n', 'template', 7, undefined],
  [
    'Error: c/templates/f.yaml:2:10\n  executing "c/templates/f.yaml" at <.Values.x.y>:\n    nil pointer evaluating interface {}.y\n',
    'template',
    2,
    10,
  ],
  [
    'Error: YAML parse error on c/templates/f.yaml: error converting YAML to JSON: yaml: line 4: did not find expected node content\n',
    'template',
    4,
    undefined,
  ],
])('%j is placed', (stderr, kind, line, column) => {
  const said = readComplaint(stderr);
  expect([said.kind, said.source, said.line, said.column]).toEqual([kind, 'c/templates/f.yaml', line, column]);
  expect(said.why).not.toContain('--debug');
});

test('a value of the wrong type is told from a template that fails', () => {
  const stderr =
    "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nc:\n- at '/a': got string, want integer\n";
  expect(readComplaint(stderr)).toEqual({ kind: 'values', why: "c: at '/a': got string, want integer" });
});

test('values go by standard input, and nothing of the user is read', () => {
  const command = templateCommand('/cache', {
    release: 'r',
    chart: '/c',
    namespace: 'n',
    values: '{"password":"x"}',
    kubeVersion: 'v1.37.2',
    apiVersions: ['a/v1'],
    where: { file: 'p', line: 1, column: 1 },
  });
  expect(command.args.join(' ')).toBe(
    'template r /c --namespace n --values - --kube-version v1.37.2 --include-crds --api-versions a/v1',
  );
  expect(Object.values(command.env ?? {}).every((path) => String(path).startsWith('/cache/'))).toBe(true);
});
