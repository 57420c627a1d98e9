import type { Diagnostic, ErrorPage, Span } from '../model/index.js';

/** A data file that cannot be used. */
export const dataInvalid = (where: Span, why: string): Diagnostic => ({
  code: 'PREREQ-DATA-INVALID',
  severity: 'error',
  message: `The file cannot be used: ${why}`,
  where,
  remedies: [{ say: 'Correct the place; the page of this code shows what a file may say.' }],
});

/** A text or number asks for what the definition does not say. */
export const pathUnknown = (where: Span, path: string): Diagnostic => ({
  code: 'PREREQ-PATH-UNKNOWN',
  severity: 'error',
  message: `The definition says nothing at ${path}.`,
  where,
  remedies: [{ say: 'Write a path of the component’s settings (`spec.…`), or guard the entry with `when`.' }],
});

/** Nobody knows what a resource of a module may do. */
export const actionsUnknown = (where: Span, resources: readonly string[]): Diagnostic => ({
  code: 'PREREQ-ACTIONS-UNKNOWN',
  severity: 'error',
  message: `No actions are known for ${resources.join(', ')}.`,
  where,
  remedies: [{ say: 'Add the resource to the table, with the actions its documentation names.' }],
});

/** Two entries wait for each other. */
export const waitsForItself = (ids: readonly string[]): Diagnostic => ({
  code: 'PREREQ-CYCLE',
  severity: 'error',
  message: `These wait for each other: ${ids.join(' → ')}.`,
  remedies: [{ say: 'Take one `after` out.' }],
});

/** Pages of the codes. */
export const pages: readonly ErrorPage[] = [
  {
    code: 'PREREQ-DATA-INVALID',
    title: 'A file of prerequisites cannot be used',
    explanation:
      'What a provider needs of others is data: `catalog/prerequisites/<layer>/<provider>.yaml`, with who grants what in `catalog/prerequisites/owners.yaml`; `prerequisites.yaml` beside `platform.yaml` lays owners, lead times, holidays and `met` over that.',
    remedy: 'Correct the place that is named.',
    example:
      'owners:\n  network: { title: Network team, contact: net@corp.example }\nkinds:\n  flow: { owner: network, leadDays: 12 }\nmet: [infrastructure/machines/account]',
  },
  {
    code: 'PREREQ-PATH-UNKNOWN',
    title: 'A prerequisite asks for a setting that is not there',
    explanation:
      'Texts and numbers of prerequisites are filled in from the definition. One of them names a path that the component does not have.',
    remedy: 'Name another path, or say `when: spec.path` so that the entry counts only where the setting is there.',
  },
  {
    code: 'PREREQ-ACTIONS-UNKNOWN',
    title: 'A resource of a module has no known actions',
    explanation:
      'Permissions are derived from the resources that a Terraform module makes, by a table. A resource that the table does not have would be granted nothing, and the first apply would fail.',
    remedy: 'Add the resource to the table.',
  },
  {
    code: 'PREREQ-CYCLE',
    title: 'Prerequisites wait for each other',
    explanation:
      'An entry’s `after` names what must be granted first. Here that goes round in a circle, so that nothing could ever be asked for.',
    remedy: 'Take one `after` out.',
  },
];
