import { join } from 'node:path';
import { type ReadAttachment, readMoreAttachments } from '../read-attachments.ts';

/** Files that go with the next message of a chat. */
export interface AttachCommand {
  /** What to tell the person; undefined for a line that is no `/attach`. Throws for what cannot go along: what was held stays. */
  read(line: string, signal: AbortSignal): Promise<string | undefined>;
  /** Hands over what is held, which is then held no more. */
  take(): readonly ReadAttachment[];
  /** What could not be sent goes with the next message, before what was named since. */
  putBack(attachments: readonly ReadAttachment[]): void;
}

/** `userFolder`: what `~` stands for, as no shell reads these words. */
export function createAttachCommand(userFolder: string): AttachCommand {
  let held: readonly ReadAttachment[] = [];
  return {
    async read(line, signal) {
      const [command, ...words] = toWords(line);
      if (command !== '/attach') return undefined;
      if (words.length === 1 && words[0] === 'none') {
        held = [];
        return 'Nothing goes along.';
      }
      const paths = words.map((word) => withHome(word, userFolder));
      held = [...held, ...(await readMoreAttachments(held, paths, signal))];
      return describe(held);
    },
    take() {
      const taken = held;
      held = [];
      return taken;
    },
    putBack(attachments) {
      held = [...attachments, ...held];
    },
  };
}

function describe(held: readonly ReadAttachment[]): string {
  if (held.length === 0)
    return 'Nothing goes along. `/attach photo.png "my notes.pdf"` sends files with the next message.';
  const names = held.map(({ name }) => name).join(', ');
  return `With the next message: ${names}. \`/attach none\` takes them back.`;
}

/** As a shell parts them: quotes keep words together, a backslash keeps a blank or a quote. */
function toWords(line: string): readonly string[] {
  const words = line.match(/(?:"[^"]*"|'[^']*'|\\[\s"'\\]|\S)+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'|\\([\s"'\\])/g, '$1$2$3'));
}

function withHome(word: string, userFolder: string): string {
  return word === '~' || word.startsWith('~/') ? join(userFolder, word.slice(1)) : word;
}
