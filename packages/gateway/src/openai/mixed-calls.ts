import { callsOf, Message, type Principal } from '@cuttle/core-types';
import type { InboundFate } from '@cuttle/runtime';
import { hashToken } from '@cuttle/security';
import { z } from 'zod';
import type { GatewayDeps } from '../gateway-deps.ts';
import { toWireCalls } from './completion.ts';
import type { WireToolCall } from './wire.ts';

/**
 * An answer may call tools of the client and of the agent at once. The client sees its own calls only and sends its history back without
 * the others, so the whole answer and the agent's results are kept under the client's calls until it does.
 */
const namespace = 'openai.mixed';
const Kept = z.array(Message);

export async function rememberAnswer(
  { store }: GatewayDeps,
  { principal, fate }: { principal: Principal; fate: InboundFate },
): Promise<void> {
  const { runId, clientCalls } = fate;
  if (clientCalls.length === 0 || runId === undefined) return;
  const run = await store.reader.findRun(runId);
  const last = run?.steps.at(-1);
  if (!last?.answer || callsOf(last.answer).length === clientCalls.length) return;
  const parts = last.calls.flatMap(({ result }) => (result ? [result] : []));
  const messages: Message[] = [last.answer, { role: 'tool', parts }];
  const key = await keyOf(principal, toWireCalls(clientCalls));
  await store.journal.putValue({ namespace, key, value: z.json().parse(messages) });
}

/** Undefined for calls of an answer that held no others. */
export async function recallAnswer(
  { store }: GatewayDeps,
  { principal, calls }: { principal: Principal; calls: readonly WireToolCall[] },
): Promise<readonly Message[] | undefined> {
  const key = await keyOf(principal, calls);
  const row = await store.reader.findValue({ namespace, key });
  return row && Kept.parse(row.value);
}

/** Providers number their calls anew in each answer, so the id alone names nothing: who asked, and the calls as they stand, do. */
function keyOf(
  { id }: Principal,
  calls: readonly Pick<WireToolCall, 'id' | 'function'>[],
): Promise<string> {
  const shown = calls.map((call) => [
    call.id,
    call.function.name,
    withoutSpaces(call.function.arguments),
  ]);
  return hashToken(JSON.stringify([id, ...shown]));
}

/** Clients write the arguments anew, each with spaces of its own. */
function withoutSpaces(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json; // as the model wrote them: no JSON
  }
}
