import type { MediaText } from '@cuttle/core-types/ports';
import type { MediaTextRecord } from './rows.ts';
import { fromStored } from './stored-json.ts';

export function mediaTextOf(row: MediaTextRecord): MediaText {
  const { sha256, kind, by, text, detail, failure } = row;
  return {
    sha256,
    kind,
    by,
    text,
    detail: fromStored(detail),
    ...(failure !== null && { failure }),
  };
}
