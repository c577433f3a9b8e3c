import { event, type WireAnswer, wholeAnswer } from '../wire-frame.ts';
import { digestOf, type OllamaModel } from './installed-model.ts';

/** The progress of a download. https://docs.ollama.com/api/pull */
export function encodePull(
  model: OllamaModel | undefined,
  delivery: 'stream' | 'whole',
): WireAnswer {
  const lines = model === undefined ? failedLines() : progressLines(model);
  if (delivery === 'whole') {
    return wholeAnswer(model === undefined ? 500 : 200, lines.at(-1) ?? {});
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/x-ndjson' },
    frames: lines.map((line) => event(`${JSON.stringify(line)}\n`)),
    framing: 'stream',
  };
}

function failedLines(): readonly object[] {
  return [{ status: 'pulling manifest' }, { error: 'pull model manifest: file does not exist' }];
}

function progressLines(model: OllamaModel): readonly object[] {
  const digest = `sha256:${digestOf(model)}`;
  const status = `pulling ${digest.slice(7, 19)}`;
  const total = 2_019_377_376;
  const steps = [0, 0.25, 0.5, 0.75, 1].map((part) => ({
    status,
    digest,
    total,
    completed: Math.floor(total * part),
  }));
  return [
    { status: 'pulling manifest' },
    ...steps,
    { status: 'verifying sha256 digest' },
    { status: 'writing manifest' },
    { status: 'success' },
  ];
}
