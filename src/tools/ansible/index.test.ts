import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ansibleEnvironment, parseJunit } from './index.js';

// Recorded from the junit callback of ansible 7.7.0 (core 2.14.18); the tasks' own output is emptied.
const sample = (name: string): string => readFileSync(join(import.meta.dirname, 'samples', name), 'utf8');

test('counts what a play did', () => {
  expect(parseJunit(sample('seal.xml'))).toEqual({ playbook: 'seal', tasks: 5, failed: 0, skipped: 0, seconds: 11 });
});

test('tells failed and skipped tasks from done ones', () => {
  expect(parseJunit(sample('broken.xml'))).toMatchObject({ playbook: 'broken', tasks: 3, failed: 1, skipped: 1 });
});

test('another document is none', () => {
  expect(parseJunit('<html/>')).toBeUndefined();
  expect(parseJunit('')).toBeUndefined();
});

test('known hosts with a space in its path stays one option', () => {
  const { ANSIBLE_SSH_ARGS } = ansibleEnvironment({ knownHosts: '/a b/known', controlFolder: '/c', home: '/h' });
  expect(ANSIBLE_SSH_ARGS).toContain(`-o 'UserKnownHostsFile="/a b/known"'`);
});
