import type { ResultOf } from '@cuttle/core-types/protocol';
import { echoScript, text } from '@cuttle/testkit';
import { openGeminiServer } from '@cuttle/testkit/gemini';
import { openTelegramServer } from '@cuttle/testkit/telegram';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { payloadOf, type RawClient } from './raw-client.ts';

let gateway: OpenGateway;
afterEach(() => gateway[Symbol.asyncDispose]());

const wav = Buffer.from('RIFF\0\0\0\0WAVEfmt a sound', 'latin1').toString('base64');
const ogg = Buffer.from('OggS\0\x02 a voice', 'latin1');
const hears = 'gpt-audio';
const deaf = 'gpt-4.1-mini';

let messages = 0;
async function ask(
  client: RawClient,
  message: string,
  attachments: readonly object[] = [],
): Promise<void> {
  messages += 1;
  const params = { sessionKey: 'main', message, idempotencyKey: `m${messages}`, attachments };
  const { runId } = payloadOf(await client.call('chat.send', params)) as ResultOf<'chat.send'>; // the method's own result
  const ended = payloadOf(await client.call('agent.wait', { runId, timeoutMs: 20_000 }));
  expect(ended).toMatchObject({ status: 'completed' });
}
const lastBody = (): string => JSON.stringify(gateway.model.requests.at(-1)?.body);

describe('a recording for a model that hears', () => {
  it('goes as it is to a server of one’s own whose model is said to take it, and in words to another', async () => {
    gateway = await openGateway({
      models: [{ id: hears, inputs: ['input_audio'] }, { id: deaf }],
      transcriptions: () => 'Feed the cat.',
      adjust: ({ agents, providers: { local } }) => {
        if (!local) throw new TypeError('The configuration has the provider "local".');
        local.models = [
          { id: hears, contextWindow: 128_000, inputs: ['text', 'audio'] },
          { id: deaf, contextWindow: 128_000, inputs: ['text'] },
          { id: 'whisper-1', inputs: ['text'], prices: { input: 0, output: 0, minute: 6 } },
        ];
        agents.defaults.model = `local/${hears}`;
      },
    });
    const client = await gateway.connect();
    await ask(client, 'listen', [{ mimeType: 'audio/wav', name: 'a.wav', data: wav }]);
    expect(lastBody()).toContain(
      `{"type":"input_audio","input_audio":{"data":"${wav}","format":"wav"}}`,
    );
    await client.call('sessions.patch', { sessionKey: 'main', model: `local/${deaf}` });
    await ask(client, 'and you?');
    expect(lastBody()).not.toContain('input_audio');
    expect(lastBody()).toContain('Feed the cat.');
    await client.call('sessions.patch', { sessionKey: 'main', model: `local/${hears}` });
    // A format that this dialect has no word for is heard by the one who transcribes.
    const voice = { mimeType: 'audio/ogg', name: 'v.ogg', data: ogg.toString('base64') };
    await ask(client, 'and this', [voice]);
    expect(lastBody()).toContain('input_audio');
    expect(lastBody()).toContain('Feed the cat.');
  });

  it('goes as it is from a messenger to Gemini', async () => {
    await using telegram = await openTelegramServer({ longPollCapMs: 500 });
    telegram.user({ id: 7, firstName: 'Ann' });
    await using gemini = await openGeminiServer({ script: () => [text('I hear you.')] });
    const { token, url: apiRoot } = telegram;
    gateway = await openGateway({
      script: echoScript(),
      config: {
        channels: {
          telegram: { main: { token, apiRoot, dmPolicy: 'open', streaming: false } },
        },
      },
      adjust: (parsed) => {
        parsed.providers['google'] = {
          kind: 'gemini',
          baseUrl: gemini.url,
          apiKey: 'test-key',
          models: [{ id: 'gemini-2.5-flash', inputs: ['text', 'image', 'audio', 'document'] }],
        };
        parsed.agents.defaults.model = 'google/gemini-2.5-flash';
      },
    });
    telegram.say({ from: 7, file: { kind: 'voice', mimeType: 'audio/ogg', bytes: ogg } });
    const answered = (): unknown => telegram.visibleFromBot(7).at(0);
    await telegram.waitFor(answered, AbortSignal.timeout(30_000));
    const inline = { mimeType: 'audio/ogg', data: ogg.toString('base64') };
    expect(JSON.stringify(gemini.requests[0]?.body)).toContain(JSON.stringify(inline));
  });
});
