import type { ResultOf } from '@cuttle/core-types/protocol';
import { echoScript, type ModelCall, type Script, text } from '@cuttle/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { payloadOf, type RawClient } from './raw-client.ts';

// A picture of one pixel.
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const photo = { mimeType: 'image/png', name: 'photo.png', data: png };
const pdfText = 'The secret word is marmalade';

let gateway: OpenGateway;
afterEach(() => gateway[Symbol.asyncDispose]());

const eyes = 'gpt-4o-mini';
const plain = 'gpt-4.1-mini';

/** A model without eyes, and one that sees, and describes in these words. */
async function openBlind(
  config: Readonly<Record<string, unknown>> = {},
  sayOf: (call: ModelCall) => string = () => 'A red square.',
): Promise<RawClient> {
  const echo = echoScript();
  if (typeof echo !== 'function') throw new TypeError('The echo is a function.');
  const script: Script = (call) => (call.model === eyes ? [text(sayOf(call))] : echo(call));
  gateway = await openGateway({
    script,
    config,
    adjust: (parsed) => {
      const { local } = parsed.providers;
      if (!local) throw new TypeError('The configuration has the provider "local".');
      local.models = [
        { id: plain, contextWindow: 128_000, inputs: ['text'] },
        { id: eyes, inputs: ['text', 'image'], prices: { input: 1, output: 1 } },
      ];
    },
  });
  return gateway.connect();
}

let messages = 0;
async function ask(
  client: RawClient,
  message: string,
  attachments: readonly object[] = [],
): Promise<string> {
  messages += 1;
  const params = { sessionKey: 'main', message, idempotencyKey: `m${messages}`, attachments };
  const { runId } = payloadOf(await client.call('chat.send', params)) as ResultOf<'chat.send'>; // the method's own result
  const ended = payloadOf(await client.call('agent.wait', { runId, timeoutMs: 20_000 }));
  return (ended as ResultOf<'agent.wait'>).text ?? ''; // the method's own result
}

const callsOf = (model: string): readonly string[] =>
  gateway.model.requests
    .map(({ body }) => JSON.stringify(body))
    .filter((body) => body.includes(`"model":"${model}"`));

function pdf(): string {
  const content = `BT /F1 24 Tf 72 700 Td (${pdfText}) Tj ET`;
  return Buffer.from(
    `%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>\nendobj\n4 0 obj\n<< /Length ${content.length} >>\nstream\n${content}\nendstream\nendobj\n5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\ntrailer << /Size 6 /Root 1 0 R >>\n%%EOF`,
  ).toString('base64');
}

describe('media for a model that takes none', () => {
  it('describes an image once, with a model that sees, also after a restart', async () => {
    let client = await openBlind();
    expect(await ask(client, 'what is this?', [photo])).toContain(
      '[image photo.png: a description: A red square.]',
    );
    await ask(client, 'and now?');
    await gateway.restart();
    client = await gateway.connect();
    await ask(client, 'and again?');
    expect(callsOf(eyes)).toHaveLength(1);
    expect(callsOf(eyes)[0]).toContain(`data:image/png;base64,${png}`);
    const asked = callsOf(plain);
    expect(asked).toHaveLength(3);
    for (const body of asked) {
      expect(body).toContain('A red square.');
      expect(body).not.toContain('image_url');
    }
    const { rows } = payloadOf(await client.call('usage.status', {})) as ResultOf<'usage.status'>; // the method's own result
    expect(rows.find(({ model }) => model === eyes)).toMatchObject({ calls: 1, unpricedCalls: 0 });
  });

  it('gives the same message as an image again to a model that sees', async () => {
    const client = await openBlind();
    await ask(client, 'look', [photo]);
    await client.call('sessions.patch', { sessionKey: 'main', model: `local/${eyes}` });
    await ask(client, 'and you?');
    expect(callsOf(eyes).at(-1)).toContain(`data:image/png;base64,${png}`);
    const last = JSON.parse(callsOf(eyes).at(-1) ?? '{}') as { messages: { role: string }[] }; // as the client sent it
    const said = last.messages.filter(({ role }) => role === 'user');
    expect(JSON.stringify(said)).not.toContain('a description');
  });

  it('says honestly that nobody sees, and what bytes really are', async () => {
    const client = await openBlind({ media: { describe: false } });
    const answer = await ask(client, 'look', [
      photo,
      { mimeType: 'image/png', name: 'run.png', data: Buffer.from('MZ\0\0\0').toString('base64') },
    ]);
    expect(answer).toContain(
      '[image photo.png, 70 bytes: this model cannot see images and no model that can is set up]',
    );
    expect(answer).toContain(
      '[file run.png, 5 bytes: files of the type application/octet-stream are not read here]',
    );
    expect(callsOf(eyes)).toEqual([]);
  });

  it('does not fail where the description does, and asks again with the next message', async () => {
    let says = '';
    const client = await openBlind({}, () => {
      if (says === '') throw new Error('The script has no words for this.');
      return says;
    });
    expect(await ask(client, 'look', [photo])).toContain(
      'it could not be put into words (provider.',
    );
    says = 'A blue circle.';
    expect(await ask(client, 'again')).toContain('again');
    expect(callsOf(plain).at(-1)).toContain('A blue circle.');
  });

  it('shows nobody a picture that claims more pixels than anybody can hold, and says so', async () => {
    const client = await openBlind();
    const bomb = Buffer.from(png, 'base64');
    bomb.writeUInt32BE(2_000_000_000, 16);
    const data = bomb.toString('base64');
    const answer = await ask(client, 'look', [{ mimeType: 'image/png', name: 'b.png', data }]);
    expect(answer).toContain('media.too-large');
    expect(callsOf(eyes)).toEqual([]);
  });

  it('holds descriptions to budgets', async () => {
    const client = await openBlind({
      budgets: { agents: { other: { usdPerDay: 1 } }, gateway: { usdPerDay: 0.001 } },
    });
    const answer = await ask(client, 'look', [photo]);
    expect(callsOf(eyes)).toEqual([]);
    expect(answer).not.toContain('A red square');
  });
});

describe('documents', () => {
  it('are read to the model, whatever they are called', async () => {
    const client = await openBlind();
    const file = { mimeType: 'text/plain', name: 'plan.pdf', data: pdf() };
    expect(await ask(client, 'read', [file])).toContain(
      `[document plan.pdf, 1 page: its text: ${pdfText} ]`,
    );
    const csv = {
      mimeType: 'text/csv',
      name: 'a.csv',
      data: Buffer.from('a,b\n1,2').toString('base64'),
    };
    expect(await ask(client, 'and this', [csv])).toContain('[document a.csv: its text: a,b 1,2 ]');
  });

  it('are cut to what a request may hold, and broken ones are named', async () => {
    const client = await openBlind({ media: { maxTextChars: 200 } });
    const long = {
      mimeType: 'text/plain',
      name: 'long.txt',
      data: Buffer.from('word '.repeat(500)).toString('base64'),
    };
    const broken = {
      mimeType: 'application/pdf',
      name: 'x.pdf',
      data: Buffer.from('%PDF-1.4 no').toString('base64'),
    };
    const answer = await ask(client, 'read', [long, broken]);
    expect(answer).toContain('(the rest is left out: 200 of 2499 characters are shown)');
    expect(answer).toContain(
      '[document x.pdf, 11 bytes: it could not be put into words (media.unreadable)]',
    );
  });
});
