import { z } from 'zod';
import { done } from './common-params.ts';
import { defineMethod } from './method.ts';

/** `<provider>/<model>` of a provider of kind `ollama`, or a name of Ollama's own. */
const Wanted = z.string().trim().min(1).max(300);

/** A download, under way or just over. */
export const PullReport = z.object({
  provider: z.string(),
  model: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  /** The server's own words. */
  status: z.string(),
  /** Of the layer that is under way. */
  doneBytes: z.number().optional(),
  totalBytes: z.number().optional(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).optional(),
});
export type PullReport = z.infer<typeof PullReport>;

export const InstalledReport = z.object({
  provider: z.string(),
  model: z.string(),
  digest: z.string(),
  bytes: z.number(),
  /** Absent: it is not in memory. The server's own time. */
  loadedUntil: z.string().optional(),
});
export type InstalledReport = z.infer<typeof InstalledReport>;

/** Models on machines of the owner's, where Ollama serves them. */
export const installedMethods = [
  defineMethod({
    name: 'models.pull',
    summary:
      'Begins to download a model to an Ollama server, or joins the download that is under way; `models.pulls` tells how far it is.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({ model: Wanted }),
    result: () => PullReport,
  }),
  defineMethod({
    name: 'models.pulls',
    summary:
      'Downloads since the start of the gateway. With `after`, a revision that was told before, it answers when something has changed since, or after `timeoutMs`.',
    scope: 'operator.admin',
    since: 1,
    params: () =>
      z.looseObject({
        after: z.int().min(0).optional(),
        timeoutMs: z.int().min(0).max(25_000).default(10_000),
      }),
    result: () => z.object({ revision: z.int(), pulls: z.array(PullReport) }),
  }),
  defineMethod({
    name: 'models.running',
    summary:
      'The models on the Ollama servers, with digest, size and until when they are in memory.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({}),
    result: () =>
      z.object({
        models: z.array(InstalledReport),
        /** Servers that could not be asked. */
        failures: z.array(
          z.object({ provider: z.string(), code: z.string(), message: z.string() }),
        ),
      }),
  }),
  defineMethod({
    name: 'models.load',
    summary:
      'Brings a model into the memory of its Ollama server and keeps it there for `keepAlive`.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({ model: Wanted, keepAlive: z.string().max(20).optional() }),
    result: () => done,
  }),
  defineMethod({
    name: 'models.unload',
    summary: 'Takes a model out of the memory of its Ollama server.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({ model: Wanted }),
    result: () => done,
  }),
  defineMethod({
    name: 'models.remove',
    summary: 'Removes a model from its Ollama server.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({ model: Wanted }),
    result: () => done,
  }),
] as const;
