import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from './program.js';
import { typedCommand } from './typed-command.js';

const example = fileURLToPath(new URL('../../examples/local', import.meta.url));
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-nested-'));
  await cp(example, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const style = { color: false, unicode: true, columns: 160 };

/** Runs one command line; gives what the shell would see. */
async function strata(...argv: readonly string[]) {
  const told = { out: '', err: '' };
  const code = await runProgram(argv, {
    streams: {
      out: (text) => {
        told.out += text;
      },
      err: (text) => {
        told.err += text;
      },
      outStyle: style,
      errStyle: style,
      live: false,
      rows: () => 24,
      columns: () => 160,
    },
    version: '1.2.3',
    program: './strata',
    interruptible: () => ({ drain: new AbortController().signal, cancel: new AbortController().signal, onNotice: () => {} }),
  });
  return { code, ...told };
}

describe('commands of a group', () => {
  it('are shown where none is named, and suggested where one is nearly right', async () => {
    expect(await strata('package')).toMatchObject({ code: 3, out: '', err: expect.stringContaining('upgrade [options] [NAME]') });
    expect(await strata('package', '--help')).toMatchObject({ code: 0, err: '' });
    const near = await strata('package', 'ad');
    expect(near).toMatchObject({ code: 3, err: expect.stringContaining('there is no command "package ad"') });
    expect(near.err).toContain('did you mean "add"?');
    expect((await strata('app', 'add', 'x', '--pth', 'y')).err).toContain('"strata app add" has no option --pth');
    expect((await strata('app', 'add')).err).toContain('strata app add --help');
    expect((await strata('import', 'bigbang')).err).toContain('[CLI-BAD-ARGUMENTS]');
  });

  it('take a name and then a folder; an option may be given twice', async () => {
    const done = await strata('package', 'add', 'gatekeeper', folder);
    expect(done).toMatchObject({ code: 3, out: '', err: expect.stringContaining('[EDIT-ALREADY-THERE]') });
    expect(done.err).toContain('- name: gatekeeper');
    const file = join(folder, 'platform.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('          - name: monitoring\n', ''));
    const added = await strata(
      'package',
      'add',
      'monitoring',
      '-f',
      folder,
      '--set',
      'retention=12h',
      '--set',
      'replicas=2',
      '-o',
      'json',
    );
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(added.out)).toMatchObject({ kind: 'DefinitionEdit', written: true, added: ['monitoring'] });
    expect(await readFile(file, 'utf8')).toContain('              retention: 12h\n              replicas: 2\n');
    expect((await strata('package', 'list', folder, '-o', 'json')).out).toContain('"kind": "PackageList"');
    expect((await strata('app', 'list', folder)).out).toMatch(/^hello /m);
  });

  it('keep their folder in the commands that findings suggest', () => {
    const where = { program: './strata', directory: 'my site', environment: 'edge' };
    expect(typedCommand('strata package add x --with-requirements', where)).toBe(
      "./strata package add x --with-requirements -f 'my site' -e edge",
    );
  });

  it('are completed in bash, word by word', async () => {
    const { out } = await strata('completion', 'bash');
    const complete = (...words: readonly string[]): string =>
      execFileSync('bash', [
        '-c',
        `eval "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _strata; printf '%s ' "\${COMPREPLY[@]}"`,
        'bash',
        out,
        'strata',
        ...words,
      ]).toString();
    expect(complete('pack')).toBe('package ');
    expect(complete('package', '').trim().split(' ').sort()).toEqual(['add', 'list', 'remove', 'upgrade']);
    expect(complete('package', 'add', 'loki', '--with')).toBe('--with-requirements ');
    expect(complete('import', 'b')).toBe('bigbang ');
    expect(complete('plan', '--off')).toBe('--offline ');
    expect((await strata('completion', 'fish')).out).toContain(
      "'__fish_seen_subcommand_from package; and __fish_seen_subcommand_from add'",
    );
  });
});
