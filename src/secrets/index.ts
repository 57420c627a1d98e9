export { type Identity, identitiesText, isRecipient, makeIdentity, readIdentities } from './age.js';
export * as secretErrors from './errors.js';
export { readSecretFile, type SecretFile } from './file.js';
export {
  isReference,
  readReference,
  secretPath,
  type SecretReference,
  secretsEnding,
  secretsFolder,
  valueIn,
} from './reference.js';
