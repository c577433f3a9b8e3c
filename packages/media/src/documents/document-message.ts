import { z } from 'zod';

/** What goes to the thread that reads documents, and what comes back. */
export interface DocumentRequest {
  readonly format: 'pdf' | 'docx';
  readonly bytes: Uint8Array;
  readonly maxChars: number;
}
export const DocumentReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), text: z.string(), pages: z.int().optional() }),
  z.object({ ok: z.literal(false), message: z.string() }),
]);
export type DocumentReply = z.infer<typeof DocumentReply>;
