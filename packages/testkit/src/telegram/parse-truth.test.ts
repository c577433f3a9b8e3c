import { describe, expect, it } from 'vitest';
import truth from './fixtures/parse-truth.json' with { type: 'json' };
import { parseHtml } from './parse-html.ts';
import { parseMarkdownV2 } from './parse-markdown-v2.ts';
import { ParseFailure, type RawEntity } from './raw-entity.ts';

interface Vector {
  readonly mode: string;
  readonly input: string;
  readonly ok: boolean;
  readonly text?: string;
  readonly entities?: readonly VectorEntity[];
  readonly error?: string;
}
interface VectorEntity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly argument?: string;
  readonly user_id?: number;
  readonly custom_emoji_id?: number;
  readonly unix?: number;
  readonly date_flags?: number;
}

function toVector(entity: RawEntity): VectorEntity {
  return {
    type: entity.type,
    offset: entity.offset,
    length: entity.length,
    ...(entity.argument === undefined ? {} : { argument: entity.argument }),
    ...(entity.userId === undefined ? {} : { user_id: entity.userId }),
    ...(entity.customEmojiId === undefined
      ? {}
      : { custom_emoji_id: Number(entity.customEmojiId) }),
    ...(entity.unix === undefined ? {} : { unix: entity.unix }),
    ...(entity.dateFlags === undefined ? {} : { date_flags: entity.dateFlags }),
  };
}

describe('the parsers of HTML and MarkdownV2', () => {
  const vectors: readonly Vector[] = truth.vectors;
  it('are certified with every case of the real server', () => {
    expect(vectors.length).toBe(273);
  });
  it.each(vectors.filter(({ ok }) => ok))('accept as the server does: $mode $input', (vector) => {
    const { text, entities } = parserOf(vector)(vector.input);
    expect({ text, entities: entities.map(toVector) }).toEqual({
      text: vector.text,
      entities: vector.entities,
    });
  });
  it.each(vectors.filter(({ ok }) => !ok))('refuse as the server does: $mode $input', (vector) => {
    expect(() => parserOf(vector)(vector.input)).toThrow(new ParseFailure(vector.error));
  });
});

function parserOf({ mode }: Vector): typeof parseHtml {
  return mode === 'HTML' ? parseHtml : parseMarkdownV2;
}
