import { expect, test } from 'vitest';
import type { ScanResults } from '../../../tools/oscap/index.js';
import type { TailoredRule } from './catalog-data.js';
import { scanClaims, skipped, summarise } from './summary.js';

const tailoring: readonly TailoredRule[] = [
  { rule: 'sysctl_*', treatment: 'role', why: 'The role writes one file.' },
  { rule: 'sysctl_net_ipv4_ip_forward', treatment: 'accepted', why: 'A node forwards.' },
  { rule: 'partition_for_*', treatment: 'accepted', why: 'No disks of its own.' },
  { rule: 'service_auditd_enabled', treatment: 'unmeasured', why: 'Asks a running systemd.' },
];

const rule = (name: string, outcome: ScanResults['rules'][number]['outcome']) => ({ rule: name, outcome, severity: 'medium' });
const scan = (score: number, ...rules: ScanResults['rules']): ScanResults => ({ profile: 'p', benchmark: '1', score, rules });

test('a rule that is not met needs a reason of its own', () => {
  const summary = summarise(
    scan(
      80,
      rule('a', 'pass'),
      rule('partition_for_var', 'fail'),
      rule('sysctl_net_ipv4_ip_forward', 'fail'),
      rule('sysctl_kernel_sysrq', 'fail'),
      rule('b', 'fail'),
    ),
    tailoring,
  );
  expect(summary.explained.map((one) => one.rule)).toEqual(['partition_for_var', 'sysctl_net_ipv4_ip_forward']);
  expect(summary.open).toEqual(['sysctl_kernel_sysrq', 'b']);
});

test('what a scan could not see is explained only where it is said to be unmeasurable', () => {
  const summary = summarise(
    scan(80, rule('service_auditd_enabled', 'unknown'), rule('partition_for_var', 'unknown'), rule('c', 'notapplicable')),
    tailoring,
  );
  expect(summary.explained.map((one) => one.rule)).toEqual(['service_auditd_enabled']);
  expect(summary.open).toEqual(['partition_for_var']);
});

test('the build leaves out every tailored remediation', () => {
  expect(skipped(['b', 'sysctl_x', 'partition_for_var'], tailoring)).toEqual(['partition_for_var', 'sysctl_x']);
});

test('a score that did not rise is no proof', () => {
  const before = summarise(scan(57.264149), tailoring);
  expect(scanClaims(before, summarise(scan(81.5), tailoring))[0]).toMatchObject({
    verdict: 'pass',
    claim: expect.stringContaining('81.5 of 100 (57.26 before hardening)'),
  });
  expect(scanClaims(before, summarise(scan(57.264149), tailoring))[0]?.verdict).toBe('fail');
});

test('each open rule fails the step by name', () => {
  const after = summarise(scan(90, rule('b', 'fail')), tailoring);
  expect(scanClaims(undefined, after)[1]).toEqual({
    claim: 'Rule b is met, or the reason is written in tailoring.yaml',
    verdict: 'fail',
  });
});
