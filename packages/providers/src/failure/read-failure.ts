import { parseJson } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';

/** What a service says of its own failure. */
export interface StatedFailure {
  /** Its words, or the beginning of what it sent. */
  readonly message: string;
  /** Its `type`, `code` and `status`, joined by a space. */
  readonly kind: string;
  /** A status that stands inside the body, as in the error events of a stream. */
  readonly status: number | undefined;
  readonly page: boolean;
}

const scalar = z.union([z.string(), z.number()]).nullish().catch(undefined);
const Detail = z.looseObject({
  message: scalar,
  type: scalar,
  // Amazon's names, which also come in capitals and in a header.
  __type: scalar,
  Message: scalar,
  code: scalar,
  status: scalar,
  status_code: scalar,
  // OpenRouter puts the upstream's own words here.
  metadata: z.looseObject({ raw: scalar }).nullish().catch(undefined),
});
type Detail = z.infer<typeof Detail>;
/** OpenAI, Anthropic: `{error: {…}}`. xAI, Ollama: `{error: "…"}`. Others: `{message}`, `{detail}`, or a list of one. */
const Body = z.looseObject({
  ...Detail.shape,
  error: z.union([z.string(), Detail]).nullish().catch(undefined),
  detail: scalar,
});
type Body = z.infer<typeof Body>;

export function readFailure(body: string): StatedFailure {
  const trimmed = body.trim();
  if (trimmed.startsWith('<')) return { message: '', kind: '', status: undefined, page: true };
  const parsed = findBody(trimmed);
  if (parsed === undefined)
    return { message: trimmed, kind: '', status: statusInText(trimmed), page: false };
  const levels = levelsOf(parsed);
  const message = wordsOf(parsed, levels) ?? trimmed;
  return {
    message,
    kind: levels
      .flatMap(({ type, __type, code, status }) => [type, __type, code, status])
      .filter((word) => word != null)
      .join(' '),
    status: levels.map(statusOf).find((status) => status !== undefined) ?? statusInText(message),
    page: false,
  };
}

/** The failure itself and what is around it. */
function levelsOf(body: Body): readonly Detail[] {
  return typeof body.error === 'object' && body.error !== null ? [body.error, body] : [body];
}

function wordsOf(body: Body, levels: readonly Detail[]): string | undefined {
  const said = levels
    .map(({ message, Message }) => message ?? Message)
    .find((message) => message != null);
  const words = typeof body.error === 'string' ? body.error : (said ?? body.detail);
  const raw = levels[0]?.metadata?.raw;
  if (raw == null || raw === words) return words == null ? undefined : String(words);
  return `${words ?? ''}: ${raw}`;
}

function findBody(text: string): Body | undefined {
  try {
    const parsed = parseJson(z.union([Body, z.tuple([Body]).transform(([only]) => only)]), text);
    return parsed;
  } catch (error) {
    if (isCuttleError(error, 'request.invalid')) return undefined;
    throw error;
  }
}

function statusOf({ status_code, code, status }: Detail): number | undefined {
  return [status_code, code, status].map(Number).find((value) => value >= 400 && value < 600);
}

/** "HTTP 402 Payment Required", "529 Please try again", "error, status code: 400, message: …" */
function statusInText(text: string): number | undefined {
  const found = /^(?:HTTP )?([45]\d\d)\b/i.exec(text) ?? /status code: ([45]\d\d)/i.exec(text);
  return found ? Number(found[1]) : undefined;
}
