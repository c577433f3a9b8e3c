import { isCuttleError } from '@cuttle/core-types/errors';
import type { Receipt, SendRequest } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { Account } from './account.ts';
import type { DiscordApi } from './api.ts';
import { discordCodeOf, isRefusedContent } from './discord-failure.ts';
import { type ActCall, encodeAct, threadExists } from './encode-act.ts';
import { encodeMessage, messageIdOf, toNonce } from './encode.ts';
import { snowflakeAt, timeOfSnowflake } from './snowflake.ts';
import { type DiscordTarget, parseTarget } from './target.ts';
import { WireSent, WireUser } from './wire.ts';

export interface SendDeps {
  readonly api: DiscordApi;
  readonly account: Pick<Account, 'read'>;
  /** The private channel with a person. */
  readonly openDirect: (userId: string, signal: AbortSignal) => Promise<string>;
}

/**
 * One visible call. A refused one is no call: words that were refused go again without their marks. What is as it should be
 * already counts as done. Discord gives back the message of a nonce for "a few minutes"; what is repeated later is first
 * looked for in the channel.
 */
export async function sendMessage(
  deps: SendDeps,
  request: SendRequest,
  signal: AbortSignal,
): Promise<Receipt> {
  signal.throwIfAborted();
  const channelId = await channelOf(deps, parseTarget(request.target), signal);
  const path = `/channels/${channelId}/messages`;
  const act = encodeAct(request, channelId);
  if (act) return actOn(deps, act, signal);
  switch (request.kind) {
    case 'delete':
      return deleteMessage(deps, request, { path, signal });
    case 'edit':
      return tryWords(request, (body) =>
        deps.api.call({ method: 'PATCH', path: `${path}/${messageIdOf(request)}`, body }, signal),
      );
    case 'send':
    case 'open': {
      const nonce = await toNonce(request.idempotencyKey);
      const known = await findSent(deps, request, { path, nonce, signal });
      if (known !== undefined) return known;
      const { files } = request;
      return tryWords(request, (body) =>
        deps.api.call(
          { method: 'POST', path, body: { ...body, nonce, enforce_nonce: true }, files },
          signal,
        ),
      );
    }
  }
}

/** What is as it should be already counts as done. */
async function actOn(
  { api }: SendDeps,
  { call, messageId }: ActCall,
  signal: AbortSignal,
): Promise<Receipt> {
  try {
    await api.call(call, signal);
  } catch (error) {
    if (!isCuttleError(error) || discordCodeOf(error) !== threadExists) throw error;
  }
  return { messageId };
}

async function channelOf(
  { openDirect }: SendDeps,
  target: DiscordTarget,
  signal: AbortSignal,
): Promise<string> {
  return 'channelId' in target ? target.channelId : openDirect(target.userId, signal);
}

async function tryWords(
  request: SendRequest,
  call: (body: Readonly<Record<string, unknown>>) => Promise<unknown>,
): Promise<Receipt> {
  try {
    return toReceipt(await call(encodeMessage(request, 'styled')));
  } catch (error) {
    if (!isRefusedContent(error)) throw error;
    return toReceipt(await call(encodeMessage(request, 'plain')));
  }
}

function toReceipt(answer: unknown): Receipt {
  const { id } = WireSent.parse(answer);
  return { messageId: id, at: timeOfSnowflake(id) };
}

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes */
const unknownMessage = 10_008;

async function deleteMessage(
  { api }: SendDeps,
  request: SendRequest,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
): Promise<Receipt> {
  const messageId = messageIdOf(request);
  try {
    await api.call({ method: 'DELETE', path: `${path}/${messageId}` }, signal);
  } catch (error) {
    if (!isCuttleError(error) || discordCodeOf(error) !== unknownMessage) throw error;
  }
  return { messageId };
}

const WireHistory = z.array(
  z.looseObject({
    id: z.string(),
    author: WireUser,
    content: z.string(),
    nonce: z.union([z.string(), z.number()]).nullish(),
    attachments: z.array(z.looseObject({ size: z.number().nullish() })).nullish(),
  }),
);
/** Our clock and Discord's may differ. */
const skewMs = 60_000;

/** Our own message of this row, where an earlier try may have made one: by its nonce, or by its words and the sizes of its files where Discord names none. */
async function findSent(
  { api, account }: SendDeps,
  request: SendRequest,
  {
    path,
    nonce,
    signal,
  }: { readonly path: string; readonly nonce: string; readonly signal: AbortSignal },
): Promise<Receipt | undefined> {
  if (request.repeats === undefined) return undefined;
  const self = await account.read(signal);
  const after = snowflakeAt(request.repeats.since - skewMs);
  const query = { after, limit: '100' };
  const history = WireHistory.parse(await api.call({ method: 'GET', path, query }, signal));
  const words = encodeMessage(request, 'styled')['content'];
  const sizes = sizesOf(request.files?.map(({ bytes }) => ({ size: bytes })));
  const found = history.find(
    (message) =>
      message.author.id === self.id &&
      (typeof message.nonce === 'string'
        ? message.nonce === nonce
        : message.content === words && sizesOf(message.attachments) === sizes),
  );
  return found && { messageId: found.id, at: timeOfSnowflake(found.id) };
}

/** Names are changed on the way, sizes are not. */
function sizesOf(
  files: readonly { readonly size?: number | null | undefined }[] | null = [],
): string {
  return (files ?? []).map(({ size }) => String(size)).join();
}
