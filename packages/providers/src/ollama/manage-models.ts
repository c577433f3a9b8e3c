import { CuttleError } from '@cuttle/core-types/errors';
import type { z } from 'zod';
import { secretsOf } from '../common-options.ts';
import { classifyFailure } from '../failure/classify-failure.ts';
import { fetchText } from '../exchange/fetch-text.ts';
import { createFramer } from '../exchange/framing.ts';
import { readChunks } from '../exchange/read-chunks.ts';
import { endedEarly, readRecord } from '../exchange/read-record.ts';
import type { ExchangeDeps } from '../exchange/run-exchange.ts';
import { sendWatched } from '../exchange/send-watched.ts';
import { createStrictFetch } from '../exchange/strict-fetch.ts';
import { startWatch } from '../exchange/watch.ts';
import { toExchangeDeps } from '../provider-deps.ts';
import { type OllamaCall, createSend } from './client.ts';
import { OllamaOptions } from './options.ts';
import type { OllamaSettings } from './provider.ts';
import { OllamaInstalled, OllamaLoaded, OllamaProgress, OllamaVersion } from './wire.ts';

/** A model on the machine of the server. */
export interface InstalledModel {
  readonly id: string;
  /** Of its content, in hex: two names with one digest are one model. */
  readonly digest: string;
  readonly bytes: number;
  /** Until when it stays in memory; undefined where it is not there. ISO 8601. */
  readonly loadedUntil: string | undefined;
}

/** How far a download is; `doneBytes` of `totalBytes` of the layer that is under way, where it is one. */
export interface PullProgress {
  readonly status: string;
  readonly digest?: string | undefined;
  readonly doneBytes?: number | undefined;
  readonly totalBytes?: number | undefined;
}

/**
 * The models of one Ollama server. Contract:
 * - all throw `provider.*`, and `provider.invalid` for a model that is not there; an abort is `signal.reason`;
 * - `pull` ends only when the model is there; who leaves the loop stops the download, which the server goes on with next time.
 */
export interface OllamaModels {
  readVersion(signal: AbortSignal): Promise<string>;
  list(signal: AbortSignal): Promise<readonly InstalledModel[]>;
  pull(model: string, signal: AbortSignal): AsyncIterable<PullProgress>;
  /** Brings it into memory and keeps it there for `keepAlive` ("10m", "-1" for ever), by default as the settings say. */
  load(
    wanted: { readonly model: string; readonly keepAlive?: string },
    signal: AbortSignal,
  ): Promise<void>;
  unload(model: string, signal: AbortSignal): Promise<void>;
  remove(model: string, signal: AbortSignal): Promise<void>;
}

/** A large model comes over a thin line for hours. */
const pullTimeoutMs = 86_400_000;

/** Throws `ZodError` for wrong settings at once. https://github.com/ollama/ollama/blob/main/docs/api.md */
export function createOllamaModels(settings: OllamaSettings = {}): OllamaModels {
  const options = OllamaOptions.parse(settings);
  const { fetch: open, timer } = toExchangeDeps(settings);
  const { id: service = 'ollama' } = options;
  const deps: ExchangeDeps = { service, framing: 'ndjson', limits: options, timer };
  const fetch = createStrictFetch({ service, fetch: open, secrets: secretsOf(options) });
  const sendNow = createSend({ options, fetch });
  const send = (call: OllamaCall) => (signal: AbortSignal) => sendNow(call, signal);
  const ask = (call: OllamaCall, signal: AbortSignal): Promise<string> =>
    fetchText(deps, send(call), signal);
  const read = async <Schema extends z.ZodType>(
    schema: Schema,
    call: OllamaCall,
    signal: AbortSignal,
  ): Promise<z.output<Schema>> => readRecord(schema, await ask(call, signal), service);
  const keep = async (
    model: string,
    keepAlive: string | number | undefined,
    signal: AbortSignal,
  ): Promise<void> => {
    // Without messages nothing is answered: the model is brought in or let go.
    const body = { model, messages: [], stream: false as const };
    const kept = keepAlive === undefined ? body : { ...body, keep_alive: keepAlive };
    await ask((client) => client.chat(kept), signal);
  };
  return {
    readVersion: async (signal) =>
      (await read(OllamaVersion, (client) => client.version(), signal)).version,
    async list(signal) {
      const { models } = await read(OllamaInstalled, (client) => client.list(), signal);
      const loaded = await read(OllamaLoaded, (client) => client.ps(), signal);
      const untils = new Map(loaded.models?.map((model) => [model.name, model.expires_at]));
      return (models ?? []).map(({ name, digest, size }) => ({
        id: name,
        digest: digest ?? '',
        bytes: size ?? 0,
        loadedUntil: untils.get(name) ?? undefined,
      }));
    },
    pull(model, signal) {
      const call: OllamaCall = (client) => client.pull({ model, stream: true });
      const limits = { ...options, totalTimeoutMs: pullTimeoutMs };
      return readProgress({ ...deps, limits }, send(call), signal);
    },
    load: ({ model, keepAlive = options.keepAlive }, signal) => keep(model, keepAlive, signal),
    unload: (model, signal) => keep(model, 0, signal),
    async remove(model, signal) {
      await ask((client) => client.delete({ model }), signal);
    },
  };
}

async function* readProgress(
  deps: ExchangeDeps,
  send: (signal: AbortSignal) => Promise<Response>,
  signal: AbortSignal,
): AsyncGenerator<PullProgress, void, void> {
  signal.throwIfAborted();
  const { service } = deps;
  const watch = startWatch(deps, signal);
  const framer = createFramer('ndjson');
  const last = { status: '' };
  let unread = 0;
  const toProgress = (text: string): PullProgress => {
    const { error, status, digest, completed, total } = readRecord(OllamaProgress, text, service);
    if ((error ?? undefined) !== undefined) throw classifyFailure({ service, body: text });
    last.status = status ?? '';
    return {
      status: last.status,
      ...(digest != null && { digest }),
      ...(completed != null && { doneBytes: completed }),
      ...(total != null && { totalBytes: total }),
    };
  };
  try {
    const response = await sendWatched(service, send, watch);
    watch.listen();
    for await (const chunk of readChunks({ service, response }, watch.signal)) {
      watch.heard();
      const lines = framer.push(chunk);
      unread = lines.length > 0 ? 0 : unread + chunk.byteLength;
      if (unread > deps.limits.maxAnswerBytes) throw endless(service);
      for (const { text } of lines) yield toProgress(text);
      watch.listen();
    }
    for (const { text } of framer.end()) yield toProgress(text);
  } catch (error) {
    signal.throwIfAborted();
    watch.signal.throwIfAborted();
    throw error;
  } finally {
    watch.stop();
  }
  if (last.status !== 'success') throw endedEarly(service);
}

function endless(service: string): CuttleError {
  return new CuttleError('provider.malformed', `${service} sent a line without an end.`);
}
