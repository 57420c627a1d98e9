export { compareVersions, factsIn, judgeFact, type Judged, type Rules } from './judge.js';
export { type CheckEntry, CheckFile, type Probe, type Where } from './schema.js';
export { type QueryRequest, signedQuery } from './sigv4.js';
