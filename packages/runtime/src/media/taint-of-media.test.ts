import type { UserPart } from '@cuttle/core-types';
import { expect, it } from 'vitest';
import { withMediaTaint } from './taint-of-media.ts';

const source = { kind: 'blob', sha256: 'a' } as const;
const mimeType = 'x/y';

it.each<readonly [string, UserPart, readonly string[]]>([
  ['words', { type: 'text', text: 'hi' }, ['group']],
  ['a picture', { type: 'image', mimeType, source }, ['group']],
  ['a voice note', { type: 'audio', mimeType, source, voice: true }, ['group']],
  ['a recording', { type: 'audio', mimeType, source }, ['group', 'file']],
  ['a film', { type: 'video', mimeType, source }, ['group', 'file']],
  ['a document', { type: 'document', mimeType, source }, ['group', 'file']],
])('says of %s what it brings', (_what, part, taint) => {
  expect(withMediaTaint(['group'], { parts: [part] })).toEqual(taint);
});
