import type { Intent } from './intents.ts';

/** How to leave the offline provider behind. */
const howToAddModel = `To talk to a real model, do one of these and start again:
- set ANTHROPIC_API_KEY or OPENAI_API_KEY in the environment,
- start Ollama on this machine (https://ollama.com), it is found by itself,
- name a provider in the configuration: providers: { mine: { kind: "openai", baseUrl: "...", apiKey: "..." } }.`;

export function helpText(offered: readonly Intent[]): string {
  const can = offered.map(({ example }) => `- ${example}`).join('\n');
  return can === ''
    ? `I am the offline assistant: no model is set up, and no tool I know is offered here.\n\n${howToAddModel}`
    : `I am the offline assistant: no model is set up, so I follow a few fixed patterns. You can say:\n${can}\n\n${howToAddModel}`;
}

export function unknownText(offered: readonly Intent[]): string {
  return `I did not understand that, because I am offline: no model is set up.\n\n${helpText(offered)}`;
}

export function notOfferedText(intent: Intent): string {
  return `I understand, but the tool for it, ${intent.tool}, is not available here.`;
}

export const remindText =
  'Say when: "remind me in 10 minutes to stretch", or with an exact time, "remind me at 2030-01-31T09:00:00Z to stretch".';

/** Small talk: what is said, and what is answered. */
export const smallTalk: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|howdy|yo)(?: there| cuttle| all)?$/i,
    'Hello! I am the offline assistant. Say "help" to see what I can do without a model.',
  ],
  [/^(?:thanks|thank you|thx|cheers)(?: a lot| very much| so much)?$/i, 'You are welcome.'],
  [/^(?:bye|goodbye|see you|good night)$/i, 'Goodbye!'],
  [
    /^how are you(?: doing)?(?: today)?$/i,
    'All systems work. I am offline, though: say "help" to see what I can do.',
  ],
  [
    /^(?:who|what) are you$/i,
    'I am the offline assistant of this gateway: no model is set up, so I follow a few fixed patterns. Say "help" to see them.',
  ],
];
