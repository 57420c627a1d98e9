import { describe, expect, it } from 'vitest';
import {
  complaintIn,
  judgeRun,
  lockHolder,
  parsePlan,
  parseVersion,
  terraformArguments,
  terraformCommand,
  variableText,
} from './index.js';

const told = (summary: string, detail: string, address?: string) => ({
  code: 1,
  stdout: `{"@level":"info","type":"version"}\nnot json\n${JSON.stringify({ '@level': 'error', diagnostic: { severity: 'error', summary, detail, address }, type: 'diagnostic' })}\n`,
  stderr: '',
});
const codeOf = (summary: string, detail = ''): string => judgeRun('terraform apply', '/f', told(summary, detail)).diagnostic.code;

// Recorded from Terraform 1.11.4, 2026-11-24: a second plan while an apply was running.
const lockDetail =
  'Error message: resource temporarily unavailable\nLock Info:\n  ID:        2c7db3af-871d-baec-4bf3-e018d30cf4f9\n  Path:      terraform.tfstate\n  Operation: OperationTypeApply\n  Who:       root@vm\n  Version:   1.11.4\n  Created:   2026-11-24 12:42:57.577412682 +0000 UTC\n  Info:      \n\n\nTerraform acquires a state lock to protect the state';

describe('commands', () => {
  it('ask nothing, save plans, and apply exactly those', () => {
    expect(terraformArguments.plan('p')).toEqual([
      'plan',
      '-input=false',
      '-json',
      '-detailed-exitcode',
      '-lock-timeout=10s',
      '-out=p',
    ]);
    expect(terraformArguments.apply('p').at(-1)).toBe('p');
    expect(terraformArguments.apply('p')).not.toContain('-auto-approve');
    expect(terraformArguments.forceUnlock('id')).toEqual(['force-unlock', '-force', 'id']);
    expect(terraformArguments.mirror('/m', ['linux_amd64'])).toEqual(['providers', 'mirror', '-platform=linux_amd64', '/m']);
  });
  it('carry secrets in the environment only', () => {
    const command = terraformCommand(
      { bin: 'tofu', folder: '/f', config: '/c', env: { TF_VAR_keys: { $secret: 'k' } } },
      'plan',
      terraformArguments.plan('p'),
    );
    expect(command).toMatchObject({ tool: 'tofu', cwd: '/f', env: { TF_CLI_CONFIG_FILE: '/c', TF_VAR_keys: { $secret: 'k' } } });
    expect(JSON.stringify(command.args)).not.toContain('secret');
  });
});

describe('variables', () => {
  it('are text, or an expression in which nothing is a template', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: HCL's templates are what is escaped.
    expect(variableText('${x}')).toBe('${x}');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as above.
    expect(variableText({ a: '${x} %{y}' })).toBe('{"a":"$${x} %%{y}"}');
    expect(variableText(['\b\\b\f'])).toBe('["\\u0008\\\\b\\u000c"]');
  });
});

describe('failures', () => {
  it('name who holds the state', () => {
    expect(lockHolder(lockDetail)).toEqual({
      id: '2c7db3af-871d-baec-4bf3-e018d30cf4f9',
      who: 'root@vm',
      operation: 'apply',
      created: '2026-11-24 12:42:57.577412682 +0000 UTC',
    });
    expect(judgeRun('terraform plan', '/f', told('Error acquiring the state lock', lockDetail))).toMatchObject({
      kind: 'conflict',
      diagnostic: {
        code: 'TERRAFORM-LOCKED',
        message: expect.stringContaining('locked by root@vm (apply, since 2026-11-24'),
        remedies: [{ command: 'terraform -chdir=/f force-unlock 2c7db3af-871d-baec-4bf3-e018d30cf4f9' }],
      },
    });
  });
  it.each([
    [
      'TERRAFORM-CREDENTIALS',
      'error configuring Terraform AWS Provider: no valid credential sources for Terraform AWS Provider found.',
      '',
    ],
    ['TERRAFORM-CREDENTIALS', 'No valid credential sources found', 'operation error ec2imds: GetMetadata'],
    ['TERRAFORM-CREDENTIALS', 'unable to build authorizer for Resource Manager API: could not configure AzureCli Authorizer', ''],
    [
      'TERRAFORM-EXPIRED',
      'validating provider credentials',
      'api error ExpiredToken: The security token included in the request is expired',
    ],
    ['TERRAFORM-EXPIRED', 'ServerFaultCode: Cannot complete login due to an incorrect user name or password.', ''],
    [
      'TERRAFORM-DENIED',
      'creating EC2 Instance',
      'api error UnauthorizedOperation: You are not authorized to perform this operation.',
    ],
    [
      'TERRAFORM-QUOTA',
      'creating EC2 Instance',
      'api error VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 32 allows',
    ],
    [
      'TERRAFORM-QUOTA',
      'creating Linux Virtual Machine',
      'OperationNotAllowed: Operation could not be completed as it results in exceeding approved Total Regional Cores quota.',
    ],
    ['TERRAFORM-IMAGE-GONE', 'Error launching source instance: InvalidAMIID.NotFound', "The image id '[ami-0]' does not exist"],
    ['TERRAFORM-PLUGIN', 'Required plugins are not installed', ''],
    ['TERRAFORM-STALE', 'Saved plan is stale', 'The given plan file can no longer be applied'],
    [
      'TERRAFORM-TIMEOUT',
      'Error waiting for instance (i-1) to become ready',
      "timeout while waiting for state to become 'running'",
    ],
    ['TERRAFORM-NETWORK', 'RequestError: send request failed', 'dial tcp 127.0.0.1:1: connect: connection refused'],
    ['TERRAFORM-FAILED', 'Invalid index', 'something else'],
  ])('are %s where it says "%s"', (code, summary, detail) => {
    expect(codeOf(summary, detail)).toBe(code);
  });
  it('read the framed words of commands without -json', () => {
    const framed =
      '╷\n│ Error: Failed to query available provider packages\n│ \n│ Could not retrieve the list of available versions for provider hashicorp/aws\n╵\n';
    expect(complaintIn(framed)).toEqual({
      summary: 'Failed to query available provider packages',
      detail: 'Could not retrieve the list of available versions for provider hashicorp/aws',
    });
    expect(judgeRun('terraform init', '/f', { code: 1, stdout: '', stderr: framed }).diagnostic.code).toBe('TERRAFORM-PLUGIN');
  });
});

describe('what it prints', () => {
  it('is checked before it is used', () => {
    expect(parseVersion('{"terraform_version":"1.11.4","provider_selections":{}}')).toMatchObject({ ok: true });
    expect(parsePlan('{"resource_changes":[{"address":1}]}')).toMatchObject({
      ok: false,
      error: { diagnostic: { code: 'TERRAFORM-UNREADABLE' } },
    });
    expect(parsePlan('')).toMatchObject({ ok: false });
  });
});
