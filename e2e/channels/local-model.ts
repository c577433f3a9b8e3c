import type { ConfigInput } from '@cuttle/config';

/** The parts of a configuration by which every agent asks the test server at `baseUrl`. */
export function localModel(baseUrl: string): Pick<ConfigInput, 'providers' | 'agents'> {
  const models = [{ id: 'gpt-4.1-mini', contextWindow: 128_000 }];
  return {
    providers: { local: { kind: 'openai', baseUrl, apiKey: 'test-key', models } },
    agents: { defaults: { model: 'local/gpt-4.1-mini' } },
  };
}
