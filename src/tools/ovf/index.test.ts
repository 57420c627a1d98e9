import { createHash } from 'node:crypto';
import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { ovfDescriptor, ovfManifest, type OvfMachine } from './index.js';

const machine: OvfMachine = {
  name: 'node <1>',
  product: 'Debian 12 & more',
  disk: 'node.vmdk',
  diskBytes: 206_055_936,
  capacityBytes: 4_294_967_296,
  cpus: 2,
  memoryMib: 4096,
  guest: { id: 96, name: 'debian12_64Guest' },
};
const descriptor = ovfDescriptor(machine);
const parsed = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseAttributeValue: false,
  isArray: (name) => name === 'Item',
}).parse(descriptor).Envelope;

test('the same machine gives the same bytes', () => {
  expect(ovfDescriptor({ ...machine })).toBe(descriptor);
});

test('sections stand in the order of the schema, and references lead to each other', () => {
  expect(Object.keys(parsed).filter((key) => !key.startsWith('@'))).toEqual([
    'References',
    'DiskSection',
    'NetworkSection',
    'VirtualSystem',
  ]);
  const file = parsed.References.File;
  expect(file).toMatchObject({ '@ovf:href': 'node.vmdk', '@ovf:size': '206055936' });
  expect(parsed.DiskSection.Disk).toMatchObject({ '@ovf:fileRef': file['@ovf:id'], '@ovf:capacity': '4294967296' });
  expect(parsed.DiskSection.Disk['@ovf:format']).toMatch(/#streamOptimized$/);
});

test('each device has the members of its kind, sorted as the CIM schema has them', () => {
  const items: readonly Record<string, string>[] = parsed.VirtualSystem.VirtualHardwareSection.Item;
  for (const item of items) expect(Object.keys(item)).toEqual(Object.keys(item).sort());
  const of = (type: string) => items.find((item) => String(item['rasd:ResourceType']) === type);
  expect(of('17')?.['rasd:HostResource']).toBe('ovf:/disk/disk1');
  expect(String(of('17')?.['rasd:Parent'])).toBe(String(of('6')?.['rasd:InstanceID']));
  expect(of('10')?.['rasd:Connection']).toBe(parsed.NetworkSection.Network['@ovf:name']);
  expect(new Set(items.map((item) => item['rasd:InstanceID'])).size).toBe(items.length);
});

test('names are escaped', () => {
  expect(descriptor).toContain('ovf:id="node &lt;1&gt;"');
  expect(descriptor).toContain('Debian 12 &amp; more');
});

test('the manifest has one line per file', () => {
  const sha256 = createHash('sha256').update(descriptor).digest('hex');
  expect(ovfManifest([{ name: 'node.ovf', sha256 }])).toBe(`SHA256(node.ovf)= ${sha256}\n`);
});
