import { userText } from '@cuttle/core-types';
import { generateObject } from '@cuttle/providers';
import { createOpenai } from '@cuttle/providers/openai';
import { z } from 'zod';

const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = process.env;
const provider = createOpenai({ apiKey, baseUrl });
const schema = z.object({
  city: z.string(),
  degrees: z.number().describe('Celsius'),
  sky: z.enum(['clear', 'cloudy', 'rain']).optional(),
});
const messages = [userText('Kiel this morning: 12 degrees, grey all over.')];
const request = { model: 'gpt-4.1-mini', messages, name: 'weather', schema };
const { value } = await generateObject(request, provider, AbortSignal.timeout(60_000));
console.log(`${value.city}: ${value.degrees} °C, ${value.sky ?? 'no word of the sky'}`);
