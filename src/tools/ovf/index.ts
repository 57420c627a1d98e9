import { createHash } from 'node:crypto';
import type { Digest, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** A virtual machine with one disk, as an OVF 1.1 package describes it. */
export interface OvfMachine {
  readonly name: string;
  /** Shown to whoever imports it. */
  readonly product: string;
  /** File name of the stream-optimised vmdk in the package. */
  readonly disk: string;
  readonly diskBytes: number;
  /** Size of the disk as the machine sees it. */
  readonly capacityBytes: number;
  readonly cpus: number;
  readonly memoryMib: number;
  /** CIM id and VMware's name of the operating system. */
  readonly guest: { readonly id: number; readonly name: string };
}

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

interface Item {
  readonly type: number;
  readonly name: string;
  /** Members of CIM_ResourceAllocationSettingData, in the order of their names: the schema wants it. */
  readonly members: Readonly<Record<string, string | number>>;
}

function items({ cpus, memoryMib }: OvfMachine): readonly Item[] {
  return [
    { type: 3, name: `${cpus} virtual CPUs`, members: { AllocationUnits: 'hertz * 10^6', VirtualQuantity: cpus } },
    { type: 4, name: `${memoryMib} MiB of memory`, members: { AllocationUnits: 'byte * 2^20', VirtualQuantity: memoryMib } },
    { type: 6, name: 'SCSI controller', members: { Address: 0, ResourceSubType: 'VirtualSCSI' } },
    { type: 17, name: 'Disk', members: { AddressOnParent: 0, HostResource: 'ovf:/disk/disk1', Parent: 3 } },
    {
      type: 10,
      name: 'Network adapter',
      members: { AddressOnParent: 1, AutomaticAllocation: 'true', Connection: 'nodes', ResourceSubType: 'VmxNet3' },
    },
  ];
}

/** The descriptor: equal machines give equal bytes. */
export function ovfDescriptor(machine: OvfMachine): string {
  const { name, product, disk, diskBytes, capacityBytes, guest } = machine;
  const hardware = items(machine).map(itemXml).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vmw="http://www.vmware.com/schema/ovf" xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References>
    <File ovf:href="${xml(disk)}" ovf:id="file1" ovf:size="${diskBytes}"/>
  </References>
  <DiskSection>
    <Info>Disks of the machine</Info>
    <Disk ovf:capacity="${capacityBytes}" ovf:diskId="disk1" ovf:fileRef="file1" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks of the machine</Info>
    <Network ovf:name="nodes">
      <Description>Network of the nodes</Description>
    </Network>
  </NetworkSection>
  <VirtualSystem ovf:id="${xml(name)}">
    <Info>A virtual machine</Info>
    <Name>${xml(name)}</Name>
    <OperatingSystemSection ovf:id="${guest.id}" vmw:osType="${xml(guest.name)}">
      <Info>Operating system of the machine</Info>
      <Description>${xml(product)}</Description>
    </OperatingSystemSection>
    <VirtualHardwareSection ovf:transport="com.vmware.guestInfo">
      <Info>Hardware of the machine</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>${xml(name)}</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>vmx-15</vssd:VirtualSystemType>
      </System>
${hardware}
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}

function itemXml({ type, name, members }: Item, index: number): string {
  const all = { ...members, ElementName: name, InstanceID: index + 1, ResourceType: type };
  const lines = Object.entries(all)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `        <rasd:${key}>${xml(String(value))}</rasd:${key}>`);
  return `      <Item>\n${lines.join('\n')}\n      </Item>`;
}

/** The manifest: the digest of each file, in the order of the package. */
export const ovfManifest = (files: readonly { readonly name: string; readonly sha256: string }[]): string =>
  files.map(({ name, sha256 }) => `SHA256(${name})= ${sha256}\n`).join('');

/** Writes descriptor and manifest beside the disk in `folder` and puts the three in one archive, descriptor first. */
export async function writeOva(
  w: World,
  folder: string,
  { machine, diskDigest }: { readonly machine: OvfMachine; readonly diskDigest: Digest },
  to: string,
): Promise<Result<void>> {
  const stem = machine.disk.replace(/\.vmdk$/, '');
  const descriptor = ovfDescriptor(machine);
  const manifest = ovfManifest([
    { name: `${stem}.ovf`, sha256: createHash('sha256').update(descriptor).digest('hex') },
    { name: machine.disk, sha256: diskDigest.replace('sha256:', '') },
  ]);
  for (const [name, text] of [
    [`${stem}.ovf`, descriptor],
    [`${stem}.mf`, manifest],
  ] as const) {
    const written = await w.write(`${folder}/${name}`, text);
    if (!written.ok) return written;
  }
  const same = ['--format=ustar', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=0644'];
  const args = ['-cf', to, ...same, '-C', folder, '--', `${stem}.ovf`, `${stem}.mf`, machine.disk];
  const ran = await w.change({ tool: 'tar', args, deadlineMs: 600_000 });
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(ovaFailed(to, ran.value.stderr));
}

const ovaFailed = (file: string, said: string) =>
  failure('tool-failed', 'OVA-FAILED', `tar could not write ${file}: ${said.trim().slice(-300)}`, {
    say: 'Check the free space of the cache folder; one file of an archive holds up to 8 GiB.',
    command: 'df -h',
  });
