import type { Diagnostic, Span } from '../../model/index.js';
import type { Amount } from '../../packages/checks/index.js';

const at = (where: Span | undefined): { where?: Span } => (where === undefined ? {} : { where });

/** A pod that the real scheduler found no machine for. */
export interface Unfit {
  readonly workload: string;
  readonly count: number;
  readonly requests: Amount;
  readonly why: string;
  readonly where: Span | undefined;
}

/** Pods fit on no machine of the environment. */
export const doesNotFit = ({ workload, count, requests, why, where }: Unfit): Diagnostic => ({
  code: 'REHEARSAL-DOES-NOT-FIT',
  severity: 'error',
  message: `${count} pod(s) of ${workload} fit on no machine; each requests ${round(requests.cpu)} cores and ${mebibytes(requests.memoryBytes)} MiB. The scheduler says: ${why}`,
  ...at(where),
  remedies: [{ say: 'Request less, choose fewer replicas, or give the environment more or larger machines.' }],
});

const round = (value: number): number => Math.round(value * 1000) / 1000;
const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** A policy or webhook refused an object. */
export const refusedByPolicy = (subject: string, why: string, where: Span | undefined): Diagnostic => ({
  code: 'REHEARSAL-REFUSED-BY-POLICY',
  severity: 'error',
  message: `${subject} was refused: ${why}`,
  ...at(where),
  remedies: [{ say: 'Change the object so that the policy lets it pass, or except it in the policy.' }],
});

/** The API server did not take an object. */
export const notTaken = (subject: string, why: string, where: Span | undefined): Diagnostic => ({
  code: 'REHEARSAL-OBJECT-NOT-TAKEN',
  severity: 'error',
  message: `The API server did not take ${subject}: ${why}`,
  ...at(where),
  remedies: [{ say: 'Correct the object; `kubectl explain` shows the fields its kind has.' }],
});

/** A package's controller did not report it ready. */
export const packageNotReady = (name: string, reason: string, message: string, where: Span | undefined): Diagnostic => ({
  code: 'REHEARSAL-NOT-READY',
  severity: 'error',
  message: `Package ${name} did not become ready: ${[reason, message].filter((text) => text !== '').join(': ')}`,
  ...at(where),
  remedies: [{ say: 'Mend what its controller names, and rehearse again.' }],
});

/** A program of the rehearsal ended or did not start. */
export const programFailed = (tool: string, why: string): Diagnostic => ({
  code: 'REHEARSAL-PROGRAM-FAILED',
  severity: 'error',
  message: `The program ${tool} does not run beside the simulated cluster: ${why}`,
  remedies: [{ say: 'Look at its last lines above; its arguments are in the package.yaml of the package it belongs to.' }],
});
