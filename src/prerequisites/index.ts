export { counts, fillWith, lookupIn } from './conditions.js';
export { evaluate, type Facts, type Stated } from './evaluate.js';
export { own, type Owning } from './owners.js';
export { readData } from './read.js';
export { schedule, type Schedule } from './schedule.js';
export { ActionTable, EntryFile, OwnerFile, OwnOwnerFile } from './schema.js';
