import OpenAI from 'openai';

const { CUTTLE_URL, CUTTLE_TOKEN } = process.env;
const client = new OpenAI({ baseURL: `${CUTTLE_URL}/v1`, apiKey: CUTTLE_TOKEN });
const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'user', content: 'How warm is it in the cellar?' },
];
const parameters = { type: 'object', properties: { room: { type: 'string' } } };
const tools = [{ type: 'function' as const, function: { name: 'thermometer', parameters } }];
for (;;) {
  const { choices } = await client.chat.completions.create({ model: 'cuttle', messages, tools });
  const message = choices[0]?.message;
  if (!message?.tool_calls) {
    console.log(message?.content);
    break;
  }
  messages.push(message);
  for (const { id } of message.tool_calls)
    messages.push({ role: 'tool', tool_call_id: id, content: '12 degrees' });
}
