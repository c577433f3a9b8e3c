import { z } from 'zod';
import { defineTool, type Tool } from '@cuttle/core-types/ports';
import { failWith, type Script, text, thinking, toolCall, type TurnPart } from '@cuttle/testkit';

/** A model for looking at the page: each of its answers shows another side of it. */
export const showcaseScript: Script = (call) => {
  const said = call.messages.findLast(({ role }) => role === 'user')?.text ?? '';
  const results = call.messages
    .slice(call.messages.findLastIndex(({ role }) => role === 'user'))
    .filter(({ role }) => role === 'tool').length;
  if (said.includes('W-shaped'))
    return [
      thinking('The reader asks about optics. Say what the shape does, then why.'),
      ...words(prose),
    ];
  if (said.includes('slowly'))
    return words('The sea covers most of the planet, and most of it is dark. '.repeat(40), 120);
  if (said.includes('tides')) return tides(results);
  if (said.includes('Mail'))
    return results === 0
      ? [
          ...words('I will write it and ask before I send it.'),
          toolCall('mail_send', {
            to: 'harbour@example.org',
            subject: 'Berth for Saturday',
            text: 'Good day,\nwe arrive on Saturday at noon and need a berth for one night.',
          }),
        ]
      : words('It is sent.');
  if (said.includes('code')) return words(code);
  if (said.includes('Fail')) return failWith(401);
  if (said.includes('مرحبا')) return words(languages);
  return words(`You said: ${said}`);
};

function words(all: string, delayMs = 0): readonly TurnPart[] {
  return (all.match(/\S+\s*/g) ?? []).map((word) => text(word, { delayMs }));
}

function tides(results: number): readonly TurnPart[] {
  if (results === 0)
    return [
      thinking('First the table, then the mean.'),
      ...words('Let me look that up.'),
      toolCall('tide_table', { port: 'Brest', day: '2026-11-21' }),
      toolCall('tide_table', { port: 'Nowhere' }),
    ];
  if (results === 2) return [toolCall('math_eval', { expression: '(6.9 + 1.2 + 7.1 + 0.9) / 4' })];
  return words(
    'The **mean tide** at Brest today is **4.03 m**. The second port is not in the table.',
  );
}

export const showcaseTools: readonly Tool[] = [
  defineTool({
    name: 'tide_table',
    description: 'High and low water of a port.',
    input: z.object({ port: z.string(), day: z.string().optional() }),
    effect: 'pure',
    risk: 'read',
    async run({ port }, context) {
      if (port !== 'Brest') throw new Error(`No port named ${port}`);
      context.taint('web');
      return { text: '03:12  6.9 m\n09:31  1.2 m\n15:40  7.1 m\n21:58  0.9 m' };
    },
  }),
  defineTool({
    name: 'mail_send',
    description: 'Sends a mail.',
    input: z.object({ to: z.string(), subject: z.string(), text: z.string() }),
    effect: 'opaque',
    risk: 'execute',
    run: async () => ({ text: 'sent' }),
  }),
];

const prose = `Their pupils narrow to a **W** because it balances an uneven scene: bright surface above, dim water below.

## What the shape does

1. It *dims the light from above* more than a round pupil could.
2. It keeps contrast along the horizon, where prey and predators are.
3. Its two deep folds blur differently for each colour, which may let an animal with one pigment[^1] judge hue.

> The eye is not a camera; it is a question asked of light.

| Pupil | Seen in | Good for |
|:--|:--|--:|
| W | cuttlefish | uneven light |
| Horizontal slit | goats, octopuses | wide horizon |
| Vertical slit | cats, vipers | judging distance |

### A short summary

- [x] Balances bright and dim
- [x] Sharp at the horizon
- [ ] Colour by blur is still argued over

See [Mäthger et al. 2013](https://example.org/w-pupil) and \`doi:10.1016/j.visres\`. H<sub>2</sub>O bends the light, and that is why.`;

const code = `Here is a small queue that keeps its order.

\`\`\`ts
/** Runs one task after another. */
export function createQueue(limit = 100): Queue {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0; // includes the one that runs
  return {
    push<T>(task: () => Promise<T>): Promise<T> {
      if (waiting >= limit) throw new Error(\`more than \${limit} tasks wait, and this line is long enough to scroll sideways\`);
      waiting += 1;
      const next = last.then(task, task);
      last = next.finally(() => { waiting -= 1; });
      return next;
    },
  };
}
\`\`\`

And the same in the shell:

\`\`\`sh
# one at a time, whatever happens
flock /tmp/queue.lock ./task.sh "$1" || echo "failed: $?"
\`\`\`

That is all.`;

const languages = `أهلاً! كل شيء على ما يرام، وهذا نص **من اليمين إلى اليسار** مع \`code\` في الوسط.

- שלום, גם עברית עובדת
- Und Deutsch, with Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftundnochmehr
- 日本語も、絵文字も 👩‍👩‍👧‍👦🏳️‍🌈🦑

aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`;
