import { textFor } from '@cuttle/core-types/texts';

/** What a stream has shown of an answer: always the beginning of the stored one, or it says that it starts over. Each call gives what is new. */
export interface ShownText {
  upTo(text: string): string;
  /** The rest of the whole answer. */
  finish(text: string): string;
  /** All that went out. */
  all(): string;
}

export function createShownText(): ShownText {
  let sent = '';
  let gone = '';
  const upTo = (text: string): string => {
    if (!text.startsWith(sent)) return '';
    const more = text.slice(sent.length);
    sent = text;
    gone += more;
    return more;
  };
  return {
    upTo,
    finish(text) {
      if (text.startsWith(sent)) return upTo(text);
      // The model was asked again after a broken stream and said something else: what went out cannot be taken back.
      const more = `\n\n${textFor('run.starts-over')}\n\n${text}`;
      sent = text;
      gone += more;
      return more;
    },
    all: () => gone,
  };
}
