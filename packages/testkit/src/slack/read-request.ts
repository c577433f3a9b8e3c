import type { IncomingMessage } from 'node:http';
import { Json } from '@cuttle/core-types';
import { readForm } from '../exchange.ts';

/** Arguments of a form hold JSON where they are no text. https://docs.slack.dev/apis/web-api/#methods_supporting_json */
const structured = new Set(['blocks', 'attachments', 'metadata', 'files', 'view']);

/** The arguments of a call, from its address and its body. */
export function readArgs(request: IncomingMessage, bytes: Uint8Array): Record<string, Json> {
  const { searchParams } = new URL(request.url ?? '/', 'http://slack.test');
  const text = Buffer.from(bytes).toString();
  const type = request.headers['content-type'] ?? '';
  const fields = type.startsWith('application/json')
    ? toRecord(parseJson(text))
    : fromForm(new URLSearchParams(text));
  return { ...fromForm(searchParams), ...fields };
}

function fromForm(form: URLSearchParams): Record<string, Json> {
  return Object.fromEntries(
    [...form].map(([key, value]) => [
      key,
      structured.has(key) ? (parseJson(value) ?? value) : value,
    ]),
  );
}

function toRecord(json: Json | undefined): Record<string, Json> {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : {};
}

function parseJson(text: string): Json | undefined {
  try {
    return Json.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The bytes of a file as they are, or as the one file of a form. https://docs.slack.dev/messaging/working-with-files#upload */
export async function readUpload(
  request: IncomingMessage,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return bytes;
  const form = await readForm(bytes, type);
  const file = [...form.values()].find((value) => value instanceof File);
  return file instanceof File ? new Uint8Array(await file.arrayBuffer()) : bytes;
}
