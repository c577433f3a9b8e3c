import type { PersonTrace } from '@cuttle/core-types/ports';
import type { PersonData, PersonItem } from '@cuttle/sessions';
import { type Memory, personOfFile } from '@cuttle/tools';

/** What agents remember of a person: their folder in each agent's memory. */
export function createPersonMemory(parts: {
  readonly memory: Memory;
  readonly agentIds: () => readonly string[];
}): PersonData {
  const { memory, agentIds } = parts;
  return {
    area: 'memory',
    async *export(person, signal): AsyncGenerator<PersonItem> {
      const ids = idsOf(person);
      for (const agentId of agentIds())
        for (const { path } of await memory.list(agentId, signal)) {
          const owner = personOfFile(path);
          if (owner === undefined || !ids.includes(owner)) continue;
          const file = await memory.find({ agentId, path }, signal);
          const bytes = new TextEncoder().encode(file?.text ?? '');
          if (file) yield { file: `memory/${encodeURIComponent(agentId)}/${path}`, bytes };
        }
    },
    async purge({ trace }, signal) {
      const warnings: string[] = [];
      let count = 0;
      for (const agentId of agentIds())
        for (const person of idsOf(trace))
          try {
            count += await memory.removePerson({ agentId, person }, signal);
          } catch (error) {
            signal.throwIfAborted();
            const why = error instanceof Error ? error.message : String(error);
            warnings.push(`The memory of agent "${agentId}" could not be taken away: ${why}`);
          }
      return { count, warnings };
    },
  };
}

/** Somebody without a person's row is remembered by their principal. */
function idsOf({ personIds, principals }: PersonTrace): readonly string[] {
  return [...personIds, ...principals];
}
