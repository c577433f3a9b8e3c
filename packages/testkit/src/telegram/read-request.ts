import type { IncomingMessage } from 'node:http';
import { badRequest, TelegramFailure } from './failure.ts';

export interface UploadedFile {
  readonly field: string;
  readonly fileName: string;
  readonly mimeType: string;
  readonly bytes: Buffer;
}

export interface RequestBody {
  readonly params: Record<string, unknown>;
  readonly files: readonly UploadedFile[];
}

const maxBytes = 50 * 1024 * 1024;

/** The parameters of a call: query string and body as JSON, form or multipart. https://core.telegram.org/bots/api#making-requests */
export async function readRequest(request: IncomingMessage, url: URL): Promise<RequestBody> {
  const bytes = await readBytes(request);
  const query: Record<string, unknown> = Object.fromEntries(url.searchParams);
  const type = request.headers['content-type'] ?? '';
  if (bytes.length === 0) return { params: query, files: [] };
  if (type.startsWith('application/json'))
    return { params: { ...query, ...parseJsonObject(bytes) }, files: [] };
  if (type.startsWith('application/x-www-form-urlencoded'))
    return {
      params: { ...query, ...Object.fromEntries(new URLSearchParams(bytes.toString('utf8'))) },
      files: [],
    };
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary === undefined) return { params: query, files: [] };
  const parts = parseMultipart(bytes, boundary);
  return { params: { ...query, ...parts.params }, files: parts.files };
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    // Without an encoding a request yields buffers.
    const buffer = chunk as Buffer;
    size += buffer.length;
    if (size > maxBytes) throw new TelegramFailure(413, 'Request Entity Too Large');
    chunks.push(buffer);
  }
  return Buffer.concat(chunks);
}

function parseJsonObject(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    throw badRequest("can't parse JSON object");
  }
  throw badRequest("can't parse JSON object");
}

/** RFC 7578 as HTTP clients write it. */
function parseMultipart(bytes: Buffer, boundary: string): RequestBody {
  const marker = Buffer.from(`--${boundary}`);
  const params: Record<string, unknown> = {};
  const files: UploadedFile[] = [];
  let begin = bytes.indexOf(marker);
  while (begin >= 0) {
    const end = bytes.indexOf(marker, begin + marker.length);
    if (end < 0) break;
    const part = bytes.subarray(begin + marker.length + 2, end - 2);
    const split = part.indexOf('\r\n\r\n');
    if (split >= 0)
      addPart(
        { params, files },
        part.subarray(0, split).toString('utf8'),
        part.subarray(split + 4),
      );
    begin = end;
  }
  return { params, files };
}

function addPart(
  target: { params: Record<string, unknown>; files: UploadedFile[] },
  head: string,
  content: Buffer,
): void {
  const field = attributeOf(head, 'name');
  if (field === undefined) return;
  const fileName = attributeOf(head, 'filename');
  if (fileName === undefined) {
    target.params[field] = content.toString('utf8');
    return;
  }
  const mimeType = /^content-type:\s*([^\r\n]+)/im.exec(head)?.[1] ?? 'application/octet-stream';
  target.files.push({ field, fileName, mimeType, bytes: Buffer.from(content) });
}

/** Quoted or, as some clients write them, bare. */
function attributeOf(head: string, name: string): string | undefined {
  const match = new RegExp(`[;\\s]${name}=(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(head);
  return match?.[1] ?? match?.[2];
}
