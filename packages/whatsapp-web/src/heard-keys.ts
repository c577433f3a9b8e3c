import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseJson } from '@cuttle/core-types';
import type { WAMessageKey } from 'baileys';
import { z } from 'zod';
import { createRecent } from './recent.ts';
import { writeWhole } from './write-whole.ts';

/**
 * By what WhatsApp knows the messages that came last, in a file: a reaction in a group is shown only where it names who wrote the message, in the
 * words of the group (a number, or an id that hides it), which nobody but this program was told.
 */
export interface HeardKeys {
  /** Of a chat as the gateway calls it: whoever writes chooses the ids, and could choose those of another chat. */
  find(chat: string, id: string): WAMessageKey | undefined;
  /** Resolves when it is in the file. To be called one after the other. */
  put(chat: string, key: WAMessageKey): Promise<void>;
  clear(): Promise<void>;
}

const Line = z.object({
  chat: z.string(),
  remoteJid: z.string(),
  id: z.string(),
  participant: z.string().exactOptional(),
});
type Line = z.infer<typeof Line>;

/** The file holds at most twice as many lines as are kept. */
export async function openHeardKeys(path: string, most = 1000): Promise<HeardKeys> {
  const kept = createRecent<Line>(most);
  let written = 0;
  const rewrite = async (): Promise<void> => {
    const lines = kept.list();
    written = lines.length;
    await writeWhole(path, lines.map(toText).join(''));
  };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const text = await readFile(path, 'utf8').catch(() => ''); // none was written yet
  for (const line of parseLines(text)) kept.put(nameOf(line), line);
  if (text !== '') await rewrite();
  return {
    find(chat, id) {
      const line = kept.find(nameOf({ chat, id }));
      return line && toKey(line);
    },
    async put(chat, { id, remoteJid, participant }) {
      if (!id || !remoteJid) return;
      const line: Line = { chat, remoteJid, id, ...(participant && { participant }) };
      kept.put(nameOf(line), line);
      written += 1;
      if (written > 2 * most) return rewrite();
      await appendFile(path, toText(line), { mode: 0o600 });
    },
    async clear() {
      kept.clear();
      written = 0;
      await rm(path, { force: true });
    },
  };
}

/** Lines that cannot be read are passed over: the last of a program that was killed may be half of one. */
function parseLines(text: string): readonly Line[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [parseJson(Line, line)];
    } catch {
      return [];
    }
  });
}

function toText(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}

function nameOf({ chat, id }: Pick<Line, 'chat' | 'id'>): string {
  return `${chat} ${id}`;
}

function toKey({ remoteJid, id, participant }: Line): WAMessageKey {
  return { remoteJid, fromMe: false, id, ...(participant !== undefined && { participant }) };
}
