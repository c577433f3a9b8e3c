import OpenAI from 'openai';

const { CUTTLE_URL, CUTTLE_TOKEN } = process.env;
const client = new OpenAI({ baseURL: `${CUTTLE_URL}/v1`, apiKey: CUTTLE_TOKEN });
const input = ['The cat sleeps on the sofa.', 'Invoices are due in March.'];
const { data, model, usage } = await client.embeddings.create({ model: 'cuttle', input });
console.log(`${data.length} vectors of ${data[0]?.embedding.length} numbers by ${model}`);
console.log(`${usage.prompt_tokens} tokens`);
