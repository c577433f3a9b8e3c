export interface ReadBody {
  readonly bytes: Uint8Array;
  /** Whether there was more. */
  readonly cut: boolean;
}

/** The first `maxBytes` of an answer's body; the rest is not fetched. */
export async function readBody(response: Response, maxBytes: number): Promise<ReadBody> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  let cut = false;
  if (response.body)
    for await (const chunk of response.body) {
      chunks.push(chunk.subarray(0, maxBytes - total));
      total += chunk.byteLength;
      cut = total > maxBytes;
      if (cut) break;
    }
  return { bytes: Buffer.concat(chunks), cut };
}

/** Text in the encoding that the header or the page itself names; what is unknown counts as UTF-8. https://encoding.spec.whatwg.org */
export function decodeBody(bytes: Uint8Array, contentType: string): string {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  const named =
    /charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(contentType) ??
    /<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(head);
  return decoderOf(named?.[1] ?? 'utf-8').decode(bytes);
}

function decoderOf(label: string): { decode(bytes: Uint8Array): string } {
  try {
    return new TextDecoder(label);
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder('utf-8');
    throw error;
  }
}
