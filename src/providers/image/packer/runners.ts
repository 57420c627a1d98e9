import { dump } from 'js-yaml';
import type { Check } from './catalog-data.js';

/** The checks as a file of goss (0.4): one entry per check, named by its id. */
export function toGoss(checks: readonly Check[]): string {
  const file: Record<string, Record<string, unknown>> = {};
  for (const check of checks) {
    const [kind, entry] = gossEntry(check);
    file[kind] = { ...file[kind], [check.id]: { title: check.title, meta: { id: check.id }, ...entry } };
  }
  return dump(file, { lineWidth: -1, noRefs: true, sortKeys: true });
}

function gossEntry(check: Check): readonly [string, Readonly<Record<string, unknown>>] {
  if (check.file) {
    const { path, contains, absent } = check.file;
    if (absent) return ['file', { path, exists: false }];
    return ['file', { path, exists: true, ...(contains !== undefined && { contents: [`/${multiline(contains)}/`] }) }];
  }
  if (check.mode) {
    const { path, mode, owner, group } = check.mode;
    const fourDigits = mode.padStart(4, '0');
    return ['file', { path, exists: true, mode: fourDigits, ...(owner && { owner }), ...(group && { group }) }];
  }
  if (check.package) return ['package', { name: check.package.name, installed: check.package.installed }];
  if (check.service) {
    const { name, enabled, active } = check.service;
    return ['service', { name, ...(enabled !== undefined && { enabled }), ...(active !== undefined && { running: active }) }];
  }
  if (check.sysctl)
    return [
      'command',
      { exec: `sysctl -n ${check.sysctl.key}`, 'exit-status': 0, stdout: [`/^${spaced(check.sysctl.value)}$/`] },
    ];
  return ['command', gossCommand(check.command)];
}

function gossCommand(command: Check['command']): Readonly<Record<string, unknown>> {
  const { run = ['false'], prints, refuses, exit = 0 } = command ?? {};
  const lines = [
    ...(prints === undefined ? [] : [`/${multiline(prints)}/`]),
    ...(refuses === undefined ? [] : [`!/${multiline(refuses)}/`]),
  ];
  return { exec: run.map(word).join(' '), 'exit-status': exit, ...(lines.length > 0 && { stdout: lines }), timeout: 60_000 };
}

/** goss hands `exec` to a shell. */
const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
/** goss matches line by line already. */
const multiline = (pattern: string): string => pattern.replaceAll('/', '\\/');
const spaced = (value: string): string => value.split(/\s+/).join('\\s+');

/** The checks as an InSpec profile: names and texts of its files. */
export const toInspec = (checks: readonly Check[], os: string): Readonly<Record<string, string>> => ({
  'inspec.yml': dump({
    name: 'strata-node',
    title: `Kubernetes node of ${os}`,
    version: '1.0.0',
    supports: [{ platform: 'os' }],
  }),
  'controls/node.rb': `# Made from catalog/image/${os}/verify.yaml.\n${checks.map(control).join('\n')}`,
});

function control(check: Check): string {
  const tags = (check.controls ?? []).map((one) => `  tag control: ${ruby(one)}\n`).join('');
  return `control ${ruby(check.id)} do\n  title ${ruby(check.title)}\n${tags}  impact 0.7\n  describe ${subject(check)} do\n${expectations(
    check,
  )
    .map((line) => `    ${line}\n`)
    .join('')}  end\nend\n`;
}

function subject(check: Check): string {
  if (check.file) return `file(${ruby(check.file.path)})`;
  if (check.mode) return `file(${ruby(check.mode.path)})`;
  if (check.package) return `package(${ruby(check.package.name)})`;
  if (check.service) return `systemd_service(${ruby(check.service.name.replace(/\.service$/, ''))})`;
  if (check.sysctl) return `kernel_parameter(${ruby(check.sysctl.key)})`;
  return `command(${ruby((check.command?.run ?? ['false']).map(word).join(' '))})`;
}

const should = (yes: boolean): string => (yes ? 'should' : 'should_not');

function expectations({ file, mode, package: wanted, service, sysctl, command }: Check): readonly string[] {
  if (file) return fileExpectations(file);
  if (mode) return modeExpectations(mode);
  if (wanted) return [`it { ${should(wanted.installed)} be_installed }`];
  if (service) {
    const { enabled, active } = service;
    const states = [
      ['be_enabled', enabled],
      ['be_running', active],
    ] as const;
    return states.flatMap(([state, yes]) => (yes === undefined ? [] : [`it { ${should(yes)} ${state} }`]));
  }
  if (sysctl) return [`its('value') { should cmp ${ruby(sysctl.value)} }`];
  const { prints, refuses, exit = 0 } = command ?? {};
  return [
    `its('exit_status') { should eq ${exit} }`,
    ...(prints === undefined ? [] : [`its('stdout') { should match(${regex(prints)}) }`]),
    ...(refuses === undefined ? [] : [`its('stdout') { should_not match(${regex(refuses)}) }`]),
  ];
}

function fileExpectations({ absent, contains }: NonNullable<Check['file']>): readonly string[] {
  if (absent) return ['it { should_not exist }'];
  return ['it { should exist }', ...(contains === undefined ? [] : [`its('content') { should match(${regex(contains)}) }`])];
}

function modeExpectations({ mode, owner, group }: NonNullable<Check['mode']>): readonly string[] {
  return [
    `its('mode') { should cmp '0${mode}' }`,
    ...(owner ? [`its('owner') { should eq ${ruby(owner)} }`] : []),
    ...(group ? [`its('group') { should eq ${ruby(group)} }`] : []),
  ];
}

/** A single-quoted string of Ruby: nothing in it is evaluated. */
const ruby = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
/** Ruby's `^` and `$` are those of lines. */
const regex = (pattern: string): string => `Regexp.new(${ruby(pattern)})`;
