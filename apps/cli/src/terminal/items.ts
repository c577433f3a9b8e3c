import type { FollowedSession } from '@cuttle/client';
import type { RunOutcome } from '@cuttle/core-types';
import { callsOf, textOf } from '@cuttle/core-types';
import type { HistoryEntry } from '@cuttle/core-types/protocol';

/** One thing a session shows, the same whether it comes live or from the history. `key` names it for good. */
export type Item =
  | { readonly kind: 'said'; readonly key: string; readonly text: string }
  | { readonly kind: 'text'; readonly key: string; readonly text: string }
  | { readonly kind: 'call'; readonly key: string; readonly name: string; readonly input: unknown }
  | { readonly kind: 'result'; readonly key: string; readonly name: string; readonly state: string }
  | {
      readonly kind: 'ask';
      readonly key: string;
      readonly name: string;
      readonly input: unknown;
      /** What the sub-agent that asks is called. */
      readonly label?: string | undefined;
    }
  | { readonly kind: 'end'; readonly key: string; readonly outcome: RunOutcome };

/** What a session shows, from top to bottom. */
export function toItems({
  entries,
  runs,
}: Pick<FollowedSession, 'entries' | 'runs'>): readonly Item[] {
  return [...entries.flatMap(fromEntry), ...runs.flatMap(fromRun)];
}

function fromEntry({ seq, runId = '', inboundId, step, messages }: HistoryEntry): readonly Item[] {
  return messages.flatMap((message): readonly Item[] => {
    switch (message.role) {
      case 'system':
        return [];
      case 'user':
        return [{ kind: 'said', key: `said ${inboundId ?? seq}`, text: textOf(message) }];
      case 'assistant':
        return [
          { kind: 'text', key: `text ${runId} ${step ?? seq}`, text: textOf(message) },
          ...callsOf(message).map(({ callId, name, input }): Item => ({
            kind: 'call',
            key: `call ${runId} ${callId}`,
            name,
            input,
          })),
        ];
      case 'tool':
        return message.parts.map(({ callId, name, ok }): Item => ({
          kind: 'result',
          key: `result ${runId} ${callId}`,
          name,
          state: ok ? 'done' : 'failed',
        }));
    }
  });
}

function fromRun({ runId, view, approvals }: FollowedSession['runs'][number]): readonly Item[] {
  const steps = new Map<string, string>();
  for (const { kind, blockId, text } of view.blocks) {
    if (kind !== 'text') continue;
    const step = blockId.split('.', 1)[0] ?? '';
    steps.set(step, (steps.get(step) ?? '') + text);
  }
  const texts = [...steps].map(([step, text]): Item => ({
    kind: 'text',
    key: `text ${runId} ${step}`,
    text,
  }));
  const calls = view.calls.flatMap(({ callId, name, input, state }): readonly Item[] => [
    { kind: 'call', key: `call ${runId} ${callId}`, name, input },
    ...(state === 'running'
      ? []
      : [{ kind: 'result' as const, key: `result ${runId} ${callId}`, name, state }]),
  ]);
  const asks = approvals.map(({ approvalId, name, input }): Item => ({
    kind: 'ask',
    key: `ask ${approvalId}`,
    name,
    input,
  }));
  const ends: readonly Item[] = view.outcome
    ? [{ kind: 'end', key: `end ${runId}`, outcome: view.outcome }]
    : [];
  return [...texts, ...calls, ...asks, ...ends];
}
