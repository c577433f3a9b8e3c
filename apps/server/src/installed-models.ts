import { CuttleError, toErrorBody } from '@cuttle/core-types/errors';
import type { PullReport } from '@cuttle/core-types/protocol';
import type { Clock } from '@cuttle/core-types/ports';
import type { RootHandlers } from '@cuttle/gateway';
import { ollamaUrl } from '@cuttle/providers';
import type { OllamaModels } from '@cuttle/providers/ollama';
import type { Models } from './model-source.ts';

interface InstalledDeps {
  readonly models: () => Models;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Ends the downloads with the gateway; the server goes on with them when they are asked for again. */
  readonly signal: AbortSignal;
}
type InstalledHandlers = Pick<
  RootHandlers,
  | 'models.pull'
  | 'models.pulls'
  | 'models.running'
  | 'models.load'
  | 'models.unload'
  | 'models.remove'
>;

interface Place {
  readonly provider: string;
  readonly model: string;
  readonly server: OllamaModels;
}

/** The models on the owner's Ollama servers. What is downloaded is known while the gateway runs. */
export function createInstalledHandlers(deps: InstalledDeps): InstalledHandlers {
  const pulls = createPulls(deps);
  const find = async (wanted: string): Promise<Place> => {
    const servers = ollamaServers(deps);
    const named = servers.find(({ id }) => wanted.startsWith(`${id}/`));
    const { id, settings } = named ?? servers[0];
    const model = named ? wanted.slice(id.length + 1) : wanted;
    if (model === '') throw new CuttleError('request.invalid', `${wanted} names no model.`);
    return { provider: id, model, server: await openServer(settings) };
  };
  return {
    'models.pull': async ({ model }) => pulls.start(await find(model)),
    'models.pulls': ({ after, timeoutMs }, _principal, signal) =>
      pulls.wait({ after, timeoutMs }, signal),
    async 'models.running'(_params, _principal, signal) {
      const servers = ollamaServers(deps).map(async ({ id, settings }) => {
        try {
          const listed = await (await openServer(settings)).list(signal);
          const models = listed.map(({ id: model, digest, bytes, loadedUntil }) => ({
            provider: id,
            model,
            digest,
            bytes,
            ...(loadedUntil !== undefined && { loadedUntil }),
          }));
          return { models, failures: [] };
        } catch (error) {
          signal.throwIfAborted();
          const { code, message } = toErrorBody(error);
          return { models: [], failures: [{ provider: id, code, message }] };
        }
      });
      const all = await Promise.all(servers);
      return {
        models: all.flatMap(({ models }) => models),
        failures: all.flatMap(({ failures }) => failures),
      };
    },
    async 'models.load'({ model: wanted, keepAlive }, _principal, signal) {
      const { server, model } = await find(wanted);
      await server.load({ model, ...(keepAlive !== undefined && { keepAlive }) }, signal);
      return { ok: true };
    },
    async 'models.unload'({ model: wanted }, _principal, signal) {
      const { server, model } = await find(wanted);
      await server.unload(model, signal);
      return { ok: true };
    },
    async 'models.remove'({ model: wanted }, _principal, signal) {
      const { server, model } = await find(wanted);
      await server.remove(model, signal);
      return { ok: true };
    },
  };
}

interface Server {
  readonly id: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Those that are set up, or else the one on this machine: a server without a model is not found by itself. */
function ollamaServers({ models, env }: InstalledDeps): readonly [Server, ...Server[]] {
  const own = { id: 'ollama', settings: { baseUrl: ollamaUrl(env['OLLAMA_HOST']?.trim()) } };
  const [first = own, ...others] = models().entries.filter(({ kind }) => kind === 'ollama');
  return [first, ...others];
}

async function openServer(settings: Server['settings']): Promise<OllamaModels> {
  const { createOllamaModels, OllamaOptions } = await import('@cuttle/providers/ollama');
  return createOllamaModels(OllamaOptions.parse(settings));
}

/** So many that are over are told of. */
const mostOver = 20;

interface Pulls {
  start(place: Place): PullReport;
  /** Resolves at once without `after`, else when something has changed since that revision or the time is over. */
  wait(
    since: { readonly after: number | undefined; readonly timeoutMs: number },
    signal: AbortSignal,
  ): Promise<{ revision: number; pulls: PullReport[] }>;
}

function createPulls({ clock, signal: ended }: InstalledDeps): Pulls {
  const reports = new Map<string, PullReport>();
  let revision = 0;
  let changed = Promise.withResolvers<void>();
  const put = (key: string, report: PullReport): void => {
    reports.set(key, report);
    const over = [...reports].filter(([, { state }]) => state !== 'running');
    for (const [old] of over.slice(0, Math.max(0, over.length - mostOver))) reports.delete(old);
    revision += 1;
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const follow = async (key: string, { server, provider, model }: Place): Promise<void> => {
    try {
      for await (const { status, doneBytes, totalBytes } of server.pull(model, ended))
        put(key, {
          provider,
          model,
          state: 'running',
          status,
          ...(doneBytes !== undefined && { doneBytes }),
          ...(totalBytes !== undefined && { totalBytes }),
        });
      put(key, { provider, model, state: 'done', status: 'success' });
    } catch (error) {
      const { code, message, hint = '' } = toErrorBody(error);
      const failure = { code, message, hint };
      put(key, { provider, model, state: 'failed', status: 'failed', error: failure });
    }
  };
  return {
    start(place) {
      const { provider, model } = place;
      const key = `${provider}/${model}`;
      const known = reports.get(key);
      if (known?.state === 'running') return known;
      const report: PullReport = { provider, model, state: 'running', status: 'waiting' };
      // The newest comes last.
      reports.delete(key);
      put(key, report);
      void follow(key, place); // never rejects
      return report;
    },
    async wait({ after, timeoutMs }, signal) {
      if (after !== undefined && after >= revision) {
        const late = new AbortController();
        const over = AbortSignal.any([signal, ended, late.signal]);
        const slept = clock.sleep(timeoutMs, over).catch(() => {}); // somebody left, or something changed
        await Promise.race([changed.promise, slept]);
        late.abort();
        signal.throwIfAborted();
      }
      return { revision, pulls: [...reports.values()] };
    },
  };
}
