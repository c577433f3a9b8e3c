import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Json, parseJson } from '@cuttle/core-types';
import type { BridgeMessage } from '@cuttle/core-types/bridge';
import { writeWhole } from './write-whole.ts';

export interface HeldMessage {
  readonly event: string;
  readonly message: Json;
}

/** Messages that the gateway did not take yet, in files, in the order in which they came. WhatsApp does not give them again. */
export interface Inbox {
  /** Undefined where it is held already. */
  put(message: BridgeMessage): Promise<HeldMessage | undefined>;
  take(event: string): Promise<void>;
  list(): Promise<readonly HeldMessage[]>;
}

export async function openInbox(folder: string): Promise<Inbox> {
  const events = (await readdir(folder).catch(() => []))
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .toSorted();
  const held = new Map(events.map((event) => [keyOf(event), event]));
  let count = Number(events.at(-1)?.split('-')[0] ?? 0);
  const pathOf = (event: string): string => join(folder, `${event}.json`);
  return {
    async put(message) {
      const { chat, sender, id, edits = '' } = message;
      const key = createHash('sha256')
        .update(JSON.stringify([chat.id, sender.id, id, edits]))
        .digest('hex')
        .slice(0, 32);
      if (held.has(key)) return undefined;
      count += 1;
      const event = `${String(count).padStart(12, '0')}-${key}`;
      held.set(key, event);
      const text = JSON.stringify(message);
      await writeWhole(pathOf(event), text);
      return { event, message: parseJson(Json, text) };
    },
    async take(event) {
      if (held.get(keyOf(event)) !== event) return;
      held.delete(keyOf(event));
      await rm(pathOf(event), { force: true });
    },
    async list() {
      const names = [...held.values()].toSorted();
      return Promise.all(
        names.map(async (event) => ({
          event,
          message: parseJson(Json, await readFile(pathOf(event), 'utf8')),
        })),
      );
    },
  };
}

function keyOf(event: string): string {
  return event.split('-')[1] ?? '';
}
