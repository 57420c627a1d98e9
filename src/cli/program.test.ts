import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commands } from './commands.js';
import { exitCodeOf } from './exit-codes.js';
import { grammar } from './grammar.js';
import { runProgram } from './program.js';
import { exitCodeOfRun } from './run-exit.js';
import { isLive, styleOf } from './terminal.js';
import { typedCommand } from './typed-command.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const style = { color: false, unicode: true, columns: 100 };

/** Runs one command line; gives what the shell would see. */
async function strata(...argv: readonly string[]) {
  let out = '';
  let err = '';
  const code = await runProgram(argv, {
    streams: {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      outStyle: style,
      errStyle: style,
      live: false,
      rows: () => 24,
      columns: () => 100,
    },
    version: '1.2.3',
    program: './strata',
    interruptible: () => ({ drain: new AbortController().signal, cancel: new AbortController().signal, onNotice: () => {} }),
  });
  return { code, out, err };
}

describe('bad calls', () => {
  it.each([
    [['vlidate'], 'CLI-UNKNOWN-COMMAND', 'did you mean "validate"?'],
    [['nonsense'], 'CLI-UNKNOWN-COMMAND', 'strata --help'],
    [['validate', '--enviroment', 'x'], 'CLI-UNKNOWN-OPTION', 'did you mean "--environment"?'],
    [['schema', 'nothing'], 'CLI-BAD-ARGUMENTS', 'strata schema --help'],
    [['validate', 'a', 'b'], 'CLI-BAD-ARGUMENTS', 'strata validate --help'],
    [['validate', 'a', '-f', 'b'], 'CLI-BAD-ARGUMENTS', 'name the folder once'],
    [['explain'], 'CLI-BAD-ARGUMENTS', 'strata explain --help'],
    [['validate', '-o', 'xml'], 'CLI-BAD-ARGUMENTS', 'table, json, yaml'],
    [['explain', 'NO-SUCH-CODE'], 'CLI-NOTHING-TO-EXPLAIN', 'docs/errors'],
  ])('%j are answered with 3 and a next step', async (argv, code, next) => {
    const told = await strata(...argv);
    expect(told.code).toBe(3);
    expect(told.out).toBe('');
    expect(told.err).toContain(`[${code}]`);
    expect(told.err).toContain(next);
    expect(told.err).not.toMatch(/\bat .*\.[jt]s:/);
  });

  it('shows the help on stderr where no command is given, and on stdout where it is asked for', async () => {
    expect(await strata()).toMatchObject({ code: 3, out: '', err: expect.stringContaining('Usage: strata') });
    expect(await strata('--help')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('validate') });
    expect(await strata('help', 'up')).toMatchObject({ code: 0, out: expect.stringContaining('go on where a run stopped') });
    expect(await strata('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' });
  });
});

describe('the grammar', () => {
  it('has code for every command, and no code without a command', () => {
    expect(Object.keys(commands).sort()).toEqual(grammar.map((one) => one.name).sort());
  });
});

describe('init and validate', () => {
  it('write a definition that is valid, once', async () => {
    const target = join(folder, 'My Platform');
    const first = await strata('init', target);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(await readFile(join(target, 'platform.yaml'), 'utf8')).toContain('name: my-platform');
    expect(await readFile(join(target, '.gitignore'), 'utf8')).toContain('.strata/');
    const again = await strata('init', target);
    expect(again).toMatchObject({ code: 3, out: '', err: expect.stringContaining('platform.yaml') });
    expect(again.err).toContain('[SPEC-INIT-EXISTS]');
  });

  it('name every problem with its place, on stderr for people and on stdout for programs', async () => {
    await strata('init', folder, '--name', 'demo');
    const file = join(folder, 'platform.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('kind: Platform', 'kind: Plattform\nextra: 1'));
    const people = await strata('validate', folder);
    expect(people).toMatchObject({ code: 3, out: '' });
    expect(people.err).toContain(`${file}:`);
    expect(people.err).toContain('[SPEC-BAD-KIND]');
    expect(people.err).toContain('[SPEC-UNKNOWN-KEY]');
    const programs = await strata('validate', '-f', folder, '-o', 'json');
    expect(programs).toMatchObject({ code: 3, err: '' });
    const document = JSON.parse(programs.out);
    expect(document).toMatchObject({ kind: 'Validation', valid: false });
    expect(document.diagnostics.map((one: { code: string }) => one.code)).toEqual(
      expect.arrayContaining(['SPEC-BAD-KIND', 'SPEC-UNKNOWN-KEY']),
    );
  });

  it('refuse a bad name', async () => {
    expect(await strata('init', folder, '--name', 'No Good')).toMatchObject({
      code: 3,
      err: expect.stringContaining('SPEC-BAD-NAME'),
    });
  });
});

describe('other documents', () => {
  it('print schemas and versions as JSON or YAML', async () => {
    expect(JSON.parse((await strata('schema', 'environment')).out)).toMatchObject({ title: 'Strata environment' });
    expect((await strata('version', '-o', 'yaml')).out).toMatch(/^strata: 1\.2\.3\n/);
  });
  it('explain a code, in any case', async () => {
    expect(await strata('explain', 'spec-wrong-type')).toMatchObject({
      code: 0,
      out: expect.stringContaining('# SPEC-WRONG-TYPE'),
    });
  });
  it('print completion for each shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, out } = await strata('completion', shell);
      expect(code).toBe(0);
      expect(out).toContain('validate');
    }
  });
});

describe('what the shell is told', () => {
  it('follows the kind of failure', () => {
    const kinds = ['refused', 'invalid', 'conflict', 'network', 'exhausted', 'corrupt', 'version', 'cancelled', 'bug'] as const;
    expect(kinds.map(exitCodeOf)).toEqual([9, 3, 7, 6, 5, 4, 8, 130, 1]);
  });
  it('follows the first failure of a run', () => {
    const one = (kind: 'network' | 'timeout') =>
      ({ failure: { kind, diagnostic: { code: 'X-Y', severity: 'error', message: '', remedies: [{ say: '' }] } } }) as const;
    expect(exitCodeOfRun({ verdict: 'ok', failures: [] })).toBe(0);
    expect(exitCodeOfRun({ verdict: 'failed', failures: [one('network'), one('timeout')] })).toBe(6);
    expect(exitCodeOfRun({ verdict: 'cancelled', failures: [] })).toBe(130);
  });
});

describe('a command in a finding', () => {
  it.each([
    ['strata up', './strata up my/place -e prod'],
    ['strata destroy --confirm demo', './strata destroy my/place -e prod --confirm demo'],
    ['strata validate -e other', './strata validate my/place -e other'],
    ['strata explain SPEC-SYNTAX', './strata explain SPEC-SYNTAX'],
    ['umount /x', 'umount /x'],
    ['stratagem', 'stratagem'],
  ])('%s is written as %s', (command, typed) => {
    expect(typedCommand(command, { program: './strata', directory: 'my/place', environment: 'prod' })).toBe(typed);
  });
  it('is quoted where a shell would take it apart', () => {
    expect(typedCommand('strata up', { program: 'strata', directory: "it's here" })).toBe("strata up 'it'\\''s here'");
  });
});

describe('how output looks', () => {
  const tty = { isTTY: true, columns: 80 };
  it.each([
    ['a terminal', tty, {}, 'auto', true],
    ['a pipe', {}, {}, 'auto', false],
    ['NO_COLOR', tty, { NO_COLOR: '1' }, 'auto', false],
    ['an empty NO_COLOR', tty, { NO_COLOR: '' }, 'auto', true],
    ['FORCE_COLOR in a pipe', {}, { FORCE_COLOR: '1' }, 'auto', true],
    ['FORCE_COLOR=0', tty, { FORCE_COLOR: '0' }, 'auto', false],
    ['NO_COLOR over FORCE_COLOR', tty, { NO_COLOR: '1', FORCE_COLOR: '1' }, 'auto', false],
    ['a dumb terminal', tty, { TERM: 'dumb' }, 'auto', false],
    ['--no-color', tty, { FORCE_COLOR: '1' }, 'no-color', false],
  ] as const)('has colour by %s', (_, stream, env, flag, color) => {
    expect(styleOf(stream, env, flag).color).toBe(color);
  });
  it('is redrawn only on terminals that can, and never in CI', () => {
    expect(isLive(tty, {})).toBe(true);
    expect(isLive(tty, { CI: 'true' })).toBe(false);
    expect(isLive(tty, { TERM: 'dumb' })).toBe(false);
    expect(isLive({}, {})).toBe(false);
  });
  it('stays in ASCII where the terminal or the locale cannot do more', () => {
    expect(styleOf(tty, { TERM: 'linux' }, 'auto').unicode).toBe(false);
    expect(styleOf(tty, { LC_ALL: 'C' }, 'auto').unicode).toBe(false);
    expect(styleOf(tty, { LANG: 'en_US.UTF-8' }, 'auto').unicode).toBe(true);
  });
});
