import { XMLParser } from 'fast-xml-parser';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';

/** How Ansible reaches machines: nothing of the user's own configuration. */
export interface AnsibleAccess {
  /** File with the machine's host key. */
  readonly knownHosts: string;
  /** A short path: sockets of the kept connections lie there. */
  readonly controlFolder: string;
  /** Where Ansible may keep its temporary files. */
  readonly home: string;
}

/** Environment of ansible-playbook (2.14 and newer). */
export function ansibleEnvironment({ knownHosts, controlFolder, home }: AnsibleAccess): Readonly<Record<string, string>> {
  const options = [
    'ControlMaster=auto',
    'ControlPersist=30s',
    `UserKnownHostsFile="${knownHosts}"`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
  ];
  return {
    ANSIBLE_SSH_ARGS: ['-F none', ...options.map((option) => `-o '${option}'`)].join(' '),
    ANSIBLE_SSH_CONTROL_PATH_DIR: controlFolder,
    ANSIBLE_LOCAL_TEMP: `${home}/ansible`,
    ANSIBLE_HOME: `${home}/ansible`,
    ANSIBLE_NOCOLOR: '1',
  };
}

/** What one play did, from the file of Ansible's own junit callback. */
export interface PlayResult {
  /** Name of the playbook file. */
  readonly playbook: string;
  readonly tasks: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

const Case = Type.Object({
  '@time': Type.Optional(Type.String()),
  failure: Type.Optional(Type.Unknown()),
  error: Type.Optional(Type.Unknown()),
  skipped: Type.Optional(Type.Unknown()),
});
const Report = Type.Object({
  testsuites: Type.Object({
    testsuite: Type.Array(Type.Object({ '@name': Type.String(), testcase: Type.Optional(Type.Array(Case)) })),
  }),
});

/** Reads such a file; `undefined` where it is none. */
export function parseJunit(xml: string): PlayResult | undefined {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    processEntities: false,
    isArray: (name) => name === 'testsuite' || name === 'testcase',
  });
  const parsed: unknown = parser.parse(xml);
  return Value.Check(Report, parsed) ? summary(parsed) : undefined;
}

function summary({ testsuites }: Static<typeof Report>): PlayResult {
  const cases = testsuites.testsuite.flatMap(({ testcase }) => testcase ?? []);
  return {
    playbook: testsuites.testsuite[0]?.['@name'] ?? '',
    tasks: cases.length,
    failed: cases.filter((one) => one.failure !== undefined || one.error !== undefined).length,
    skipped: cases.filter((one) => one.skipped !== undefined).length,
    seconds: Math.round(cases.reduce((sum, one) => sum + Number(one['@time'] ?? 0), 0)),
  };
}
