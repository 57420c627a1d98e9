import type { Diagnostic, ErrorPage, Span } from '../model/index.js';

const again = 'strata bundle create';

/** The bundle was made for something else. */
export const otherEnvironment = (made: string, wanted: string): Diagnostic => ({
  code: 'PROVE-OTHER-ENVIRONMENT',
  severity: 'error',
  message: `The bundle was made for ${made}, not for ${wanted}.`,
  remedies: [{ say: 'Name the environment it was made for, or make one for this environment.', command: again }],
});

/** An object would pull an image that is not carried. */
export const imageMissing = (image: string, by: string, where: Span, carried: string | undefined): Diagnostic => ({
  code: 'PROVE-IMAGE-MISSING',
  severity: 'error',
  message:
    carried === undefined
      ? `${by} runs ${image}, which is not in the bundle.`
      : `${by} runs ${image}; under that name the bundle has another content, ${carried}.`,
  where,
  remedies: [{ say: 'Put the image on the list of images, and make the bundle again.', command: again }],
});

/** A program or data of the toolchain that building would have to obtain. */
export const toolMissing = (name: string): Diagnostic => ({
  code: 'PROVE-TOOL-MISSING',
  severity: 'error',
  message: `The environment needs ${name} of the toolchain, which is not in the bundle.`,
  remedies: [{ say: 'Make the bundle again on a machine that can obtain it.', command: again }],
});

/** The bundle would deliver something else than the definition says today. */
export const deployDiffers = (path: string, state: 'missing' | 'different'): Diagnostic => ({
  code: 'PROVE-DEPLOY-DIFFERENT',
  severity: 'error',
  message:
    state === 'missing'
      ? `The definition renders ${path}, which the bundle does not deliver.`
      : `The definition renders ${path} otherwise than the bundle delivers it.`,
  remedies: [{ say: 'Make the bundle again from this definition.', command: again }],
});

/** An object makes a controller in the cluster fetch from a host behind the gap. */
export const hostOutside = (host: string, by: string, where: Span): Diagnostic => ({
  code: 'PROVE-HOST-OUTSIDE',
  severity: 'error',
  message: `${by} makes a controller fetch from ${host}, which is not inside.`,
  where,
  remedies: [{ say: 'Carry what it fetches: take the chart as a folder or an archive of the package.' }],
});

/** What could not be obtained when the bundle was made. */
export const madeWithout = (what: string): Diagnostic => ({
  code: 'PROVE-MADE-WITHOUT',
  severity: 'error',
  message: `The bundle itself says that it lacks ${what}.`,
  remedies: [{ say: 'Make it again where that can be obtained, without --allow-missing.', command: again }],
});

/** The rehearsal behind the gap did not pass. */
export const notRehearsed = (what: string): Diagnostic => ({
  code: 'PROVE-NOT-REHEARSED',
  severity: 'error',
  message: `With nothing but the bundle and no way out, the rehearsal did not pass: ${what}`,
  remedies: [{ say: 'Rehearse with a network, and compare.', command: 'strata rehearse' }],
});

/** What `strata explain` says of these. */
export const pages: readonly ErrorPage[] = [
  {
    code: 'PROVE-IMAGE-MISSING',
    title: 'An object would pull an image that the bundle does not carry',
    explanation:
      'Every container, init container, Job, and field or flag of an operator that names an image was looked up in the index of the bundle. Behind a gap, the pod would wait for the image for ever.',
    remedy: 'Add the image to the toolchain list of images (or of the definition), and make the bundle again.',
  },
  {
    code: 'PROVE-HOST-OUTSIDE',
    title: 'A controller would fetch from a host behind the gap',
    explanation:
      'A source of Flux names a host. Inside, only the environment’s own registry and git server can be reached, and these are announced by Strata itself.',
    remedy: 'Take the chart or manifest into the package as files, so that it travels in the bundle.',
  },
];
