/** Names a secret kept by the host (0600); the reference itself is plain data and may be journaled. */
export interface SecretRef {
  readonly $secret: string;
}

/** A revealed secret: no `toString`, no JSON form; `expose()` is searched for in review. */
export interface Secret {
  expose(): string;
}

/** Makes a reference. */
export const secretRef = (name: string): SecretRef => ({ $secret: name });

/** True where a value is a SecretRef. */
export function isSecretRef(value: unknown): value is SecretRef {
  return typeof value === 'object' && value !== null && '$secret' in value;
}
