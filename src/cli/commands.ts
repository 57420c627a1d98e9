import type { Run } from './call.js';

/** The code of each command, loaded only when it is called. */
export const commands: Readonly<Record<string, () => Promise<{ readonly run: Run }>>> = {
  init: () => import('./commands/init.js'),
  validate: () => import('./commands/validate.js'),
  schema: () => import('./commands/schema.js'),
  plan: () => import('./commands/plan.js'),
  rehearse: () => import('./commands/rehearse.js'),
  up: () => import('./commands/up.js'),
  status: () => import('./commands/status.js'),
  explain: () => import('./commands/explain.js'),
  destroy: () => import('./commands/destroy.js'),
  drill: () => import('./commands/drill.js'),
  doctor: () => import('./commands/doctor.js'),
  evidence: () => import('./commands/evidence.js'),
  'package add': async () => ({ run: (await import('./commands/package.js')).add }),
  'package remove': async () => ({ run: (await import('./commands/package.js')).remove }),
  'package list': async () => ({ run: (await import('./commands/package.js')).list }),
  'package upgrade': async () => ({ run: (await import('./commands/package.js')).upgrade }),
  'app add': async () => ({ run: (await import('./commands/app.js')).add }),
  'app remove': async () => ({ run: (await import('./commands/app.js')).remove }),
  'app list': async () => ({ run: (await import('./commands/app.js')).list }),
  'import bigbang': () => import('./commands/import.js'),
  completion: () => import('./commands/completion.js'),
  version: () => import('./commands/version.js'),
};
