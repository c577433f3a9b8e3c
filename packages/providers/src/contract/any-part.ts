import type { Json, UserPart } from '@cuttle/core-types';
import * as fc from 'fast-check';

/** Words as people and models say them, and those that services stumble over. */
export const words = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('hello', 'what is it?', 'Zürich 🙂', 'a\nb') },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '\n\n', '\u0000', '\u200B') },
  fc.string({ maxLength: 20 }),
);
export const names = fc.constantFrom(
  'look',
  'web.search',
  'mcp:files/read',
  'ärger',
  'x'.repeat(90),
  '',
);
/** Some fit no other service than the one that said them. */
export const callIds = fc.constantFrom(
  'call_1',
  'call_1',
  'toolu_01abc',
  'fc|weird id/1',
  'x'.repeat(70),
  '',
  'ünïcode',
);
export const inputs: fc.Arbitrary<Json> = fc.oneof(
  fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.oneof(fc.string({ maxLength: 5 }), fc.integer()),
  ),
  fc.constantFrom('{"broken": ', 'text', ''),
  fc.constantFrom<Json>([1, 2], null),
);
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const image = fc.record({
  type: fc.constant('image' as const),
  mimeType: fc.constantFrom('image/png', 'image/tiff'),
  source: fc.oneof(
    fc.constant({ kind: 'base64' as const, data: pixel }),
    fc.constant({ kind: 'url' as const, url: 'https://example.com/a.png' }),
    fc.constant({ kind: 'blob' as const, sha256: 'ab12' }),
    fc.constant({
      kind: 'channel' as const,
      inboundId: 'i',
      index: 0,
      accountId: 'a',
      ref: { fileId: 'f' },
    }),
  ),
});
const document = fc.constantFrom<UserPart>(
  ...[
    { mimeType: 'application/pdf', data: 'aGVsbG8=' },
    { mimeType: 'text/plain', data: 'aGVsbG8=' },
    { mimeType: 'text/plain', data: '***' },
    { mimeType: 'application/zip', data: 'aGVsbG8=' },
  ].map(({ mimeType, data }) => ({
    type: 'document' as const,
    mimeType,
    name: 'b "c".txt',
    source: { kind: 'base64' as const, data },
  })),
  { type: 'document', mimeType: 'application/pdf', source: { kind: 'blob', sha256: 'ab12' } },
);
const audio = fc.constant({
  type: 'audio' as const,
  mimeType: 'audio/mpeg',
  source: { kind: 'base64' as const, data: 'aGVsbG8=' },
});
export const textPart = words.map((said) => ({ type: 'text' as const, text: said }));
export const userPart: fc.Arbitrary<UserPart> = fc.oneof(
  { weight: 5, arbitrary: textPart },
  image,
  document,
  audio,
);
