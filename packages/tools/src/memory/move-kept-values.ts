import type { Journal, Reader } from '@cuttle/core-types/ports';
import { parseKept } from '../values/kept-value.ts';
import { putFact } from './facts.ts';
import type { MemoryFiles } from './memory-files.ts';
import { factFile, homeOf } from './memory-path.ts';

interface MoveDeps {
  readonly reader: Pick<Reader, 'listNamespaces' | 'listValues'>;
  readonly journal: Pick<Journal, 'removeValue'>;
  filesOf(agentId: string): MemoryFiles;
}

const prefix = 'memory:';
const page = 500;

/**
 * Facts used to be rows of the store. They become lines of the files, and the rows go when the lines are on the disk: a cut
 * between the two finds the lines by the key of their row.
 */
export async function moveKeptValues(deps: MoveDeps, signal: AbortSignal): Promise<void> {
  for (;;) {
    const namespaces = await deps.reader.listNamespaces({ prefix, limit: page });
    for (const namespace of namespaces) await moveOne(deps, namespace, signal);
    if (namespaces.length < page) return;
  }
}

async function moveOne(
  { reader, journal, filesOf }: MoveDeps,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const [, agentId = '', person = ''] = namespace.split(':').map(decodeURIComponent);
  for (;;) {
    signal.throwIfAborted();
    const rows = await reader.listValues({ namespace, limit: page });
    if (rows.length === 0) return;
    await filesOf(agentId).change(factFile({ home: homeOf(person) }), (file) =>
      rows.reduce<string | undefined>((text, { key, value }) => {
        const kept = parseKept(value);
        if (!kept) return text;
        const fact = { key, text: kept.text, taint: kept.taint, once: `kept:${key}` };
        return putFact(text, fact) ?? text;
      }, file),
    );
    for (const { key } of rows) await journal.removeValue({ namespace, key });
  }
}
