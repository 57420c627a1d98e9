import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const catalog = join(import.meta.dirname, '../../../../catalog');
const there = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined;

/** Runs a real tool; what it says is in a failing test. */
function check(tool: string, ...args: readonly string[]): void {
  const ran = spawnSync(tool, args, {
    encoding: 'utf8',
    cwd: join(catalog, 'ansible'),
    env: { ...process.env, CHECKPOINT_DISABLE: '1', PACKER_NO_COLOR: '1', ANSIBLE_CONFIG: join(catalog, 'ansible/ansible.cfg') },
  });
  expect({ status: ran.status, said: ran.status === 0 ? '' : ran.stdout + ran.stderr }).toEqual({ status: 0, said: '' });
}

test.skipIf(!there('packer'))('Packer reads the templates (not checked where it is absent)', () => {
  check('packer', 'validate', '-syntax-only', join(catalog, 'image/debian-12/packer'));
});

test.skipIf(!there('ansible-playbook'))('Ansible reads the playbooks (not checked where it is absent)', () => {
  check('ansible-playbook', '--syntax-check', '--inventory', 'localhost,', 'node.yml', 'harden.yml', 'seal.yml');
});
