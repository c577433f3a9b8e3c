import { callsOf, Message } from '@cuttle/core-types';
import type { InboundFate } from '@cuttle/runtime';
import { z } from 'zod';
import type { GatewayDeps } from '../gateway-deps.ts';

/**
 * An answer may call tools of the client and of the agent at once. The client sees its own calls only and sends its history back without
 * the others, so the whole answer and the agent's results are kept under the client's calls until it does.
 */
const namespace = 'openai.mixed';
const Kept = z.array(Message);

export async function rememberAnswer(
  { store }: GatewayDeps,
  { runId, clientCalls }: InboundFate,
): Promise<void> {
  const [first] = clientCalls;
  if (!first || runId === undefined) return;
  const run = await store.reader.findRun(runId);
  const last = run?.steps.at(-1);
  if (!last?.answer || callsOf(last.answer).length === clientCalls.length) return;
  const parts = last.calls.flatMap(({ result }) => (result ? [result] : []));
  const messages: Message[] = [last.answer, { role: 'tool', parts }];
  await store.journal.putValue({ namespace, key: first.callId, value: z.json().parse(messages) });
}

export async function recallAnswer(
  { store }: GatewayDeps,
  callId: string,
): Promise<readonly Message[] | undefined> {
  const row = await store.reader.findValue({ namespace, key: callId });
  return row && Kept.parse(row.value);
}
