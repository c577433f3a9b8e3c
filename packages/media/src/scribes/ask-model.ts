import type { Usage } from '@cuttle/core-types';
import type { CallUsage, MediaPayer, ModelProvider, ModelRequest } from '@cuttle/core-types/ports';

/** A call that may be made, what it can cost being set aside: it ends with one of these. */
export interface OpenCall {
  /** A row for what was used. */
  toCall(answer: {
    readonly usage: Usage;
    readonly provider: string;
    readonly model: string;
  }): Promise<CallUsage>;
  /** It failed, and gives back what was set aside for it. */
  release(): Promise<void>;
}

/** A model that is asked for somebody who pays. */
export interface AskedModel {
  readonly provider: ModelProvider;
  readonly model: string;
  /** Throws `budget.*` where there is no room for the call. */
  open(request: ModelRequest, payer: MediaPayer): Promise<OpenCall>;
}

/** The whole of one answer, and what it cost. Throws `budget.*` before anything is sent, `provider.*`, or `signal.reason` after an abort. */
export async function askModel(
  { provider, open }: Pick<AskedModel, 'provider' | 'open'>,
  { request, payer }: { readonly request: ModelRequest; readonly payer: MediaPayer },
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly call: CallUsage }> {
  const opened = await open(request, payer);
  try {
    const { text, ...answer } = await readAnswer(provider, request, signal);
    return { text, call: await opened.toCall(answer) };
  } catch (error) {
    await opened.release();
    throw error;
  }
}

async function readAnswer(
  provider: ModelProvider,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<{ text: string; usage: Usage; provider: string; model: string }> {
  let text = '';
  let usage: Usage = { inputTokens: 0, outputTokens: 0 };
  let origin = { provider: provider.id, model: request.model };
  for await (const event of provider.stream(request, signal)) {
    if (event.type === 'text.delta') text += event.text;
    if (event.type === 'route')
      origin = { provider: event.origin.provider, model: event.origin.model };
    if (event.type === 'finish') ({ usage } = event);
  }
  return { text: text.trim(), usage, ...origin };
}
