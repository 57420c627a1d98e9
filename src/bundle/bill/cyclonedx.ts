import { type Bill, type Group, stableUuid } from './bill.js';
import { type Component, distinct, keyOf, purlOf } from './component.js';

/** The bill in the form of CycloneDX 1.6. */
export function cyclonedx(bill: Bill): string {
  const { about, groups, created, strata } = bill;
  const all = distinct([about, ...groups].flatMap(({ components }) => components));
  const body = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: created,
      tools: { components: [{ type: 'application', name: 'strata', version: strata }] },
      component: groupPart(about),
    },
    components: [...groups.map(groupPart), ...all.map(componentPart)],
    dependencies: [
      { ref: refOf(about), dependsOn: unique([...groups.map(refOf), ...about.components.map(keyOf)]) },
      ...groups.map((group) => ({ ref: refOf(group), dependsOn: unique(group.components.map(keyOf)) })),
    ],
  };
  return JSON.stringify({ ...body, serialNumber: `urn:uuid:${stableUuid(JSON.stringify(body))}` });
}

const unique = (refs: readonly string[]): readonly string[] => [...new Set(refs)].sort();
const refOf = ({ type, name, digest }: Group): string => `${type}:${name}${digest === undefined ? '' : `@${digest}`}`;

const groupPart = (group: Group) => ({
  type: group.type,
  'bom-ref': refOf(group),
  name: group.name,
  ...(group.version === undefined ? {} : { version: group.version }),
  ...(group.purl === undefined ? {} : { purl: group.purl }),
  ...(group.digest === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: group.digest.slice('sha256:'.length) }] }),
});

const componentPart = (component: Component) => ({
  type: 'library',
  'bom-ref': keyOf(component),
  name: component.name,
  version: component.version,
  purl: purlOf(component),
});
