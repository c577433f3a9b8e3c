import { createTokenMeter, defaultContextRules, fitContext } from '@cuttle/agent';
import { type Message, userText } from '@cuttle/core-types';
import { quantile } from './report.ts';

const rounds = 60;
const warm = 20;

/** What fitting a transcript of so many entries into a window of 128k tokens takes, in ms: the median, of messages that nobody has looked at before. */
export function contextMs(entries: number): number {
  const room = { window: 128_000, fixedTokens: 3_000, scale: 1000, refusals: 0 };
  const took = Array.from({ length: rounds }, () => {
    const messages = transcriptOf(entries);
    const meter = createTokenMeter('gpt');
    const startedAt = performance.now();
    fitContext(messages, room, { rules: defaultContextRules, meter });
    return performance.now() - startedAt;
  });
  return quantile(took.slice(warm), 0.5);
}

/** Questions and answers of some lines; every tenth turn has a call with a result of 2 kB. */
function transcriptOf(entries: number): readonly Message[] {
  const messages: Message[] = [];
  for (let turn = 0; messages.length < entries; turn += 1) {
    messages.push(userText(`message ${turn}: ${'It was slow yesterday. '.repeat(turn % 12)}`));
    if (turn % 10 === 9) messages.push(...callOf(turn));
    const text = `Yes, that is so with ${turn}. ${'Nothing has to be done about it. '.repeat(turn % 8)}`;
    messages.push({ role: 'assistant', parts: [{ type: 'text', text }] });
  }
  return messages.slice(0, entries);
}

function callOf(turn: number): readonly Message[] {
  const [callId, name] = [`call-${turn}`, 'look'];
  const text = `${turn} GET /var/log/app.log took 12 ms\n`.repeat(60);
  return [
    { role: 'assistant', parts: [{ type: 'tool-call', callId, name, input: { at: turn } }] },
    {
      role: 'tool',
      parts: [{ type: 'tool-result', callId, name, ok: true, content: [{ type: 'text', text }] }],
    },
  ];
}
