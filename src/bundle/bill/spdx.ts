import { createHash } from 'node:crypto';
import { type Bill, type Group, stableUuid } from './bill.js';
import { type Component, distinct, keyOf, purlOf } from './component.js';

const unknown = {
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  licenseConcluded: 'NOASSERTION',
  licenseDeclared: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
} as const;

/** The bill in the form of SPDX 2.3. */
export function spdx(bill: Bill): string {
  const { about, groups, created, strata } = bill;
  const all = distinct([about, ...groups].flatMap(({ components }) => components));
  const parts = (from: Group) => unique(from.components.map((one) => idOf(keyOf(one))));
  const relation = (from: string, relationshipType: string, to: string) => ({
    spdxElementId: from,
    relationshipType,
    relatedSpdxElement: to,
  });
  const body = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: about.name,
    creationInfo: { created, creators: [`Tool: strata-${strata}`] },
    packages: [...[about, ...groups].map(groupPackage), ...all.map(componentPackage)],
    relationships: [
      relation('SPDXRef-DOCUMENT', 'DESCRIBES', groupId(about)),
      ...groups.map((group) => relation(groupId(about), 'CONTAINS', groupId(group))),
      ...[about, ...groups].flatMap((group) => parts(group).map((id) => relation(groupId(group), 'CONTAINS', id))),
    ],
  };
  const namespace = `https://strata.dev/spdx/${stableUuid(JSON.stringify(body))}`;
  return JSON.stringify({ ...body, documentNamespace: namespace });
}

const unique = (ids: readonly string[]): readonly string[] => [...new Set(ids)].sort();
/** Names in SPDX are letters, digits, dots and hyphens: a digest is unique where a name cut down is not. */
const idOf = (key: string): string =>
  `SPDXRef-${key.replace(/[^A-Za-z0-9.-]+/g, '-').slice(0, 80)}-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
const groupId = ({ type, name, digest }: Group): string => idOf(`${type}:${name}@${digest ?? ''}`);

const purlReference = (purl: string) => [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }];

const groupPackage = (group: Group) => ({
  SPDXID: groupId(group),
  name: group.name,
  ...(group.version === undefined ? {} : { versionInfo: group.version }),
  primaryPackagePurpose: { container: 'CONTAINER', application: 'APPLICATION', data: 'FILE' }[group.type],
  ...unknown,
  ...(group.digest === undefined
    ? {}
    : { checksums: [{ algorithm: 'SHA256', checksumValue: group.digest.slice('sha256:'.length) }] }),
  ...(group.purl === undefined ? {} : { externalRefs: purlReference(group.purl) }),
});

const componentPackage = (component: Component) => ({
  SPDXID: idOf(keyOf(component)),
  name: component.name,
  ...(component.version === '' ? {} : { versionInfo: component.version }),
  ...unknown,
  externalRefs: purlReference(purlOf(component)),
});
