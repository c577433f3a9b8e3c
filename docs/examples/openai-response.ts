import OpenAI from 'openai';

const { CUTTLE_URL, CUTTLE_TOKEN } = process.env;
const client = new OpenAI({ baseURL: `${CUTTLE_URL}/v1`, apiKey: CUTTLE_TOKEN });
const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'What is 6 * 7?' }];
const first = await client.responses.create({ model: 'cuttle', input });
console.log(first.output_text);
input.push({ role: 'assistant', content: first.output_text });
input.push({ role: 'user', content: 'What is 7 * 8?' });
const stream = await client.responses.create({ model: 'cuttle', input, stream: true });
for await (const event of stream)
  if (event.type === 'response.output_text.delta') process.stdout.write(event.delta);
