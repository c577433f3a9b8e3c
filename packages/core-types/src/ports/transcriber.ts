import type { Usage } from '../usage.ts';

export interface TranscriptionRequest {
  /** The provider's own model id, without a provider prefix. */
  readonly model: string;
  readonly bytes: Uint8Array;
  /** What the bytes are, such as `audio/ogg`. */
  readonly mimeType: string;
}

export interface Transcription {
  /** Empty where nobody says anything. */
  readonly text: string;
  readonly durationMs?: number | undefined;
  /** Tokens or seconds, whatever the service bills by. */
  readonly usage: Usage;
}

/**
 * One service that writes down what is said in a recording. Contract: it resolves with the words, or throws a `CuttleError` whose code starts
 * `provider.`; it rejects with `signal.reason` soon after an abort and leaves no request open; nothing is kept of the recording.
 */
export interface Transcriber {
  readonly id: string;
  transcribe(request: TranscriptionRequest, signal: AbortSignal): Promise<Transcription>;
}
