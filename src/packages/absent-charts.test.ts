import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { withoutAbsentCharts } from './absent-charts.js';

const text = `apiVersion: v2
name: store
version: 1.0.0
dependencies:
  - { name: disk, version: 5.4.0, repository: https://charts.invalid, condition: disk.enabled }
  - { name: agent, version: 0.5.2, repository: https://charts.invalid, condition: 'agent.on, watch.agent.on' }
  - { name: always, version: 1.0.0, repository: https://charts.invalid }
`;
const off = { disk: { enabled: false }, watch: { agent: { on: false } } };
const names = (from: string): readonly string[] => parse(from).dependencies.map((part: { name: string }) => part.name);

describe('withoutAbsentCharts', () => {
  it('takes off the list what is missing and switched off, and nothing else', () => {
    const trimmed = withoutAbsentCharts(text, [], off);
    expect(trimmed.absent).toEqual(['disk', 'agent']);
    expect(names(trimmed.text)).toEqual(['always']);
    expect(parse(trimmed.text).name).toBe('store');
  });
  it('keeps what is there, as a folder or as an archive, even when it is switched off', () => {
    expect(names(withoutAbsentCharts(text, ['disk', 'agent-0.5.2.tgz'], off).text)).toEqual(['disk', 'agent', 'always']);
  });
  it('keeps a missing part that is wanted, so that helm names it', () => {
    expect(withoutAbsentCharts(text, [], { ...off, disk: { enabled: true } }).absent).toEqual(['agent']);
  });
  it('lets the first path of a condition decide that leads to a truth value', () => {
    expect(withoutAbsentCharts(text, [], { ...off, agent: { on: true } }).absent).toEqual(['disk']);
  });
  it('takes a condition that leads nowhere for wanted', () => {
    expect(withoutAbsentCharts(text, [], {}).absent).toEqual([]);
  });
  it('leaves a chart without parts as it is, to the letter', () => {
    const alone = 'name: alone # said here\nversion: 1.0.0\n';
    expect(withoutAbsentCharts(alone, [], {})).toEqual({ text: alone, absent: [] });
  });
});
