import { expect, test } from 'vitest';
import { failureLines, packerCommand } from './index.js';

// Recorded from packer 1.6.6, null builder, ansible provisioner (ansible 7.7.0), a role with a misspelt parameter.
const recorded = `    null.machine: TASK [hardening : Write the kernel settings] ***********************************
    null.machine: changed: [default]
    null.machine:
    null.machine: TASK [hardening : Drop the distribution's settings that a later file would contradict] ***
    null.machine: fatal: [default]: FAILED! => {"changed": false, "msg": "Unsupported parameters for (ansible.builtin.replace) module: follow."}
    null.machine:
    null.machine: PLAY RECAP *********************************************************************
    null.machine: default                    : ok=20   changed=14   unreachable=0    failed=1    skipped=0    rescued=0    ignored=0
    null.machine:
==> null.machine: Provisioning step had errors: Running the cleanup provisioner, if present...
Build 'null.machine' errored after 36 seconds 492 milliseconds: Error executing Ansible: Non-zero exit status: exit status 2

==> Some builds didn't complete successfully and had errors:
--> null.machine: Error executing Ansible: Non-zero exit status: exit status 2

==> Builds finished but no artifacts were created.`;

test('says which task failed and why', () => {
  expect(failureLines(recorded)).toBe(
    'null.machine: fatal: [default]: FAILED! => {"changed": false, "msg": "Unsupported parameters for (ansible.builtin.replace) module: follow."} · ' +
      '--> null.machine: Error executing Ansible: Non-zero exit status: exit status 2',
  );
});

test('falls back to the last lines', () => {
  expect(failureLines('one\ntwo\nthree\nfour\n')).toBe('two · three · four');
});

test('never calls home', () => {
  const command = packerCommand({ templates: '/t', variables: { host: 'a' }, home: '/h', deadlineMs: 1 });
  expect(command.env).toMatchObject({ CHECKPOINT_DISABLE: '1', TMPDIR: '/h' });
  expect(command.args).toEqual(['build', '-color=false', '-var', 'host=a', '/t']);
});
