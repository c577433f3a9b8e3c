import { parentPort } from 'node:worker_threads';
import type { DocumentReply, DocumentRequest } from './documents/document-message.ts';
import type { DocumentText } from './documents/read-pdf.ts';

// The body of the thread that reads one document. What it reads with is loaded for that document alone.
parentPort?.once('message', (request: DocumentRequest) => {
  void answer(request).then((reply) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage(reply);
    return undefined;
  }); // never rejects
});

async function answer(request: DocumentRequest): Promise<DocumentReply> {
  try {
    return { ok: true, ...(await read(request)) };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'The document could not be read.';
    return { ok: false, message: message.slice(0, 300) };
  }
}

async function read({ format, bytes, maxChars }: DocumentRequest): Promise<DocumentText> {
  if (format === 'pdf') return (await import('./documents/read-pdf.ts')).readPdf(bytes, maxChars);
  const { readDocx } = await import('./documents/read-docx.ts');
  return { text: readDocx(bytes).slice(0, maxChars) };
}
