/** A program that asks each wire dialect of `@cuttle/providers` what its README asks one, and prints what each said. */
export const eachDialect = `
import { createRetrying } from '@cuttle/providers';
import { rateLimited, text, toolCall } from '@cuttle/testkit';

const models = {
  anthropic: 'claude-sonnet-4-5',
  bedrock: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  gemini: 'gemini-3-flash-preview',
  ollama: 'qwen3',
  openai: 'gpt-4o-mini',
  'openai-responses': 'gpt-5-mini',
};
const clock = { sleep: async () => {} };
const messages = [{ role: 'user', parts: [{ type: 'text', text: 'How warm is it in Kiel?' }] }];
const parameters = { type: 'object', properties: { place: { type: 'string' } } };
const tools = [{ name: 'weather', description: 'The weather at a place.', parameters }];
for (const [dialect, model] of Object.entries(models)) {
  const open = Object.entries(await import('@cuttle/testkit/' + dialect)).find(([one]) => /^open.*Server$/.test(one));
  const create = Object.entries(await import('@cuttle/providers/' + dialect)).find(([one]) => /^create/.test(one));
  const script = [rateLimited(0), [text('Let me look.'), toolCall('weather', { place: 'Kiel' })]];
  const service = await open[1]({ script });
  const settings = { apiKey: 'test-key', region: 'us-east-1', baseUrl: service.url };
  const provider = createRetrying(create[1](settings), { clock, random: () => 0 });
  const request = { model, system: 'Be brief.', messages, tools };
  const said = [];
  for await (const event of provider.stream(request, AbortSignal.timeout(20_000))) {
    if (event.type === 'text.delta') said.push(event.text);
    if (event.type === 'tool.call') said.push(event.name, JSON.stringify(event.input));
  }
  console.log(dialect, ...said);
  service.assertDone();
  await service[Symbol.asyncDispose]();
}
`;
