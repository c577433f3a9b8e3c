import { z } from 'zod';
import { baseUrl, httpOptions } from '../common-options.ts';

/** Settings of a provider of kind `ollama`. */
export const OllamaOptions = z.object({
  /** Names the provider in messages and origins. Default: its kind. */
  id: z.string().optional(),
  /** Default: this machine's. */
  baseUrl: baseUrl.default('http://127.0.0.1:11434'),
  /** Only for a server behind a proxy that asks for one, and for ollama.com. */
  apiKey: z.string().min(1).optional(),
  /**
   * Tokens of context to load a model with. Ollama's own default is small and cuts long conversations without a word.
   */
  contextWindow: z.int().positive().optional(),
  /** How long a model stays in memory after an answer: "5m", "0", "-1". Default: the server's own. */
  keepAlive: z.string().optional(),
  ...httpOptions,
  /** Loading a large model takes minutes, in which nothing is said. */
  idleTimeoutMs: z.int().positive().default(300_000),
});
export type OllamaOptions = z.output<typeof OllamaOptions>;
