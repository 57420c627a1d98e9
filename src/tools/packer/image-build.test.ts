import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildErrors, explainBuild, imageBuildCommand, parseMachineLines, parsePackerManifest } from './index.js';

// Recorded from packer 1.6.6, builder amazon-ebs, against moto 5.2.5; the lines that tell of artefacts.
const sample = (name: string): string => readFileSync(join(import.meta.dirname, 'samples', name), 'utf8');

const failed = (said: string) => explainBuild({ code: 1, stdout: `1795525119,amazon-ebs.machine,error,${said}\n`, stderr: '' });

test('reads the lines meant for programs', () => {
  const ids = parseMachineLines(sample('ami.txt')).filter(({ kind, data }) => kind === 'artifact' && data[1] === 'id');
  expect(ids.map(({ target, data }) => [target, data[2]])).toContainEqual([
    'amazon-ebs.machine',
    'eu-central-1:ami-fefa8925be9e5088d',
  ]);
  expect(parseMachineLines('no line of packer\n')).toEqual([]);
});

test('the manifest names what the last run made', () => {
  expect(parsePackerManifest(sample('packer-manifest.json'))).toBe('eu-central-1:ami-fefa8925be9e5088d');
  expect(parsePackerManifest('{}')).toBeUndefined();
  const other = sample('packer-manifest.json').replace(/"last_run_uuid": "[^"]+"/, '"last_run_uuid": "another"');
  expect(parsePackerManifest(other)).toBeUndefined();
});

// Recorded from packer 1.6.6: no credentials anywhere (escaped as Packer writes it).
const noCredentials =
  'no valid credential sources for  found.\\n\\nPlease see \\nfor more information about providing credentials.\\n\\nError: NoCredentialProviders: no valid providers in chain. Deprecated.\\n';

test.each([
  [noCredentials, 'PACKER-CREDENTIALS', 'refused'],
  // The forms below are those of the APIs' own documentation of error codes.
  ['Error querying AMI: ExpiredToken: The security token included in the request is expired', 'PACKER-CREDENTIALS', 'refused'],
  ['ServerFaultCode: Cannot complete login due to an incorrect user name or password.', 'PACKER-CREDENTIALS', 'refused'],
  ['Error launching source instance: VcpuLimitExceeded: You have requested more vCPU capacity', 'PACKER-QUOTA', 'exhausted'],
  [
    'Code="OperationNotAllowed" Message="Operation could not be completed as it results in exceeding approved Total Regional Cores quota."',
    'PACKER-QUOTA',
    'exhausted',
  ],
  ['No AMI was found matching filters: {', 'PACKER-SOURCE', 'invalid'],
  ['Code="PlatformImageNotFound" Message="The platform image is not available."', 'PACKER-SOURCE', 'invalid'],
  ['Error executing Ansible: Non-zero exit status: exit status 2', 'PACKER-BUILD', 'tool-failed'],
] as const)('%s', (said, code, kind) => {
  const failure = failed(said.replaceAll(',', '%!(PACKER_COMMA)'));
  expect(failure).toMatchObject({ kind, diagnostic: { code } });
  expect(failure.diagnostic.remedies[0].say).not.toBe('');
});

test('the lines of a failed task stand beside the last word', () => {
  const stdout = [
    '1,,ui,message,    amazon-ebs.machine: fatal: [default]: FAILED! => {"msg": "no package foo"}',
    '2,amazon-ebs.machine,error,Error executing Ansible: Non-zero exit status: exit status 2',
  ].join('\n');
  expect(buildErrors(stdout)).toHaveLength(1);
  expect(explainBuild({ code: 1, stdout, stderr: '' }).diagnostic.message).toMatch(/no package foo.*exit status 2/);
});

test('values are files, secrets the environment', () => {
  const command = imageBuildCommand({
    templates: '/t',
    values: ['/a.pkrvars.json'],
    env: { AWS_SECRET_ACCESS_KEY: { $secret: 'key' } },
    home: '/h',
    deadlineMs: 1,
  });
  expect(command.args).toEqual(['build', '-machine-readable', '-var-file=/a.pkrvars.json', '/t']);
  expect(command.env).toMatchObject({ CHECKPOINT_DISABLE: '1', AWS_SECRET_ACCESS_KEY: { $secret: 'key' } });
});
