import { readText } from '../../host/index.js';
import { err, failure, type KubeObject, ok, type Result } from '../../model/index.js';

/** A live cluster as `strata snapshot` recorded it. */
export interface RecordedCluster {
  readonly objects: readonly KubeObject[];
}

/** Reads a recorded cluster; anything else is refused. */
export async function readSnapshot(file: string): Promise<Result<RecordedCluster>> {
  const text = await readText(file);
  if (!text.ok) return text;
  const value = parsed(text.value);
  if (typeof value === 'object' && value !== null && 'objects' in value && Array.isArray(value.objects))
    return ok({ objects: value.objects });
  return err(
    failure('invalid', 'REHEARSAL-SNAPSHOT-INVALID', `${file} is not a recorded cluster.`, {
      say: 'Record one.',
      command: 'strata snapshot --out snapshot.json',
    }),
  );
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
