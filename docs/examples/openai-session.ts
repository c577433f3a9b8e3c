import OpenAI from 'openai';

const { CUTTLE_URL, CUTTLE_TOKEN } = process.env;
const client = new OpenAI({
  baseURL: `${CUTTLE_URL}/v1`,
  apiKey: CUTTLE_TOKEN,
  defaultHeaders: { 'x-cuttle-session': 'notebook' },
});
const stream = await client.chat.completions.create({
  model: 'cuttle',
  messages: [{ role: 'user', content: 'What is 6 * 7?' }],
  stream: true,
});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '');
